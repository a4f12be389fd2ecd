"""Public Phoenix clients from PyPI, unmodified and pinned: what their users do with them works.

`realtime` (supabase) speaks version 1 and only on topics `realtime:<name>`. `phoenix-channels-python-client` speaks
both versions; it has no call to push an event of one's own, so that its pushes are those of joining and leaving.

`realtime` counts a heartbeat as sent and does not watch for the reply: what ends its wait for a dead network is the
keep-alive of the WebSocket library under it, after twenty seconds and twenty more.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from phoenix_channels_python_client import PHXChannelsClient, ReconnectPolicy
from phoenix_channels_python_client.exceptions import PHXConnectionError, PHXTopicError
from realtime import (
    AsyncRealtimeChannel,
    AsyncRealtimeClient,
    RealtimeAcknowledgementStatus,
    RealtimeSubscribeStates,
)

from harness import PhoenixClient, PhoenixWorld
from harness.proxy import Proxy

PATIENCE = 60.0
SUBSCRIBED = RealtimeSubscribeStates.SUBSCRIBED
# Comes back as soon as it may: how long a client waits is its own business.
EAGER = ReconnectPolicy(
    base_delay_s=0.05, max_delay_s=0.5, service_restart_min_delay_s=0.05, service_restart_max_delay_s=0.1,
    rapid_first_min_delay_s=0, rapid_second_min_delay_s=0, rapid_cooldown_base_s=0, rapid_cooldown_step_s=0,
    rapid_cooldown_max_s=0, rapid_suppress_disconnect_count=0)


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries would ask the environment for a proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


async def becomes(condition: Callable[[], object], patience: float = PATIENCE) -> object:
    """Waits until what a callback noted is so; the libraries offer nothing to wait on."""
    try:
        async with asyncio.timeout(patience):
            while not (value := condition()):
                await asyncio.sleep(0.01)
            return value
    except TimeoutError:
        raise AssertionError(f"did not become so within {patience} s") from None


# supabase realtime


@contextlib.asynccontextmanager
async def realtime(phoenix: PhoenixWorld, name: str | None = None, port: int | None = None,
                   **options) -> AsyncIterator[AsyncRealtimeClient]:
    """A client of the library; its token is a parameter of the connection."""
    params = {} if name is None else {"token": phoenix.server.token(name)}
    client = AsyncRealtimeClient(f"ws://127.0.0.1:{port or phoenix.server.port}/socket", params=params,
                                 initial_backoff=0.1, max_retries=20, **options)
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            await client.close()


def configuration(key: str = "", *, own: bool = False, ack: bool = False, presence: bool = True) -> dict:
    return {"config": {"broadcast": {"self": own, "ack": ack}, "presence": {"key": key, "enabled": presence},
                       "private": False}}


class Notes:
    """What a channel's callbacks were called with."""

    def __init__(self, channel: AsyncRealtimeChannel, events: tuple[str, ...] = ("shout", "back", "again")) -> None:
        self.states: list[RealtimeSubscribeStates] = []
        self.errors: list[str] = []
        self.broadcasts: list[dict] = []
        self.joins: list[str] = []
        self.leaves: list[str] = []
        self.syncs = 0
        self.channel = channel
        for event in events:
            channel.on_broadcast(event, self.broadcasts.append)

    def presence(self) -> "Notes":
        self.channel.on_presence_sync(self._synced)
        self.channel.on_presence_join(lambda key, before, new: self.joins.append(key))
        self.channel.on_presence_leave(lambda key, left, gone: self.leaves.append(key))
        return self

    def _synced(self) -> None:
        self.syncs += 1

    def state(self, state: RealtimeSubscribeStates, error: Exception | None) -> None:
        self.states.append(state)
        self.errors += [str(error)] if error else []

    async def subscribe(self) -> "Notes":
        await asyncio.wait_for(self.channel.subscribe(self.state), PATIENCE)
        assert self.states == [SUBSCRIBED], (self.states, self.errors)
        return self


async def new_name(phoenix: PhoenixWorld) -> tuple[str, PhoenixClient]:
    """A room of its own, under the name that the library wants, and somebody in it to talk to."""
    watcher = await phoenix.socket("watcher")
    return (await phoenix.meet(watcher)).removeprefix("room:"), watcher


