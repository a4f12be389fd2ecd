"""`docs/phoenix.md` and `docs/phoenix.asyncapi.yaml` say what the Phoenix front does: its names, and its payloads.

Names are read from the sources, payloads from a conversation with the real process.
"""

import re
import uuid
from pathlib import Path

import pytest

from harness import PhoenixClient, PhoenixWorld, new_room_id, room_topic
from harness import settings as names
from harness.description import REPOSITORY, description, fault, messages, replies, section, snippets
from harness.relay import EVENT, Relay

SETTINGS = {names.TYPING_INTERVAL: 0}
GATEWAY = REPOSITORY / "Sources/GatewayPhoenix"
ON_ALL_TOPICS = {"phx_join", "phx_leave", "echo", EVENT}
CONTROL = {"phx_reply", "phx_close", "phx_error", EVENT}
SIGNALS = {"announcement", "permissionsChanged", "reauthenticate", "logout", "newMessage", "refreshMentions"}


# Names


def raw_values(path: str, enum: str) -> set[str]:
    """The raw values of a Swift enum of strings."""
    source = (REPOSITORY / path).read_text()
    found = re.search(rf"^( *)[a-z ]*enum {enum}: [^\n]*{{\n(.*?)^\1}}", source, re.MULTILINE | re.DOTALL)
    assert found, f"{path} has no enum {enum}"
    cases = re.findall(rf"^{found[1]}    case (.+)$", found[2], re.MULTILINE)
    values = [re.fullmatch(r'`?(\w+)`?(?: = "([^"]+)")?', case.strip()) for line in cases for case in line.split(",")]
    assert values and all(values), cases
    return {value[2] or value[1] for value in values if value}


def told() -> set[str]:
    """The names of all events that the encoder writes, but for signals and those of the protocol itself."""
    events = raw_values("Sources/GatewayPhoenix/Encoding/ServerEvent.swift", "ServerEvent")
    sources = "\n".join(path.read_text() for path in sorted(GATEWAY.rglob("*.swift")))
    return events | set(re.findall(r'\b(?:append|appendPlainly|broadcast|push)\(\s*"(\w+)"', sources))


def first_column(text: str) -> set[str]:
    """The names in the first column of a text's tables."""
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def frames(text: str) -> set[str]:
    """The names of the server's events in a text's examples: frames whose ref is null."""
    examples = "\n".join(content for language, content in snippets(text) if language == "json")
    return set(re.findall(r'^\[(?:null|"[^"]*"),null,"[^"]+","(\w+)"', examples, re.MULTILINE))


def test_acts_in_rooms():
    """Every event that a room takes is in both documents, and no other."""
    acts = raw_values("Sources/GatewayPhoenix/Channels/RoomAct.swift", "RoomAct") \
        | raw_values("Sources/GatewayPhoenix/Channels/RoomChannel.swift", "PassingAct")
    assert set(messages("room", "do")) - ON_ALL_TOPICS == acts
    assert first_column(section("What one does")) == acts
    assert set(replies("room")) - ON_ALL_TOPICS == acts


def test_acts_of_users():
    """The same for a user's own topic."""
    source = (GATEWAY / "Channels/OwnRooms.swift").read_text()
    acts = raw_values("Sources/GatewayPhoenix/Channels/UserAct.swift", "UserAct") \
        | set(re.findall(r'static let event = "(\w+)"', source))
    assert set(messages("user", "do")) - ON_ALL_TOPICS - {"is_online"} == acts
    assert first_column(section("What a user does on his own topic")) == acts
    assert set(replies("user")) - ON_ALL_TOPICS - {"is_online"} == acts


def test_request_types():
    """The same for PhoenixGenApi."""
    types = raw_values("Sources/GatewayPhoenix/GenAPI/RelayFunction.swift", "RelayFunction")
    schema = description()["components"]["schemas"]["GenAPIRequest"]["properties"]["request_type"]
    assert set(schema["enum"]) == types
    assert first_column(section("PhoenixGenApi")) == types


