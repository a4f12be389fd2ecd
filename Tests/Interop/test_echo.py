"""`/debug/echo`: every message comes back with its opcode; only where `--debug-echo` was given."""

import os

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

ARGUMENTS = ("--debug-echo",)


def echo(server, deflate: bool = False):
    return connect(f"ws://{server.address}/debug/echo", max_size=None, proxy=None,
                   compression="deflate" if deflate else None)


@pytest.mark.parametrize("deflate", [False, True], ids=["plain", "deflate"])
@pytest.mark.parametrize(
    "message",
    ["", "text", "héllo 😀", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536, b"", b"\x00\xff", os.urandom(1 << 20),
     "t" * (1 << 20)],
    ids=["empty", "text", "unicode", "125", "126", "65535", "65536", "no-bytes", "bytes", "1MiB", "1MiB-text"],
)
async def test_messages_come_back(server, message, deflate: bool):
    async with echo(server, deflate) as socket:
        await socket.send(message)
        assert await socket.recv() == message


@pytest.mark.parametrize("deflate", [False, True], ids=["plain", "deflate"])
async def test_fragments_come_back_as_one_message(server, deflate: bool):
    async with echo(server, deflate) as socket:
        await socket.send(["a", "", "b" * 70_000, "c"])
        assert await socket.recv() == "a" + "b" * 70_000 + "c"
        await socket.send([b"\x01", b"\x02"])
        assert await socket.recv() == b"\x01\x02"


async def test_many_messages_keep_their_order(server):
    async with echo(server, deflate=True) as socket:
        for number in range(500):
            await socket.send(f"{number}")
        assert [await socket.recv() for _ in range(500)] == [f"{number}" for number in range(500)]


async def test_pings_are_answered(server):
    async with echo(server) as socket:
        await (await socket.ping(b"payload"))
        await socket.send("still here")
        assert await socket.recv() == "still here"


async def test_the_close_code_comes_back(server):
    async with echo(server) as socket:
        await socket.close(3000, "bye")
        assert socket.close_code == 3000


async def test_sixteen_mebibytes_are_the_limit(server):
    async with echo(server) as socket:
        message = os.urandom(16 << 20)
        await socket.send(message)
        assert await socket.recv() == message


async def test_absent_without_the_flag(another_server):
    with pytest.raises(InvalidStatus) as refusal:
        async with echo(another_server(arguments=())):
            pass
    assert refusal.value.response.status_code == 404
