"""Clients that misbehave: the others are served without disturbance, and memory stays bounded."""

import asyncio
import contextlib
import json
import random

import pytest

from harness import Client, RawSocket, Server, World
from harness import settings as names
from harness.faults import GoodPair, Memory
from harness.raw import BINARY, TEXT, frame

SETTINGS = {names.PING_INTERVAL: 1}


@pytest.mark.deadline(300)
async def test_clients_that_never_read(another_server, figure):
    # Default keep-alive: here it is the bound of the queue that has to end them, not a missing pong.
    server = another_server()
    world = World(server)
    sender, reader = await world.old("sender"), await world.old("reader")
    room = await world.room(sender, reader)
    stalled = [await stall(world, room, f"stalled{number}") for number in range(5)]
    for number in range(5):
        await reader.wait_for("channel_join", user=f"stalled{number}")
    async with Memory(server) as memory, GoodPair(world) as pair:
        await asyncio.gather(flood(sender, room, 10_000), drain(reader, 10_000))
    for client in stalled:
        client.widen()
    endings = await asyncio.gather(*(asyncio.wait_for(client.until_closed(), 60) for client in stalled))
    for client in stalled:
        client.close()
    figure(f"{pair}; {memory}; the stalled got {[len(texts) for texts, _ in endings]} frames, "
           f"close codes {[code for _, code in endings]}")
    assert all(len(texts) < 10_000 for texts, _ in endings)


async def stall(world: World, room: int, name: str) -> RawSocket:
    """A client in the room that stops reading for ever."""
    client = await RawSocket.connect(world.server.port, receive_buffer=65536)
    await client.upgrade()
    await client.text(json.dumps({"type": "hello", "payload": {"token": world.server.token(name)}}))
    await client.text(json.dumps({"type": "channel_join", "payload": {"channel_id": room}}))
    return client


async def flood(sender: Client, room: int, count: int) -> None:
    body = "x" * 1000
    back = 0
    for number in range(count):
        await sender.send("chat_send", {"channel_id": room, "content": f"{number} {body}"})
        while number - back >= 200:
            await sender.wait_for("chat_send")
            back += 1


async def drain(reader: Client, count: int) -> None:
    for number in range(count):
        got = await reader.wait_for("chat_send", patience=60)
        assert got.content.startswith(f"{number} ")


@pytest.mark.deadline(300)
async def test_two_thousand_connections_that_say_nothing(another_server, figure):
    server = another_server({names.HELLO_TIMEOUT: 5})
    world = World(server)
    before = server.descriptors()
    async with Memory(server) as memory, GoodPair(world) as pair:
        silent = [await RawSocket.connect(server.port) for _ in range(1000)]
        upgraded = [await RawSocket.connect(server.port) for _ in range(1000)]
        for client in upgraded:
            assert " 101 " in await client.upgrade()
        endings = await asyncio.gather(*(asyncio.wait_for(client.until_closed(), 120) for client in upgraded))
        assert {code for _, code in endings} == {4408}
        for client in (*silent, *upgraded):
            client.close()
    await descriptors_come_back(server, before + 4)
    figure(f"{pair}; {memory}")


async def descriptors_come_back(server: Server, bound: int) -> None:
    """Sockets of clients that have gone do not stay open."""
    try:
        async with asyncio.timeout(60):
            while server.descriptors() > bound:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{server.descriptors()} descriptors stay open, {bound} expected") from None


async def test_sockets_closed_without_a_close_frame_leave_no_descriptor(world: World):
    before = world.server.descriptors()
    clients = [await RawSocket.connect(world.server.port) for _ in range(50)]
    for client in clients:
        await client.upgrade()
        await client.text('{"type":"hello","payload":{}}')
        await client.read_text()
    for client in clients:
        client.close()
    await descriptors_come_back(world.server, before)


OVERSIZED = {
    "a long text": frame(TEXT, b"x" * 100_000),
    "a length of 2^62 alone": bytes([0x81, 0xFF]) + (1 << 62).to_bytes(8, "big") + b"abcd",
    "a length with the top bit": bytes([0x81, 0xFF]) + (1 << 63).to_bytes(8, "big") + b"abcd",
    "fragments without end": frame(TEXT, b"x" * 30_000, final=False) + frame(0, b"x" * 30_000, final=False) * 10,
    "many empty fragments": frame(TEXT, b"", final=False) + frame(0, b"", final=False) * 20_000,
    "a long control frame": frame(9, b"x" * 200),
    "a fragmented control frame": frame(9, b"x", final=False),
    "a reserved opcode": frame(3, b"x"),
    "a reserved bit": frame(TEXT, b"{}", reserved=2),
    "a continuation of nothing": frame(0, b"x"),
    "binary": frame(BINARY, b"x"),
}


