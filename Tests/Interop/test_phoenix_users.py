"""Conformance cases C60-C70: channels of users as Epochtalk has them (phoenix-channels.md §4), and `POST /signals`.

A user's id is his canonical name; ids that are numbers are names that are numbers. Two rules of ours: `user:<id>` is
for that user alone, refused to others with the words that anonymous clients get; and a logout takes its authority from
the sockets that came in with that token, which stay open as those of nobody.
"""

import asyncio
import json
import uuid

import pytest

from harness import PASSWORD, PhoenixClient, PhoenixWorld, eventually

PUBLIC = "user:public"
ROLE = "user:role"
CRASH = {"reason": "channel_crash"}


def unauthorized(topic: str) -> str:
    return f"unauthorized, cannot join '{topic}' channel"


async def online(client: PhoenixClient, user: object, topic: str = PUBLIC) -> bool:
    """What `is_online` says; that the id is echoed as it was is checked."""
    response = await client.do(topic, "is_online", {"user_id": user})
    assert response.keys() == {"id", "online"} and type(response["id"]) is type(user) and response["id"] == user
    return response["online"]


def metas(changes: list[list[dict]]) -> int:
    """How many connections came or went, in however many diffs."""
    return sum(map(len, changes))


async def present(phoenix: PhoenixWorld, name: str) -> PhoenixClient:
    """A connection of a user who has joined `user:public`."""
    client = await phoenix.socket(name)
    assert await client.join(PUBLIC) == {}
    return client


async def nobody(phoenix: PhoenixWorld) -> PhoenixClient:
    """A connection of nobody on `user:public`."""
    client = await phoenix.socket()
    assert await client.join(PUBLIC) == {}
    return client


