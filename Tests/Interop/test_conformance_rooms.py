"""Conformance cases 18-32: join, members, leave (json-chat.md §1.5)."""

import json

import pytest

from harness import World
from harness import settings as names


def contents(frames):
    return [frame.content for frame in frames]


async def test_case_18_first_join_gets_members_then_join(world: World):
    alice = await world.old("alice")
    room = world.server.new_room()
    await alice.send("channel_join", {"channel_id": room})
    await alice.expect("channel_members", channel_id=room, members=["alice"])
    await alice.expect("channel_join", channel_id=room, user="alice")


async def test_case_19_joiner_gets_history_then_members_then_join(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice)
    sent = [await alice.say(room, text) for text in ("one", "two", "three")]
    await bob.send("channel_join", {"channel_id": room})
    for live in sent:
        kept = await bob.expect("chat_send", channel_id=room, content=live.content, sender="alice")
        assert (kept.id, kept["timestamp"]) == (live.id, live["timestamp"])
    await bob.expect("channel_members", members=["alice", "bob"])
    await bob.expect("channel_join", user="bob")
    await alice.expect("channel_members", members=["alice", "bob"])
    await alice.expect("channel_join", user="bob")


async def test_case_20_old_client_gets_the_newest_fifty(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice)
    for number in range(300):
        await alice.send("chat_send", {"channel_id": room, "content": f"n{number}"})
    await alice.wait_for("chat_send", content="n299")
    assert contents((await bob.join(room)).history) == [f"n{number}" for number in range(250, 300)]


async def test_case_21_guest_stays_a_guest_in_history(world: World):
    alice, guest, bob = await world.old("alice"), await world.guest(), await world.old("bob")
    room = await world.room(alice, guest)
    await guest.say(room, "from a guest")
    kept = (await bob.join(room)).history[0]
    assert kept.payload["sender"]["is_guest"] is True
    assert kept.payload["sender"]["username"] == guest.name


async def test_case_22_second_join_answers_the_caller_alone(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await alice.say(room, "hi")
    await bob.wait_for("chat_send", content="hi")
    await alice.send("channel_join", {"channel_id": room})
    await alice.expect("chat_send", content="hi")
    await alice.expect("channel_members", channel_id=room, members=["alice", "bob"])
    await world.quiet(room, alice, bob)


async def test_case_23_number_forms_of_a_room(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    for form in (f'"{room}"', f"{room}.0"):
        await alice.raw(f'{{"type":"channel_join","payload":{{"channel_id":{form}}}}}')
        await alice.expect("channel_members", channel_id=room)
        await alice.expect("channel_join", channel_id=room, user="alice")
    for form in ("7.5", "null", "true", '"x"', "[7]"):
        await alice.raw(f'{{"type":"channel_join","payload":{{"channel_id":{form}}}}}')
        await alice.expect_error("Invalid message format", "bad_message")


@pytest.mark.parametrize("number", [0, -1, 2_147_483_648])
async def test_case_24_numbers_out_of_range_make_no_room_and_no_membership(world: World, number: int):
    alice = await world.ext("alice")
    await alice.send("channel_join", {"channel_id": number})
    assert (await alice.next()).type == "error"
    await alice.send("chat_send", {"channel_id": number, "content": "x"})
    error = await alice.expect_error()
    assert error.payload["detail"] in ("Channel does not exist.", "You must join the channel first")
    assert number not in (await world.ext("alice")).rooms


async def test_case_25_unused_room_does_not_exist(world: World):
    alice = await world.old("alice")
    ref = await alice.send("chat_send", {"channel_id": world.server.new_room(), "content": "x"})
    await alice.expect_error("Channel does not exist.", "no_such_room", ref)


async def test_case_26_sending_needs_membership(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice)
    ref = await bob.send("chat_send", {"channel_id": room, "content": "x"})
    await bob.expect_error("You must join the channel first", "not_member", ref)
    await world.quiet(room, alice)


async def test_case_27_leave_is_told_to_those_who_remain(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room, other = await world.room(bob, alice), await world.room(bob, alice)
    await alice.send("channel_leave", {"channel_id": room})
    await bob.expect("channel_members", channel_id=room, members=["bob"])
    await bob.expect("channel_leave", channel_id=room, user="alice")
    await world.quiet(other, bob, alice)


async def test_case_28_cut_socket_of_an_old_client_is_a_leave(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(bob, alice)
    alice.cut()
    await bob.expect("channel_members", channel_id=room, members=["bob"])
    await bob.expect("channel_leave", channel_id=room, user="alice")


async def test_case_28_cut_socket_of_a_client_that_can_resume_is_a_leave_after_the_grace(world: World):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await world.room(bob, alice)
    alice.cut()
    await bob.expect("channel_members", channel_id=room, members=["bob"])
    await bob.expect("channel_leave", channel_id=room, user="alice")


async def test_case_28_return_within_the_grace_is_no_leave(another_server):
    world = World(another_server({names.GRACE: 60}))
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = world.server.new_room()
    await bob.join(room)
    joined = await alice.join(room)
    await bob.wait_for("channel_join", user="alice")
    alice.cut()
    again = await world.ext("alice", resume={room: (joined.epoch, joined.seq)})
    await again.send("chat_send", {"channel_id": room, "content": "back"})
    await bob.expect("chat_send", content="back", sender="alice")


async def test_case_29_one_of_two_connections_closes(world: World):
    first, second, bob = await world.old("alice"), await world.old("alice"), await world.old("bob")
    room = await world.room(bob, first, second)
    await second.close()
    await world.quiet(room, bob, first)


async def test_case_30_every_connection_gets_a_message_once(world: World):
    first, second, bob = await world.old("alice"), await world.old("alice"), await world.old("bob")
    room = await world.room(bob, first, second)
    await bob.say(room, "once")
    for client in (first, second):
        await client.expect("chat_send", content="once")
    await world.quiet(room, bob, first, second)


async def test_case_31_equal_member_lists_have_different_ids(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice)
    lists = []
    for _ in range(2):
        await bob.join(room)
        lists.append(await alice.expect("channel_members", members=["alice", "bob"]))
        await alice.expect("channel_join", user="bob")
        await bob.send("channel_leave", {"channel_id": room})
        lists.append(await alice.expect("channel_members", members=["alice"]))
        await alice.expect("channel_leave", user="bob")
    assert len({frame.id for frame in lists}) == 4


async def test_case_32_a_restart_changes_nothing(another_server):
    server = another_server()
    world = World(server)
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await world.promote(alice, room, "bob")
    before = await alice.say(room, "before")
    server.restart()

    alice, bob = await world.ext("alice"), await world.old("bob")
    history = (await bob.join(room)).history
    assert [(frame.id, frame.content) for frame in history] == [(before.id, "before")]
    rooms = alice.rooms
    assert rooms[room]["role"] == "owner"
    assert rooms[room]["epoch"] == before["epoch"]
    joined = await alice.join(room)
    assert joined.epoch == before["epoch"]
    after = await alice.say(room, "after")
    assert after["seq"] > before["seq"]
    members = await alice.do("member_list", {"channel_id": room})
    roles = {member["username"]: member["role"] for member in members.payload["members"]}
    assert roles == {"alice": "owner", "bob": "moderator"}, json.dumps(roles)