def test_events_of_the_server():
    """Every event that the encoder writes is in both documents, and no other."""
    described = {name for channel in description()["channels"] for name in messages(channel, "on")}
    assert described - CONTROL - SIGNALS == told()
    shown = frames(section("Rooms")) | frames(section("Users"))
    assert shown - CONTROL - SIGNALS == told()


def test_signals():
    """The six signals, each on the topic that it is for."""
    known = raw_values("Sources/ChatCore/Commands/SignalRequest.swift", "KnownSignal")
    assert known == SIGNALS == first_column(section("Signals"))
    placed = {channel: set(messages(channel, "on")) & SIGNALS for channel in ("public", "role", "user")}
    assert placed["public"] == {"announcement"} and placed["role"] == {"permissionsChanged"}
    assert placed["user"] == SIGNALS - {"announcement", "permissionsChanged"}


def test_reasons():
    """Every code of the core that can be a reason is among the errors."""
    codes = raw_values("Sources/ChatModel/Errors/ChatError.swift", "Code")
    listed = {name for row in re.findall(r"^\| (`[^|]+) \|", section("Errors"), re.MULTILINE)
              for name in re.findall(r"`([^`]+)`", row)}
    assert codes <= listed, codes - listed


def test_links_within_the_guide():
    """Each leads to a heading."""
    text = Path(REPOSITORY / "docs/phoenix.md").read_text()
    headings = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
                for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


# Payloads


