"""What can be read of a room afterwards, on each front, as facts."""

from __future__ import annotations

from ..client import EXTENSIONS, Client
from ..phoenix import PhoenixClient
from ..rest import Rest
from .facts import Fact, fact
from .frames import PhoenixReader, is_marker, of_frame
from .stage import WORD, Room, Stage

GONE = fact("gone")

# What is read of a message, and what REST tells of a room in a list.
MESSAGE = ("id", "seq", "body", "by", "at", "version", "edited_at", "deleted", "reactions")
LISTED_BY_REST = ("id", "number", "title", "topic", "access", "role", "status", "members", "online")


def messages_of_json(messages: list[dict]) -> list[Fact]:
    """Those of a history page, without the markers."""
    return [_message(entry, entry["message_id"], entry["content"], entry["sender"], entry["timestamp"],
                     {emote: {"total": count, "users": entry["reacted_by"][emote]["users"]}
                      for emote, count in (entry.get("reactions") or {}).items()})
            for entry in messages if not is_marker(entry["content"])]


def messages_of_phoenix(messages: list[dict]) -> list[Fact]:
    return [_message(entry, entry["id"], entry["body"], entry["user"], entry["sent_at"], entry.get("reactions"))
            for entry in messages if not is_marker(entry["body"])]


def messages_of_rest(messages: list[dict]) -> list[Fact]:
    """Those that a search has found, as a history has them: oldest first. Only how many reacted is told."""
    return [_message(entry, entry["message_id"], entry["content"], entry["sender"], entry["timestamp"],
                     entry["reactions"]) for entry in reversed(messages)]


def _message(entry: dict, id: str, body: str, by: dict, at: str, reactions: dict | None) -> Fact:
    version = entry.get("version", 1)
    return fact("message", id=id, seq=entry["seq"], body=body, by=by["id"], at=at,
                version=version if version > 1 else None, edited_at=entry.get("edited_at"),
                deleted=entry.get("deleted") or None, reactions=reactions or None)


def found_by_rest(messages: list[Fact]) -> list[Fact]:
    """What of these messages a search finds, in the words of REST."""
    found = []
    for entry in messages:
        if not entry.get("deleted"):
            counts = {emote: told["total"] for emote, told in entry.get("reactions", {}).items()}
            found.append({**entry, **({"reactions": counts} if counts else {})})
    return found


def _standing(entry: dict | None) -> list[Fact]:
    return [] if entry is None else [
        fact("standing", user=entry["id"], role=entry.get("role"), status=entry.get("status"),
             until=entry.get("until"), reason=entry.get("reason"), online=entry.get("online"))]


async def own_by_json(client: Client, room: Room) -> list[Fact]:
    """How the user concerned stands, in his own list of rooms."""
    listed = await client.do("room_list", {"cursor": str(room.number - 1), "limit": 1})
    return _own(listed.payload["rooms"], "channel_id", room)


async def own_by_phoenix(client: PhoenixClient, room: Room) -> list[Fact]:
    listed = await client.do(f"user:{client.name}", "rooms", {"after": room.number - 1, "limit": 1})
    return _own(listed["rooms"], "number", room)


def own_by_rest(rest: Rest, room: Room) -> list[Fact]:
    return _own(rest.get("/api/v1/rooms", after=room.number - 1, limit=1).json["rooms"], "channel_id", room)


async def missed_by_json(client: Client, stage: Stage, since: int) -> list[Fact]:
    """What a member is told who comes back to `/ws` and has the events up to `since`."""
    room = stage.room
    await client.hello(stage.world.server.token(stage.teller.name), want=EXTENSIONS,
                       resume={room.number: (room.epoch, since)})
    result = client.rooms[room.number]["result"]
    if result != "replayed":
        return [fact(result)]
    await client.wait_for("resumed", channel_id=room.number)
    return [entry for frame in client.passed for entry in of_frame(frame, stage.rooms)]


async def missed_by_phoenix(client: PhoenixClient, stage: Stage, since: int) -> list[Fact]:
    """The same of one who joins `room:<id>` anew."""
    room, reader = stage.room, PhoenixReader()
    reply = await client.try_join(room.channel, {"last": {"epoch": room.epoch, "seq": since}})
    result = reply.response["resume"]["result"]
    if result != "replayed":
        return [fact(result)]
    await client.wait_for("new_msg", room.channel, seq=room.seq)
    return [entry for frame in client.log for entry in reader.read(frame) if "seq" in entry]


def _own(listed: list[dict], number: str, room: Room) -> list[Fact]:
    return [fact("own", role=entry["role"], status=entry["status"]) for entry in listed
            if entry[number] == room.number]


async def by_json(client: Client, room: Room, user: str) -> list[Fact]:
    """The messages, the room in the list of rooms, and one member, for a member on `/ws`."""
    page = await client.ask("history_get", {"channel_id": room.number, "limit": 200})
    if page.matches("error", code="no_such_room"):
        return [GONE]
    listed = await client.do("room_list", {"cursor": str(room.number - 1), "limit": 1})
    (entry,) = [entry for entry in listed.payload["rooms"] if entry["channel_id"] == room.number] or [None]
    members = (await client.do("member_list", {"channel_id": room.number, "limit": 100})).payload["members"]
    return [*messages_of_json(page.payload["messages"]), *_room(entry, "room_id", "channel_id"),
            *_standing(next((entry for entry in members if entry["id"] == user), None))]


async def by_phoenix(client: PhoenixClient, room: Room, user: str) -> list[Fact]:
    """The same for a member on `room:<id>`."""
    if room.is_gone:
        await client.join_refused(room.channel, reason="no_such_room")
        return [GONE]
    page = await client.do(room.channel, "history", {"limit": 200})
    listed = await client.do(f"user:{client.name}", "rooms", {"after": room.number - 1, "limit": 1})
    (entry,) = [entry for entry in listed["rooms"] if entry["number"] == room.number] or [None]
    members = (await client.do(room.channel, "members", {"limit": 100}))["members"]
    return [*messages_of_phoenix(page["messages"]), *_room(entry, "id", "number"),
            *_standing(next((entry for entry in members if entry["id"] == user), None))]


def by_rest(rest: Rest, room: Room) -> list[Fact]:
    """The messages that a search finds, and the room in the list of rooms. Members are not listed."""
    found = rest.get("/api/v1/search", room=room.number, q=WORD)
    if found.status == 404:
        return [GONE]
    listed = rest.get("/api/v1/rooms", after=room.number - 1, limit=1).json
    (entry,) = [entry for entry in listed["rooms"] if entry["channel_id"] == room.number] or [None]
    return [*messages_of_rest(found.json["messages"]), *_room(entry, "room_id", "channel_id")]


def _room(entry: dict | None, id: str, number: str) -> list[Fact]:
    """The room as it is listed, with the reader's own standing and what he has not read."""
    return [] if entry is None else [
        fact("room", id=entry[id], number=entry[number], title=entry["title"], topic=entry["topic"],
             access=entry["access"], role=entry["role"], status=entry["status"], members=entry["members"],
             online=entry["online"], seq=entry.get("seq"), epoch=entry.get("epoch"), unread=entry.get("unread"),
             read=entry.get("read", entry.get("read_seq")))]
