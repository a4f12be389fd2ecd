"""Conformance cases C18-C39: the life of a channel (phoenix-channels.md §2).

Joins are refused by rooms that are not public (a private one answers `pending` or `invite_required`); what a handler
of upstream does when it crashes, `user:public` does when it is asked `is_online` without a `user_id`.
"""

import json

import pytest

from harness import PhoenixClient, PhoenixWorld, new_room_id, room_topic

LOBBY = "room:lobby"
PUBLIC = "user:public"
OK = {"status": "ok", "response": {}}
UNMATCHED = {"status": "error", "response": {"reason": "unmatched topic"}}
CRASH = {"reason": "channel_crash"}


async def opened(phoenix: PhoenixWorld, vsn: str = "2.0.0") -> PhoenixClient:
    """A socket of nobody that has joined `user:public` with join_ref and ref "1"."""
    client = await phoenix.socket(vsn=vsn)
    await client.send("1", "1", PUBLIC, "phx_join", {})
    await client.expect("phx_reply", PUBLIC, **OK)
    return client


async def refusing_room(phoenix: PhoenixWorld) -> str:
    """The topic of a room by invitation only."""
    _, topic = await phoenix.closed_room(await phoenix.ext("owner"), "invite_only")
    return topic


async def works(client: PhoenixClient, topic: str, join_ref: object) -> None:
    """A channel is joined and has this join_ref."""
    await client.send(join_ref, "works", topic, "echo", {"still": "here"})
    reply = await client.answer("works", topic)
    assert reply.is_ok and reply.response == {"still": "here"}, reply.raw


async def not_joined(client: PhoenixClient, topic: str) -> None:
    """A push on the topic is unmatched."""
    await client.send(None, "out", topic, "echo", {})
    reply = await client.answer("out", topic)
    assert (reply.join_ref, reply.payload) == (None, UNMATCHED), reply.raw


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_case_c18_the_reply_to_the_join_comes_first(phoenix: PhoenixWorld, vsn: str):
    """The first frame of a channel is the reply ok to its join; presence and replayed events follow."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await phoenix.socket("bob", vsn=vsn)
    await client.send("7", "7", topic, "phx_join", {"history": 5})
    await client.until(lambda: client.log)
    first = client.log[0]
    assert (first.event, first.topic, first.ref, first.status) == ("phx_reply", topic, "7", "ok"), first.raw
    assert first.join_ref == ("7" if vsn == "2.0.0" else None)


async def test_case_c19_a_refused_join(phoenix: PhoenixWorld):
    """The error names the reason and keeps the join_ref; nothing is joined, nothing is closed."""
    topic = await refusing_room(phoenix)
    client = await phoenix.socket("outsider")
    await client.send("1", "1", topic, "phx_join", {})
    reply = await client.expect("phx_reply", topic)
    assert (reply.join_ref, reply.ref, reply.status, reply.reason) == ("1", "1", "error", "invite_required"), reply.raw
    assert reply.response["message"]
    await client.send("1", "2", topic, "new_msg", {"body": "x"})
    await client.expect_raw([None, "2", topic, "phx_reply", UNMATCHED])
    await client.silent()


@pytest.mark.parametrize("topic", ["nope", "rooms:lobby", "room", "", "user", "phoenix:x", None])
async def test_case_c20_an_unknown_topic(phoenix: PhoenixWorld, topic: object):
    """Unmatched, and the join_ref of the reply is null."""
    client = await phoenix.socket("alice")
    await client.send("4", "4", topic, "phx_join", {})
    reply = await client.expect("phx_reply")
    assert (reply.join_ref, reply.ref, reply.payload) == (None, "4", UNMATCHED), reply.raw


@pytest.mark.parametrize("topic", [LOBBY, PUBLIC, "realtime:lobby"])
@pytest.mark.parametrize("payload", [[1], "x", 7, None])
async def test_case_c21_a_join_whose_payload_is_no_object(phoenix: PhoenixWorld, topic: str, payload: object):
    """`join crashed`, and the socket goes on."""
    client = await phoenix.socket("alice")
    await client.send("1", "1", topic, "phx_join", payload)
    reply = await client.expect("phx_reply", topic)
    assert (reply.join_ref, reply.ref, reply.status, reply.reason) == ("1", "1", "error", "join crashed"), reply.raw
    await not_joined(client, topic)
    await client.join(PUBLIC)


@pytest.mark.parametrize("payload", [
    {"last": "x"}, {"last": {"epoch": 7, "seq": 1}}, {"last": {"epoch": "k", "seq": "x"}}, {"last": {"seq": 1}},
    {"last": {"epoch": "k", "seq": 1.5}}, {"history": "all"}, {"history": True}])
async def test_case_c21_join_params_of_wrong_types(phoenix: PhoenixWorld, payload: dict):
    """`join crashed` says what was wrong in `detail`, and nothing is joined."""
    client = await phoenix.socket("alice")
    response = await client.join_refused(LOBBY, payload, "join crashed")
    assert response["detail"]
    await not_joined(client, LOBBY)
    await client.join(LOBBY)


async def test_case_c22_a_reply_carries_the_refs(phoenix: PhoenixWorld):
    """The channel's join_ref and the ref of the message."""
    client = await opened(phoenix)
    await client.send("1", "2", PUBLIC, "echo", {"x": 1})
    await client.expect_raw(["1", "2", PUBLIC, "phx_reply", {"status": "ok", "response": {"x": 1}}])