class Recorder(PhoenixClient):
    """A client that knows what its refs stood for."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.asked: dict[object, str] = {}

    async def send(self, join_ref: object, ref: object, topic: object, event: object, payload: object) -> None:
        self.asked[ref] = str(event)
        await super().send(join_ref, ref, topic, event, payload)


async def recorder(phoenix: PhoenixWorld, name: str) -> Recorder:
    client = await Recorder.connect(phoenix.base, params={"token": phoenix.server.token(name)})
    client.name = name
    phoenix.clients.append(client)
    return client


async def conversation(phoenix: PhoenixWorld) -> list[Recorder]:
    """Two people do everything that the documents tell of, at least once; some of it is refused."""
    anna, ben = await recorder(phoenix, "anna"), await recorder(phoenix, "ben")
    for client in (anna, ben):
        for topic in ("user:public", "user:role", f"user:{client.name}", "relay:me"):
            await client.join(topic)
    topic, group = room_topic(new_room_id()), new_room_id("g")
    await anna.join(topic)
    await ben.join(topic, {"history": 20})
    first = await anna.say(topic, "hello @ben", client_id=str(uuid.uuid4()), metadata={"k": [1]})
    second = await ben.say(topic, "hi", reply_to=first["id"])
    for event, payload in (
        ("edit_msg", {"id": first["id"], "body": "hello, @ben"}), ("react", {"id": first["id"], "emote": "🔥"}),
        ("reactions", {"id": first["id"], "emote": "🔥"}), ("react", {"id": first["id"], "emote": "🔥"}),
        ("react", {"id": first["id"], "emote": "👍"}), ("delete_msg", {"id": second["id"], "reason": "spam"}),
        ("typing", {}), ("typing", {"typing": False}), ("broadcast", {"event": "cursor", "payload": {"x": 1}}),
        ("presence", {"meta": {"away": True}}), ("presence", {}), ("read", {"seq": first["seq"]}), ("history", {}),
        ("search", {"query": "hello"}), ("members", {"limit": 1}), ("set_role", {"user": "ben", "role": "moderator"}),
        ("mute_member", {"user": "ben", "seconds": 60, "reason": "loud"}), ("unmute_member", {"user": "ben"}),
        ("update_room", {"title": "Tea", "retention": {"days": 30}}), ("audit", {}),
        ("ban_member", {"user": "ben", "seconds": 60}), ("unban_member", {"user": "ben"}),
    ):
        await anna.do(topic, event, payload)
    await anna.refused(topic, "new_msg", {"body": ""})
    await anna.refused(topic, "kick_member", {"user": "ben"})
    last = {"epoch": first["epoch"], "seq": first["seq"]}
    await anna.join(topic, {"last": last, "history": 10})
    await anna.join(topic, {"last": {**last, "epoch": "other"}})
    for event, payload in (
        ("my_rooms", {}), ("rooms", {}), ("create_room", {"title": "New"}), ("direct_open", {"user": "ben"}),
        ("presence", {"users": ["anna", "ben"]}), ("update_profile", {"display_name": "Anna"}),
        ("is_online", {"user_id": "ben"}),
    ):
        await anna.do("user:anna", event, payload)
    relay, other = Relay(anna, "relay:me"), Relay(ben, "relay:me")
    await relay.do("create_group", group_id=group, group_type="strict_private")
    await other.do("join_group", group_id=group)
    await relay.do("accept_member", group_id=group, user_id="ben")
    await ben.wait_for("member", "user:ben", action="accepted")
    await relay.say(group, "hello group")
    await relay.fails("not_muted", "unmute_member", group_id=group, user_id="ben")
    await tracked(anna, ben, topic.replace("room:", "realtime:"))
    key = phoenix.api_key("signals")
    for to, event, payload in (("all", "announcement", {"motd": "x"}), ("role", "permissionsChanged", {"lookup": "x"}),
                               ({"user": "anna"}, "reauthenticate", {}), ({"user": "anna"}, "newMessage", {}),
                               ({"user": "anna"}, "refreshMentions", {}), ({"user": "anna"}, "logout", {"token": "x"})):
        assert phoenix.signal(to, event, payload, key).status == 202
    await ben.join(topic)
    await ben.do(topic, "leave_room", {})
    await anna.do(topic, "delete_room", {})
    await anna.wait_for("phx_close", topic)
    await anna.push("user:public", "is_online", {})
    await anna.wait_for("phx_error", "user:public")
    for client in (anna, ben):
        await client.fence()
    return [anna, ben]


async def tracked(anna: PhoenixClient, ben: PhoenixClient, topic: str) -> None:
    """Both on the room's other topic, where presence is by keys of one's own."""
    for client in (anna, ben):
        config = {"broadcast": {"self": True, "ack": True}, "presence": {"key": f"tab-{client.name}", "enabled": True}}
        await client.join(topic, {"config": config, "access_token": "x"})
    await anna.do(topic, "presence", {"type": "presence", "event": "track", "payload": {"at": "desk"}})
    await anna.do(topic, "presence", {"type": "presence", "event": "track", "payload": {"at": "door"}})
    await anna.do(topic, "broadcast", {"type": "broadcast", "event": "ping", "payload": {"n": 1}})
    await anna.do(topic, "access_token", {"access_token": "y"})
    await ben.wait_for("broadcast", topic, event="ping")
    await anna.do(topic, "presence", {"type": "presence", "event": "untrack"})


def channel_of(topic: str) -> str:
    """What the description calls a topic's channel."""
    return {"phoenix": "phoenix", "user:public": "public", "user:role": "role"}.get(topic, topic.partition(":")[0])


@pytest.mark.deadline(180)
async def test_payloads_are_as_described(phoenix: PhoenixWorld):
    """Everything that the server tells and answers fits its schema; and nothing that is described stays unseen, but for
    what takes a crowd."""
    seen: set[tuple[str, str]] = set()
    for client in await conversation(phoenix):
        for message in client.log:
            channel, event = channel_of(str(message.topic)), str(message.event)
            schema = messages(channel, "on")[event]["payload"] if event != "phx_reply" or channel == "phoenix" \
                else reply_schema(channel, client.asked[message.ref])
            found = fault(message.payload, schema, f"{message.topic} {event}")
            assert found is None, f"{found}\n{message.raw}"
            seen.add((channel, event))
    described = {(channel, event) for channel in description()["channels"] for event in messages(channel, "on")
                 if event not in CONTROL}
    assert described - seen == {("room", "presence_count")}


def reply_schema(channel: str, event: str) -> dict:
    """The schema of the reply to an event. What every topic takes is described once; and `realtime:` takes what `room:`
    does."""
    places = [channel, "relay"] if event == EVENT else [channel, "room"]
    return next(replies(place)[event] for place in places if event in replies(place))
