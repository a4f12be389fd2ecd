"""Conformance cases 33-41: sending (json-chat.md §1.6)."""

import asyncio
import json
import uuid

import pytest

from harness import Client, RawSocket, World, eventually
from harness import settings as names


async def test_case_33_outer_white_space_goes(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await alice.send("chat_send", {"channel_id": room, "content": "  hi  "})
    for client in (alice, bob):
        frame = await client.expect("chat_send", channel_id=room, content="hi", sender="alice", reactions=None)
        assert "reactions" in frame.payload


@pytest.mark.parametrize("content", ["", "   "])
async def test_case_34_empty_message_is_refused(world: World, content: str):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await alice.send("chat_send", {"channel_id": room, "content": content})
    await alice.expect_error("Invalid message format", "empty_message")
    await world.quiet(room, alice, bob)
    assert len(await world.history(room, "alice")) == 1


async def test_case_35_strict_mode_has_200_code_points(another_server):
    world = World(another_server({names.STRICT: True}))
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.say(room, "😀" * 200)
    await alice.send("chat_send", {"channel_id": room, "content": "a" * 201})
    await alice.expect_error("Invalid message format", "bad_message")
    await alice.send("chat_send", {"channel_id": room, "content": "   " + "b" * 200 + "   "})
    await alice.expect("chat_send", content="b" * 200)


async def test_case_35_default_limit_is_4000_code_points(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.say(room, "é" * 4000)
    await alice.send("chat_send", {"channel_id": room, "content": "a" * 4001})
    await alice.expect_error("Invalid message format", "message_too_long")


async def test_case_36_sender_and_reactions_of_the_client_are_ignored(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    payload = {"channel_id": room, "content": "me", "sender": {"username": "bob"}, "reactions": {"👍": 9}}
    await alice.send("chat_send", payload)
    await alice.expect("chat_send", content="me", sender="alice", reactions=None)


async def test_case_37_what_is_broadcast_is_what_history_shows(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.send("chat_send", {"channel_id": room, "content": "a\0b\x07c\td\ne"})
    frame = await alice.next()
    live = []
    if frame.type == "chat_send":
        assert frame.content == "abc\td\ne"
        live.append(frame.content)
    else:
        assert frame.matches("error", detail="Invalid message format")
    assert [kept.content for kept in await world.history(room, "alice")] == live


async def test_case_38_store_failure_is_an_error_to_the_sender_alone(another_server):
    server = another_server()
    world = World(server)
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await alice.say(room, "kept")
    await bob.expect("chat_send", content="kept")

    server.fail_file_writes()
    ref = await alice.send("chat_send", {"channel_id": room, "content": "lost"})
    error = await alice.expect_error("Failed to send message", ref=ref)
    assert error.payload["code"] in ("internal", "unavailable", "storage_full")
    assert server.alive
    server.allow_file_writes()

    async def attempt() -> bool:
        await alice.send("chat_send", {"channel_id": room, "content": "again"})
        return (await alice.next()).type == "chat_send"

    await eventually(attempt)
    await bob.expect("chat_send", content="again")
    assert [frame.content for frame in await world.history(room, "bob")][:1] == ["kept"]
    assert "lost" not in [frame.content for frame in await world.history(room, "bob")]
    assert server.restart().alive
    bob = await world.old("bob")
    assert "lost" not in [frame.content for frame in (await bob.join(room)).history]


async def test_case_39_retry_of_a_frame_id_makes_no_second_message(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    ref = str(uuid.uuid4())
    first = await alice.say(room, "once", id=ref)
    await bob.expect("chat_send", content="once")
    again = await alice.say(room, "once", id=ref)
    assert again.id == first.id
    await world.quiet(room, alice, bob)
    assert [frame.id for frame in await world.history(room, "bob")][:2].count(first.id) == 1


async def test_case_40_the_eleventh_of_a_burst_is_rate_limited(another_server):
    server = another_server({names.MESSAGE_BURST: 10, names.MESSAGE_RATE: 1})
    world = World(server)
    alice = await world.old("alice")
    room = await world.room(alice)
    refs = [await alice.send("chat_send", {"channel_id": room, "content": f"n{n}"}) for n in range(11)]
    frames = [await alice.next() for _ in range(11)]
    errors = [frame for frame in frames if frame.type == "error"]
    assert [error.payload["ref"] for error in errors] == [refs[10]]
    assert errors[0].payload["code"] == "rate_limited"
    assert errors[0].payload["detail"] == "Too many messages. Slow down."
    assert errors[0].payload["retry_after_ms"] > 0

    async def attempt() -> bool:
        await alice.send("chat_send", {"channel_id": room, "content": "later"})
        return (await alice.next()).type == "chat_send"

    await eventually(attempt)


@pytest.mark.deadline(240)
async def test_case_41_a_reader_that_stopped_does_not_delay_others_and_can_resume(world: World, figure):
    alice, bob = await world.old("alice"), await world.ext("bob", want=("seq",))
    room = await world.room(alice, bob)
    stalled, epoch, seq = await join_by_hand(world, "carol", room)
    await asyncio.gather(flood(alice, room, 10_000), receive(bob, 10_000))

    assert not alice.closed and not bob.closed
    stalled.widen()
    texts, code = await asyncio.wait_for(stalled.until_closed(), 60)
    stalled.close()
    figure(f"the stalled reader got {len(texts)} frames, then close code {code}")
    got = [frame for frame in map(json.loads, texts) if frame["type"] == "chat_send"]
    assert len(got) < 10_000, "its queue had no bound"
    seqs = [frame["seq"] for frame in got]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True

    last = seqs[-1] if seqs else seq
    carol = await world.ext("carol", resume={room: (epoch, last)})
    assert carol.rooms[room]["result"] in ("replayed", "gap")
    page = await carol.do("history_get", {"channel_id": room, "after": last, "limit": 200})
    assert page.payload["messages"][0]["seq"] == last + 1


async def join_by_hand(world: World, name: str, room: int) -> tuple[RawSocket, object, int]:
    """A client with sequence numbers in the room, on a socket from which nobody will read."""
    stalled = await RawSocket.connect(world.server.port, receive_buffer=65536)
    await stalled.upgrade()
    hello = {"type": "hello", "payload": {"token": world.server.token(name)}, "ext": {"v": 1, "want": ["seq", "page"]}}
    await stalled.text(json.dumps(hello))
    await stalled.read_text()
    await stalled.text(json.dumps({"type": "channel_join", "payload": {"channel_id": room}}))
    while True:
        frame = json.loads(await stalled.read_text())
        if frame["type"] == "channel_joined":
            return stalled, frame["payload"]["epoch"], frame["payload"]["seq"]


async def flood(sender: Client, room: int, count: int) -> None:
    """Sends `count` messages of about a kilobyte, at most 200 of them ahead of what has come back."""
    body = "x" * 1000
    back = 0
    for number in range(count):
        await sender.send("chat_send", {"channel_id": room, "content": f"{number} {body}"})
        while number - back >= 200:
            await sender.wait_for("chat_send")
            back += 1


async def receive(receiver: Client, count: int) -> None:
    """Takes `count` messages and checks that none is missing, doubled or out of order."""
    for number in range(count):
        frame = await receiver.wait_for("chat_send", patience=60)
        assert frame.content.startswith(f"{number} "), (number, frame.content[:20])
