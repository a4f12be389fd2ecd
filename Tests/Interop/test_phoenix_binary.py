"""Conformance cases C40-C44: binary frames (phoenix-channels.md §1.7).

Of C41 the push to one client (layout 00) does not apply: nothing in this product pushes bytes to one client alone.
"""

import os
import uuid

import pytest

from harness import PhoenixWorld, new_room_id
from harness.phoenix_frames import encode_push

PUBLIC = "user:public"


def frame(*parts: int | bytes) -> bytes:
    """Bytes as the specification writes them out."""
    return b"".join(bytes([part]) if isinstance(part, int) else part for part in parts)


@pytest.mark.parametrize("data", [b"", b"\x01\x02", bytes(range(256)), os.urandom(50_000)],
                         ids=["empty", "two", "every", "50k"])
async def test_case_c40_a_binary_push_and_its_binary_reply(phoenix: PhoenixWorld, data: bytes):
    """The bytes reach the handler as they are; the reply has the layout 01."""
    client = await phoenix.socket()
    await client.raw('["1","1","user:public","phx_join",{}]')
    await client.expect("phx_reply", PUBLIC, status="ok")
    await client.raw(frame(0, 1, 1, 11, 4, b"1", b"2", b"user:public", b"echo", data))
    reply = await client.next()
    assert reply.raw == frame(1, 1, 1, 11, 2, b"1", b"2", b"user:public", b"ok", data)


@pytest.mark.parametrize("event", ["phx_close", "phx_error", "phx_reply", "phx_join", "presence_state", "presence_diff",
                                   "presence_count", "new_msg", "msg_deleted", "member", "room_deleted", "typing",
                                   "broadcast", "room:new_msg", "chan_reply_1"])
async def test_case_c40_the_servers_own_names_cannot_be_forged(phoenix: PhoenixWorld, event: str):
    """To others a broadcast of bytes looks as if the server had sent it: its names are refused, in text."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    reply = await alice.answer(await alice.push_bytes(topic, event, b'{"body":"x"}'), topic)
    assert reply.status == "error" and isinstance(reply.raw, list), reply.raw
    await bob.silent(topic)
    assert [message.raw for message in bob.log if isinstance(message.raw, bytes)] == []


async def test_case_c41_a_binary_broadcast(phoenix: PhoenixWorld):
    """Bytes under any other name go to the others in the room with layout 02, without refs; the push is answered ok."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    reply = await alice.answer(await alice.push_bytes(topic, "draw", b"\x01\x02\x00"), topic)
    assert reply.is_ok and reply.response == {}, reply.raw
    got = await bob.wait_for("draw", topic)
    name = topic.encode()
    assert got.raw == frame(2, len(name), 4, name, b"draw", b"\x01\x02\x00")
    await alice.silent(topic)


async def test_case_c41_clients_of_version_1_and_of_other_fronts_hear_nothing_of_bytes(phoenix: PhoenixWorld):
    """Bytes cannot be said in JSON: they are skipped, and what follows arrives."""
    alice, json_client, topic, number = await phoenix.both("alice", "jane")
    old = await phoenix.socket("bob", vsn="1.0.0")
    await old.join(topic)
    await phoenix.calm(topic, alice, old)
    await alice.answer(await alice.push_bytes(topic, "draw", b"\xff"), topic)
    await alice.say(topic, "after")
    await old.expect("new_msg", topic, body="after")
    await json_client.wait_for("chat_send", channel_id=number, content="after")
    assert "draw" not in str(json_client.passed)


@pytest.mark.parametrize("data", [
    frame(1, 1, 1, 11, 2, b"1", b"2", b"user:public", b"ok"),
    frame(2, 11, 4, b"user:public", b"echo"),
    frame(9, 1, 1, 11, 4, b"1", b"2", b"user:public", b"echo"),
    b"", b"\x00", frame(0, 1, 1), frame(0, 1, 1, 11, 4), frame(0, 1, 1, 255, 4, b"1", b"2", b"user:public", b"echo"),
    frame(0, 255, 255, 255, 255, b"x" * 1019), b'[null,"1","phoenix","heartbeat",{}]',
    frame(0, 1, 1, 2, 4, b"1", b"2", b"\xff\xfe", b"echo")],
    ids=["reply", "broadcast", "kind-9", "empty", "kind-only", "half-head", "head-only", "overrun", "one-short", "json",
         "not-utf-8"])
