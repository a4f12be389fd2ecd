"""What lies under `/ws`: origin check, credentials at the upgrade, compression, dead peers."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from harness import RawSocket, World
from harness import settings as names
from harness.raw import TEXT, frame

SETTINGS = {names.PING_INTERVAL: 1}


async def test_a_foreign_origin_is_refused(world: World):
    for origin in ("https://evil.example", f"http://evil-{world.server.address}", f"{world.server.base}.evil.example"):
        with pytest.raises(InvalidStatus) as refusal:
            await world.client(origin=origin)
        assert refusal.value.response.status_code == 403


async def test_the_own_origin_is_accepted(world: World):
    client = await world.client(origin=world.server.base)
    await client.hello()


async def test_a_bearer_token_at_the_upgrade_logs_in(world: World):
    token = world.server.token("alice")
    client = await world.client(headers={"Authorization": f"Bearer {token}"})
    hello = await client.hello()
    assert hello.payload["user"]["username"] == "alice"


async def test_compressed_messages(world: World):
    client = await world.client(deflate=True)
    await client.hello(world.server.token("alice"))
    assert "permessage-deflate" in client.socket.response.headers.get("Sec-WebSocket-Extensions", "")
    room = await world.room(client)
    for _ in range(3):
        await client.say(room, "compressible" * 200)


async def test_fragmented_text_is_one_message(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.socket.send(['{"type":"chat_send","payload":', f'{{"channel_id":{room},', '"content":"in parts"}}'])
    await alice.expect("chat_send", content="in parts")


async def test_text_that_is_not_utf8_closes_with_1007(world: World):
    socket = await RawSocket.connect(world.server.port)
    await socket.upgrade()
    await socket.write(frame(TEXT, b'{"type":"hello","payload":{"\xff":1}}'))
    _, code = await socket.until_closed()
    socket.close()
    assert code in (1007, 4400)


async def test_an_unmasked_frame_is_refused(world: World):
    socket = await RawSocket.connect(world.server.port)
    await socket.upgrade()
    await socket.write(frame(TEXT, b'{"type":"hello","payload":{}}', masked=False))
    texts, code = await socket.until_closed()
    socket.close()
    assert texts == [] and code in (1002, None)


async def test_a_peer_that_answers_no_ping_is_dropped_and_leaves_the_room(world: World):
    bob = await world.old("bob")
    room = await world.room(bob)
    dead = await RawSocket.connect(world.server.port)
    await dead.upgrade()
    await dead.text('{"type":"hello","payload":{"token":"%s"}}' % world.server.token("alice"))
    await dead.text('{"type":"channel_join","payload":{"channel_id":%d}}' % room)
    await bob.wait_for("channel_join", user="alice")
    await bob.wait_for("channel_leave", user="alice", patience=60)
    await asyncio.wait_for(dead.until_closed(), 60)
    dead.close()


async def test_plain_get_of_the_socket_path_is_no_crash(world: World):
    assert world.server.rest.get("/ws").status in (400, 404, 405, 426)
    assert world.server.rest.get("/no/such/path").status == 404