async def test_case_c88_realtime_subscribes_and_broadcasts(phoenix: PhoenixWorld):
    """Subscribed; a broadcast reaches the other client with its event and payload, the sender only if he wants it."""
    name, watcher = await new_name(phoenix)
    async with realtime(phoenix, "alice") as first, realtime(phoenix, "bob") as second:
        alice = await Notes(first.channel(name, configuration(own=True, ack=True))).subscribe()
        bob = await Notes(second.channel(name, configuration()), ("shout",)).subscribe()
        await alice.channel.send_broadcast("shout", {"x": 1, "y": ["ü", None]})
        for notes in (alice, bob):
            await becomes(lambda notes=notes: notes.broadcasts)
            heard = notes.broadcasts[0]
            assert (heard["event"], heard["payload"]) == ("shout", {"x": 1, "y": ["ü", None]})
        await bob.channel.send_broadcast("back", {})
        await becomes(lambda: len(alice.broadcasts) == 2)
        assert len(bob.broadcasts) == 1
        await watcher.wait_for("broadcast", event="back")


async def test_case_c88_realtime_pushes_are_answered(phoenix: PhoenixWorld):
    """ok and error call the callbacks of a push; nothing times out."""
    name, _ = await new_name(phoenix)
    async with realtime(phoenix, "alice") as client:
        notes = await Notes(client.channel(name, configuration(ack=True))).subscribe()
        answers: list[object] = []
        for event in ("echo", "broadcast", "no_such_event"):
            push = await notes.channel.push(event, {"type": "broadcast", "event": "e", "payload": {}})
            push.receive(RealtimeAcknowledgementStatus.Ok, lambda _, event=event: answers.append((event, "ok")))
            push.receive(RealtimeAcknowledgementStatus.Error, lambda _, event=event: answers.append((event, "error")))
        await becomes(lambda: len(answers) == 3)
        assert sorted(answers) == [("broadcast", "ok"), ("echo", "ok"), ("no_such_event", "error")]


async def test_case_c88_realtime_presence(phoenix: PhoenixWorld):
    """Tracking, updating, untracking and going away are seen by the other under the key that was chosen."""
    name, _ = await new_name(phoenix)
    async with realtime(phoenix, "bob") as second:
        bob = await Notes(second.channel(name, configuration("key-bob"))).presence().subscribe()
        async with realtime(phoenix, "alice") as first:
            alice = await Notes(first.channel(name, configuration("key-alice"))).presence().subscribe()
            await becomes(lambda: alice.syncs and bob.syncs)
            await alice.channel.track({"status": "here"})
            for notes in (alice, bob):
                await becomes(lambda notes=notes: "key-alice" in notes.channel.presence_state())
            assert bob.channel.presence_state()["key-alice"][0]["status"] == "here"
            await bob.channel.track({"status": "too"})
            await becomes(lambda: set(alice.channel.presence_state()) == {"key-alice", "key-bob"})
            await alice.channel.track({"status": "away"})
            await becomes(lambda: [entry["status"] for entry in bob.channel.presence_state()["key-alice"]] == ["away"])
            await alice.channel.untrack()
            await becomes(lambda: set(bob.channel.presence_state()) == {"key-bob"})
            await alice.channel.track({"status": "back"})
            await becomes(lambda: "key-alice" in bob.channel.presence_state())
        await becomes(lambda: set(bob.channel.presence_state()) == {"key-bob"})
        assert "key-alice" in bob.joins and "key-alice" in bob.leaves


async def test_case_c88_realtime_with_its_own_token(phoenix: PhoenixWorld):
    """As its users give it: the second argument, which becomes `apikey` in the URL and `access_token` in the join."""
    _, topic = await phoenix.closed_room(await phoenix.ext("alice"), "invite_only")
    client = AsyncRealtimeClient(f"ws://{phoenix.server.address}/socket", phoenix.server.token("alice"))
    try:
        notes = await Notes(client.channel(topic.removeprefix("room:"), configuration())).subscribe()
        await client.set_auth(phoenix.server.token("alice"))
        await notes.channel.send_broadcast("shout", {})
        assert notes.states == [SUBSCRIBED]
    finally:
        await client.close()


async def test_case_c88_realtime_leaves(phoenix: PhoenixWorld):
    """Unsubscribing ends in CLOSED; the name can be subscribed to again."""
    name, watcher = await new_name(phoenix)
    async with realtime(phoenix, "alice") as client:
        notes = await Notes(client.channel(name, configuration())).subscribe()
        await notes.channel.unsubscribe()
        await becomes(lambda: notes.states == [SUBSCRIBED, RealtimeSubscribeStates.CLOSED])
        again = await Notes(client.channel(name, configuration())).subscribe()
        await watcher.do(f"room:{name}", "broadcast", {"event": "shout", "payload": {}})
        await becomes(lambda: again.broadcasts)
        assert notes.broadcasts == []


async def test_case_c88_realtime_as_a_guest_and_refused(phoenix: PhoenixWorld):
    """Without a token in a public room; and the error of a room that lets nobody in."""
    _, topic = await phoenix.closed_room(await phoenix.ext("owner"), "invite_only")
    async with realtime(phoenix) as client:
        await Notes(client.channel("lobby", configuration())).subscribe()
        notes = Notes(client.channel(topic.removeprefix("room:"), configuration()))
        await asyncio.wait_for(notes.channel.subscribe(notes.state), PATIENCE)
        assert notes.states == [RealtimeSubscribeStates.CHANNEL_ERROR] and "invite_required" in notes.errors[0]


