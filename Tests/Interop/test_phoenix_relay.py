"""Conformance cases C77-C86: the groups of PhoenixGenApi's relay (phoenix-channels.md §5.2, §5.3).

A group is a room of the core, and where that departs from the upstream, the core's rule holds (product.md §4):

- C79: moderators may mute in every room by the events of `room:<id>`; only the relay's own `mute_member` answers
  `not_strict_private` elsewhere.
- C81: a muted member who joins again is pending, but the core keeps the mute in mind: once accepted he is muted still.
  Upstream he would shake it off by that.
- C83: membership outlives the connection. Only deliveries stop, until the user joins again from another channel.
- C84: the last owner of a strict_private group cannot leave others behind without naming a successor
  (`successor_required`); of any other group the longest-serving highest role becomes owner. With nobody else in it he
  may leave.
- C85: the name of a deleted group rests: it is `already_exists` for good. Only an owner deletes.
"""

import uuid

import pytest

from harness import PhoenixWorld, new_room_id, room_topic
from harness.relay import EVENT, admitted, is_delivery, new_group, relay_user, relay_users, talked

PENDING = "Pending membership: wait for acceptance"
MUTED = "You are muted and cannot send messages"
OUTSIDE = "Not a member of this group"
UNKNOWN = "Group not found"


async def test_case_c77_a_public_group(phoenix: PhoenixWorld):
    """Who joins is active; a message goes to all, the sender too: answer, reply, own copy, in this order."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    assert await bob.do("join_group", group_id=group_id) == "active"
    request_id = f"req-{uuid.uuid4()}"
    pushed, reply = await alice.request({
        "service": "chat_service", "request_type": "relay_msg", "request_id": request_id,
        "args": {"group_id": group_id, "message": "Hello"}})
    assert pushed["result"] == {"status": "relayed", "recipients_count": 2}
    own, other = await alice.hears(group_id, "Hello", "alice"), await bob.hears(group_id, "Hello", "alice")
    log = alice.client.log
    assert log.index(reply) < log.index(own)
    assert own["request_id"] == other["request_id"] == request_id
    assert own["result"] == other["result"] and own["result"]["timestamp"].endswith("Z")
    await talked(group_id, bob, alice, bob)


async def test_case_c77_recipients_may_sit_on_different_topics(phoenix: PhoenixWorld):
    """A delivery comes on the channel from which the user joined the group."""
    alice = await relay_user(phoenix, "alice", "relay:here")
    bob = await relay_user(phoenix, "bob", "relay:there")
    carol = await relay_user(phoenix, "carol", "room:lobby")
    group_id = await new_group(alice)
    for other in (bob, carol):
        await other.client.join("user:public")
        assert await other.do("join_group", group_id=group_id) == "active"
    await talked(group_id, alice, alice, bob, carol)
    for other in (bob, carol):
        deliveries = [frame.topic for frame in other.client.log if is_delivery(frame.payload)]
        assert set(deliveries) == {other.topic}


@pytest.mark.parametrize("message", ["", " ", "héllo 😀\n\ttab", "x" * 3000, "  spaces  ", '{"json":true}'])
async def test_case_c77_a_message_is_a_text_of_up_to_3000_bytes(phoenix: PhoenixWorld, message: str):
    """It is a message of a room: white space around it is taken away, and when nothing is left it is refused."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.do("join_group", group_id=group_id)
    pushed, _ = await alice.call("relay_msg", group_id=group_id, message=message)
    if not message.strip():
        assert pushed["success"] is False and pushed["error"], pushed
        return
    assert pushed["success"], pushed
    await bob.hears(group_id, message.strip(), "alice")


async def test_case_c78_a_private_group(phoenix: PhoenixWorld):
    """Pending until any active member accepts: no sending, no receiving; both afterwards."""
    alice, bob, carol = await relay_users(phoenix, "alice", "bob", "carol")
    group_id = await new_group(alice, "private")
    await admitted(group_id, alice, bob)
    assert await carol.do("join_group", group_id=group_id) == "pending"
    await carol.fails(PENDING, "relay_msg", group_id=group_id, message="let me in")
    await talked(group_id, alice, alice, bob)
    await carol.deaf()
    assert await alice.status(group_id, "carol") == "pending"
    assert await bob.do("accept_member", group_id=group_id, user_id="carol") == "ok"
    await talked(group_id, alice, alice, bob, carol)
    await talked(group_id, carol, alice, bob, carol)


