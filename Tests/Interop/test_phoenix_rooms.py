"""The topics of rooms, `room:<id>`: joining, changing and leaving rooms (product.md §3-§5).

Ids, sequence numbers and epochs are those of the core: every test that can compares them with what a client of typed
JSON is told of the same event.
"""

import asyncio
import uuid

import pytest

from harness import PhoenixClient, PhoenixWorld, new_room_id, room_topic
from harness import settings as names
from harness.phoenix_rooms import moderated, same, standing

SETTINGS = {names.TYPING_INTERVAL: 0}
LOBBY = "room:lobby"
NOWHERE = "00000000-0000-4000-8000-000000000000"  # an id that no message has


async def test_the_reply_to_a_join_tells_of_the_room(phoenix: PhoenixWorld):
    """The room, one's own standing, and where the log is."""
    alice = await phoenix.socket("alice")
    room_id = new_room_id()
    joined = await alice.join(room_topic(room_id))
    assert joined["room"]["id"] == room_id and joined["room"]["number"] >= 1
    assert (standing(joined)["role"], standing(joined)["status"]) == ("owner", "active")
    assert joined["epoch"] and joined["seq"] >= 0 and joined["history"] == []
    assert (standing(joined)["read_seq"], standing(joined)["unread"]) == (0, 0) and "resume" not in joined


async def test_who_joins_a_free_id_owns_the_room_and_the_next_is_a_member(phoenix: PhoenixWorld):
    """As on every front; the room is public."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = room_topic(new_room_id())
    assert standing(await alice.join(topic))["role"] == "owner"
    assert standing(await bob.join(topic))["role"] == "member"
    joined = await alice.wait_for("member", topic, action="joined", user="bob")
    assert (joined["role"], joined["status"]) == ("member", "active") and joined["seq"]


async def test_guests_join_the_lobby_and_talk_and_make_no_rooms(phoenix: PhoenixWorld):
    """No token: a guest, made with the first room that is joined."""
    first, second = await phoenix.socket(), await phoenix.socket()
    for client in (first, second):
        await client.join(LOBBY)
    message = await first.say(LOBBY, f"hello {uuid.uuid4()}")
    heard = await second.wait_for("new_msg", LOBBY, id=message["id"])
    assert heard["user"]["is_guest"] is True and heard.payload == message.payload
    await first.join_refused(room_topic(new_room_id()), reason="no_such_room")


@pytest.mark.parametrize("room_id", ["", "a b", "x" * 65, "a/b", "a:b", "A\u0000"])
async def test_ids_that_no_room_can_have(phoenix: PhoenixWorld, room_id: str):
    """Refused, and nothing is made."""
    alice = await phoenix.socket("alice")
    reply = await alice.try_join(room_topic(room_id))
    assert reply.status == "error", reply.raw
    assert reply.reason in ("invalid_argument", "no_such_room", "unmatched topic"), reply.raw


async def test_topics_are_what_their_bytes_say(phoenix: PhoenixWorld):
    """A combining mark belongs to the id although it forms one character with the colon; and what looks like a room's
    name in another spelling is none."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    other = topic.replace("room:", "room:\u0301")
    joined = await alice.join(other)
    assert joined["room"]["id"] == other.removeprefix("room:")
    await alice.say(other, "there")
    await alice.say(topic, "here")
    assert alice.inbox == []
    composed = await phoenix.meet(alice, room_id=new_room_id("caf\u00e9"))
    decomposed = composed.replace("\u00e9", "e\u0301")
    for name in (decomposed, decomposed.replace("room:", "realtime:")):
        await alice.join_refused(name, reason="unmatched topic")
    # Neither has taken the place of the other.
    await alice.say(composed, "still here")
    await alice.join("relay:\u00e9")
    await alice.join("relay:e\u0301")
    for name in ("relay:\u00e9", "relay:e\u0301"):
        assert await alice.do(name, "echo", {"x": 1}) == {"x": 1}


async def test_a_closed_room(phoenix: PhoenixWorld):
    """A join is a request: `pending` until somebody accepts, then it is let through."""
    owner = await phoenix.ext("owner")
    number, topic = await phoenix.closed_room(owner, "private")
    bob, guest = await phoenix.socket("bob"), await phoenix.socket()
    await bob.join_refused(topic, reason="pending")
    await bob.join_refused(topic, reason="pending")
    await guest.join_refused(topic, reason="invite_required")
    await owner.wait_for("member_update", channel_id=number, user="bob", action="requested")
    await owner.do("member_accept", {"channel_id": number, "target": "bob"})
    assert standing(await bob.join(topic))["role"] == "member"
    for access in ("strict_private", "invite_only"):
        _, topic = await phoenix.closed_room(owner, access)
        await bob.join_refused(topic, reason="pending" if access == "strict_private" else "invite_required")


