"""Conformance cases C53-C59: presence (phoenix-channels.md §3), on the topics of rooms.

Everybody who is in a room is tracked there under his user id, once per connection; `presence {meta}` says more of
oneself. Counting instead of listing begins at `limits.presence_detail` users.
"""

import asyncio

import pytest

from harness import PhoenixClient, PhoenixWorld, Server
from harness import settings as names


async def seen(client: PhoenixClient, topic: str, *keys: str) -> None:
    """Waits until exactly these are in the topic, as this client knows it."""
    await client.until(lambda: client.presence(topic).states and client.presence(topic).keys == set(keys),
                       wanted=f"presence {keys}, not {client.presence(topic).keys}")


async def marked(topic: str, sender: PhoenixClient, *others: PhoenixClient) -> None:
    """Lets everything that was under way arrive."""
    sent = await sender.do(topic, "new_msg", {"body": "mark"})
    for client in (sender, *others):
        await client.wait_for("new_msg", topic, id=sent["id"])
        await client.fence()


async def test_presence_state_follows_the_join(phoenix: PhoenixWorld):
    """Once per join, with everybody who is there, oneself included when the diffs have been merged."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    await seen(bob, topic, "alice", "bob")
    await seen(alice, topic, "alice", "bob")
    await marked(topic, alice, bob)
    assert len(bob.presence(topic).states) == len(alice.presence(topic).states) == 1
    assert set(bob.presence(topic).states[0]) >= {"alice"}


async def test_every_connection_has_a_phx_ref_of_its_own(phoenix: PhoenixWorld):
    """All observers know a connection by the same ref, and no two by one."""
    clients = [await phoenix.socket(name) for name in ("alice", "bob", "bob", "carol")]
    topic = await phoenix.meet(*clients)
    for client in clients:
        await client.until(lambda client=client: len(client.presence(topic).metas("bob")) == 2
                           and client.presence(topic).keys == {"alice", "bob", "carol"})
    users = ("alice", "bob", "carol")
    known = [{user: sorted(client.presence(topic).refs_of(user)) for user in users} for client in clients]
    assert all(view == known[0] for view in known)
    refs = [ref for found in known[0].values() for ref in found]
    assert len(refs) == len(set(refs)) == 4


async def test_case_c53_one_who_comes(phoenix: PhoenixWorld):
    """A watcher gets one diff: one meta joins, nobody leaves."""
    watcher = await phoenix.socket("carol")
    topic = await phoenix.meet(watcher)
    await seen(watcher, topic, "carol")
    alice = await phoenix.socket("alice")
    await alice.join(topic)
    await seen(watcher, topic, "carol", "alice")
    await marked(topic, alice, watcher)
    diffs = [diff for diff in watcher.presence(topic).diffs if "alice" in {**diff["joins"], **diff["leaves"]}]
    assert len(diffs) == 1, diffs
    assert len(diffs[0]["joins"]["alice"]["metas"]) == 1 and diffs[0]["leaves"] == {}


async def test_case_c54_a_second_connection(phoenix: PhoenixWorld):
    """The diff has the new meta alone; the state of the second connection has both, oldest first."""
    watcher, desk = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, desk)
    await seen(watcher, topic, "carol", "alice")
    first = watcher.presence(topic).refs_of("alice")
    phone = await phoenix.socket("alice")
    await phone.join(topic)
    await watcher.until(lambda: len(watcher.presence(topic).metas("alice")) == 2)
    await marked(topic, phone, watcher)
    assert [len(metas) for metas in watcher.presence(topic).joined("alice")] == [1, 1]
    both = watcher.presence(topic).refs_of("alice")
    assert both[:1] == first and both[1] not in first
    await phone.until(lambda: phone.presence(topic).refs_of("alice") == both)


async def test_case_c55_one_of_two_connections_goes(phoenix: PhoenixWorld):
    """The diff has its meta alone; the user stays. When the other goes too, he is gone."""
    watcher, desk, phone = await phoenix.socket("carol"), await phoenix.socket("alice"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, desk, phone)
    await watcher.until(lambda: len(watcher.presence(topic).metas("alice")) == 2)
    older, younger = watcher.presence(topic).refs_of("alice")
    await desk.leave(topic)
    await watcher.until(lambda: watcher.presence(topic).refs_of("alice") == [younger])
    assert [[meta["phx_ref"] for meta in metas] for metas in watcher.presence(topic).left("alice")] == [[older]]
    await phone.close()
    await seen(watcher, topic, "carol")
    left = watcher.presence(topic).left("alice")
    assert [[meta["phx_ref"] for meta in metas] for metas in left] == [[older], [younger]]


@pytest.mark.parametrize("end", ["close", "cut", "leave", "leave_room"])
async def test_case_c55_every_way_to_go_is_seen_once(phoenix: PhoenixWorld, end: str):
    """A close frame, a lost connection, a channel that is left, a membership that ends."""
    watcher, alice = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, alice)
    await seen(watcher, topic, "carol", "alice")
    if end == "cut":
        alice.cut()
    elif end == "close":
        await alice.close()
    elif end == "leave":
        await alice.leave(topic)
    else:
        await alice.do(topic, "leave_room", {})
    await seen(watcher, topic, "carol")
    await marked(topic, watcher)
    assert [len(metas) for metas in watcher.presence(topic).left("alice")] == [1]


async def test_case_c56_an_update(phoenix: PhoenixWorld):
    """One diff with both: the new meta names the old one's ref as its previous one, and the old meta leaves."""
    watcher, alice = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, alice)
    await seen(watcher, topic, "carol", "alice")
    before = watcher.presence(topic).refs_of("alice")
    await alice.do(topic, "presence", {"meta": {"status": "busy", "n": [1, {"x": None}]}})
    await watcher.until(lambda: watcher.presence(topic).refs_of("alice") != before)
    diff = watcher.presence(topic).diffs[-1]
    (new,), (old,) = diff["joins"]["alice"]["metas"], diff["leaves"]["alice"]["metas"]
    assert [old["phx_ref"]] == before
    assert new["phx_ref_prev"] == old["phx_ref"] != new["phx_ref"]
    assert new["meta"] == {"status": "busy", "n": [1, {"x": None}]}
    # What is merged and what a newcomer is told are the same.
    late = await phoenix.socket("dave")
    await late.join(topic)
    await seen(late, topic, "carol", "alice", "dave")
    assert late.presence(topic).metas("alice") == watcher.presence(topic).metas("alice") == [new]