def refused(phoenix: PhoenixWorld, token: str) -> bool:
    """Whether a socket with this token is refused with 403."""
    answer = phoenix.server.rest.call("GET", f"/socket/websocket?vsn=2.0.0&token={token}", headers={
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
    return (answer.status, answer.body) == (403, b"")


async def test_case_c60_a_socket_of_nobody(phoenix: PhoenixWorld):
    """No token: `user:public` is open; `user:role` and `user:<id>` are refused with the exact words."""
    client = await nobody(phoenix)
    for topic in (ROLE, "user:7", "user:alice", "user:"):
        await client.send("3", "3", topic, "phx_join", {})
        await client.expect_raw(
            ["3", "3", topic, "phx_reply", {"status": "error", "response": {"reason": unauthorized(topic)}}])


async def test_case_c60_the_channel_of_another_user(phoenix: PhoenixWorld):
    """Refused to everybody else with the same words, whether there is such a user or not."""
    phoenix.server.token("alice")
    client = await phoenix.socket("bob")
    for topic in ("user:alice", "user:ALICE", "user:no-such-user", "user:Bob", "user:public2", "user:"):
        assert await client.join_refused(topic, reason=unauthorized(topic)) == {"reason": unauthorized(topic)}


async def test_case_c60_a_guest_is_nobody_here(phoenix: PhoenixWorld):
    """Being in a room makes a guest, and a guest has no channel of a user."""
    client = await phoenix.socket()
    await client.join("room:lobby")
    await client.join_refused(ROLE, reason=unauthorized(ROLE))
    await client.until(lambda: client.presence("room:lobby").keys)
    for key in client.presence("room:lobby").keys:
        await client.join_refused(f"user:{key}", reason=unauthorized(f"user:{key}"))


@pytest.mark.parametrize("token", ["x", "", "a.b.c"])
def test_case_c61_bad_tokens(server, token: str):
    """403 with an empty body, no upgrade."""
    assert refused(PhoenixWorld(server), token)


async def test_case_c61_expired_and_logged_out_tokens(phoenix: PhoenixWorld):
    """The same for tokens that were good once."""
    server = phoenix.server
    server.token("erin")
    expiring, ended = server.issue_token("erin", ttl="1s"), server.rest.login("erin", PASSWORD)
    assert server.rest.with_token(ended).post("/api/v1/auth/logout", {}).status == 204
    assert refused(phoenix, ended)

    async def expired() -> bool:
        return refused(phoenix, expiring)

    await eventually(expired)


async def test_case_c62_the_channels_of_an_account(phoenix: PhoenixWorld):
    """`user:public`, `user:role` and his own, each with an empty response; the join's payload does not matter."""
    client = await phoenix.socket("alice")
    for topic in (PUBLIC, ROLE, "user:alice"):
        assert await client.join(topic, {"any": ["thing"]}) == {}


async def test_case_c63_is_somebody_online(phoenix: PhoenixWorld):
    """Asked by nobody: true for a user who is there, false for an unknown one; the id comes back unchanged."""
    await present(phoenix, "121212")
    client = await nobody(phoenix)
    assert await online(client, 121212) is True
    assert await online(client, "121212") is True  # lenient: upstream says false to a string
    assert await online(client, 99999999) is False
    assert await online(client, "no-such-user") is False


async def test_case_c63_names_are_ids_too(phoenix: PhoenixWorld):
    """A user whose id is no number is asked for by it, from any channel of users."""
    alice = await present(phoenix, "alice")
    await alice.join("user:alice")
    await alice.join(ROLE)
    for topic in (PUBLIC, ROLE, "user:alice"):
        assert await online(alice, "alice", topic) is True


@pytest.mark.parametrize("user", [0, -1, 2**53, 1.5, True, {}, ["x"], "", "x" * 1000, "a b", "\u0000"])
async def test_case_c63_ids_that_nobody_can_have(phoenix: PhoenixWorld, user: object):
    """Offline, and echoed."""
    assert await online(await nobody(phoenix), user) is False


async def test_case_c64_two_tabs(phoenix: PhoenixWorld):
    """One of two connections closes: still online; both: offline."""
    watcher = await nobody(phoenix)
    first, second = await present(phoenix, "tabs"), await present(phoenix, "tabs")
    await watcher.until(lambda: metas(watcher.presence(PUBLIC).joined("tabs")) == 2)
    await first.close()
    await watcher.until(lambda: metas(watcher.presence(PUBLIC).left("tabs")) == 1)
    assert await online(watcher, "tabs") is True
    second.cut()
    await watcher.until(lambda: metas(watcher.presence(PUBLIC).left("tabs")) == 2)
    assert await online(watcher, "tabs") is False


async def test_case_c65_connected_without_the_channel(phoenix: PhoenixWorld):
    """Who has not joined `user:public` is not online; nor is he when he has left it."""
    watcher, hidden = await nobody(phoenix), await phoenix.socket("hidden")
    await hidden.join("user:hidden")
    assert await online(watcher, "hidden") is False
    await hidden.join(PUBLIC)
    assert await online(watcher, "hidden") is True
    await hidden.leave(PUBLIC)
    assert await online(watcher, "hidden") is False


async def test_case_c66_is_online_without_an_id(phoenix: PhoenixWorld):
    """The channel crashes, the socket lives, the topic can be joined again."""
    client = await nobody(phoenix)
    join_ref = client.join_refs[PUBLIC]
    await client.push(PUBLIC, "is_online", {})
    await client.expect_raw([join_ref, join_ref, PUBLIC, "phx_error", CRASH])
    await client.fence()
    await client.join(PUBLIC)
    assert await online(client, "nobody") is False


@pytest.mark.parametrize("payload", [{"user": 7}, [], "x", 7, None])
async def test_case_c66_is_online_with_another_payload(phoenix: PhoenixWorld, payload: object):
    """The same for whatever has no id."""
    client = await nobody(phoenix)
    await client.push(PUBLIC, "is_online", payload)
    await client.expect("phx_error", PUBLIC, **CRASH)


async def test_case_c67_logout(phoenix: PhoenixWorld):
    """All of that user's channels are told the token once; sockets stay open; the token is refused from then on.

    Those that came in with it lose what it gave them: their channels are closed, but for `user:public`.
    """
    server = phoenix.server
    server.token("leo")
    ended, kept = server.rest.login("leo", PASSWORD), server.rest.login("leo", PASSWORD)
    leaving = [await phoenix.socket("leo", token=ended) for _ in range(2)]
    staying, other = await phoenix.socket("leo", token=kept), await phoenix.socket("other")
    for client in (*leaving, staying):
        for topic in (PUBLIC, ROLE, "user:leo"):
            await client.join(topic)
    await other.join("user:other")
    topic = await phoenix.meet(leaving[0], staying, other)
    assert server.rest.with_token(ended).post("/api/v1/auth/logout", {}).status == 204
    for client in (*leaving, staying):
        told = await client.wait_for("logout", "user:leo")
        assert told.raw == [None, None, "user:leo", "logout", {"token": ended}]
    for client in leaving:
        for closed in (ROLE, "user:leo"):
            await client.wait_for("phx_close", closed)
        await client.join_refused("user:leo", reason=unauthorized("user:leo"))
        assert await online(client, "leo") is True
    await leaving[0].wait_for("phx_close", topic)
    await leaving[1].silent()
    sent = await staying.do(topic, "new_msg", {"body": "still here"})
    await other.wait_for("new_msg", topic, id=sent["id"])
    await leaving[0].fence()
    assert leaving[0].taken("new_msg") == []
    assert await online(staying, "leo") is True
    await staying.fence()
    assert staying.taken("logout") == []
    await other.silent("user:other")
    assert refused(phoenix, ended)
    await phoenix.socket("leo", token=kept)


async def test_case_c67_who_has_lost_his_token_is_a_guest_in_rooms(phoenix: PhoenixWorld):
    """The socket goes on as one of nobody."""
    server = phoenix.server
    server.token("leo")
    ended = server.rest.login("leo", PASSWORD)
    client = await phoenix.socket("leo", token=ended)
    await client.join("user:leo")
    server.rest.with_token(ended).post("/api/v1/auth/logout", {})
    await client.wait_for("phx_close", "user:leo")
    await client.join("room:lobby")
    message = await client.say("room:lobby", f"who am I {uuid.uuid4()}")
    assert message["user"]["is_guest"] is True and message["user"]["username"] != "leo"


async def test_case_c67_logout_everywhere_closes_the_sockets(phoenix: PhoenixWorld):
    """What ends all sessions of an account ends its sockets: 1001, as a forced disconnect."""
    server = phoenix.server
    clients = [await phoenix.socket("lea"), await phoenix.socket("lea")]
    for client in clients:
        await client.join("user:lea")
    server.rest.with_token(server.token("lea")).post("/api/v1/auth/logout?everywhere=true", {})
    for client in clients:
        await client.expect_close(1001)
        assert client.taken("phx_close") == client.taken("phx_error") == []


async def test_case_c68_presence_on_the_public_channel(phoenix: PhoenixWorld):
    """No state after the join; everybody gets diffs whose metas are a ref and nothing else; nobody is not tracked."""
    watcher = await nobody(phoenix)
    await nobody(phoenix)
    alice = await present(phoenix, "alice68")
    await watcher.until(lambda: watcher.presence(PUBLIC).joined("alice68"))
    ((meta,),) = watcher.presence(PUBLIC).joined("alice68")
    assert meta.keys() == {"phx_ref"}
    assert ("presence_diff", None, None) in [(m.event, m.join_ref, m.ref) for m in watcher.log]
    await alice.close()
    await watcher.until(lambda: watcher.presence(PUBLIC).left("alice68") == [[meta]])
    await watcher.fence()
    assert watcher.presence(PUBLIC).states == alice.presence(PUBLIC).states == []
    assert watcher.presence(PUBLIC).keys.isdisjoint({"", None})


async def test_case_c69_permissions_changed_by_the_host_application(phoenix: PhoenixWorld):
    """A signal to a role reaches all who are on `user:role`, and nobody else."""
    alice, bob, anybody = await phoenix.socket("alice"), await phoenix.socket("bob"), await nobody(phoenix)
    for client in (alice, bob):
        await client.join(ROLE)
    assert phoenix.signal("role", "permissionsChanged", {"lookup": "editor"}).status in (200, 202, 204)
    for client in (alice, bob):
        await client.expect_raw([None, None, ROLE, "permissionsChanged", {"lookup": "editor"}])
    await anybody.silent()


async def test_case_c69_permissions_changed_by_the_server(phoenix: PhoenixWorld):
    """The core knows of its own roles: who watches `user:role` hears which one it was."""
    watcher = await phoenix.socket("alice")
    await watcher.join(ROLE)
    phoenix.server.token("climber")
    phoenix.server.command("user", "role", "climber", "moderator")
    changed = await watcher.wait_for("permissionsChanged", ROLE, lookup="moderator")
    assert changed.raw == [None, None, ROLE, "permissionsChanged", {"lookup": "moderator"}]


async def test_case_c70_rapid_leave_and_join(phoenix: PhoenixWorld):
    """As the front-end does at each login: one live channel is left, no crash, and a signal comes once."""
    client = await phoenix.socket("rapid")
    for number in range(1, 40, 2):
        await client.send(f"{number}", f"{number}", "user:rapid", "phx_join", {})
        await client.send(f"{number}", f"{number + 1}", "user:rapid", "phx_leave", {})
    await client.send("last", "last", "user:rapid", "phx_join", {})
    assert (await client.answer("last", "user:rapid")).is_ok
    await client.fence()
    assert client.taken("phx_error") == []
    client.inbox.clear()
    assert phoenix.signal({"user": "rapid"}, "newMessage", {}).status in (200, 202, 204)
    await client.expect_raw([None, None, "user:rapid", "newMessage", {}])
    await client.silent()


# The signals, and who sends them (§4.5 and product.md §4).


async def test_the_six_signals_reach_whom_they_are_for(phoenix: PhoenixWorld):
    """Announcements everybody, roles accounts, the others one user on all his connections."""
    key = phoenix.api_key("signals")
    anybody, alice = await nobody(phoenix), await present(phoenix, "alice")
    again, bob = await present(phoenix, "alice"), await present(phoenix, "bob")
    for client in (alice, again, bob):
        await client.join(f"user:{client.name}")
        await client.join(ROLE)
        client.inbox.clear()
    for to, event, payload, topic, hearers in (
        ("all", "announcement", {"motd": "message"}, PUBLIC, (anybody, alice, again, bob)),
        ("role", "permissionsChanged", {"lookup": "x", "more": [1]}, ROLE, (alice, again, bob)),
        ({"user": "alice"}, "reauthenticate", {}, "user:alice", (alice, again)),
        ({"user": "alice"}, "newMessage", {}, "user:alice", (alice, again)),
        ({"user": "alice"}, "refreshMentions", {}, "user:alice", (alice, again)),
        ({"user": "alice"}, "logout", {"token": "eyJ"}, "user:alice", (alice, again)),
        ({"user": "bob"}, "of_the_host", {"deep": {"er": [None, 1.5, "ü"]}}, "user:bob", (bob,)),
    ):
        assert phoenix.signal(to, event, payload, key).status in (200, 202, 204), event
        for client in hearers:
            await client.expect_raw([None, None, topic, event, payload])
    for client in (anybody, alice, again, bob):
        await client.silent()


async def test_a_mention_refreshes_mentions_and_a_direct_message_tells_of_itself(phoenix: PhoenixWorld):
    """The core sends what it knows by itself, not to the one who did it."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    for client in (alice, bob):
        await client.join(f"user:{client.name}")
    topic = await phoenix.meet(alice, bob)
    await alice.say(topic, "hello @bob and @alice")
    await bob.wait_for("refreshMentions", "user:bob")
    room = (await alice.do("user:alice", "direct_open", {"user": "bob"}))["room"]
    direct = f"room:{room['id']}"
    await alice.join(direct)
    await alice.say(direct, "only for you")
    await bob.wait_for("newMessage", "user:bob")
    await alice.fence()
    assert alice.taken("refreshMentions") == alice.taken("newMessage") == []


@pytest.mark.parametrize("body", [
    {}, {"to": "all"}, {"to": "nobody", "event": "x", "payload": {}},
    {"to": {"user": 7.5}, "event": "x", "payload": {}},
    {"to": {"user": "no-such-user"}, "event": "newMessage", "payload": {}},
    {"to": {}, "event": "x", "payload": {}}, {"to": "all", "event": "", "payload": {}},
    {"to": "all", "event": "x" * 65, "payload": {}}, {"to": "all", "event": 7, "payload": {}},
    {"to": "all", "event": "phx_close", "payload": {}}, {"to": "all", "event": "phx_reply", "payload": {}},
    {"to": "all", "event": "presence_diff", "payload": {}}, {"to": "all", "event": "announcement", "payload": []},
    {"to": "all", "event": "announcement", "payload": "x"}, {"to": "all", "event": "x", "payload": {"x": "y" * 70_000}},
    {"to": "role", "event": "permissionsChanged", "payload": {}}, [], "x"])
async def test_bad_signals_get_a_clear_4xx_and_reach_nobody(phoenix: PhoenixWorld, body: object):
    """Missing fields, wrong types, unknown users, reserved names, payloads that are too big."""
    watcher = await present(phoenix, "alice")
    answer = phoenix.server.rest.with_token(phoenix.api_key("signals")).post("/api/v1/signals", body)
    assert 400 <= answer.status < 500 and answer.detail, (answer.status, answer.text)
    await watcher.silent(PUBLIC)


async def test_only_a_key_with_the_scope_may_signal(phoenix: PhoenixWorld):
    """No key, a wrong one, a user's token, a key without the scope, a revoked key."""
    watcher = await present(phoenix, "alice")
    body = {"to": "all", "event": "announcement", "payload": {}}
    rest, server = phoenix.server.rest, phoenix.server
    good = phoenix.api_key("signals")
    changed = good[:-1] + ("a" if good[-1] != "a" else "b")
    for key in (changed, "x", "", server.token("alice"), server.admin_token()):
        answer = rest.with_token(key).post("/api/v1/signals", body)
        assert answer.status in (401, 403), (key, answer.status)
    assert rest.post("/api/v1/signals", body).status == 401
    name = f"short-lived-{uuid.uuid4().hex[:8]}"
    key = server.command("apikey", "add", name, "--scope", "signals").stdout.strip().splitlines()[-1]
    assert rest.with_token(key).post("/api/v1/signals", body).status in (200, 202, 204)
    await watcher.wait_for("announcement", PUBLIC)
    listed = server.command("apikey", "list").stdout
    assert name in listed and key not in listed
    server.command("apikey", "revoke", name)
    assert rest.with_token(key).post("/api/v1/signals", body).status == 401
    await watcher.silent(PUBLIC)


async def test_a_signal_with_an_idempotency_key_is_sent_once(phoenix: PhoenixWorld):
    """The same request again reaches nobody twice; another one under the same key is refused."""
    watcher = await present(phoenix, "alice")
    rest = phoenix.server.rest.with_token(phoenix.api_key("signals"))
    def send(body: dict, key: str):
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return rest.call("POST", "/api/v1/signals", json.dumps(body).encode(), headers).status

    body, key = {"to": "all", "event": "announcement", "payload": {"n": 1}}, str(uuid.uuid4())
    statuses = [send(body, key) for _ in range(3)]
    assert set(statuses) <= {200, 202, 204}
    assert send({**body, "payload": {"n": 2}}, key) in (409, 422)
    assert send({**body, "payload": {"n": 3}}, str(uuid.uuid4())) in (200, 202, 204)
    assert [(await watcher.wait_for("announcement", PUBLIC))["n"] for _ in range(2)] == [1, 3]
    await watcher.silent(PUBLIC)


async def test_signals_under_way_at_once_arrive_in_order(phoenix: PhoenixWorld):
    """Many in a row to one user: all of them, once, in the order in which they were answered."""
    watcher = await phoenix.socket("alice")
    await watcher.join("user:alice")
    key = phoenix.api_key("signals")
    for number in range(50):
        answer = await asyncio.to_thread(phoenix.signal, {"user": "alice"}, "tick", {"n": number}, key)
        assert answer.status in (200, 202, 204)
    assert [(await watcher.expect("tick", "user:alice"))["n"] for _ in range(50)] == list(range(50))


# The inbox acts of `user:<id>`.


async def test_a_read_mark_reaches_the_other_devices(phoenix: PhoenixWorld):
    """On both fronts: what one device has read the others know."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    phone = await phoenix.socket("jane")
    await phone.join("user:jane")
    for text in ("one", "two", "three"):
        await alice.say(topic, text)
    second = await jane.wait_for("chat_send", content="two")
    await jane.do("read_mark", {"channel_id": number, "seq": second["seq"]})
    update = await phone.wait_for("read", "user:jane", seq=second["seq"])
    assert (update["room"], update["unread"]) == (topic.removeprefix("room:"), 1)
    await phone.join(topic)
    await phone.do(topic, "read", {"seq": second["seq"] + 1})
    await jane.wait_for("read_update", channel_id=number, seq=second["seq"] + 1)


async def test_the_rooms_of_a_user(phoenix: PhoenixWorld):
    """`my_rooms` on his own channel lists what he is in."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    await alice.join("user:alice")
    rooms = (await alice.do("user:alice", "my_rooms", {}))["rooms"]
    found = [room for room in rooms if f"room:{room['id']}" == topic]
    assert len(found) == 1 and found[0]["role"] == "owner", rooms
    after = found[0]["number"]
    page = await alice.do("user:alice", "my_rooms", {"after": after})
    assert [room["number"] for room in page["rooms"]] == [room["number"] for room in rooms if room["number"] > after]
    assert page["next"] is None
    await alice.refused("user:alice", "my_rooms", {"after": "x"}, "invalid_payload")


async def test_a_direct_room_is_the_same_for_both(phoenix: PhoenixWorld):
    """Whoever opens it, at whatever time, on however many connections at once."""
    alice, bob = await phoenix.socket("dira"), await phoenix.socket("dirb")
    for client in (alice, bob):
        await client.join(f"user:{client.name}")
    opened = await asyncio.gather(
        *(alice.do("user:dira", "direct_open", {"user": "dirb"}) for _ in range(3)),
        *(bob.do("user:dirb", "direct_open", {"user": "dira"}) for _ in range(3)))
    (room,) = {answer["room"]["id"] for answer in opened}
    for client in (alice, bob):
        await client.join(f"room:{room}")
    await alice.say(f"room:{room}", "hello")
    await bob.wait_for("new_msg", f"room:{room}", body="hello", user="dira")
    stranger = await phoenix.socket("stranger")
    await stranger.join_refused(f"room:{room}", reason="invite_required")
    await alice.refused("user:dira", "direct_open", {"user": "no-such-user"}, "no_such_user")
