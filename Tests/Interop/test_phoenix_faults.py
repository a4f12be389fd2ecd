"""Phoenix clients that misbehave, and a server that is killed: nobody else is disturbed, nothing is lost or doubled."""

import asyncio
import json
import os
import random

import pytest

from harness import PhoenixClient, PhoenixWorld, RawSocket, new_room_id
from harness import settings as names
from harness.faults import GoodPhoenixPair, Memory
from harness.killing import ABSENCES, finish, kill_rounds, total
from harness.phoenix_load import PhoenixReceiver, PhoenixSender
from harness.raw import BINARY, TEXT, frame

ROUNDS = max(1, int(os.environ.get("PARLEY_KILL_ROUNDS", "20")) // 2)
SENDERS, RECEIVERS, ROOMS = 4, 3, 3
MALFORMED, BATCH = 10_000, 250
# Closing codes of one who speaks nonsense; None: the connection was cut before the code could be read.
FLOOD = 1008
CODES = (1002, 1003, 1007, 1008, 1009, 1011, 1013, None)


async def raw_socket(phoenix: PhoenixWorld, name: str | None = None, vsn: str = "2.0.0", **options) -> RawSocket:
    """A socket on which nothing happens by itself."""
    token = f"&token={phoenix.server.token(name)}" if name else ""
    client = await RawSocket.connect(phoenix.server.port, **options)
    assert " 101 " in await client.upgrade(f"/socket/websocket?vsn={vsn}{token}")
    return client


NONSENSE = (
    '["1","2","room:lobby","new_msg",{}]', '["1","2","room:lobby","new_msg",[]]',
    '["1","2","room:lobby","new_msg",null]',
    '["1","2","room:lobby","new_msg","x"]', '["1","2","room:lobby","new_msg",-0.0]',
    '["1","2","room:lobby","new_msg",{"body":{"a":1}}]', '["1","2","room:lobby","new_msg",{"body":7}]',
    '["1","2","room:lobby","new_msg",{"body":"\\u0000"}]', '["9","2","room:lobby","new_msg",{"body":"stale"}]',
    '["1","2","room:lobby","new_msg",{"body":"%(spaces)s"}]', '["1","2","room:no-such-%(n)d","new_msg",{"body":"x"}]',
    '["1","2","room:lobby","no_such_event",{}]', '["1","2","room:lobby","phx_close",{}]',
    '["1","2","room:lobby","",{}]',
    '["1","2","room:lobby","%(word)s",{}]', '["1","2","%(word)s","new_msg",{}]',
    '["1","2","room:lobby","react",{"id":"%(word)s","emote":"x"}]', '["1","2","room:lobby","history",{"before":-1}]',
    '["1","2","room:lobby","history",{"before":1.5}]',
    '["1","2","room:lobby","history",{"before":9223372036854775807}]',
    '["1","2","room:lobby","mute_member",{"user":"x","seconds":9223372036854775807}]',
    '["1","2","room:lobby","ban_member",{"user":"x","delete_seconds":-9223372036854775808}]',
    '["1","2","room:lobby","read",{"seq":9223372036854775807}]', '["1","2","room:lobby","typing",{"typing":[]}]',
    '["%(n)d","2","%(word)s","phx_join",{}]', '["3","3","room:lobby","phx_join",{"last":[]}]',
    '["3","3","room:lobby","phx_join",{"last":{"seq":-1}}]', '["3","3","user:%(n)d","phx_join",{}]',
    '["3","3","room:lobby","phx_join",{"last":{"epoch":"x","seq":1e300}}]', '["1","1","room:lobby","phx_join",{}]',
    '[null,null,"phoenix","heartbeat",{}]', '[null,null,"phoenix","nonsense",[]]', '[1,%(n)d,"room:lobby","echo",{}]',
    '["3","3","relay:x","phoenix_gen_api",{"service":7}]', '["1","2","room:lobby","echo",{"a":1},"%(word)s"]',
    '["1","2","room:lobby","phoenix_gen_api",{"request_id":{},"args":[],"service":"relay"}]',
)


def wrong(chance: random.Random) -> str:
    """An array of five that means nothing, or nothing allowed: it may be answered, and must not end the socket."""
    word = "".join(chr(chance.choice((97, 0xE9, 0x1F600))) for _ in range(chance.randrange(1, 300)))
    spaces = " " * chance.randrange(999)
    return chance.choice(NONSENSE) % {"n": chance.randrange(10**15), "word": word, "spaces": spaces}


def unreadable(chance: random.Random) -> bytes:
    """A frame that cannot be read, or is none at all: it has to end the socket."""
    return chance.choice((
        lambda: frame(TEXT, b"nope"),
        lambda: frame(TEXT, b""),
        lambda: frame(TEXT, b'{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}'),
        lambda: frame(TEXT, b"[" * chance.randrange(1, 20_000)),
        lambda: frame(TEXT, b'{"a":' * chance.randrange(1, 5000)),
        lambda: frame(TEXT, b'["1","2"]'),
        lambda: frame(TEXT, b'["1","2","room:lobby","new_msg",1e999'),
        lambda: frame(TEXT, b'["1","2","room:lobby","new_msg",' + b"9" * 400),
        lambda: frame(TEXT, b'[null,"1","phoenix","heartbeat",{"a":"\\ud800"}'),
        lambda: frame(TEXT, b'[null,"1","phoenix","heartbeat",{"\xff":1}]'),
        lambda: frame(BINARY, b""),
        lambda: frame(BINARY, bytes([0, 255, 255, 255, 255]) + b"x" * chance.randrange(1000)),
        lambda: frame(BINARY, bytes([chance.randrange(1, 256)]) + os.urandom(chance.randrange(50))),
        lambda: frame(3, b"x"),
        lambda: frame(TEXT, b"[]", reserved=4),
        lambda: frame(0, b"x"),
        lambda: frame(9, b"x" * 200),
        lambda: bytes([0x81, 0xFF]) + (1 << 63).to_bytes(8, "big") + b"abcd",
        lambda: bytes([0x81, 0xFF]) + (1 << 40).to_bytes(8, "big") + b"abcd",
    ))()


@pytest.mark.deadline(300)
async def test_ten_thousand_malformed_frames(phoenix: PhoenixWorld, figure):
    """Nonsense in batches over many sockets, each ended by a frame that nobody can read; a good pair talks on."""
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    answers = 0
    async with Memory(phoenix.server) as memory, GoodPhoenixPair(phoenix) as pair:
        for number in range(MALFORMED // BATCH):
            client = await raw_socket(phoenix, None if number % 3 else "mallory")
            await client.text('["1","1","room:lobby","phx_join",{}]')
            await client.read_text()
            ending = asyncio.create_task(client.until_closed())
            try:
                for _ in range(BATCH - 1):
                    await client.text(wrong(chance))
                await client.text('[null,"survived","phoenix","heartbeat",{}]')
                await client.write(unreadable(chance))
            except OSError:
                pass  # the server has had enough of this one
            texts, code = await asyncio.wait_for(ending, 60)
            client.close()
            answers += len(texts)
            assert code in CODES, f"close code {code}, seed {seed}"
            frames = [json.loads(text) for text in texts]
            assert all(isinstance(value, list) and len(value) == 5 for value in frames), f"seed {seed}"
            has_survived = any(value[1] == "survived" for value in frames)
            assert has_survived or code == FLOOD, f"{code}, {frames[-1:]}, seed {seed}"
    figure(f"{MALFORMED} frames on {MALFORMED // BATCH} sockets, {answers} answered; {pair}; {memory}; seed {seed}")


@pytest.mark.deadline(300)
async def test_sockets_that_begin_with_nonsense(phoenix: PhoenixWorld, figure):
    """Five hundred sockets whose first frame cannot be read, of both versions: each closed, none left over."""
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    async with Memory(phoenix.server) as memory, GoodPhoenixPair(phoenix) as pair:
        before = phoenix.server.descriptors()
        for _ in range(500):
            client = await raw_socket(phoenix)
            await client.write(unreadable(chance))
            _, code = await asyncio.wait_for(client.until_closed(), 60)
            client.close()
            assert code in CODES, f"close code {code}, seed {seed}"
        async with asyncio.timeout(60):
            while phoenix.server.descriptors() > before + 2:
                await asyncio.sleep(0.05)
    figure(f"{pair}; {memory}; seed {seed}")


@pytest.mark.deadline(300)
async def test_subscribers_that_never_read(another_server, figure):
    """Their queue is bounded: they are dropped, and nobody waits for them."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    try:
        sender, reader = await phoenix.socket("sender"), await phoenix.socket("reader")
        topic = await phoenix.meet(sender, reader)
        stalled = []
        for number in range(5):
            vsn = ("1.0.0", "2.0.0")[number % 2]
            client = await raw_socket(phoenix, f"stalled{number}", vsn, receive_buffer=65536)
            join = ["1", "1", topic, "phx_join", {}]
            await client.text(json.dumps(join if vsn == "2.0.0" else {
                "topic": topic, "event": "phx_join", "payload": {}, "ref": "1", "join_ref": "1"}))
            await reader.until(lambda number=number: f"stalled{number}" in reader.presence(topic).keys)
            stalled.append(client)
        async with Memory(server) as memory, GoodPhoenixPair(phoenix) as pair:
            await asyncio.gather(flood(sender, topic, 10_000), drain(reader, topic, 10_000))
        for client in stalled:
            client.widen()
        endings = await asyncio.gather(*(asyncio.wait_for(client.until_closed(), 60) for client in stalled))
        for client in stalled:
            client.close()
        figure(f"{pair}; {memory}; the stalled got {[len(texts) for texts, _ in endings]} frames, "
               f"close codes {[code for _, code in endings]}")
        assert all(len(texts) < 10_000 for texts, _ in endings)
        await reader.until(lambda: reader.presence(topic).keys == {"sender", "reader"})
    finally:
        await phoenix.aclose()


async def flood(sender: PhoenixClient, topic: str, count: int) -> None:
    """Sends long messages, at most 200 of them unanswered."""
    body = "x" * 1000
    refs: list[str] = []
    for number in range(count):
        refs.append(await sender.push(topic, "new_msg", {"body": f"{number} {body}"}))
        if len(refs) >= 200:
            assert (await sender.answer(refs.pop(0))).is_ok
            sender.taken("new_msg")
            sender.log.clear()
    for ref in refs:
        assert (await sender.answer(ref)).is_ok


async def drain(reader: PhoenixClient, topic: str, count: int) -> None:
    for number in range(count):
        while (got := await reader.next(60)).event != "new_msg":
            pass
        assert got["body"].startswith(f"{number} ")
        reader.log.clear()


async def test_a_socket_that_is_cut_in_the_midst_of_a_frame_leaves_nothing(phoenix: PhoenixWorld):
    """Its presence ends, and its descriptor is given back."""
    watcher = await phoenix.socket("watcher")
    topic = await phoenix.meet(watcher)
    before = phoenix.server.descriptors()
    clients = []
    for number in range(20):
        client = await raw_socket(phoenix, f"half{number}")
        await client.text(json.dumps(["1", "1", topic, "phx_join", {}]))
        await watcher.until(lambda number=number: f"half{number}" in watcher.presence(topic).keys)
        await client.write(frame(TEXT, b"x" * 1000)[:500])
        clients.append(client)
    for client in clients:
        client.close()
    await watcher.until(lambda: watcher.presence(topic).keys == {"watcher"})
    async with asyncio.timeout(60):
        while phoenix.server.descriptors() > before:
            await asyncio.sleep(0.05)


async def test_half_open_sockets_are_dropped_when_they_idle(another_server):
    """A peer that is gone without a word: after the idle limit its presence ends."""
    phoenix = PhoenixWorld(another_server({names.PHOENIX_IDLE: 2}))
    try:
        watcher, dead = await phoenix.socket("watcher"), await raw_socket(phoenix, "dead")
        topic = await phoenix.meet(watcher)
        await dead.text(json.dumps(["1", "1", topic, "phx_join", {}]))
        await watcher.until(lambda: "dead" in watcher.presence(topic).keys)
        async with asyncio.timeout(60):
            while "dead" in watcher.presence(topic).keys:
                await watcher.fence()  # which also keeps this one from idling
                await asyncio.sleep(0.2)
        dead.close()
    finally:
        await phoenix.aclose()


@pytest.mark.deadline(120 + 30 * ROUNDS)
async def test_kill_9_loses_nothing_acknowledged_and_doubles_nothing(another_server, figure):
    """Senders retry with their client ids, receivers of both versions rejoin with `last`; typed JSON audits."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    founder = await phoenix.ext("founder")
    rooms = [await phoenix.room(founder) for _ in range(ROOMS)]
    topics = {room: await phoenix.number(founder, room) for room in rooms}
    await founder.close()
    senders = [PhoenixSender(server, f"sender{number}", topics) for number in range(SENDERS)]
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    absences = iter(lambda: chance.choice(ABSENCES), None)
    receivers = [PhoenixReceiver(server, f"receiver{number}", topics, lambda: total(senders), absences,
                                 vsn=("2.0.0", "1.0.0")[number % 2]) for number in range(RECEIVERS)]
    tasks = [asyncio.create_task(client.run()) for client in (*receivers, *senders)]
    await kill_rounds(server, ROUNDS, senders, tasks, seed)
    await finish(phoenix, "founder", senders, receivers, rooms, tasks, ROUNDS, figure, seed)


async def test_many_rejoins_at_once_after_a_restart(another_server):
    """What a restart brings: a hundred clients that come back together, all of them served, nothing told twice."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    topic = f"room:{new_room_id()}"
    for number in range(10):
        server.token(f"person{number}")
    clients = [await phoenix.socket(f"person{number % 10}") for number in range(100)]
    lasts = []
    for client in clients:
        joined = await client.join(topic)
        lasts.append({"epoch": joined["epoch"], "seq": joined["seq"]})
    sent = [await clients[0].do(topic, "new_msg", {"body": f"n{number}"}) for number in range(50)]
    server.kill()
    server.start()

    async def back(number: int) -> list[int]:
        client = await phoenix.socket(f"person{number % 10}")
        joined = await client.join(topic, {"last": lasts[number]})
        assert joined["resume"]["result"] == "replayed", joined["resume"]
        await client.wait_for("new_msg", topic, where=lambda frame: frame["seq"] == sent[-1]["seq"])
        return [frame["seq"] for frame in client.log if frame.topic == topic and "seq" in frame.payload
                and frame.event != "phx_reply"]

    for number, seqs in enumerate(await asyncio.gather(*(back(number) for number in range(100)))):
        assert seqs == list(range(lasts[number]["seq"] + 1, sent[-1]["seq"] + 1))
    await phoenix.aclose()