async def test_case_c56_an_update_of_one_connection_leaves_the_other_alone(phoenix: PhoenixWorld):
    """Each connection has a meta of its own."""
    watcher, desk, phone = await phoenix.socket("carol"), await phoenix.socket("alice"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, desk, phone)
    await watcher.until(lambda: len(watcher.presence(topic).metas("alice")) == 2)
    older, younger = watcher.presence(topic).refs_of("alice")
    await phone.do(topic, "presence", {"meta": {"device": "phone"}})
    await watcher.until(lambda: younger not in watcher.presence(topic).refs_of("alice"))
    assert older in watcher.presence(topic).refs_of("alice")
    assert [meta.get("meta") for meta in watcher.presence(topic).metas("alice")] == [None, {"device": "phone"}]


@pytest.mark.parametrize("payload, status", [
    ({"meta": "x"}, "error"), ({"meta": [1]}, "error"), ({"meta": {"x": "y" * 20_000}}, "error"), ({}, "ok"),
    ({"meta": {"phx_ref": "forged", "metas": [], "username": "root"}}, "ok")])
async def test_case_c56_what_is_no_meta_is_refused_and_nothing_can_be_forged(phoenix: PhoenixWorld, payload: dict,
                                                                            status: str):
    """An error reply for what is no object or too long; refs and names are the server's whatever a meta says."""
    watcher, alice = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, alice)
    reply = await alice.ask(topic, "presence", payload)
    assert reply.status == status, reply.raw
    await marked(topic, watcher, alice)
    assert watcher.presence(topic).keys == {"carol", "alice"}
    assert "forged" not in watcher.presence(topic).refs_of("alice")
    assert all(meta["username"] == "alice" for meta in watcher.presence(topic).metas("alice"))


async def test_case_c57_a_duplicate_join(phoenix: PhoenixWorld):
    """Others see the old meta leave, then a new one with another ref join."""
    watcher, alice = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, alice)
    await seen(watcher, topic, "carol", "alice")
    before = watcher.presence(topic).refs_of("alice")
    known = len(watcher.presence(topic).diffs)
    await alice.join(topic)
    await watcher.until(lambda: watcher.presence(topic).refs_of("alice") not in (before, []))
    await marked(topic, alice, watcher)
    steps = [(key, [meta["phx_ref"] for meta in diff[key]["alice"]["metas"]])
             for diff in watcher.presence(topic).diffs[known:] for key in ("leaves", "joins") if "alice" in diff[key]]
    assert [key for key, _ in steps] == ["leaves", "joins"], steps
    assert steps[0][1] == before and steps[1][1] == watcher.presence(topic).refs_of("alice") != before
    await seen(alice, topic, "carol", "alice")


