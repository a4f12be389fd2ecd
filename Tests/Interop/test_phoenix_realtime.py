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


@pytest.mark.parametrize("event", ["typing", "member", "broadcast", "new_msg", "presence_diff"])
async def test_realtime_names_are_the_clients_own(phoenix: PhoenixWorld, event: str):
    """Words that the server uses elsewhere are free here, from either topic, and go to both."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob", vsn="1.0.0")
    topic = await phoenix.meet(alice, bob)
    name = topic.replace("room:", "realtime:")
    await bob.join(name, realtime(ack=True))
    await bob.do(name, "broadcast", {"type": "broadcast", "event": event, "payload": {"x": 1}})
    heard = await alice.wait_for("broadcast", topic, event=event)
    assert (heard["payload"], heard["user"]["id"]) == ({"x": 1}, "bob")
    await alice.do(topic, "broadcast", {"event": event, "payload": {"y": 2}})
    assert (await bob.wait_for("broadcast", name, event=event))["payload"] == {"y": 2}


async def test_realtime_tells_what_the_room_says_under_names_of_its_own(phoenix: PhoenixWorld):
    """Everything by other fronts is a broadcast `room:<event>`, whose names no client can give to his own."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    bob = await phoenix.socket("bob", vsn="1.0.0")
    name = topic.replace("room:", "realtime:")
    await bob.join(name, realtime(ack=True))
    await jane.say(number, "by JSON")
    told = await bob.wait_for("broadcast", name, event="room:new_msg")
    assert (told["type"], told["payload"]["body"]) == ("broadcast", "by JSON")
    await alice.do(topic, "update_room", {"title": "New"})
    told = await bob.wait_for("broadcast", name, event="room:room_updated")
    assert told["payload"]["room"]["title"] == "New"
    for event in ("room:new_msg", "room:anything", "room:"):
        await alice.refused(topic, "broadcast", {"event": event, "payload": {}}, "reserved_event")
        await bob.refused(name, "broadcast", {"type": "broadcast", "event": event}, "reserved_event")
    await alice.fence()
    assert alice.taken("broadcast") == []


async def test_realtime_presence_keys_are_bounded(phoenix: PhoenixWorld):
    """All in the room keep a key: 128 bytes at most, and the join says so. What is tracked names its own bound."""
    alice = await phoenix.socket("alice", vsn="1.0.0")
    topic = (await phoenix.meet(alice)).replace("room:", "realtime:")
    for key in ("k" * 129, "é" * 65, "k" * 60_000):
        refusal = await alice.join_refused(topic, realtime(key), "join crashed")
        assert refusal["detail"] == "'config.presence.key' must be a string of at most 128 bytes"
    key = "é" * 64
    await alice.join(topic, realtime(key))
    refusal = await alice.refused(topic, "presence", {"event": "track", "payload": {"a": "x" * 2000}},
                                  "message_too_long")
    assert refusal["message"] == "Too long: 1024 bytes at most"
    await alice.do(topic, "presence", {"event": "track", "payload": {}})
    await alice.until(lambda: alice.presence(topic).keys == {key})
