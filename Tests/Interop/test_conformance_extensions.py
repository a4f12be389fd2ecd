"""Conformance cases 63-69: resume, acknowledgement, paging, compact frames, edits (json-chat.md §1.13)."""

import asyncio
import uuid

import pytest

from harness import COMPACT, Client, Frame, World


async def pour(sender: Client, room: int, count: int, prefix: str = "n") -> None:
    """Sends `count` messages, at most 200 of them ahead of what has come back."""
    back = 0
    for number in range(count):
        await sender.send("chat_send", {"channel_id": room, "content": f"{prefix}{number}"})
        while number - back >= 200:
            await sender.wait_for("chat_send")
            back += 1
    if count:
        await sender.wait_for("chat_send", content=f"{prefix}{count - 1}")


async def pages(client: Client, room: int, after: int) -> list[dict]:
    """All messages of a room after a position, page by page."""
    found: list[dict] = []
    while True:
        page = await client.do("history_get", {"channel_id": room, "after": after, "limit": 200})
        assert page.type == "history_page", dict(page)
        messages = page.payload["messages"]
        assert len(messages) <= 200
        found += messages
        if not page.payload["has_more_after"]:
            return found
        assert messages, "an empty page that says there is more"
        after = messages[-1]["seq"]


async def test_case_63_missed_events_are_replayed_in_order_and_then_live(world: World):
    alice, bob = await world.old("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    last = await bob_hears(alice, bob, room, "ten")
    await bob.close()
    await pour(alice, room, 5)

    bob = await world.ext("bob", resume={room: (last["epoch"], last["seq"])})
    assert bob.rooms[room]["result"] == "replayed"
    assert bob.rooms[room]["seq"] == last["seq"] + 5
    for number in range(5):
        frame = await bob.expect("chat_send", channel_id=room, content=f"n{number}", sender="alice")
        assert (frame["seq"], frame["epoch"]) == (last["seq"] + 1 + number, last["epoch"])
    await bob.expect("resumed", channel_id=room, epoch=last["epoch"], seq=last["seq"] + 5)
    await alice.send("chat_send", {"channel_id": room, "content": "live"})
    await bob.wait_for("chat_send", content="live", seq=last["seq"] + 6)
    assert all("seq" not in frame for frame in bob.passed), "more events than there were"


async def bob_hears(alice: Client, bob: Client, room: int, text: str) -> Frame:
    await alice.say(room, text)
    return await bob.wait_for("chat_send", content=text)


async def test_case_63_nothing_missed_is_an_empty_replay(world: World):
    alice, bob = await world.old("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    last = await bob_hears(alice, bob, room, "last")
    await bob.close()
    bob = await world.ext("bob", resume={room: (last["epoch"], last["seq"])})
    assert bob.rooms[room]["result"] == "replayed"
    await bob.expect("resumed", channel_id=room, seq=last["seq"])


async def test_case_63_edits_reactions_and_deletions_are_replayed_too(world: World):
    alice, bob = await world.ext("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    message = await alice.say(room, "first")
    last = await bob.wait_for("chat_send", content="first")
    await bob.close()
    await alice.do("chat_react", {"channel_id": room, "message_id": message.id, "emote": "🔥"})
    await alice.do("chat_edit", {"channel_id": room, "message_id": message.id, "content": "second"})
    await alice.do("chat_delete", {"channel_id": room, "message_id": message.id})

    bob = await world.ext("bob", resume={room: (last["epoch"], last["seq"])})
    assert bob.rooms[room]["result"] == "replayed"
    for offset, type in enumerate(("chat_react_add", "chat_edited", "chat_deleted"), start=1):
        await bob.expect(type, message_id=message.id, seq=last["seq"] + offset)
    await bob.expect("resumed", channel_id=room)


async def test_case_63_one_who_was_kicked_out_meanwhile_is_told_gone(world: World):
    alice, bob = await world.ext("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    last = await bob_hears(alice, bob, room, "last")
    await bob.close()
    await alice.do("chat_ban", {"channel_id": room, "target": "bob"})
    await alice.say(room, "not for bob")
    bob = await world.ext("bob", resume={room: (last["epoch"], last["seq"])})
    assert bob.rooms[room]["result"] == "gone"
    assert bob.rooms[room]["reason"]
    await bob.send("chat_send", {"channel_id": room, "content": "x"})
    assert (await bob.next()).type == "error"


@pytest.mark.deadline(240)
async def test_case_64_a_gap_is_told_and_paged_through(world: World):
    alice, bob = await world.old("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    last = await bob_hears(alice, bob, room, "ten")
    await bob.close()
    await pour(alice, room, 10_000)

    bob = await world.ext("bob", resume={room: (last["epoch"], last["seq"])})
    told = bob.rooms[room]
    assert (told["result"], told["seq"]) == ("gap", last["seq"] + 10_000)
    assert not told.get("reset")
    missed = await pages(bob, room, last["seq"])
    assert [message["seq"] for message in missed] == list(range(last["seq"] + 1, last["seq"] + 10_001))
    assert [message["content"] for message in missed] == [f"n{number}" for number in range(10_000)]
    assert len({message["message_id"] for message in missed}) == 10_000
    await alice.send("chat_send", {"channel_id": room, "content": "live"})
    await bob.wait_for("chat_send", content="live", seq=last["seq"] + 10_001)


async def test_case_65_a_lost_log_is_a_gap_with_a_new_epoch(another_server):
    server = another_server()
    world = World(server)
    alice = await world.ext("alice")
    room = await world.room(alice)
    for text in ("one", "two", "three"):
        last = await alice.say(room, text)
    server.stop()
    for path in server.data.rglob("*.db*"):
        path.unlink()
    server.forget_tokens()
    server.start()

    alice = await world.ext("alice")
    joined = await alice.join(room)
    assert joined.epoch != last["epoch"]
    for text in ("uno", "dos", "tres", "cuatro"):
        newest = await alice.say(room, text)
    again = await world.ext("alice", resume={room: (last["epoch"], 2)})
    told = again.rooms[room]
    assert (told["result"], told.get("reset")) == ("gap", True)
    assert (told["epoch"], told["seq"]) == (newest["epoch"], newest["seq"])
    await alice.send("chat_send", {"channel_id": room, "content": "live"})
    await again.wait_for("chat_send")
    assert [frame for frame in again.passed if frame.type.startswith("chat_")] == [], "replayed from another epoch"


@pytest.mark.parametrize("epoch", ["no-such-epoch", 7, None])
async def test_case_65_an_unknown_epoch_is_a_gap(world: World, epoch: object):
    alice = await world.ext("alice")
    room = await world.room(alice)
    newest = await alice.say(room, "one")
    client = await world.client()
    resume = {"rooms": {str(room): {"epoch": epoch, "seq": 1}}}
    await client.send(
        "hello", {"token": world.server.token("alice")}, ext={"v": 1, "want": ["seq"], "resume": resume})
    frame = await client.next()
    if frame.type == "error":  # a number or null is not an epoch: the hello may be refused as malformed
        assert not isinstance(epoch, str)
        return
    told = {room["channel_id"]: room for room in frame.payload["ext"]["rooms"]}[room]
    assert (told["result"], told["seq"]) == ("gap", newest["seq"])


async def test_case_65_a_position_from_the_future_is_a_gap(world: World):
    alice = await world.ext("alice")
    room = await world.room(alice)
    newest = await alice.say(room, "one")
    again = await world.ext("alice", resume={room: (newest["epoch"], newest["seq"] + 1000)})
    assert again.rooms[room]["result"] == "gap"


async def stream(sender: Client, room: int, stop: asyncio.Event) -> None:
    """Sends numbered messages until told to stop, each as soon as the one before has come back."""
    number = 0
    while not stop.is_set():
        await sender.send("chat_send", {"channel_id": room, "content": f"n{number}"})
        await sender.wait_for("chat_send", content=f"n{number}")
        number += 1


@pytest.mark.parametrize("extended", [True, False], ids=["ext", "old"])
async def test_case_66_no_message_is_lost_or_doubled_between_snapshot_and_live(world: World, extended: bool):
    alice = await world.old("alice")
    room = await world.room(alice)
    stop = asyncio.Event()
    running = asyncio.create_task(stream(alice, room, stop))
    for number in range(30):
        name = f"joiner{number % 5}"
        joiner = await (world.ext(name) if extended else world.old(name))
        await joiner.send("channel_join", {"channel_id": room}, **({"ext": {"history": 50}} if extended else {}))
        await joiner.wait_for("channel_join", channel_id=room, user=name)
        frames = [frame for frame in joiner.passed if frame.type == "chat_send"]
        frames += [await joiner.wait_for("chat_send") for _ in range(5)]
        numbers = [int(frame.content[1:]) for frame in frames]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await joiner.close()
    stop.set()
    await running


async def test_case_67_a_retry_after_a_lost_ack_gets_the_same_answer(world: World):
    alice, bob = await world.ext("alice"), await world.old("bob")
    room = await world.room(bob, alice)
    ref = await alice.send("chat_send", {"channel_id": room, "content": "once"})
    stored = await bob.wait_for("chat_send", content="once")
    alice.cut()

    acks = []
    for _ in range(2):
        alice = await world.ext("alice", resume={})
        await alice.join(room)
        acks.append(await alice.do("chat_send", {"channel_id": room, "content": "once"}, id=ref))
    assert all(ack.type == "ack" for ack in acks)
    assert {ack.payload["message_id"] for ack in acks} == {stored.id}
    assert len({ack.payload["seq"] for ack in acks}) == 1
    page = await alice.do("history_get", {"channel_id": room, "around": stored.id, "limit": 10})
    assert [(message["message_id"], message["seq"]) for message in page.payload["messages"]] == \
        [(stored.id, acks[0].payload["seq"])]


async def test_case_67_the_same_holds_after_a_restart(another_server):
    server = another_server()
    world = World(server)
    alice = await world.ext("alice")
    room = await world.room(alice)
    ref = str(uuid.uuid4())
    first = await alice.do("chat_send", {"channel_id": room, "content": "once"}, id=ref)
    server.restart()
    alice = await world.ext("alice")
    await alice.join(room)
    second = await alice.do("chat_send", {"channel_id": room, "content": "once"}, id=ref)
    assert (second.payload["message_id"], second.payload["seq"]) == \
        (first.payload["message_id"], first.payload["seq"])


async def compact_by_want(world: World, name: str) -> Client:
    return await world.ext(name, want=("compact",))


async def compact_by_subprotocol(world: World, name: str) -> Client:
    client = await world.old(name, subprotocols=(COMPACT,))
    assert client.socket.subprotocol == COMPACT
    return client


@pytest.mark.parametrize("compact", [compact_by_want, compact_by_subprotocol])
async def test_case_68_compact_and_old_client_see_the_same(world: World, compact):
    alice, bob = await world.old("alice"), await compact(world, "bob")
    room = await world.room(alice, bob)
    await alice.say(room, "hi")
    short = await bob.wait_for("chat_send", channel_id=room, content="hi", sender="alice")
    assert short.size <= 100, short.size
    await bob.send("chat_send", {"channel_id": room, "content": "héllo 😀"})
    long = await alice.wait_for("chat_send", content="héllo 😀", sender="bob")
    echo = await bob.wait_for("chat_send", content="héllo 😀", sender="bob")
    assert echo.id == long.id
    await alice.send("chat_react", {"channel_id": room, "message_id": long.id, "emote": "🔥"})
    await bob.wait_for("chat_react_add", message_id=long.id, emote="🔥")
    await alice.send("chat_typing", {"channel_id": room})
    await bob.wait_for("chat_typing", user="alice")


async def test_case_69_edit(world: World):
    alice, bob, old = await world.ext("alice"), await world.ext("bob"), await world.old("carol")
    room = await world.room(alice, bob, old)
    message = await alice.say(room, "first")
    await old.expect("chat_send", content="first")
    change = {"channel_id": room, "message_id": message.id, "content": "second"}
    assert (await bob.ask("chat_edit", change)).matches("error", code="forbidden")
    assert (await alice.do("chat_edit", change)).type == "ack"
    edited = await bob.wait_for("chat_edited", channel_id=room, message_id=message.id, content="second")
    assert edited.payload["version"] >= 1 and edited.payload["edited_at"]
    await world.quiet(room, alice, old)
    assert (await world.history(room, "carol"))[0].content == "second"
    page = await bob.do("history_get", {"channel_id": room, "around": message.id, "limit": 1})
    assert page.payload["messages"][0]["content"] == "second"


async def test_case_69_a_deleted_message_is_a_tombstone(world: World):
    alice, bob = await world.ext("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    message = await alice.say(room, "regretted")
    await alice.do("chat_delete", {"channel_id": room, "message_id": message.id, "reason": "typo"})
    await bob.wait_for("chat_deleted", channel_id=room, message_id=message.id)
    page = await bob.do("history_get", {"channel_id": room, "around": message.id, "limit": 1})
    kept = page.payload["messages"][0]
    assert (kept["message_id"], kept["content"], kept["deleted"]) == (message.id, "", True)
    assert "regretted" not in [frame.content for frame in (await (await world.old("carol")).join(room)).history]


async def test_ext_read_mark_reaches_the_other_devices_and_sets_the_count(world: World):
    alice, desk, phone = await world.old("alice"), await world.ext("bob"), await world.ext("bob")
    room = await world.room(alice, desk, phone)
    for text in ("one", "two", "three"):
        await alice.say(room, text)
    second = await desk.wait_for("chat_send", content="two")
    await desk.do("read_mark", {"channel_id": room, "seq": second["seq"]})
    await phone.wait_for("read_update", channel_id=room, user="bob", seq=second["seq"], unread=1)
    assert (await world.ext("bob")).rooms[room]["unread"] == 1


async def test_ext_every_sequence_number_is_seen_once(world: World):
    """A client with sequence numbers gets one frame for each event, whatever the event is."""
    alice, bob = await world.ext("alice"), await world.ext("bob")
    room = await world.room(alice)
    joined = await bob.join(room)
    message = await alice.say(room, "first")
    await alice.do("chat_react", {"channel_id": room, "message_id": message.id, "emote": "🔥"})
    await (await world.old("carol")).join(room)
    await alice.do("member_role", {"channel_id": room, "target": "carol", "role": "moderator"})
    await alice.do("room_update", {"channel_id": room, "topic": "all of it"})
    await alice.do("chat_mute", {"channel_id": room, "target": "carol", "duration": 60})
    await alice.do("chat_unmute", {"channel_id": room, "target": "carol"})
    await alice.do("chat_delete", {"channel_id": room, "message_id": message.id})
    last = await alice.say(room, "last")
    await bob.wait_for("chat_send", content="last")
    seqs = [frame["seq"] for frame in bob.passed if frame.get("seq", 0) > joined.seq] + [last["seq"]]
    assert seqs == list(range(joined.seq + 1, last["seq"] + 1))
