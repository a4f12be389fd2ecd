"""The topics `realtime:<room id>`: rooms in the terms of Supabase Realtime (phoenix-channels.md §7.2)."""

import pytest

from harness import PhoenixWorld


def realtime(key: str = "", *, enabled: bool = True, own: bool = False, ack: bool = False) -> dict:
    """The payload of a realtime client's join."""
    return {"config": {"broadcast": {"self": own, "ack": ack}, "presence": {"key": key, "enabled": enabled},
                       "private": False, "postgres_changes": []}}


async def test_realtime_lists_those_who_track_under_their_own_keys(phoenix: PhoenixWorld):
    """Nobody is listed by being there; tracking again is an update, untracking a leave."""
    alice, bob = await phoenix.socket("alice", vsn="1.0.0"), await phoenix.socket("bob", vsn="1.0.0")
    topic = (await phoenix.meet(alice, bob)).replace("room:", "realtime:")
    await alice.join(topic, realtime("the-alice"))
    await bob.join(topic, realtime("the-bob"))
    await bob.until(lambda: bob.presence(topic).states)
    assert bob.presence(topic).keys == set()
    await alice.do(topic, "presence", {"event": "track", "payload": {"status": "here"}})
    await bob.until(lambda: bob.presence(topic).keys == {"the-alice"})
    assert bob.presence(topic).metas("the-alice")[0]["status"] == "here"
    await alice.do(topic, "presence", {"event": "track", "payload": {"status": "away"}})
    await bob.until(lambda: [meta["status"] for meta in bob.presence(topic).metas("the-alice")] == ["away"])
    assert bob.presence(topic).metas("the-alice")[0]["phx_ref_prev"]
    await alice.do(topic, "presence", {"event": "untrack", "payload": {}})
    await bob.until(lambda: bob.presence(topic).keys == set())
    await alice.do(topic, "presence", {"event": "untrack", "payload": {}})


async def test_realtime_makes_up_a_key_when_there_is_none(phoenix: PhoenixWorld):
    """An empty key is replaced by a random one, different for each channel."""
    clients = [await phoenix.socket("alice", vsn="1.0.0"), await phoenix.socket("alice", vsn="1.0.0")]
    topic = (await phoenix.meet(*clients)).replace("room:", "realtime:")
    for client in clients:
        await client.join(topic, realtime())
        await client.do(topic, "presence", {"event": "track", "payload": {}})
    await clients[0].until(lambda: len(clients[0].presence(topic).keys) == 2)
    assert "" not in clients[0].presence(topic).keys


async def test_realtime_without_presence_is_told_nothing_of_it(phoenix: PhoenixWorld):
    """`enabled: false`: no state and no diffs."""
    alice, bob = await phoenix.socket("alice", vsn="1.0.0"), await phoenix.socket("bob", vsn="1.0.0")
    topic = (await phoenix.meet(alice, bob)).replace("room:", "realtime:")
    await alice.join(topic, realtime("a"))
    await bob.join(topic, realtime(enabled=False))
    await alice.do(topic, "presence", {"event": "track", "payload": {}})
    await alice.push(topic, "broadcast", {"type": "broadcast", "event": "mark", "payload": {}})
    await bob.wait_for("broadcast", topic, event="mark")
    assert (bob.presence(topic).states, bob.presence(topic).diffs) == ([], [])


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("ack", [True, False])
async def test_realtime_broadcast_comes_back_and_is_answered_as_configured(phoenix: PhoenixWorld, own: bool, ack: bool):
    """To the sender only with `self`; answered ok `{}` only with `ack`; the others get the payload as it was."""
    alice, bob = await phoenix.socket("alice", vsn="1.0.0"), await phoenix.socket("bob", vsn="1.0.0")
    topic = (await phoenix.meet(alice, bob)).replace("room:", "realtime:")
    await alice.join(topic, realtime(own=own, ack=ack))
    await bob.join(topic, realtime())
    said = {"type": "broadcast", "event": "shout", "payload": {"x": [1, None], "y": "ü"}}
    ref = await alice.push(topic, "broadcast", said)
    got = await bob.wait_for("broadcast", topic, event="shout")
    assert (got.ref, {key: got[key] for key in said}) == (None, said), got.raw
    await alice.fence()
    assert [message["payload"] for message in alice.taken("broadcast", topic)] == [said["payload"]] * own
    replies = alice.taken("phx_reply", topic)
    assert [(reply.ref, reply.payload) for reply in replies] == [(ref, {"status": "ok", "response": {}})] * ack


async def test_realtime_and_room_are_one_room(phoenix: PhoenixWorld):
    """What is broadcast on one topic is heard on the other."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob", vsn="1.0.0")
    topic = await phoenix.meet(alice, bob)
    name = topic.replace("room:", "realtime:")
    await bob.join(name, realtime())
    await alice.do(topic, "broadcast", {"event": "shout", "payload": {"x": 1}})
    assert (await bob.wait_for("broadcast", name, event="shout"))["payload"] == {"x": 1}
    await bob.push(name, "broadcast", {"type": "broadcast", "event": "back", "payload": {"y": 2}})
    assert (await alice.wait_for("broadcast", topic, event="back"))["payload"] == {"y": 2}