async def test_case_c23_a_message_without_a_join_ref(phoenix: PhoenixWorld):
    """Taken for the current channel, whose join_ref the reply carries."""
    client = await opened(phoenix)
    await client.send(None, "2", PUBLIC, "echo", {"x": 1})
    await client.expect_raw(["1", "2", PUBLIC, "phx_reply", {"status": "ok", "response": {"x": 1}}])


@pytest.mark.parametrize("stale", ["77", 1, ""])
async def test_case_c24_a_stale_join_ref(phoenix: PhoenixWorld, stale: object):
    """Not a frame in answer, and nothing happens."""
    client = await opened(phoenix)
    await client.send(stale, "2", PUBLIC, "echo", {"x": 1})
    await client.send(stale, "3", PUBLIC, "is_online", {})
    await client.silent()
    await works(client, PUBLIC, "1")


async def test_case_c25_leaving(phoenix: PhoenixWorld):
    """The reply ok, then the close, whose ref is the join_ref."""
    client = await opened(phoenix)
    await client.send("1", "11", PUBLIC, "phx_leave", {})
    await client.expect_raw(["1", "11", PUBLIC, "phx_reply", OK])
    await client.expect_raw(["1", "1", PUBLIC, "phx_close", {}])
    await not_joined(client, PUBLIC)


@pytest.mark.parametrize("topic", [PUBLIC, LOBBY, "nope"])
async def test_case_c26_leaving_what_is_not_joined(phoenix: PhoenixWorld, topic: str):
    """Only the reply ok, with the refs as they were sent."""
    client = await phoenix.socket()
    await client.send("1", "12", topic, "phx_leave", {})
    await client.expect_raw(["1", "12", topic, "phx_reply", OK])
    await client.silent()


async def test_case_c27_a_leave_with_the_join_ref_of_an_older_channel(phoenix: PhoenixWorld):
    """Ignored: the newer channel stays."""
    client = await opened(phoenix)
    await client.send("2", "2", PUBLIC, "phx_join", {})
    await client.expect("phx_reply", PUBLIC, **OK)
    await client.expect_raw(["1", "1", PUBLIC, "phx_close", {}])
    await client.send("1", "3", PUBLIC, "phx_leave", {})
    await client.silent()
    await works(client, PUBLIC, "2")


async def test_case_c28_a_leave_without_a_join_ref(phoenix: PhoenixWorld):
    """Leaves the current channel."""
    client = await opened(phoenix)
    await client.send(None, "11", PUBLIC, "phx_leave", {})
    await client.expect_raw(["1", "11", PUBLIC, "phx_reply", OK])
    await client.expect_raw(["1", "1", PUBLIC, "phx_close", {}])
    await not_joined(client, PUBLIC)