async def test_case_c78_who_may_accept(phoenix: PhoenixWorld):
    """Not one who is pending himself or a stranger; and only who is pending can be accepted."""
    alice, bob, carol, dave = await relay_users(phoenix, "alice", "bob", "carol", "dave")
    group_id = await new_group(alice, "private")
    await admitted(group_id, alice, bob)
    await carol.do("join_group", group_id=group_id)
    await carol.fails("not_admin", "accept_member", group_id=group_id, user_id="carol")
    await dave.fails("user_not_in_group", "accept_member", group_id=group_id, user_id="carol")
    await alice.fails("user_not_pending", "accept_member", group_id=group_id, user_id="bob")
    await alice.fails("user_not_in_group", "accept_member", group_id=group_id, user_id="dave")
    await alice.fails("not_found", "accept_member", group_id=new_room_id("g"), user_id="carol")


async def test_case_c79_a_strict_private_group(phoenix: PhoenixWorld):
    """Only an admin accepts; one who is muted receives and may not send; unmuting restores it."""
    alice, bob, carol = await relay_users(phoenix, "alice", "bob", "carol")
    group_id = await new_group(alice, "strict_private")
    await admitted(group_id, alice, bob)
    assert await carol.do("join_group", group_id=group_id) == "pending"
    await bob.fails("not_admin", "accept_member", group_id=group_id, user_id="carol")
    assert await alice.do("accept_member", group_id=group_id, user_id="carol") == "ok"
    assert await alice.do("mute_member", group_id=group_id, user_id="carol") == "ok"
    assert await alice.status(group_id, "carol") == "muted"
    await carol.fails(MUTED, "relay_msg", group_id=group_id, message="may I?")
    assert await alice.say(group_id, "still to three") == 3
    await carol.hears(group_id, "still to three", "alice")
    assert await alice.do("unmute_member", group_id=group_id, user_id="carol") == "ok"
    await talked(group_id, carol, alice, bob, carol)


@pytest.mark.parametrize("group_type", ["public", "private"])
async def test_case_c80_muting_in_groups_that_are_not_strict(phoenix: PhoenixWorld, group_type: str):
    """The relay's own operations answer `not_strict_private`, whoever asks about whom."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, group_type)
    await bob.do("join_group", group_id=group_id)
    for request_type in ("mute_member", "unmute_member"):
        for actor in (alice, bob):
            await actor.fails("not_strict_private", request_type, group_id=group_id, user_id="bob")


async def test_case_c80_errors_of_muting_in_their_order(phoenix: PhoenixWorld):
    """Unknown group; an actor who may not; an unknown target; a target in the wrong status."""
    alice, bob, carol, dave = await relay_users(phoenix, "alice", "bob", "carol", "dave")
    group_id = await new_group(alice, "strict_private")
    await admitted(group_id, alice, bob)
    await carol.do("join_group", group_id=group_id)
    for request_type, on_pending in (("mute_member", "cannot_mute"), ("unmute_member", "not_muted")):
        await alice.fails("not_found", request_type, group_id=new_room_id("g"), user_id="bob")
        await dave.fails("not_admin", request_type, group_id=group_id, user_id="bob")
        await bob.fails("not_admin", request_type, group_id=group_id, user_id="alice")
        await carol.fails("not_admin", request_type, group_id=group_id, user_id="bob")
        await alice.fails("user_not_in_group", request_type, group_id=group_id, user_id="dave")
        await alice.fails(on_pending, request_type, group_id=group_id, user_id="carol")
    await alice.fails("not_muted", "unmute_member", group_id=group_id, user_id="bob")
    await alice.do("mute_member", group_id=group_id, user_id="bob")
    await alice.fails("cannot_mute", "mute_member", group_id=group_id, user_id="bob")
    await bob.fails("not_admin", "accept_member", group_id=group_id, user_id="carol")


@pytest.mark.parametrize("group_type, status", [("public", "active"), ("private", "pending"),
                                                ("strict_private", "pending")])
async def test_case_c81_joining_twice(phoenix: PhoenixWorld, group_type: str, status: str):
    """`already_member`, for who is active and for who is pending; nothing doubles."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, group_type)
    assert await bob.do("join_group", group_id=group_id) == status
    await bob.fails("already_member", "join_group", group_id=group_id)
    await alice.fails("already_member", "join_group", group_id=group_id)
    if status == "active":
        await talked(group_id, alice, alice, bob)
        await bob.deaf()
    assert await alice.status(group_id, "bob") == status


