"""Direct rooms on `/ws` and over REST (json-chat.md §2.4)."""

import asyncio

import pytest

from harness import Answer, World

DIRECT = "/api/v1/direct/"


def open_by_rest(world: World, name: str, other: str) -> Answer:
    return world.server.rest.with_token(world.server.token(name)).call("POST", DIRECT + other)


async def test_two_have_one_room_and_talk_in_it(world: World):
    alice, bob = await world.ext("Anna"), await world.ext("bob")
    opened = await alice.do("direct_open", {"user": "bob"})
    assert opened.type == "direct_opened" and opened.payload["is_new"] is True
    room = opened.payload["room"]
    assert (room["kind"], room["access"], room["members"], room["role"]) == ("direct", "invite_only", 2, "member")
    back = await bob.do("direct_open", {"user": "Anna"})
    assert (back.payload["room"]["channel_id"], back.payload["is_new"]) == (room["channel_id"], False)
    await world.gather(room["channel_id"], alice, bob)
    await alice.say(room["channel_id"], "only for you")
    await bob.wait_for("chat_send", content="only for you", sender="Anna")


async def test_whoever_asks_on_whichever_front_gets_the_same_room(world: World):
    world.server.token("dave")
    first = open_by_rest(world, "carol", "dave")
    assert (first.status, first.json["is_new"]) == (201, True)
    second = open_by_rest(world, "dave", "carol")
    assert (second.status, second.json["is_new"]) == (200, False)
    dave = await world.ext("dave")
    third = await dave.do("direct_open", {"user": "carol"})
    rooms = [answer["room"]["room_id"] for answer in (first.json, second.json, third.payload)]
    assert len(set(rooms)) == 1
    assert third.payload["room"]["channel_id"] in dave.rooms


async def test_both_at_once_get_one_room(world: World):
    world.server.token("erin"), world.server.token("frank")
    pairs = [("erin", "frank"), ("frank", "erin")] * 10
    answers = await asyncio.gather(*(asyncio.to_thread(open_by_rest, world, *pair) for pair in pairs))
    assert len({answer.json["room"]["room_id"] for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]


async def test_a_third_does_not_come_in(world: World):
    alice, eve = await world.ext("alice"), await world.ext("eve")
    world.server.token("bob")
    room = (await alice.do("direct_open", {"user": "bob"})).payload["room"]["channel_id"]
    refused = await eve.ask("channel_join", {"channel_id": room})
    assert refused.type == "error" and refused.payload["code"] in ("invite_required", "no_such_room", "forbidden")
    listed = await eve.do("room_list", {"limit": 100})
    assert room not in [entry["channel_id"] for entry in listed.payload["rooms"]]
    searched = await eve.ask("search", {"channel_id": room, "query": "x"})
    assert searched.type == "error"


async def test_a_message_tells_of_itself_to_who_listens(world: World):
    alice, bob = await world.ext("alice"), await world.ext("bob", want=("seq", "signals"))
    room = (await alice.do("direct_open", {"user": "bob"})).payload["room"]["channel_id"]
    await alice.join(room)
    await alice.say(room, "are you there?")
    signal = await bob.wait_for("signal")
    assert (signal.payload["to"], signal.payload["event"]) == ("user", "newMessage")


@pytest.mark.parametrize(("user", "code"), [
    ("alice", "not_self"), ("nobody", "no_such_user"), ("", "no_such_user"), ("Guest0001", "no_such_user"),
    ("with/slash", "no_such_user")])
async def test_who_cannot_be_written_to_is_refused(world: World, user: str, code: str):
    alice = await world.ext("alice")
    answer = await alice.ask("direct_open", {"user": user})
    assert (answer.type, answer.payload.get("code")) == ("error", code)


async def test_disabled_accounts_and_guests_have_no_direct_rooms(world: World):
    server = world.server
    server.add_user("gone")
    server.command("user", "disable", "gone")
    server.token("alice")
    statuses = {user: open_by_rest(world, "alice", user).status for user in ("gone", "alice", "nobody", "a%2Fb")}
    assert statuses == {"gone": 404, "alice": 403, "nobody": 404, "a%2Fb": 404}
    guest = await world.guest()
    answer = await guest.ask("direct_open", {"user": "alice"})
    assert (answer.type, answer.payload["code"]) == ("error", "forbidden")
    token = server.rest.call("POST", "/api/v1/auth/guest").json["access_token"]
    assert server.rest.with_token(token).call("POST", DIRECT + "alice").status == 403
    assert server.rest.call("POST", DIRECT + "alice").status == 401


@pytest.mark.parametrize("payload", [{}, {"user": 7}, {"user": None}, {"user": "bob", "more": 1}])
async def test_bad_frames_are_refused(world: World, payload: dict):
    alice = await world.ext("alice")
    answer = await alice.ask("direct_open", payload)
    assert (answer.type, answer.payload["code"]) == ("error", "bad_message")