async def test_the_past_comes_with_the_join_when_it_is_asked_for(phoenix: PhoenixWorld):
    """At most so many, oldest first, and each as it was told live."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    said = [(await alice.say(topic, f"n{number}")).payload for number in range(10)]
    bob = await phoenix.socket("bob")
    joined = await bob.join(topic, {"history": 4})
    assert [(entry["id"], entry["seq"], entry["body"], entry["user"]) for entry in joined["history"]] == \
        [(entry["id"], entry["seq"], entry["body"], entry["user"]) for entry in said[-4:]]
    assert (await bob.join(topic))["history"] == []


async def stream(sender: PhoenixClient, topic: str, stop: asyncio.Event) -> None:
    """Sends numbered messages until told to stop, each when the one before has been answered."""
    number = 0
    while not stop.is_set():
        await sender.do(topic, "new_msg", {"body": f"n{number}"})
        number += 1


async def test_nothing_is_lost_or_doubled_between_the_past_and_live(phoenix: PhoenixWorld):
    """Who joins in the midst of messages gets every one once."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    stop = asyncio.Event()
    running = asyncio.create_task(stream(alice, topic, stop))
    for number in range(20):
        joiner = await phoenix.socket(f"joiner{number % 4}", vsn=("1.0.0", "2.0.0")[number % 2])
        joined = await joiner.join(topic, {"history": 50})
        live = [await joiner.wait_for("new_msg", topic) for _ in range(5)]
        bodies = [entry["body"] for entry in joined["history"] if entry["body"][0] == "n"] + [m["body"] for m in live]
        first = int(bodies[0][1:])
        assert bodies == [f"n{index}" for index in range(first, first + len(bodies))]
        assert live[0]["seq"] > joined["seq"]
        await joiner.close()
    stop.set()
    await running


# Rooms


async def test_update_room(phoenix: PhoenixWorld):
    """Told to all on both fronts; who is no admin may not."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await bob.refused(topic, "update_room", {"topic": "mine"}, "forbidden")
    await olga.do(topic, "update_room", {"title": "Tea", "topic": "Earl Grey"})
    told = await bob.wait_for("room_updated", topic)
    assert (told["room"]["title"], told["room"]["topic"], told["by"]["username"]) == ("Tea", "Earl Grey", "olga")
    same(told, await jane.wait_for("room_updated", channel_id=number))
    assert (await bob.join(topic))["room"]["title"] == "Tea"


async def test_a_room_that_closes_puts_guests_out(phoenix: PhoenixWorld):
    """Members stay; who was in by its openness is out."""
    olga, bob, guest = await phoenix.socket("olga"), await phoenix.socket("bob"), await phoenix.socket()
    topic = await phoenix.meet(olga, bob, guest)
    await olga.do(topic, "update_room", {"access": "private"})
    await guest.wait_for("phx_close", topic)
    await olga.say(topic, "among us")
    await bob.wait_for("new_msg", topic, body="among us")
    await guest.fence()
    assert guest.taken("new_msg") == []


async def test_delete_room(phoenix: PhoenixWorld):
    """Its owner only; all are told, then every channel is closed; its name rests."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await bob.refused(topic, "delete_room", {}, "forbidden")
    await olga.do(topic, "delete_room", {})
    for client in (olga, bob):
        told = await client.wait_for("room_deleted", topic)
        close = await client.wait_for("phx_close", topic)
        assert client.log.index(told) < client.log.index(close)
    same(told, await jane.wait_for("room_deleted", channel_id=number))
    await bob.join_refused(topic, reason="no_such_room")


