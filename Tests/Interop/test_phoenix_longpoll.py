"""Conformance cases C45-C52: the long-poll transport (phoenix-channels.md §1.10).

The window that a poll waits is a second here instead of ten.
"""

import asyncio
import http.client
import json

import pytest

from harness import LongPoll, PhoenixWorld, Server
from harness import settings as names
from harness.longpoll import NDJSON
from harness.phoenix_frames import encode

SETTINGS = {names.LONGPOLL_WINDOW: 1}
PUBLIC = "user:public"
CORS = "access-control-allow-origin"


def session(phoenix: PhoenixWorld, name: str | None = None, **options) -> LongPoll:
    """A client that has not polled yet."""
    params = {} if name is None else {"token": phoenix.server.token(name)}
    return LongPoll(phoenix.server.base, params=params, **options)


async def opened(phoenix: PhoenixWorld, name: str | None = None, **options) -> LongPoll:
    """A client with a session."""
    client = session(phoenix, name, **options)
    await client.open()
    return client


async def join(client: LongPoll, topic: str, join_ref: str = "1") -> dict:
    """Joins a topic and returns what the reply says."""
    await client.send((join_ref, join_ref, topic, "phx_join", {}))
    reply = await client.wait_for("phx_reply", ref=join_ref, topic=topic)
    assert reply.is_ok, reply.raw
    return reply.response


async def test_case_c45_the_first_poll_opens_a_session(phoenix: PhoenixWorld):
    """HTTP 200 with status 410, a token and no messages; the fields of the header are as documented."""
    client = session(phoenix)
    answer = await client.http("GET")
    assert answer.status == 200
    body = json.loads(answer.body)
    assert body.keys() == {"status", "token", "messages"}
    assert (body["status"], body["messages"]) == (410, []) and isinstance(body["token"], str) and body["token"]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers[CORS] == "*"


async def test_case_c46_a_join_and_its_reply(phoenix: PhoenixWorld):
    """The POST is answered at once; the reply comes with the next poll, as a string that holds the frame."""
    client = await opened(phoenix)
    assert await client.post(encode("2.0.0", "1", "1", PUBLIC, "phx_join", {}).encode()) == {"status": 200}
    answer = await client.get()
    assert answer["status"] == 200 and answer["token"]
    assert [json.loads(text) for text in answer["messages"]] == \
        [["1", "1", PUBLIC, "phx_reply", {"status": "ok", "response": {}}]]


async def test_case_c46_what_comes_during_a_poll_ends_it(phoenix: PhoenixWorld):
    """A waiting poll is answered when a message is there."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await opened(phoenix, "bob")
    await join(client, topic)
    polling = asyncio.create_task(client.wait_for("new_msg", topic=topic))
    await alice.say(topic, "are you there?")
    assert (await polling)["body"] == "are you there?"


async def test_case_c46_a_conversation(phoenix: PhoenixWorld):
    """Messages of a poller are seen by sockets, and the other way round, in order and once."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await opened(phoenix, "bob")
    await join(client, topic)
    for number in range(20):
        await client.send(("1", f"m{number}", topic, "new_msg", {"body": f"poll {number}"}))
        await alice.wait_for("new_msg", topic, body=f"poll {number}", user="bob")
        await alice.say(topic, f"socket {number}")
    heard = []
    while not heard or heard[-1] != "socket 19":
        heard.append((await client.wait_for("new_msg", topic=topic))["body"])
    assert heard == [f"{who} {number}" for number in range(20) for who in ("poll", "socket")]


async def test_case_c47_an_empty_window(phoenix: PhoenixWorld):
    """Nothing pending: 204 after the window, with the token and no messages."""
    client = await opened(phoenix)
    answer = await client.get()
    assert (answer["status"], answer["messages"]) == (204, []) and answer["token"]