async def test_case_c29_joining_again(phoenix: PhoenixWorld):
    """The new reply, then the close of the old one; from then on every broadcast comes once."""
    alice, client = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice)
    await client.send("1", "1", topic, "phx_join", {})
    await client.expect("phx_reply", topic, status="ok")
    await client.send("2", "2", topic, "phx_join", {})
    reply = await client.wait_for("phx_reply", topic)
    close = await client.wait_for("phx_close", topic)
    assert (reply.join_ref, reply.ref, reply.status) == ("2", "2", "ok"), reply.raw
    assert close.raw == ["1", "1", topic, "phx_close", {}]
    assert client.log.index(reply) < client.log.index(close)
    await works(client, topic, "2")
    await client.fence()
    client.taken(topic=topic)
    for number in range(3):
        await alice.say(topic, f"n{number}")
    await client.wait_for("new_msg", topic, body="n2")
    assert [message["body"] for message in client.taken("new_msg")] == ["n0", "n1"]
    await client.silent(topic)


async def test_case_c30_a_re_join_that_is_refused(phoenix: PhoenixWorld):
    """The old channel is gone nevertheless: the error reply, then its close."""
    client = await opened(phoenix)
    await client.send("2", "2", PUBLIC, "phx_join", "bad")
    reply = await client.expect("phx_reply", PUBLIC)
    assert (reply.join_ref, reply.ref, reply.status, reply.reason) == ("2", "2", "error", "join crashed"), reply.raw
    await client.expect_raw(["1", "1", PUBLIC, "phx_close", {}])
    await not_joined(client, PUBLIC)


async def test_case_c30_a_re_join_of_a_room_that_has_been_closed_meanwhile(phoenix: PhoenixWorld):
    """The same where the core refuses: a guest in a room that is public no more is put out, and stays out."""
    owner, guest = await phoenix.socket("owner"), await phoenix.socket()
    topic = await phoenix.meet(owner, guest)
    await owner.do(topic, "update_room", {"access": "invite_only"})
    await guest.wait_for("phx_close", topic)
    await guest.join_refused(topic, reason="invite_required")
    await not_joined(guest, topic)


@pytest.mark.parametrize("event, payload", [("is_online", {}), ("no_such_event", {}), ("phx_close", {}),
                                            ("phx_reply", {}), ("is_online", [1])])
async def test_case_c31_a_crash_ends_the_channel_alone(phoenix: PhoenixWorld, event: str, payload: object):
    """`phx_error` with join_ref as ref, no reply; other channels go on, and the topic can be joined again."""
    client = await opened(phoenix)
    await client.send("5", "5", LOBBY, "phx_join", {})
    await client.expect("phx_reply", LOBBY, status="ok")
    await client.send("1", "6", PUBLIC, event, payload)
    await client.expect_raw(["1", "1", PUBLIC, "phx_error", CRASH])
    await not_joined(client, PUBLIC)
    await works(client, LOBBY, "5")
    await client.send("8", "8", PUBLIC, "phx_join", {})
    await client.wait_for("phx_reply", PUBLIC, **OK)
    await works(client, PUBLIC, "8")


async def test_case_c32_version_1_without_a_join_ref(phoenix: PhoenixWorld):
    """The ref of a crash and of a close is null."""
    client = await phoenix.socket(vsn="1.0.0")
    for event, end, payload in (("is_online", "phx_error", CRASH), ("phx_leave", "phx_close", {})):
        await client.send(None, "1", PUBLIC, "phx_join", {})
        await client.expect_raw({"topic": PUBLIC, "event": "phx_reply", "ref": "1", "payload": OK})
        await client.send(None, "2", PUBLIC, event, {})
        if event == "phx_leave":
            await client.expect_raw({"topic": PUBLIC, "event": "phx_reply", "ref": "2", "payload": OK})
        await client.expect_raw({"topic": PUBLIC, "event": end, "ref": None, "payload": payload})