async def test_leave_room_ends_the_membership_and_phx_leave_does_not(phoenix: PhoenixWorld):
    """Leaving a channel is going away from one screen; leaving the room is told as such."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await bob.leave(topic)
    await olga.until(lambda: "bob" not in olga.presence(topic).keys)
    members = {entry["username"] for entry in (await olga.do(topic, "members", {}))["members"]}
    assert members == {"olga", "bob", "jane"}
    phone = await phoenix.socket("bob")
    for client in (bob, phone):
        assert standing(await client.join(topic))["role"] == "member"
    await bob.do(topic, "leave_room", {})
    for client in (bob, phone):
        await client.wait_for("phx_close", topic)
    told = await olga.wait_for("member", topic, action="left", user="bob")
    same(told, await jane.wait_for("member_update", channel_id=number, user="bob", action="left"))
    await olga.say(topic, "without bob")
    for client in (bob, phone):
        await client.fence()
        assert client.taken("new_msg") == []


async def test_the_last_owner_of_a_strict_room_names_a_successor_first(phoenix: PhoenixWorld):
    """Where joining needs an admin, the room may not be left without one."""
    owner = await phoenix.ext("owner")
    number, topic = await phoenix.closed_room(owner, "strict_private")
    olga, bob = await phoenix.socket("owner"), await phoenix.socket("bob")
    await olga.join(topic)
    await bob.join_refused(topic, reason="pending")
    await olga.do(topic, "accept_member", {"user": "bob"})
    await olga.refused(topic, "leave_room", {}, "successor_required")
    await bob.join(topic)
    await olga.do(topic, "set_role", {"user": "bob", "role": "owner"})
    await olga.do(topic, "leave_room", {})
    await olga.wait_for("phx_close", topic)
    await bob.do(topic, "update_room", {"title": "mine now"})


# Every act


@pytest.mark.parametrize("event, payload, reason", [
    ("edit_msg", {"id": "x", "body": "y"}, None), ("edit_msg", {"body": "y"}, None),
    ("edit_msg", {"id": NOWHERE, "body": "y"}, "no_such_message"),
    ("delete_msg", {"id": NOWHERE}, "no_such_message"), ("delete_msg", {}, None),
    ("react", {"id": NOWHERE, "emote": "👍"}, "no_such_message"), ("react", {"emote": "👍"}, None),
    ("react", {"id": NOWHERE, "emote": "👍", "mode": "maybe"}, None), ("react", {"id": 7, "emote": 7}, None),
    ("typing", {"typing": "yes"}, None), ("read", {}, None), ("read", {"seq": "x"}, None),
    ("history", {"limit": "all"}, None), ("history", {"before": {}}, None),
    ("search", {}, None), ("search", {"query": 7}, None), ("search", {"query": "  "}, None),
    ("kick_member", {}, None), ("mute_member", {"user": "bob", "seconds": -1}, "invalid_duration"),
    ("mute_member", {"user": "bob", "seconds": 1.5}, None), ("mute_member", {"user": "bob", "seconds": 10**15}, None),
    ("ban_member", {"user": "bob", "reason": "r" * 300}, "reason_too_long"),
    ("kick_member", {"user": "no-such-user"}, "no_such_target"), ("kick_member", {"user": "alice"}, "not_self"),
    ("unmute_member", {"user": "bob"}, "not_muted"), ("unban_member", {"user": "bob"}, "not_banned"),
    ("accept_member", {"user": "bob"}, "not_pending"), ("set_role", {"user": "bob", "role": "king"}, None),
    ("update_room", {"access": "open"}, None), ("update_room", {"title": "t" * 81}, "invalid_argument"),
    ("broadcast", {"payload": {}}, None), ("broadcast", {"event": "e" * 65, "payload": {}}, "invalid_argument"),
    ("members", {"limit": "x"}, None), ("audit", {"before": "x"}, None)])
async def test_bad_payloads_of_every_act(phoenix: PhoenixWorld, event: str, payload: dict, reason: str | None):
    """An error reply with a reason and a text, and nothing changes."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    response = await alice.refused(topic, event, payload, reason)
    assert isinstance(response["reason"], str) and isinstance(response["message"], str), response
    await bob.silent(topic)
    await alice.say(topic, "still here")


@pytest.mark.parametrize("event", [
    "new_msg", "edit_msg", "delete_msg", "react", "reactions", "read", "history", "search", "kick_member",
    "mute_member", "ban_member", "set_role", "update_room", "broadcast"])
@pytest.mark.parametrize("payload", [[], "x", 7])
async def test_payloads_that_are_no_objects(phoenix: PhoenixWorld, event: str, payload: object):
    """The same for every event that wants something."""
    alice = await phoenix.socket("alice")
    topic = room_topic(new_room_id())
    await alice.join(topic)
    response = await alice.refused(topic, event, payload)
    assert isinstance(response["reason"], str) and isinstance(response["message"], str), response


async def test_every_number_of_the_log_is_told_once(phoenix: PhoenixWorld):
    """Whatever the events are and whoever caused them, on one channel the numbers have no hole."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    watcher = await phoenix.socket("watcher")
    start = (await watcher.join(topic))["seq"]
    message = await bob.say(topic, "first")
    await jane.do("chat_react", {"channel_id": number, "message_id": message["id"], "emote": "🔥"})
    await olga.do(topic, "set_role", {"user": "bob", "role": "moderator"})
    await olga.do(topic, "update_room", {"topic": "all of it"})
    await bob.do(topic, "mute_member", {"user": "jane", "seconds": 60})
    await bob.do(topic, "unmute_member", {"user": "jane"})
    await olga.do(topic, "ban_member", {"user": "jane"})
    await olga.do(topic, "unban_member", {"user": "jane"})
    await bob.do(topic, "edit_msg", {"id": message["id"], "body": "second"})
    await bob.do(topic, "delete_msg", {"id": message["id"]})
    await bob.do(topic, "leave_room", {})
    last = await olga.say(topic, "last")
    await watcher.wait_for("new_msg", topic, body="last")
    told = [frame["seq"] for frame in watcher.log
            if frame.topic == topic and frame.event != "phx_reply" and "seq" in frame.payload]
    assert told == list(range(start + 1, last["seq"] + 1))


async def test_client_channels_of_one_socket_are_independent(phoenix: PhoenixWorld):
    """One socket in many rooms, with both kinds of topic on one of them."""
    alice = await phoenix.socket("alice")
    topics = [room_topic(new_room_id()) for _ in range(10)]
    for topic in topics:
        await alice.join(topic)
    await alice.join(topics[0].replace("room:", "realtime:"))
    for topic in topics:
        await alice.say(topic, f"in {topic}")
    await alice.leave(topics[3])
    await alice.refused(topics[3], "new_msg", {"body": "x"}, "unmatched topic")
    await alice.say(topics[4], "still in")
    await alice.fence()
    assert [frame.topic for frame in alice.taken("new_msg")] == []