async def test_case_c81_a_muted_member_joins_again(phoenix: PhoenixWorld):
    """He waits to be accepted like anybody; ours: that does not end the mute."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, "strict_private")
    await admitted(group_id, alice, bob)
    await alice.do("mute_member", group_id=group_id, user_id="bob")
    assert await bob.do("join_group", group_id=group_id) == "pending"
    info = await alice.do("get_group_info", group_id=group_id)
    assert (info["members"]["bob"]["status"], info["members"]["bob"]["roles"]) == ("pending", ["member"])
    await bob.fails(PENDING, "relay_msg", group_id=group_id, message="may I?")
    assert await alice.do("accept_member", group_id=group_id, user_id="bob") == "ok"
    assert await alice.status(group_id, "bob") == "muted"
    await bob.fails(MUTED, "relay_msg", group_id=group_id, message="may I now?")


async def test_case_c82_leaving(phoenix: PhoenixWorld):
    """Who is no member cannot leave, nor can anybody an unknown group; who has left is no member."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.fails("user_not_in_group", "leave_group", group_id=group_id)
    await bob.fails("not_found", "leave_group", group_id=new_room_id("g"))
    await bob.do("join_group", group_id=group_id)
    assert await bob.do("leave_group", group_id=group_id) == "ok"
    await bob.fails("user_not_in_group", "leave_group", group_id=group_id)
    await bob.fails(OUTSIDE, "relay_msg", group_id=group_id, message="still here?")
    assert await alice.say(group_id, "alone") == 1
    await alice.hears(group_id, "alone", "alice")
    await bob.deaf()


async def test_case_c82_a_request_may_be_taken_back(phoenix: PhoenixWorld):
    """One who is pending leaves, and is nothing any more."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, "private")
    await bob.do("join_group", group_id=group_id)
    assert await bob.do("leave_group", group_id=group_id) == "ok"
    await alice.fails("user_not_in_group", "accept_member", group_id=group_id, user_id="bob")


@pytest.mark.parametrize("end", ["cut", "leave"])
async def test_case_c83_membership_outlives_the_connection(phoenix: PhoenixWorld, end: str):
    """Ours: he stays a member and is counted; nothing is delivered until he joins from another channel."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.do("join_group", group_id=group_id)
    if end == "cut":
        bob.client.cut()
    else:
        await bob.client.leave(bob.topic)
    assert await alice.status(group_id, "bob") == "active"
    assert await alice.say(group_id, "to an absent one") == 2
    await alice.hears(group_id, "to an absent one", "alice")
    again = await relay_user(phoenix, "bob", "relay:again")
    pushed, _ = await again.call("join_group", group_id=group_id)
    assert pushed["result"] == "active" or pushed["error"] == "already_member", pushed
    await talked(group_id, alice, alice, again)
    if end == "leave":
        await bob.client.silent()


async def test_case_c83_several_devices_are_one_member(phoenix: PhoenixWorld):
    """Each device that joined hears a message once; the count is of users."""
    alice, desk, phone = await relay_users(phoenix, "alice", "bob", "bob")
    group_id = await new_group(alice)
    assert await desk.do("join_group", group_id=group_id) == "active"
    pushed, _ = await phone.call("join_group", group_id=group_id)
    assert pushed["result"] == "active" or pushed["error"] == "already_member", pushed
    assert await alice.say(group_id, "to both") == 2
    for device in (desk, phone):
        await device.hears(group_id, "to both", "alice")
        await device.deaf()
    await desk.client.close()
    await talked(group_id, alice, alice, phone)


