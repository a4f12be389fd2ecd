"""Guests and the places that their address has: whoever can never come back holds none."""

import asyncio
import json

import pytest

from harness import Client, PhoenixWorld, RawSocket, World, eventually, room_topic
from harness import settings as names
from harness.raw import CLOSE, TEXT, frame

PLACES = 3
HELLO = ("/ws", {"type": "hello", "payload": {}})
EXTENDED_HELLO = ("/ws", {"type": "hello", "payload": {}, "ext": {"v": 1, "want": []}})
JOIN = ("/socket/websocket?vsn=2.0.0", ["1", "1", "room:lobby", "phx_join", {}])


@pytest.fixture
def world(another_server) -> PhoenixWorld:
    return PhoenixWorld(another_server({names.GUESTS_PER_ADDRESS: PLACES}))


@pytest.mark.parametrize(("path", "first"), [HELLO, EXTENDED_HELLO, JOIN], ids=["hello", "extended-hello", "join"])
async def test_whoever_is_gone_before_he_is_a_guest_holds_no_place(world: PhoenixWorld, path: str, first: object):
    for _ in range(3 * PLACES):
        client = await RawSocket.connect(world.server.port)
        await client.upgrade(path)
        # One write: the server reads the end together with what makes the guest.
        await client.write(frame(TEXT, json.dumps(first).encode()) + frame(CLOSE, b""))
        await asyncio.wait_for(client.until_closed(), 30)
        client.close()
    # The last of them may still be on his way out.
    await eventually(lambda: guest_comes_in(world))


async def guest_comes_in(world: World) -> bool:
    client = await Client.connect(world.server.ws)
    try:
        await client.send("hello", {})
        return (await client.next()).type == "hello"
    finally:
        await client.close()


async def test_guests_of_phoenix_who_wrote_and_are_gone_hold_no_place(world: PhoenixWorld):
    for number in range(3 * PLACES):
        client = await world.socket()
        await client.join(room_topic("lobby"))
        await client.do(room_topic("lobby"), "new_msg", {"body": f"hello {number}"})
        await client.close()
    client = await world.socket()
    answer = await client.join(room_topic("lobby"), {"history": 100})
    messages = [message for message in answer["history"] if message["body"].startswith("hello ")]
    assert len({message["user"]["id"] for message in messages}) == 3 * PLACES
    assert answer["user"]["id"] not in {message["user"]["id"] for message in messages}