async def test_case_c58_keys_are_strings(phoenix: PhoenixWorld):
    """A user whose id is a number is a string among the keys."""
    number, watcher = await phoenix.socket("424242"), await phoenix.socket("carol")
    topic = await phoenix.meet(watcher, number)
    await seen(watcher, topic, "carol", "424242")
    await number.join("user:public")
    assert (await number.do("user:public", "is_online", {"user_id": 424242})) == {"id": 424242, "online": True}


async def test_case_c59_the_leaver_does_not_hear_of_his_leaving(phoenix: PhoenixWorld):
    """Others do."""
    watcher, alice = await phoenix.socket("carol"), await phoenix.socket("alice")
    topic = await phoenix.meet(watcher, alice)
    await seen(alice, topic, "carol", "alice")
    await alice.leave(topic)
    await seen(watcher, topic, "carol")
    await alice.fence()
    assert alice.presence(topic).left("alice") == []


async def test_diffs_do_not_come_to_those_who_are_not_in(phoenix: PhoenixWorld):
    """Neither before the join nor after the leave."""
    alice, outsider = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice)
    await outsider.join("user:public")
    for _ in range(3):
        visitor = await phoenix.socket("carol")
        await visitor.join(topic)
        await visitor.close()
    await seen(alice, topic, "alice")
    await outsider.fence()
    assert [message.raw for message in outsider.log if message.topic == topic] == []


async def test_clients_of_the_other_front_are_present(phoenix: PhoenixWorld):
    """Who is in the room by typed JSON is in the list, and leaves it; and is told of those on Phoenix."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    await seen(alice, topic, "alice", "jane")
    members = (await jane.join(number)).told.payload["members"]
    assert sorted(member["username"] for member in members) == ["alice", "jane"]
    bob = await phoenix.socket("bob")
    await bob.join(topic)
    await jane.wait_for("channel_join", channel_id=number, user="bob")
    await bob.close()
    await jane.wait_for("channel_leave", channel_id=number, user="bob")
    await jane.close()
    await seen(alice, topic, "alice")


async def test_guests_are_present(phoenix: PhoenixWorld):
    """A guest has a name and a key like anybody."""
    alice, guest = await phoenix.socket("alice"), await phoenix.socket()
    topic = await phoenix.meet(alice)
    await guest.join(topic)
    await alice.until(lambda: len(alice.presence(topic).keys) == 2)
    await alice.until(lambda: alice.presence(topic).keys == guest.presence(topic).keys)


async def test_many_come_and_go_and_every_view_is_the_same(phoenix: PhoenixWorld):
    """Ten clients of five users join, leave, rejoin and are cut at once; in the end all who stay know the same."""
    watcher = await phoenix.socket("carol")
    topic = await phoenix.meet(watcher)
    people = [f"person{number}" for number in range(5)]
    for name in people:
        phoenix.server.token(name)

    async def wander(name: str, turn: int) -> PhoenixClient:
        for step in range(4):
            client = await phoenix.socket(name)
            await client.join(topic)
            if (turn + step) % 3 == 0:
                client.cut()
            elif (turn + step) % 3 == 1:
                await client.leave(topic)
            else:
                await client.join(topic)
                await client.close()
        client = await phoenix.socket(name)
        await client.join(topic)
        return client

    stayed = await asyncio.gather(*(wander(name, turn) for turn, name in enumerate(people * 2)))
    everybody = {"carol", *people}
    for client in (watcher, *stayed):
        await client.until(lambda client=client: client.presence(topic).keys == everybody and all(
            len(client.presence(topic).metas(name)) == 2 for name in people))
    views = [{key: sorted(client.presence(topic).refs_of(key)) for key in everybody} for client in (watcher, *stayed)]
    assert all(view == views[0] for view in views)


@pytest.fixture(scope="module")
def small_server():
    """A server whose rooms are big with six."""
    with Server({names.PRESENCE_DETAIL: 5}) as server:
        yield server


async def test_a_big_room_is_only_counted(small_server: Server):
    """Beyond the limit those who were listed leave the list, and `presence_count` tells how many there are."""
    phoenix = PhoenixWorld(small_server)
    try:
        clients = [await phoenix.socket(f"person{number}") for number in range(5)]
        topic = await phoenix.meet(*clients)
        await seen(clients[0], topic, *(f"person{number}" for number in range(5)))
        one_more = await phoenix.socket("person5")
        await one_more.join(topic)
        for client in clients:
            await client.until(lambda client=client: client.presence(topic).counts
                               and client.presence(topic).counts[-1]["count"] == 6 and not client.presence(topic).keys)
        await one_more.until(lambda: any(entry["count"] == 6 for entry in one_more.presence(topic).counts))
        for client in clients[3:]:
            await client.close()
        await one_more.close()
        await clients[0].until(lambda: clients[0].presence(topic).keys == {"person0", "person1", "person2"})
    finally:
        await phoenix.aclose()