async def test_case_c84_the_owner_of_a_strict_group_names_a_successor_first(phoenix: PhoenixWorld):
    """Ours: `successor_required` while others are in it; afterwards the new owner does what an admin does."""
    alice, bob, carol = await relay_users(phoenix, "alice", "bob", "carol")
    group_id = await new_group(alice, "strict_private")
    await admitted(group_id, alice, bob)
    await alice.fails("successor_required", "leave_group", group_id=group_id)
    assert await alice.status(group_id, "alice") == "active"
    topic = room_topic(group_id)
    await alice.client.join(topic)
    await alice.client.do(topic, "set_role", {"user": "bob", "role": "owner"})
    assert await alice.do("leave_group", group_id=group_id) == "ok"
    await carol.do("join_group", group_id=group_id)
    await alice.fails("user_not_in_group", "accept_member", group_id=group_id, user_id="carol")
    assert await bob.do("accept_member", group_id=group_id, user_id="carol") == "ok"
    await talked(group_id, bob, bob, carol)
    await alice.deaf()


@pytest.mark.parametrize("group_type", ["public", "private"])
async def test_case_c84_other_groups_pass_to_the_next(phoenix: PhoenixWorld, group_type: str):
    """The longest-serving member becomes admin when the last one leaves."""
    alice, bob, carol = await relay_users(phoenix, "alice", "bob", "carol")
    group_id = await new_group(alice, group_type)
    for other in (bob, carol):
        if await other.do("join_group", group_id=group_id) == "pending":
            await alice.do("accept_member", group_id=group_id, user_id=other.user)
    assert await alice.do("leave_group", group_id=group_id) == "ok"
    members = (await bob.do("get_group_info", group_id=group_id))["members"]
    assert members.keys() == {"bob", "carol"}
    assert "admin" in members["bob"]["roles"] and members["carol"]["roles"] == ["member"]


async def test_case_c84_the_only_member_may_leave(phoenix: PhoenixWorld):
    """A group without anybody stays, and its name with it."""
    (alice,) = await relay_users(phoenix, "alice")
    group_id = await new_group(alice, "strict_private")
    assert await alice.do("leave_group", group_id=group_id) == "ok"
    await alice.fails("already_exists", "create_group", group_id=group_id, group_type="public")


async def test_case_c85_creating_and_deleting(phoenix: PhoenixWorld):
    """An id is given once: also an empty and a deleted group's. What is deleted is not there for anybody."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.do("join_group", group_id=group_id)
    for actor in (alice, bob):
        await actor.fails("already_exists", "create_group", group_id=group_id, group_type="private")
    await bob.fails("not_admin", "delete_group", group_id=group_id)
    assert await alice.do("delete_group", group_id=group_id) == "ok"
    for actor in (alice, bob):
        await actor.fails(UNKNOWN, "relay_msg", group_id=group_id, message="anybody?")
        await actor.fails("not_found", "delete_group", group_id=group_id)
        await actor.fails("not_found", "join_group", group_id=group_id)
        await actor.fails("not_found", "get_group_info", group_id=group_id)
    await alice.fails("already_exists", "create_group", group_id=group_id, group_type="public")
    await bob.deaf()


async def test_case_c86_who_is_no_member(phoenix: PhoenixWorld):
    """Sending to a group that one is not in, and to one that is not there."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.fails(OUTSIDE, "relay_msg", group_id=group_id, message="hello?")
    await bob.fails(UNKNOWN, "relay_msg", group_id=new_room_id("g"), message="hello?")
    await alice.deaf()


@pytest.mark.parametrize("group_type", ["open", "", "strict", "invite_only"])
async def test_case_c86_unknown_group_types(phoenix: PhoenixWorld, group_type: str):
    """Nothing is created."""
    (alice,) = await relay_users(phoenix, "alice")
    group_id = new_room_id("g")
    pushed, _ = await alice.call("create_group", group_id=group_id, group_type=group_type)
    assert pushed["success"] is False and pushed["error"], pushed
    await alice.fails("not_found", "get_group_info", group_id=group_id)


# What §5 and product.md §4 say beside the numbered cases.