async def test_case_c33_version_1_with_a_join_ref(phoenix: PhoenixWorld):
    """The ref of a close and of a crash is the join_ref."""
    client = await phoenix.socket(vsn="1.0.0")
    await client.send("1", "1", PUBLIC, "phx_join", {})
    await client.expect("phx_reply", PUBLIC, **OK)
    await client.send("1", "2", PUBLIC, "phx_leave", {})
    await client.expect("phx_reply", PUBLIC, **OK)
    await client.expect_raw({"topic": PUBLIC, "event": "phx_close", "ref": "1", "payload": {}})
    await client.send("3", "3", PUBLIC, "phx_join", {})
    await client.expect("phx_reply", PUBLIC, **OK)
    await client.send("3", "4", PUBLIC, "is_online", {})
    await client.expect_raw({"topic": PUBLIC, "event": "phx_error", "ref": "3", "payload": CRASH})


async def test_case_c34_a_join_without_a_join_ref(phoenix: PhoenixWorld):
    """Version 2: the join's reply has none; pushes and replies carry the join's ref; a crash carries null and null."""
    client = await phoenix.socket()
    await client.send(None, "1", PUBLIC, "phx_join", {})
    await client.expect_raw([None, "1", PUBLIC, "phx_reply", OK])
    await client.send(None, "2", PUBLIC, "echo", {"x": 1})
    await client.expect_raw(["1", "2", PUBLIC, "phx_reply", {"status": "ok", "response": {"x": 1}}])
    await client.send(None, "3", PUBLIC, "is_online", {})
    await client.expect_raw([None, None, PUBLIC, "phx_error", CRASH])
    await client.send(None, "4", LOBBY, "phx_join", {})
    reply = await client.wait_for("phx_reply", LOBBY)
    assert (reply.join_ref, reply.ref, reply.status) == (None, "4", "ok"), reply.raw
    await client.until(lambda: client.presence(LOBBY).states)
    assert ("4", None) in client.presence(LOBBY).refs


async def test_case_c35_a_socket_has_a_hundred_channels(phoenix: PhoenixWorld):
    """The 101st is refused; joining one of the hundred again is not."""
    client = await phoenix.socket("collector")
    for number in range(100):
        await client.join(f"relay:{number}")
    refused = await client.try_join("relay:one-more")
    ref = client.join_refs["relay:one-more"]
    assert refused.raw == [ref, ref, "relay:one-more", "phx_reply",
                           {"status": "error", "response": {"reason": "too many channels joined"}}]
    await not_joined(client, "relay:one-more")
    await client.join("relay:50")
    await client.wait_for("phx_close", "relay:50")
    await client.leave("relay:51")
    await client.join("relay:one-more")