async def test_case_c48_unknown_tokens(phoenix: PhoenixWorld):
    """A POST with one is 410 and nothing else; a GET makes a new session."""
    client = session(phoenix)
    client.token = "no-such-session"
    assert await client.post(encode("2.0.0", None, "1", "phoenix", "heartbeat", {}).encode()) == {"status": 410}
    answer = await client.get()
    assert (answer["status"], answer["messages"]) == (410, []) and answer["token"] not in (None, client.token)


async def test_case_c48_a_post_without_a_token(phoenix: PhoenixWorld):
    """There is no session to post to."""
    client = session(phoenix)
    assert await client.post(encode("2.0.0", None, "1", "phoenix", "heartbeat", {}).encode()) == {"status": 410}


async def test_case_c48_a_session_belongs_to_who_opened_it(phoenix: PhoenixWorld):
    """The user is the one of the first poll: parameters of later calls make nobody else of the session."""
    client = await opened(phoenix, "alice")
    client.params = {}
    await join(client, "user:alice")


async def test_case_c49_refused_credentials(phoenix: PhoenixWorld):
    """HTTP 200 whose body says 403, and no session."""
    for params in ({"token": "x"}, {"token": ""}):
        assert await LongPoll(phoenix.server.base, params=params).get() == {"status": 403}, params


@pytest.mark.parametrize("vsn", ["2.1.0", "3.0.0", "2", ""])
async def test_case_c49_refused_versions(phoenix: PhoenixWorld, vsn: str):
    """The same for a version that is not spoken."""
    assert await LongPoll(phoenix.server.base, vsn=vsn).get() == {"status": 403}


async def test_case_c50_a_hundred_lines_of_a_post(phoenix: PhoenixWorld):
    """The 101st line is ignored; both ends of line are taken."""
    client = await opened(phoenix)
    await join(client, PUBLIC)
    lines = [encode("2.0.0", "1", f"n{number}", PUBLIC, "echo", {"n": number}) for number in range(101)]
    assert await client.post("\r\n".join(lines).encode()) == {"status": 200}
    await client.send(("1", "last", PUBLIC, "echo", {"n": "last"}))
    await client.wait_for("phx_reply", ref="last")
    assert [message.response["n"] for message in client.inbox] == list(range(100))


async def test_case_c50_a_line_in_base64_is_a_binary_frame(phoenix: PhoenixWorld):
    """Binary pushes come in as base64; what they broadcast reaches sockets as bytes."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await opened(phoenix, "bob")
    await join(client, topic)
    await client.send(("1", "2", topic, "draw", b"\x00\x01\xff"))
    assert (await alice.wait_for("draw", topic)).payload == b"\x00\x01\xff"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_case_c50_another_content_type_is_one_frame(phoenix: PhoenixWorld, vsn: str, content_type: str):
    """As phoenix.js 1.5 and 1.6 post, and clients of version 1."""
    client = await opened(phoenix, vsn=vsn)
    assert await client.post(encode(vsn, "1", "1", PUBLIC, "phx_join", {}).encode(), content_type) == {"status": 200}
    assert (await client.wait_for("phx_reply", ref="1", topic=PUBLIC)).is_ok


async def test_case_c51_the_token_in_the_header(phoenix: PhoenixWorld):
    """It works like the parameter, and comes before it."""
    client = await opened(phoenix, token_in_header=True)
    await join(client, PUBLIC)
    mine = client.token
    client.token_in_header = False
    client.token = "no-such-session"
    headers = {"x-phoenix-longpoll-token": mine}
    answer = await client.http("GET", headers=headers)
    assert json.loads(answer.body)["status"] == 204


async def test_case_c52_who_does_not_poll_is_gone(phoenix: PhoenixWorld):
    """After one and a half windows the channel ends: others see the presence leave, and a POST is 410."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await opened(phoenix, "bob")
    await join(client, topic)
    await alice.until(lambda: "bob" in alice.presence(topic).keys)
    await alice.until(lambda: "bob" not in alice.presence(topic).keys)
    assert await client.post(encode("2.0.0", "1", "2", topic, "echo", {}).encode()) == {"status": 410}