async def test_info_of_a_group(phoenix: PhoenixWorld):
    """Its id, its type, and every member with roles, status and time."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, "private")
    await bob.do("join_group", group_id=group_id)
    info = await alice.do("get_group_info", group_id=group_id)
    assert info.keys() == {"group_id", "group_type", "members"}
    assert (info["group_id"], info["group_type"]) == (group_id, "private")
    assert info["members"].keys() == {"alice", "bob"}
    assert all(entry.keys() == {"roles", "status", "joined_at"} for entry in info["members"].values())
    assert info["members"]["alice"]["status"] == "active" and "admin" in info["members"]["alice"]["roles"]
    assert info["members"]["bob"]["status"] == "pending"
    assert all(entry["joined_at"].endswith("Z") for entry in info["members"].values())


async def test_info_of_a_closed_group_is_for_its_members(phoenix: PhoenixWorld):
    """A stranger does not learn who is in it."""
    alice, stranger = await relay_users(phoenix, "alice", "stranger")
    for group_type in ("private", "strict_private"):
        group_id = await new_group(alice, group_type)
        await stranger.fails("user_not_in_group", "get_group_info", group_id=group_id)


async def test_groups_outlive_a_restart(another_server):
    """Upstream forgets them; ours are rooms."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, "strict_private")
    await admitted(group_id, alice, bob)
    await alice.do("mute_member", group_id=group_id, user_id="bob")
    server.restart()
    alice, bob = await relay_users(phoenix, "alice", "bob")
    assert await alice.status(group_id, "bob") == "muted"
    await bob.fails(MUTED, "relay_msg", group_id=group_id, message="may I?")
    await phoenix.aclose()


async def test_a_group_is_a_room_of_the_other_fronts(phoenix: PhoenixWorld):
    """What is said on one is heard on all: relay, the room's topic, typed JSON."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    topic = room_topic(group_id)
    number = (await alice.client.join(topic))["room"]["number"]
    await bob.do("join_group", group_id=group_id)
    jane = await phoenix.ext("jane")
    await jane.join(number)
    await alice.say(group_id, "from the relay")
    told = await alice.client.wait_for("new_msg", topic, body="from the relay")
    heard = await jane.wait_for("chat_send", channel_id=number, content="from the relay", sender="alice")
    assert (heard.id, heard["seq"]) == (told["id"], told["seq"])
    await jane.do("chat_send", {"channel_id": number, "content": "from JSON"})
    await bob.hears(group_id, "from JSON", "jane")
    await alice.client.do(topic, "new_msg", {"body": "from the topic"})
    await bob.hears(group_id, "from the topic", "alice")
    assert await bob.say(group_id, "three of us") == 3


async def test_pending_and_muted_by_the_other_front(phoenix: PhoenixWorld):
    """Requests and mutes of typed JSON are those of the relay."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice, "strict_private")
    topic = room_topic(group_id)
    number = (await alice.client.join(topic))["room"]["number"]
    owner, jane = await phoenix.ext("alice"), await phoenix.ext("jane")
    await owner.join(number)
    assert (await jane.ask("channel_join", {"channel_id": number})).matches("error", code="pending")
    assert await alice.status(group_id, "jane") == "pending"
    assert await alice.do("accept_member", group_id=group_id, user_id="jane") == "ok"
    await jane.join(number)
    await owner.do("chat_mute", {"channel_id": number, "target": "jane", "duration": 600})
    assert await alice.status(group_id, "jane") == "muted"
    await alice.do("unmute_member", group_id=group_id, user_id="jane")
    await jane.do("chat_send", {"channel_id": number, "content": "free again"})


async def test_requests_of_one_channel_are_answered_in_order(phoenix: PhoenixWorld):
    """Fifty at once: each answered once, deliveries in the order of sending."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    await bob.do("join_group", group_id=group_id)
    refs = [await alice.client.push(alice.topic, EVENT, {
        "service": "relay", "request_type": "relay_msg", "request_id": f"n{number}",
        "args": {"group_id": group_id, "message": f"n{number}"}}) for number in range(50)]
    for ref in refs:
        assert (await alice.client.answer(ref)).is_ok
    for number in range(50):
        delivery = await bob.client.next()
        assert (delivery["request_id"], delivery["result"]["message"]) == (f"n{number}", f"n{number}")
