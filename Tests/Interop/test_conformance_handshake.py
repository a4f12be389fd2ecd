"""Conformance cases 1-17: handshake and envelope (json-chat.md §1.2, §1.3)."""

import re
import time
import uuid

import pytest

from harness import Client, RawSocket, World, eventually
from harness import settings as names
from harness.raw import TEXT, frame

GUEST_NAME = re.compile(r"^Guest\d{4}$")


def assert_envelope(frame):
    """Every server frame carries a version 4 UUID and a UTC time to the millisecond."""
    assert uuid.UUID(frame["id"]).version == 4
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", frame["timestamp"])


async def refused_hello(world: World, first: str) -> None:
    client = await world.client()
    await client.raw(first)
    error = await client.expect_error("Invalid HELLO message", "bad_hello")
    assert_envelope(error)
    await client.expect_close(4400)


async def test_case_01_hello_without_token_makes_a_guest(world: World):
    guest = await world.guest()
    assert GUEST_NAME.match(guest.name)
    assert guest.greeting.payload["user"]["is_guest"] is True
    assert_envelope(guest.greeting)


async def test_case_02_hello_with_token_is_that_user(world: World):
    alice = await world.old("alice")
    assert alice.name == "alice"
    assert alice.greeting.payload["user"]["is_guest"] is False
    assert alice.greeting.payload["token"] is None


async def test_case_03_token_null_is_a_guest(world: World):
    client = await world.client()
    await client.send("hello", {"token": None})
    hello = await client.expect("hello")
    assert GUEST_NAME.match(hello.payload["user"]["username"])


async def test_case_04_first_frame_not_json(world: World):
    await refused_hello(world, "zzz")


async def test_case_05_first_frame_of_another_type(world: World):
    await refused_hello(world, '{"type":"chat_send","payload":{"channel_id":1,"content":"x"}}')


@pytest.mark.parametrize("first", ['{"type":"hello"}', '{"type":"hello","payload":{"x":1}}'])
async def test_case_06_hello_with_missing_payload_or_unknown_key(world: World, first: str):
    await refused_hello(world, first)


async def test_case_06_unknown_top_level_key_is_ignored(world: World):
    client = await world.client()
    await client.raw('{"type":"hello","x":1,"payload":{}}')
    await client.expect("hello")


async def test_case_07_user_in_hello_is_ignored(world: World):
    client = await world.client()
    await client.send("hello", {"user": {"username": "root"}})
    hello = await client.expect("hello")
    assert GUEST_NAME.match(hello.payload["user"]["username"])


async def test_case_08_expired_token(world: World):
    world.server.token("erin")
    token = world.server.issue_token("erin", ttl="1s")

    async def attempt():
        client = await world.client()
        await client.send("hello", {"token": token})
        frame = await client.next()
        if frame.type == "hello":
            await client.close()
            return None
        return client, frame

    client, frame = await eventually(attempt, 90)
    assert frame.matches("error", detail="Authentication failed", code="auth_expired"), dict(frame)
    reason = await client.expect_close(4401)
    assert "signature" not in reason.lower()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Guest1234"])
async def test_case_08_malformed_token(world: World, token: str):
    client = await world.client()
    await client.send("hello", {"token": token})
    await client.expect_error("Authentication failed", "auth_invalid")
    reason = await client.expect_close(4401)
    assert "segment" not in reason.lower()


async def test_case_09_silence_ends_with_4408(another_server):
    world = World(another_server({names.HELLO_TIMEOUT: 1}))
    client = await world.client()
    await client.expect_close(4408)
    assert [frame.type for frame in client.passed] == ["error"]


async def test_case_10_second_hello_is_an_error_and_the_session_goes_on(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.send("hello", {})
    await alice.expect_error("Already authenticated", "already_authenticated")
    await alice.send("chat_send", {"channel_id": room, "content": "still here"})
    await alice.expect("chat_send", content="still here", sender="alice")


async def test_case_11_frame_id_has_to_be_version_4(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.send("chat_send", {"channel_id": room, "content": "x"}, id=str(uuid.uuid1()))
    await alice.expect_error("Invalid message format", "bad_message")
    await world.quiet(room, alice)


async def test_case_12_malformed_frames_each_get_an_error_and_leave_no_ghost(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(bob, alice)
    for text in ("[]", '"x"', '{"type":[]}', "nope"):
        await alice.raw(text)
        assert_envelope(await alice.expect_error("Invalid message format", "bad_message"))
    await world.quiet(room, alice, bob)
    await bob.send("channel_join", {"channel_id": room})
    members = await bob.wait_for("channel_members")
    assert sorted(member["username"] for member in members.payload["members"]) == ["alice", "bob"]


async def test_case_13_binary_frame_closes_with_1003_and_the_others_see_him_leave(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(bob, alice)
    await alice.raw(b"\x00\x01")
    await alice.expect_close(1003)
    await bob.expect("channel_members", channel_id=room, members=["bob"])
    await bob.expect("channel_leave", channel_id=room, user="alice")


async def test_case_14_frame_without_type(world: World):
    alice = await world.old("alice")
    await alice.raw('{"payload":{}}')
    await alice.expect_error("Invalid message format", "bad_message")


@pytest.mark.parametrize(
    "type, payload",
    [
        ("error", {"detail": "x"}),
        ("channel_members", {"channel_id": 1, "members": []}),
        ("chat_react_add", {"emote": "👍", "message_id": str(uuid.uuid4()), "channel_id": 1}),
        ("chat_react_remove", {"emote": "👍", "message_id": str(uuid.uuid4()), "channel_id": 1}),
    ],
)
async def test_case_15_server_only_types(world: World, type: str, payload: dict):
    alice = await world.old("alice")
    room = await world.room(alice)
    ref = await alice.send(type, payload)
    await alice.expect_error("Server-only message type", "server_only", ref)
    await world.quiet(room, alice)


async def test_case_16_frame_over_the_limit_closes_with_1009(world: World):
    alice = await world.old("alice")
    room = await world.room(alice)
    await alice.send("chat_send", {"channel_id": room, "content": "x" * 70 * 1024})
    await alice.expect_close(1009)


async def test_case_16_fragments_count_together(world: World):
    socket = await RawSocket.connect(world.server.port)
    assert " 101 " in await socket.upgrade()
    await socket.write(frame(TEXT, b"x" * 40_000, final=False) + frame(0, b"x" * 40_000))
    _, code = await socket.until_closed()
    socket.close()
    assert code == 1009


async def revoked(client: Client, revoke, figure) -> None:
    began = time.monotonic()
    revoke()
    await client.expect_close(4401)
    figure(f"session cut {time.monotonic() - began:.3f} s after the revocation began")


async def test_case_17_logout_everywhere_cuts_the_session(world: World, figure):
    gina = await world.old("gina")
    rest = world.server.rest.with_token(world.server.token("gina"))
    await revoked(gina, lambda: rest.post("/api/v1/auth/logout?everywhere=true", {"everywhere": True}), figure)
    again = await world.client()
    await again.send("hello", {"token": world.server.token("gina")})
    await again.expect_error("Authentication failed", "auth_invalid")
    await again.expect_close(4401)


async def test_case_17_disabling_the_account_cuts_the_session(world: World, figure):
    hank = await world.old("hank")
    await revoked(hank, lambda: world.server.command("user", "disable", "hank"), figure)


async def test_case_17_password_change_cuts_the_session(world: World, figure):
    ivan = await world.old("ivan")
    change = ("user", "passwd", "ivan", "--password-stdin")
    await revoked(ivan, lambda: world.server.command(*change, text="Another8Horse\n"), figure)