async def test_case_c42_unreadable_bytes_close_with_1011(phoenix: PhoenixWorld, data: bytes):
    """Another kind than push, lengths beyond the frame, or names that are no text."""
    client = await phoenix.socket()
    await client.join(PUBLIC)
    await client.raw(data)
    await client.expect_close(1011)
    assert client.inbox == []


async def test_case_c43_an_empty_join_ref_is_stale(phoenix: PhoenixWorld):
    """In a binary push it is the empty string, not null: silently dropped."""
    client = await phoenix.socket()
    await client.join(PUBLIC)
    await client.raw(encode_push("", "2", PUBLIC, "echo", b"x"))
    await client.silent()
    await client.push_bytes(PUBLIC, "echo", b"y")
    assert (await client.next()).response == b"y"


async def test_case_c44_lengths_count_bytes(phoenix: PhoenixWorld):
    """A topic and an event with characters of several bytes, in and out."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob, room_id=new_room_id("täßt"))
    name, event = topic.encode(), "grüße".encode()
    await alice.raw(encode_push(alice.join_refs[topic], "ß", topic, "echo", b"x"))
    reply = await alice.answer("ß", topic)
    join_ref = alice.join_refs[topic].encode()
    assert reply.raw == frame(1, len(join_ref), 2, len(name), 2, join_ref, "ß".encode(), name, b"ok", b"x")
    await alice.push_bytes(topic, "grüße", b"\x00")
    got = await bob.wait_for("grüße", topic)
    assert got.raw == frame(2, len(name), len(event), name, event, b"\x00")


async def test_bytes_are_refused_where_they_cannot_be_said(phoenix: PhoenixWorld):
    """One byte tells the length of a topic: in a room whose other topic is longer some would not hear them."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob, room_id=new_room_id("r") + "\U0001f600" * 49)
    assert len(topic.encode()) == 215
    assert (await alice.answer(await alice.push_bytes(topic, "draw", b"\x01"), topic)).is_ok
    await bob.wait_for("draw", topic)
    topic = await phoenix.meet(alice, bob, room_id=uuid.uuid4().hex[:3] + "\U0001f600" * 61)
    assert len(topic.encode()) == 252
    reply = await alice.answer(await alice.push_bytes(topic, "draw", b"\x01"), topic)
    assert (reply.status, reply.reason) == ("error", "invalid_argument"), reply.raw
    await alice.do(topic, "broadcast", {"event": "draw", "payload": {}})
    await bob.wait_for("broadcast", topic, event="draw")
    assert bob.taken("draw", topic) == []


async def test_a_binary_heartbeat_is_answered_in_text(phoenix: PhoenixWorld):
    """Any event may come in binary; what the answer is does not depend on that."""
    client = await phoenix.socket()
    await client.raw(encode_push("", "7", "phoenix", "heartbeat", b"\x00\xff"))
    await client.expect_raw([None, "7", "phoenix", "phx_reply", {"status": "ok", "response": {}}])


async def test_a_guest_may_broadcast_bytes_where_he_may_speak_and_nowhere_else(phoenix: PhoenixWorld):
    """The right to speak is that of messages: not for who is muted."""
    owner, guest, muted = await phoenix.socket("owner"), await phoenix.socket(), await phoenix.socket("mute")
    topic = await phoenix.meet(owner, guest, muted)
    await guest.push_bytes(topic, "draw", b"1")
    await owner.wait_for("draw", topic)
    await owner.do(topic, "mute_member", {"user": "mute", "seconds": 600})
    reply = await muted.answer(await muted.push_bytes(topic, "draw", b"2"), topic)
    assert (reply.status, reply.reason) == ("error", "muted"), reply.raw
    await owner.fence()
    assert owner.taken("draw") == []


async def test_bytes_on_a_topic_without_a_room_crash_the_channel_of_users(phoenix: PhoenixWorld):
    """`user:public` knows no such event, whatever its payload is."""
    client = await phoenix.socket()
    await client.join(PUBLIC)
    await client.push_bytes(PUBLIC, "draw", b"1")
    await client.wait_for("phx_error", PUBLIC, reason="channel_crash")