# What §1.10 says beside the numbered cases.


async def test_an_error_reply_is_no_error_of_the_post(phoenix: PhoenixWorld):
    """The POST says 200; the reply comes with the poll."""
    client = await opened(phoenix)
    await client.send(("1", "1", "nope", "phx_join", {}))
    reply = await client.wait_for("phx_reply", ref="1")
    assert (reply.status, reply.reason) == ("error", "unmatched topic")


async def test_an_unreadable_post_ends_the_session(phoenix: PhoenixWorld):
    """Whatever that POST is answered, the next one is 410 and the channels are gone."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    client = await opened(phoenix, "bob")
    await join(client, topic)
    assert (await client.post(b"[nonsense"))["status"] in (408, 410)
    assert await client.post(encode("2.0.0", "1", "2", topic, "echo", {}).encode()) == {"status": 410}
    await alice.until(lambda: "bob" not in alice.presence(topic).keys)


async def test_a_disabled_account_loses_its_session(phoenix: PhoenixWorld):
    """What closes a socket with 1001 ends a session: 410, and no new one is let in."""
    client = await opened(phoenix, "hank")
    await join(client, "user:hank")
    phoenix.server.command("user", "disable", "hank")
    answer = await client.get()
    assert answer["status"] in (403, 410)
    assert await session(phoenix, "hank").get() == {"status": 403}


async def test_options_for_browsers(phoenix: PhoenixWorld):
    """A preflight: 200, empty, and the fields that were asked for are allowed."""
    answer = await session(phoenix).http("OPTIONS", headers={
        "Origin": phoenix.server.base, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-phoenix-authtoken,content-type"})
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-headers"] == "x-phoenix-authtoken,content-type"
    assert answer.headers["access-control-allow-methods"] == "get, post, options"
    assert answer.headers["access-control-max-age"] == "3600"
    assert answer.headers[CORS] == "*"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_400(phoenix: PhoenixWorld, method: str):
    """With an empty body."""
    answer = await session(phoenix).http(method)
    assert (answer.status, answer.body) == (400, b"")


async def test_a_foreign_origin_is_refused_in_the_body(phoenix: PhoenixWorld):
    """HTTP 200 that says 403, for polls and posts."""
    client = await opened(phoenix)
    for method in ("GET", "POST"):
        answer = await client.http(method, headers={"Origin": "https://evil.example", "Content-Type": NDJSON})
        assert (answer.status, json.loads(answer.body)) == (200, {"status": 403}), method


async def test_an_auth_token_in_the_header_logs_in(phoenix: PhoenixWorld):
    """phoenix.js 1.8 sends its `authToken` as `X-Phoenix-AuthToken`."""
    client = session(phoenix)
    answer = await client.http("GET", headers={"X-Phoenix-AuthToken": phoenix.server.token("alice")})
    client.token = json.loads(answer.body)["token"]
    assert json.loads(answer.body)["status"] == 410
    await join(client, "user:alice")


def test_an_oversized_post_is_refused(server: Server):
    """A body beyond the limit is not read: 413, or the end of the connection."""
    connection = http.client.HTTPConnection(server.address, timeout=30)
    try:
        connection.putrequest("POST", "/socket/longpoll?vsn=2.0.0&token=x")
        connection.putheader("Content-Type", NDJSON)
        connection.putheader("Content-Length", str(1 << 32))
        connection.endheaders()
        assert connection.getresponse().status in (400, 413)
    except (ConnectionError, http.client.HTTPException):
        pass
    finally:
        connection.close()


async def test_a_restart_ends_sessions(another_server):
    """The token of a server that is gone opens a new session, as after any loss."""
    server = another_server({names.LONGPOLL_WINDOW: 1})
    client = await opened(PhoenixWorld(server))
    old = client.token
    server.restart()
    answer = await client.get()
    assert answer["status"] == 410 and answer["token"] and answer["token"] != old