@pytest.mark.parametrize("data", OVERSIZED.values(), ids=OVERSIZED.keys())
async def test_frames_over_the_limit_and_against_the_protocol(world: World, data: bytes):
    async with Memory(world.server), GoodPair(world):
        for _ in range(20):
            client = await RawSocket.connect(world.server.port)
            await client.upgrade()
            with contextlib.suppress(OSError):  # it may be closed before all is written
                await client.write(data)
            _, code = await asyncio.wait_for(client.until_closed(), 60)
            client.close()
            assert code in (1002, 1003, 1008, 1009, 4400, 4429, None), code


def malformed(chance: random.Random) -> str:
    """A text frame that is no valid message: broken JSON, wrong shapes, extreme numbers and depths."""
    choices = (
        lambda: "nope",
        lambda: "",
        lambda: "[]",
        lambda: '"x"',
        lambda: "{" * chance.randrange(1, 500),
        lambda: "[" * chance.randrange(1, 20_000),
        lambda: '{"type":' * chance.randrange(1, 2000),
        lambda: '{"type":[]}',
        lambda: '{"type":"chat_send"}',
        lambda: '{"type":"no_such_type","payload":{}}',
        lambda: '{"type":"chat_send","payload":{"channel_id":%s,"content":"x"}}'
        % chance.choice(("1e999", "-1e999", "9" * 400, "1.5", "null", "true", "{}", "-0.1", "1e-400")),
        lambda: '{"type":"chat_send","payload":{"channel_id":1,"content":"\\ud800"}}',
        lambda: '{"type":"chat_send","payload":{"channel_id":1,"content":"\\u12"}}',
        lambda: '{"type":"chat_send","id":"%s","payload":{"channel_id":1,"content":"x"}}' % ("z" * 36),
        lambda: '{"type":"chat_send","payload":{"channel_id":1,"content":"x","%s":1}}' % ("k" * 1000),
        lambda: '{"type":"channel_join","payload":{"channel_id":1},"timestamp":"yesterday"}',
        lambda: '{"a":1,"a":2,"type":7}',
        lambda: "\x00\x01\x02",
        lambda: '{"type":"chat_mute","payload":{"channel_id":1,"target":"x","duration":%s}}'
        % chance.choice(("1.5", '"1"', "1e30", "[]")),
        lambda: "".join(chr(chance.randrange(32, 0xD000)) for _ in range(chance.randrange(1, 200))),
    )
    return chance.choice(choices)()


@pytest.mark.deadline(300)
async def test_ten_thousand_malformed_frames(world: World, figure):
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    token = world.server.token("mallory")
    sent = errors = connections = 0
    async with Memory(world.server) as memory, GoodPair(world) as pair:
        while sent < 10_000:
            client = await RawSocket.connect(world.server.port)
            await client.upgrade()
            await client.text(json.dumps({"type": "hello", "payload": {"token": token}}))
            await client.read_text()
            reading = asyncio.create_task(client.until_closed())
            count = await pelt(client, chance, 300)
            texts, code = await asyncio.wait_for(reading, 60)
            client.close()
            connections += 1
            sent += count
            errors += len(texts)
            assert code in (4429, None), f"close code {code}, seed {seed}"
            assert texts, f"no answer at all, seed {seed}"
            for text in texts:
                assert json.loads(text)["type"] == "error", (text, seed)
    figure(f"{sent} frames on {connections} connections, {errors} errors answered; {pair}; {memory}; seed {seed}")


async def pelt(client: RawSocket, chance: random.Random, count: int) -> int:
    """Writes malformed frames until `count` or until the server has had enough; returns how many were written."""
    for number in range(count):
        try:
            await client.text(malformed(chance))
        except OSError:
            return number + 1
    return count


async def test_half_open_sockets_are_dropped(world: World, figure):
    """A peer that is in the room and from then on silent, and one that stops in the middle of a frame."""
    async with Memory(world.server) as memory, GoodPair(world) as pair:
        watcher = await world.old("watcher")
        room = await world.room(watcher)
        dead = []
        for number in range(10):
            client = await stall(world, room, f"dead{number}")
            await watcher.wait_for("channel_join", user=f"dead{number}")
            if number % 2:
                await client.write(frame(TEXT, b"x" * 1000)[:500])
            dead.append(client)
        left = {(await watcher.wait_for("channel_leave", patience=60)).payload["user"]["username"] for _ in dead}
        assert left == {f"dead{number}" for number in range(10)}
        for client in dead:
            client.close()
    figure(f"{pair}; {memory}")
