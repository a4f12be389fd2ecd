"""Rooms that are not public: pending members, their acceptance, and what each may see (json-chat.md §2.1)."""

import pytest

from harness import Client, World


async def create(owner: Client, world: World, access: str, kind: str = "group") -> int:
    """A room of that access, with its owner in it."""
    room = world.server.new_room()
    await owner.do("room_create", {"channel_id": room, "title": "A room", "access": access, "kind": kind})
    await owner.join(room)
    return room


@pytest.mark.parametrize("access", ["private", "strict_private"])
async def test_a_join_is_pending_until_it_is_accepted(world: World, access: str):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await create(alice, world, access)
    await bob.send("channel_join", {"channel_id": room})
    await bob.expect_error("Your request to join is waiting for approval.", "pending")
    await alice.wait_for("member_update", channel_id=room, user="bob", status="pending")
    await bob.send("chat_send", {"channel_id": room, "content": "let me in"})
    assert (await bob.next()).type == "error"
    await alice.say(room, "not for bob")
    await alice.do("member_accept", {"channel_id": room, "target": "bob"})
    await bob.join(room)
    await bob.say(room, "thank you")


async def test_a_rejected_request_is_gone(world: World):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await create(alice, world, "private")
    await bob.send("channel_join", {"channel_id": room})
    await bob.expect_error(code="pending")
    await alice.do("member_reject", {"channel_id": room, "target": "bob"})
    listed = await alice.do("member_list", {"channel_id": room})
    assert [member["username"] for member in listed.payload["members"]] == ["alice"]


async def test_strict_rooms_are_opened_by_admins_only(world: World):
    alice, bob, carol = await world.ext("alice"), await world.ext("bob"), await world.old("carol")
    room = await create(alice, world, "strict_private")
    await bob.send("channel_join", {"channel_id": room})
    await bob.expect_error(code="pending")
    await alice.do("member_accept", {"channel_id": room, "target": "bob"})
    await bob.join(room)
    await carol.send("channel_join", {"channel_id": room})
    await carol.expect_error(code="pending")
    assert (await bob.ask("member_accept", {"channel_id": room, "target": "carol"})).matches("error", code="forbidden")


async def test_invitation_only(world: World):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await create(alice, world, "invite_only")
    await bob.send("channel_join", {"channel_id": room})
    await bob.expect_error("This channel is by invitation only.", "invite_required")


async def test_strangers_see_no_private_room(world: World):
    alice, eve = await world.ext("alice"), await world.ext("eve")
    room = await create(alice, world, "private")
    await alice.say(room, "secret")
    for type, payload in (
        ("history_get", {"channel_id": room, "after": 0, "limit": 10}),
        ("member_list", {"channel_id": room}),
        ("read_mark", {"channel_id": room, "seq": 1}),
        ("audit_get", {"channel_id": room}),
    ):
        assert (await eve.ask(type, payload)).type == "error", type
    listed = await eve.do("room_list", {"limit": 100})
    assert room not in [entry["channel_id"] for entry in listed.payload["rooms"]]


async def test_announcement_rooms_are_written_by_moderators(world: World):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await create(alice, world, "public", kind="channel")
    await bob.join(room)
    await bob.send("chat_send", {"channel_id": room, "content": "may I?"})
    await bob.expect_error(code="forbidden")
    await alice.say(room, "news")
    await bob.expect("chat_send", content="news")


async def test_guests_make_no_rooms(world: World):
    guest = await world.guest()
    await guest.send("channel_join", {"channel_id": world.server.new_room()})
    assert (await guest.next()).type == "error"


async def test_the_first_start_made_the_lobby_for_guests(world: World):
    first, second = await world.guest(), await world.guest()
    await first.join(1)
    await second.join(1)
    await first.say(1, "hello")
    await second.wait_for("chat_send", content="hello", sender=first.name)


async def test_a_guest_keeps_his_name_by_his_resume_token(world: World):
    guest = await world.guest()
    token = guest.greeting.payload["token"]
    assert token
    await guest.close()
    again = await world.client()
    hello = await again.hello(token)
    assert hello.payload["user"]["username"] == guest.name
    assert hello.payload["user"]["is_guest"] is True
