"""Signals of host applications on `/ws`, and the API keys that send them (product.md §4, phoenix-channels.md §4.5)."""

import asyncio
import json
import re
import uuid

import pytest

from harness import PASSWORD, Answer, Client, Frame, Server, World
from harness import settings as names

PATH = "/api/v1/signals"
KEY = re.compile(r"parley_[A-Za-z0-9_-]{16}_[A-Za-z0-9_-]{43}\n")
WRONG_USAGE = 64  # EX_USAGE of sysexits.h
ANNOUNCEMENT = {"to": "all", "event": "announcement", "payload": {"motd": "message"}}
WANT = ("seq", "ack", "signals")


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key that may send signals."""
    return server.command("apikey", "add", "forum").stdout.strip()


def post(server: Server, key: str | None, body: object, **headers: str) -> Answer:
    """One call; `headers` with `_` for `-`."""
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.rest.with_token(key).call("POST", PATH, data, sent) if key else \
        server.rest.call("POST", PATH, data, sent)


def send(server: Server, key: str, to: object, event: str, payload: dict | None = None, **headers: str) -> None:
    """One signal, which is accepted."""
    answer = post(server, key, {"to": to, "event": event, "payload": payload or {}}, **headers)
    assert (answer.status, answer.json) == (202, {"accepted": True}), answer.text


async def heard(client: Client) -> list[tuple[str, str, dict]]:
    """The signals that have come so far: what was accepted before is on its way before this answer is."""
    await client.do("presence_get", {"usernames": []})
    return [plain(frame) for frame in client.passed if frame.type == "signal"]


def plain(frame: Frame) -> tuple[str, str, dict]:
    return frame.payload["to"], frame.payload["event"], frame.payload["payload"]


# Keys


def test_apikey_add_prints_the_key_alone_and_list_does_not_show_it(server: Server):
    done = server.command("apikey", "add", "printed", "--scope", "signals")
    assert KEY.fullmatch(done.stdout) and done.stdout.strip() not in done.stderr
    listed = server.command("apikey", "list").stdout
    (line,) = [line for line in listed.splitlines() if line.startswith("printed ")]
    assert {"active", "signals"} <= set(line.split()) and line.split()[-1] == "-"
    assert done.stdout[:23] in listed and done.stdout.strip() not in listed


def test_apikey_refuses_what_cannot_be(server: Server):
    server.command("apikey", "add", "taken")
    for arguments, code in ((("add", "taken"), 1), (("add", ""), 1), (("add", "x" * 65), 1), (("add", "a\nb"), 1),
                            (("revoke", "nobody's"), 1), (("add", "other", "--scope", "everything"), WRONG_USAGE),
                            (("add",), WRONG_USAGE), (("revoke",), WRONG_USAGE)):
        done = server.command("apikey", *arguments, check=False)
        assert done.returncode == code and done.stderr.strip() and not done.stdout, (arguments, done)
        assert "atal error" not in done.stderr


def test_a_key_counts_and_ends_at_once_on_a_running_server(server: Server):
    key = server.command("apikey", "add", "short-lived").stdout.strip()
    assert post(server, key, ANNOUNCEMENT).status == 202
    (line,) = [line for line in server.command("apikey", "list").stdout.splitlines() if "short-lived" in line]
    assert line.split()[-1] != "-", "its last use"
    server.command("apikey", "revoke", "short-lived")
    assert post(server, key, ANNOUNCEMENT).status == 401
    again = server.command("apikey", "add", "short-lived").stdout.strip()
    assert again != key
    assert (post(server, key, ANNOUNCEMENT).status, post(server, again, ANNOUNCEMENT).status) == (401, 202)
    states = [line.split()[2] for line in server.command("apikey", "list").stdout.splitlines() if "short-lived" in line]
    assert states == ["revoked", "active"]


def test_keys_are_made_and_revoked_while_the_server_is_stopped(another_server):
    server = another_server()
    server.stop()
    good = server.command("apikey", "add", "good").stdout.strip()
    bad = server.command("apikey", "add", "bad").stdout.strip()
    server.command("apikey", "revoke", "bad")
    server.start()
    assert (post(server, good, ANNOUNCEMENT).status, post(server, bad, ANNOUNCEMENT).status) == (202, 401)


def test_only_an_api_key_opens_the_door(server: Server, key: str):
    token = server.admin_token()
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    stranger = "parley_" + "A" * 16 + "_" + "A" * 43
    for bad in (token, wrong, stranger, key.upper(), key + "A", "x" * 6000, "a.b.c"):
        for headers in ({"Authorization": f"Bearer {bad}"}, {"X_API_Key": bad}):
            answer = post(server, None, ANNOUNCEMENT, **headers)
            assert (answer.status, answer.detail) == (401, "Invalid API key"), (bad[:80], answer.text)
    missing = post(server, None, ANNOUNCEMENT)
    assert (missing.status, missing.headers["www-authenticate"]) == (401, "Bearer")
    assert post(server, None, ANNOUNCEMENT, X_API_Key=key).status == 202
    # And it opens no other.
    for path in ("/api/v1/auth/me", "/api/v1/dashboard/users/"):
        assert server.rest.with_token(key).get(path).status == 401


def test_failing_too_often_is_told_when_to_come_back(another_server):
    server = another_server()
    key = server.command("apikey", "add", "forum").stdout.strip()
    assert [post(server, "guess", ANNOUNCEMENT).status for _ in range(30)] == [401] * 30
    answer = post(server, "guess", ANNOUNCEMENT)
    assert answer.status == 429 and int(answer.headers["retry-after"]) > 0
    assert post(server, key, ANNOUNCEMENT).status == 202, "nobody is shut out by those beside him"


# Who hears what


async def test_each_hears_what_is_for_him(world: World, key: str):
    server = world.server
    alice, other, bob = [await world.ext(name, want=WANT) for name in ("alice", "alice", "bob")]
    assert "signals" in alice.greeting.payload["ext"]["have"]
    deaf = await world.ext("alice")
    guest = await world.client()
    await guest.hello(want=WANT)
    sent = [
        ("all", "announcement", {"motd": "message"}),
        ("role", "permissionsChanged", {"lookup": "moderators"}),
        ({"user": "alice"}, "reauthenticate", {}),
        ({"user": "alice"}, "logout", {"token": "a.b.c"}),
        ({"user": "alice"}, "newMessage", {}),
        ({"user": "ALICE"}, "refreshMentions", {"more": [1, {"deep": None}]}),
        ({"user": "bob"}, "badge_earned", {"badge": "\"quoted\" \u2028 字"}),
    ]
    for to, event, payload in sent:
        send(server, key, to, event, payload)
    told = [("user" if isinstance(to, dict) else to, event, payload) for to, event, payload in sent]
    assert await heard(alice) == await heard(other) == told[:6]
    assert await heard(bob) == [*told[:2], told[6]]
    assert await heard(guest) == told[:1]
    assert await heard(deaf) == []


async def test_the_compact_encoding_has_a_number_for_it(world: World, key: str):
    alice = await world.ext("alice", want=(*WANT, "compact"))
    send(world.server, key, "role", "permissionsChanged", {"lookup": "x"})
    assert await heard(alice) == [("role", "permissionsChanged", {"lookup": "x"})]


async def test_a_client_that_asks_for_nothing_hears_nothing(world: World, key: str):
    old = await world.old("alice")
    send(world.server, key, "all", "announcement")
    await old.send("presence_get", {"usernames": []})
    await old.expect("presence")


async def test_a_connection_that_has_gone_hears_nothing_and_harms_nobody(world: World, key: str):
    gone, cut, alice = [await world.ext("alice", want=WANT) for _ in range(3)]
    await gone.close()
    cut.cut()
    send(world.server, key, {"user": "alice"}, "newMessage")
    assert await heard(alice) == [("user", "newMessage", {})]


async def test_a_burst_arrives_whole_and_in_order(world: World, key: str):
    alice = await world.ext("alice", want=WANT)
    for number in range(150):
        send(world.server, key, {"user": "alice"}, "tick", {"n": number})
    assert [payload["n"] for _, _, payload in await heard(alice)] == list(range(150))


# Refusals


@pytest.mark.parametrize(("body", "status", "field"), [
    ({"event": "announcement", "payload": {}}, 422, "to"),
    ({"to": "everybody", "event": "announcement", "payload": {}}, 422, "to"),
    ({"to": {"user": ["alice"]}, "event": "newMessage", "payload": {}}, 422, "to"),
    ({"to": {"user": "alice"}, "event": "announcement", "payload": {}}, 422, "to"),
    ({"to": "all", "event": "permissionsChanged", "payload": {"lookup": "x"}}, 422, "to"),
    ({"to": "all", "event": "reauthenticate", "payload": {}}, 422, "to"),
    ({"to": "role", "event": "logout", "payload": {"token": "x"}}, 422, "to"),
    ({"to": "all", "payload": {}}, 422, "event"),
    ({"to": "all", "event": ["x"], "payload": {}}, 422, "event"),
    ({"to": "all", "event": "", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "x" * 65, "payload": {}}, 422, "event"),
    ({"to": "all", "event": "two words", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "a\u0000b", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "phx_close", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "presence_state", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "heartbeat", "payload": {}}, 422, "event"),
    ({"to": "all", "event": "announcement"}, 422, "payload"),
    ({"to": "all", "event": "announcement", "payload": "{}"}, 422, "payload"),
    ({"to": "role", "event": "permissionsChanged", "payload": {"lookup": ""}}, 422, "payload"),
    ({"to": {"user": "alice"}, "event": "logout", "payload": {"token": 7}}, 422, "payload"),
    ({"to": "all", "event": "announcement", "payload": {}, "more": 1}, 422, "more"),
    ({"to": {"user": "nobody-at-all"}, "event": "newMessage", "payload": {}}, 404, None),
    ({"to": {"user": "Guest0001"}, "event": "newMessage", "payload": {}}, 404, None),
    ({"to": "all", "event": "announcement", "payload": {"x": "y" * 8192}}, 413, None),
    ({"to": "all", "event": "announcement", "payload": {"x": "y" * 70_000}}, 413, None),
    (b"{", 422, None), (b"[]", 422, None), (b"", 422, None),
    (b'{"to":"all","event":"announcement","payload":{"a":1,"a":2}}', 422, None),
    (b'{"to":"all","event":"announcement","payload":' + b'{"a":' * 100 + b"1" + b"}" * 101, 422, None),
])
async def test_what_is_refused_says_why_and_reaches_nobody(
        world: World, key: str, body: object, status: int, field: str | None):
    alice = await world.ext("alice", want=WANT)
    answer = post(world.server, key, body)
    assert answer.status == status and answer.detail, answer.text
    if field:
        assert [issue["loc"] for issue in answer.detail] == [["body", field]]
        assert all(issue["msg"] for issue in answer.detail)
    assert await heard(alice) == []


def test_other_methods_and_types_are_refused(server: Server, key: str):
    rest = server.rest.with_token(key)
    assert (rest.get(PATH).status, rest.get(PATH).headers["allow"]) == (405, "POST")
    form = rest.call("POST", PATH, b"to=all&event=announcement",
                     {"Content-Type": "application/x-www-form-urlencoded"})
    assert form.status == 422


def test_a_key_has_its_pace(another_server):
    server = another_server({names.SIGNAL_BURST: 3, names.SIGNAL_RATE: 0.01})
    keys = [server.command("apikey", "add", name).stdout.strip() for name in ("first", "second")]
    assert [post(server, keys[0], ANNOUNCEMENT).status for _ in range(4)] == [202, 202, 202, 429]
    assert int(post(server, keys[0], ANNOUNCEMENT).headers["retry-after"]) > 1
    assert post(server, keys[1], ANNOUNCEMENT).status == 202


# Once and only once


async def test_an_idempotency_key_stands_for_one_request(world: World, key: str):
    alice, server = await world.ext("alice", want=WANT), world.server
    once = str(uuid.uuid4())
    for _ in range(3):
        send(server, key, "all", "announcement", {"n": 1}, Idempotency_Key=once)
    for other in ({**ANNOUNCEMENT, "payload": {"n": 2}}, {**ANNOUNCEMENT, "event": "other", "payload": {"n": 1}},
                  {"to": "role", "event": "announcement2", "payload": {"n": 1}}):
        answer = post(server, key, other, Idempotency_Key=once)
        assert answer.status == 409 and "Idempotency-Key" in answer.detail
    send(server, key, "all", "announcement", {"n": 3}, Idempotency_Key=once + "x")
    second = server.command("apikey", "add", once[:20]).stdout.strip()
    send(server, second, "all", "announcement", {"n": 4}, Idempotency_Key=once)
    assert post(server, key, ANNOUNCEMENT, Idempotency_Key="k" * 129).status == 422
    assert [payload["n"] for _, _, payload in await heard(alice)] == [1, 3, 4]


async def test_many_at_once_with_one_idempotency_key_are_one(world: World, key: str):
    alice, once = await world.ext("alice", want=WANT), str(uuid.uuid4())
    answers = await asyncio.gather(*(
        asyncio.to_thread(post, world.server, key, ANNOUNCEMENT, Idempotency_Key=once) for _ in range(20)))
    assert [answer.status for answer in answers] == [202] * 20
    assert len(await heard(alice)) == 1


async def test_what_was_refused_may_be_tried_again(world: World, key: str):
    late, once = f"late-{uuid.uuid4().hex[:8]}", str(uuid.uuid4())
    body = {"to": {"user": late}, "event": "newMessage", "payload": {}}
    assert post(world.server, key, body, Idempotency_Key=once).status == 404
    client = await world.ext(late, want=WANT)
    assert post(world.server, key, body, Idempotency_Key=once).status == 202
    assert await heard(client) == [("user", "newMessage", {})]


async def test_a_restart_keeps_keys_and_what_they_have_claimed(another_server):
    server = another_server()
    key = server.command("apikey", "add", "forum").stdout.strip()
    send(server, key, "all", "announcement", {"n": 1}, Idempotency_Key="one")
    server.kill()
    server.start()
    world = World(server)
    try:
        alice = await world.ext("alice", want=WANT)
        send(server, key, "all", "announcement", {"n": 1}, Idempotency_Key="one")
        other = {"to": "all", "event": "announcement", "payload": {"n": 2}}
        assert post(server, key, other, Idempotency_Key="one").status == 409
        send(server, key, "all", "announcement", {"n": 3}, Idempotency_Key="two")
        assert [payload["n"] for _, _, payload in await heard(alice)] == [3]
    finally:
        await world.aclose()


# What the server says by itself


async def test_a_logout_names_its_token(world: World):
    server = world.server
    server.token("leaver")
    first, second = [server.rest.login("leaver", PASSWORD) for _ in range(2)]
    here, there = await world.client(), await world.client()
    await here.hello(first, want=WANT)
    await there.hello(second, want=WANT)
    assert server.rest.with_token(first).call("POST", "/api/v1/auth/logout").status == 204
    await here.expect_close(4401)
    told = ("user", "logout", {"token": first})
    assert told in [plain(frame) for frame in here.passed if frame.type == "signal"]
    assert await heard(there) == [told]


async def test_logging_out_everywhere_names_none(world: World):
    server = world.server
    server.token("quitter")
    token = server.rest.login("quitter", PASSWORD)
    client = await world.client()
    await client.hello(token, want=WANT)
    assert server.rest.with_token(token).call("POST", "/api/v1/auth/logout?everywhere=true").status == 204
    await client.expect_close(4401)
    assert ("user", "logout", {}) in [plain(frame) for frame in client.passed if frame.type == "signal"]


async def test_another_role_is_told_to_its_owner_and_to_all_accounts(world: World):
    climber, alice = await world.ext("climber", want=WANT), await world.ext("alice", want=WANT)
    world.server.command("user", "role", "climber", "moderator")
    await climber.expect_close(4401)
    assert ("user", "reauthenticate", {}) in [plain(frame) for frame in climber.passed if frame.type == "signal"]
    assert await heard(alice) == [
        ("role", "permissionsChanged", {"lookup": "moderator"}), ("role", "permissionsChanged", {"lookup": "user"})]


async def test_a_mention_is_told_to_who_is_mentioned(world: World):
    alice, bob = await world.ext("alice", want=WANT), await world.ext("bob", want=WANT)
    room = await world.room(alice, bob)
    await alice.say(room, "hello @bob and @alice")
    assert plain(await bob.wait_for("signal")) == ("user", "refreshMentions", {})
    assert await heard(alice) == []