@pytest.mark.deadline(180)
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_case_c88_realtime_comes_back_after_a_restart(another_server, how: str):
    """It reconnects and rejoins by itself; broadcasts and presence work as before."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    name, _ = await new_name(phoenix)
    async with realtime(phoenix, "alice") as first, realtime(phoenix, "bob") as second:
        alice = await Notes(first.channel(name, configuration("a"))).presence().subscribe()
        bob = await Notes(second.channel(name, configuration("b"))).presence().subscribe()
        server.kill() if how == "kill" else server.stop()
        server.start()
        for notes in (alice, bob):
            await becomes(lambda notes=notes: notes.states[-1] == SUBSCRIBED and len(notes.states) > 1)
        await alice.channel.send_broadcast("shout", {"after": how})
        await becomes(lambda: bob.broadcasts)
        await bob.channel.track({})
        await becomes(lambda: "b" in alice.channel.presence_state())
    await phoenix.aclose()


@pytest.mark.deadline(240)
async def test_case_c88_realtime_survives_a_dead_network(phoenix: PhoenixWorld):
    """Nothing passes any more on a connection that stays open: the client gives up on it and comes back."""
    name, watcher = await new_name(phoenix)
    async with Proxy(phoenix.server.port) as proxy, realtime(phoenix, "alice", proxy.port) as client:
        notes = await Notes(client.channel(name, configuration())).subscribe()
        proxy.swallow()
        await becomes(lambda: notes.states.count(SUBSCRIBED) == 2, 180)
        await watcher.do(f"room:{name}", "broadcast", {"event": "again", "payload": {}})
        await becomes(lambda: [message["event"] for message in notes.broadcasts] == ["again"])


# phoenix-channels-python-client


class Topic:
    """What the callbacks of one client and topic were called with."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict]] = []
        self.lost: list[str] = []
        self.reconnects = 0
        self.disconnects = 0
        self.acknowledged = 0

    async def message(self, message) -> None:
        self.messages.append((str(message.event), message.payload))

    async def topic_lost(self, topic: str, error: Exception) -> None:
        self.lost.append(topic)

    async def reconnected(self) -> None:
        self.reconnects += 1

    async def disconnected(self, error: Exception | None) -> None:
        self.disconnects += 1

    def heartbeat_acknowledged(self) -> None:
        self.acknowledged += 1

    def of(self, event: str) -> list[dict]:
        return [payload for name, payload in self.messages if name == event]


def library(phoenix: PhoenixWorld, name: str | None, version: str, topic: Topic, port: int | None = None,
            **options) -> PHXChannelsClient:
    """A client of the library; the token is in the URL, where its documentation puts what a server wants."""
    token = "" if name is None else f"?token={phoenix.server.token(name)}"
    return PHXChannelsClient(
        f"ws://127.0.0.1:{port or phoenix.server.port}/socket/websocket{token}", "any-key", protocol_version=version,
        reconnect_policy=EAGER, on_reconnect=topic.reconnected, on_disconnect=topic.disconnected,
        on_topic_lost=topic.topic_lost, on_heartbeat_ack=topic.heartbeat_acknowledged, **options)


VERSIONS = pytest.mark.parametrize("version", ["1.0", "2.0"])


@VERSIONS
async def test_case_c89_subscribing_messages_and_leaving(phoenix: PhoenixWorld, version: str):
    """Join, broadcasts, presence, leave. In version 2 it takes only frames with its own join_ref, so they have it."""
    name, watcher = await new_name(phoenix)
    notes, room = Topic(), f"room:{name}"
    async with library(phoenix, "alice", version, notes) as client:
        await client.subscribe_to_topic(room, notes.message)
        assert client.is_topic_joined(room)
        await becomes(lambda: notes.of("presence_state"))
        sent = await watcher.do(room, "new_msg", {"body": "hello"})
        await becomes(lambda: notes.of("new_msg"))
        assert (notes.of("new_msg")[0]["id"], notes.of("new_msg")[0]["body"]) == (sent["id"], "hello")
        visitor = await phoenix.socket("visitor")
        await visitor.join(room)
        await becomes(lambda: any("visitor" in diff["joins"] for diff in notes.of("presence_diff")))
        await visitor.close()
        await becomes(lambda: any("visitor" in diff["leaves"] for diff in notes.of("presence_diff")))
        await client.unsubscribe_from_topic(room)
        await watcher.until(lambda: "alice" not in watcher.presence(room).keys)
        before = len(notes.messages)
        await watcher.say(room, "not for alice")
        await client.subscribe_to_topic(room, notes.message)
        await watcher.say(room, "for alice again")
        await becomes(lambda: any(payload["body"] == "for alice again" for payload in notes.of("new_msg")))
        assert all(payload["body"] != "not for alice" for payload in notes.of("new_msg")) and before
    assert notes.lost == []