async def test_case_c36_broadcasts(phoenix: PhoenixWorld):
    """A message comes to all, the sender too, without refs; `broadcast` leaves the sender's channel out."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    sent = await alice.do(topic, "new_msg", {"body": "to all"})
    for client in (alice, bob):
        got = await client.wait_for("new_msg", topic, id=sent["id"])
        assert got.raw[:4] == [None, None, topic, "new_msg"], got.raw
    await alice.do(topic, "broadcast", {"event": "shout", "payload": {"x": 1}})
    got = await bob.wait_for("broadcast", topic, event="shout")
    assert got.raw[:4] == [None, None, topic, "broadcast"] and got["payload"] == {"x": 1}, got.raw
    await alice.silent(topic)


async def test_case_c36_another_connection_of_the_sender_hears_what_he_broadcasts(phoenix: PhoenixWorld):
    """It is the channel that is left out, not the user."""
    desk, phone = await phoenix.socket("alice"), await phoenix.socket("alice")
    topic = await phoenix.meet(desk, phone)
    await desk.do(topic, "broadcast", {"event": "shout", "payload": {}})
    await phone.wait_for("broadcast", topic, event="shout")


async def test_case_c37_both_versions_in_one_topic(phoenix: PhoenixWorld):
    """Each gets the broadcast in its own form, with the same payload."""
    old, new = await phoenix.socket("alice", vsn="1.0.0"), await phoenix.socket("bob")
    topic = await phoenix.meet(old, new)
    sent = await new.do(topic, "new_msg", {"body": "héllo \u2028 😀"})
    first, second = await old.wait_for("new_msg", topic, id=sent["id"]), await new.wait_for("new_msg", id=sent["id"])
    assert first.raw == {"topic": topic, "event": "new_msg", "ref": None, "payload": second.payload}
    assert second.raw == [None, None, topic, "new_msg", first.payload]
    assert first["body"] == "héllo \u2028 😀"


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_case_c38_a_push_to_one_client(phoenix: PhoenixWorld, vsn: str):
    """`presence_state` is for the joiner alone: its join_ref is set and its ref null (version 1: ref null)."""
    client = await phoenix.socket("alice", vsn=vsn)
    topic = room_topic(new_room_id())
    await client.join(topic)
    await client.until(lambda: client.presence(topic).states)
    pushed = next(message for message in client.log if message.event == "presence_state")
    assert (pushed.join_ref, pushed.ref) == (client.join_refs[topic] if vsn == "2.0.0" else None, None), pushed.raw


async def test_case_c39_the_last_reply_precedes_the_close(phoenix: PhoenixWorld):
    """`leave_room` ends the membership and with it the channel: reply, then close."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    reply = await bob.ask(topic, "leave_room", {})
    close = await bob.wait_for("phx_close", topic)
    assert reply.is_ok, reply.raw
    assert close.raw == [bob.join_refs[topic], bob.join_refs[topic], topic, "phx_close", {}]
    assert bob.log.index(reply) < bob.log.index(close)
    await not_joined(bob, topic)


# What §2 says beside the numbered cases.


@pytest.mark.parametrize("event", ["no_such_event", "phx_close", "phx_reply", "phx_error", "presence_state", ""])
async def test_unknown_events_of_rooms_are_answered_and_change_nothing(phoenix: PhoenixWorld, event: str):
    """On a room, the names that only a server sends are ordinary unknown events."""
    client = await phoenix.socket("alice")
    topic = await phoenix.meet(client)
    response = await client.refused(topic, event, {})
    assert response["reason"] and response["message"]
    await works(client, topic, client.join_refs[topic])


@pytest.mark.parametrize(
    "payload", [{}, {"a": [1, {"b": None}], "c": 1.5e300, "d": "\u0000\u2028😀"}, [], [1], "x", 7, None])
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_echo_answers_with_the_payload(phoenix: PhoenixWorld, vsn: str, payload: object):
    """Every channel of ours has it; any JSON comes back."""
    client = await opened(phoenix, vsn)
    await client.send("1", "2", PUBLIC, "echo", payload)
    reply = await client.expect("phx_reply", PUBLIC)
    assert (reply.ref, reply.status, json.dumps(reply.response)) == ("2", "ok", json.dumps(payload))


async def test_a_message_without_a_ref_is_answered_without_one(phoenix: PhoenixWorld):
    """A null ref comes back as null."""
    client = await opened(phoenix)
    await client.send("1", None, PUBLIC, "echo", {"x": 1})
    await client.expect_raw(["1", None, PUBLIC, "phx_reply", {"status": "ok", "response": {"x": 1}}])


async def test_frames_of_a_channel_take_effect_in_order(phoenix: PhoenixWorld):
    """Two hundred requests at once are answered in the order in which they were sent."""
    client = await opened(phoenix)
    for number in range(200):
        await client.send("1", f"r{number}", PUBLIC, "echo", {"n": number})
    assert [(await client.expect("phx_reply", PUBLIC)).response["n"] for _ in range(200)] == list(range(200))


async def test_the_same_topic_on_several_sockets(phoenix: PhoenixWorld):
    """Each is a channel of its own: one that leaves takes nothing from the other."""
    first, second = await phoenix.socket("alice"), await phoenix.socket("alice")
    topic = await phoenix.meet(first, second)
    await first.leave(topic)
    sent = await second.do(topic, "new_msg", {"body": "still in"})
    await second.wait_for("new_msg", topic, id=sent["id"])
    await first.silent()