@VERSIONS
async def test_case_c89_the_api_key_may_be_a_token(phoenix: PhoenixWorld, version: str):
    """Where nothing else says who it is, a key that is a token logs in."""
    client = PHXChannelsClient(f"{phoenix.base}/socket/websocket", phoenix.server.token("alice"),
                               protocol_version=version)
    async with client:
        await client.subscribe_to_topic("user:alice")
        assert client.is_topic_joined("user:alice")


@VERSIONS
async def test_case_c89_handlers_of_single_events(phoenix: PhoenixWorld, version: str):
    """Signals of a user's own channel reach the handler of their event."""
    notes, heard = Topic(), []

    async def handler(payload: dict) -> None:
        heard.append(payload)

    async with library(phoenix, "alice", version, notes) as client:
        for topic in ("user:public", "user:role", "user:alice"):
            await client.subscribe_to_topic(topic)
        client.add_event_handler("user:alice", "newMessage", handler)
        client.add_event_handler("user:public", "announcement", handler)
        assert phoenix.signal({"user": "alice"}, "newMessage", {}).status < 300
        await becomes(lambda: heard == [{}])
        assert phoenix.signal("all", "announcement", {"motd": "x"}).status < 300
        await becomes(lambda: heard == [{}, {"motd": "x"}])


@VERSIONS
async def test_case_c89_refusals(phoenix: PhoenixWorld, version: str):
    """A refused topic raises with its reason; a refused connection with the status that ends all trying."""
    async with library(phoenix, None, version, Topic()) as client:
        with pytest.raises(PHXTopicError, match="unauthorized, cannot join 'user:role' channel"):
            await client.subscribe_to_topic("user:role")
        with pytest.raises(PHXTopicError, match="unmatched topic"):
            await client.subscribe_to_topic("nope")
        await client.subscribe_to_topic("room:lobby")
    refused = PHXChannelsClient(f"{phoenix.base}/socket/websocket?token=bad", "any-key", protocol_version=version)
    with pytest.raises(PHXConnectionError, match="403"):
        await asyncio.wait_for(refused.__aenter__(), PATIENCE)


@VERSIONS
async def test_case_c89_being_put_out_is_a_lost_topic(phoenix: PhoenixWorld, version: str):
    """`phx_close` tells the client that the topic is gone; its other topics stay."""
    name, watcher = await new_name(phoenix)
    notes, room = Topic(), f"room:{name}"
    async with library(phoenix, "alice", version, notes) as client:
        await client.subscribe_to_topic(room, notes.message)
        await client.subscribe_to_topic("user:public")
        await watcher.do(room, "kick_member", {"user": "alice"})
        await becomes(lambda: notes.lost == [room])
        assert client.is_topic_joined("user:public")


@VERSIONS
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_case_c89_comes_back_after_a_restart(another_server, version: str, how: str):
    """It reconnects and rejoins by itself, after the close code of a restart as after a lost connection."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    name, _ = await new_name(phoenix)
    notes, room = Topic(), f"room:{name}"
    async with library(phoenix, "alice", version, notes) as client:
        await client.subscribe_to_topic(room, notes.message)
        server.kill() if how == "kill" else server.stop()
        server.start()
        await becomes(lambda: notes.reconnects and client.is_topic_joined(room))
        watcher = await phoenix.socket("watcher")
        await watcher.join(room)
        await watcher.say(room, "after the restart")
        await becomes(lambda: any(payload["body"] == "after the restart" for payload in notes.of("new_msg")))
    assert notes.lost == []
    await phoenix.aclose()


@VERSIONS
async def test_case_c89_heartbeats_and_their_timeout(phoenix: PhoenixWorld, version: str):
    """Heartbeats are acknowledged; when the network dies the client gives up on the connection and comes back."""
    name, watcher = await new_name(phoenix)
    notes, room = Topic(), f"room:{name}"
    async with Proxy(phoenix.server.port) as proxy:
        client = library(phoenix, "alice", version, notes, proxy.port, heartbeat_interval_s=0.2,
                         heartbeat_dead_threshold_s=2.0)
        async with client:
            await client.subscribe_to_topic(room, notes.message)
            await becomes(lambda: notes.acknowledged >= 3)
            proxy.swallow()
            await becomes(lambda: notes.reconnects and client.is_topic_joined(room))
            assert notes.disconnects == 1
            await watcher.say(room, "after the silence")
            await becomes(lambda: any(payload["body"] == "after the silence" for payload in notes.of("new_msg")))
