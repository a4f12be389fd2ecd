"""The observers of the matrix: which facts each kind gets, and connections that collect them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..client import PATIENCE, Client
from ..frames import Frame
from ..phoenix import PhoenixClient
from .facts import ALL, HIM, OTHERS, OUT, ROLES, ROOM, SANCTIONS, STANDINGS, As, Fact, Hidden, View
from .frames import PhoenixReader, of_frame

LATE = min(5.0, PATIENCE)  # seconds until what has not come counts as missing


@dataclass(frozen=True)
class Column:
    """One kind of observer."""

    id: str
    heading: str  # above and below
    view: View
    deaf: dict[str, Hidden]  # for whom he is not, and why
    deaf_outside: dict[str, Hidden] = field(default_factory=dict)  # the same when he is not in the room


_LOG = ("seq", "epoch", "at")
_STANDING = ("user", "role", "status", "by", *_LOG)
_MEMBER = ("user", "role", "status", "seconds", "until", "reason", "by", *_LOG)

_NO_FRAME = Hidden("typed JSON has no frame for what clients broadcast or say of themselves")
_ATTENDANCE = Hidden("who is connected is told on user:public")
_OLD = Hidden("an old client has no such frame; the next history shows what has become of it")
_UNTOLD = Hidden("an old client has no such frame; the error of what it does next says so")
_ELSEWHERE = Hidden("told in the room, to who is in it")
_CLOSED = Hidden("on typed JSON the event itself says that it is over")
_RELAYED = Hidden("the relay delivers messages and nothing else")
_NEVER_AGAIN = Hidden("it has no seq and is never replayed")
_TRACKED = Hidden("Supabase's presence lists those who track themselves")

# The fields that each front has for each kind of fact.
JSON: View = {
    "message": ("id", "body", "by", *_LOG), "edited": ("id", "body", "version", "edited_at", "by", *_LOG),
    "retracted": ("id", "by", "reason", *_LOG), "reacted": ("id", "emote", "by", *_LOG),
    "unreacted": ("id", "emote", "by", *_LOG), "typing": ("by",), "stopped": ("by",),
    **dict.fromkeys(STANDINGS, _STANDING), **dict.fromkeys(SANCTIONS, ("user", "reason", "by", *_LOG)),
    "muted": ("user", "seconds", "until", "reason", "by", *_LOG),
    "banned": ("user", "seconds", "until", "reason", "by", *_LOG), "unmuted": ("user", "by", *_LOG),
    "unbanned": ("user", "by", *_LOG), "arrived": ("user",), "departed": ("user",),
    "room_updated": ("title", "topic", "access", "by", *_LOG), "room_deleted": ("by", *_LOG),
    "room": ("id", "number", "role", "status"), "signal": ("to", "event", "payload"), "read": ("room", "seq", "unread"),
    "closed": _CLOSED, "broadcast": _NO_FRAME, "noted": _NO_FRAME, "connected": _ATTENDANCE,
}
PLAIN: View = {
    **JSON, **dict.fromkeys(STANDINGS, _OLD), "message": ("id", "body", "by", "at"), "edited": _OLD, "retracted": _OLD,
    "reacted": ("id", "emote", "by", "at"), "unreacted": ("id", "emote", "by", "at"), "stopped": _OLD,
    "kicked": ("user", "reason", "at"), "muted": ("user", "seconds", "reason", "at"), "unmuted": ("user", "at"),
    "banned": As("kicked", ("user", "reason", "at")),
    "unbanned": _OLD, "room_updated": _OLD, "room_deleted": _UNTOLD, "room": ("number",),
}
PHOENIX: View = {
    **JSON, **dict.fromkeys((*STANDINGS, *SANCTIONS), _MEMBER), "broadcast": ("event", "payload"),
    "noted": ("user", "note"), "closed": (),
}
REALTIME: View = {**PHOENIX, "arrived": _TRACKED, "departed": _TRACKED, "room": ()}
RELAY: View = {**dict.fromkeys(JSON, _RELAYED), "message": ("request", "body", "by", "at", "group"),
               "room": ("status",)}
USER: View = {
    **dict.fromkeys(JSON, _ELSEWHERE), **dict.fromkeys((*STANDINGS, *SANCTIONS), ("room", *_MEMBER)),
    "signal": ("to", "event", "payload"), "read": ("room", "seq", "unread"), "connected": ("user",),
}


def _kept(view: View) -> View:
    """Of these the facts of the room's log."""
    kept = {kind: fields if isinstance(fields, tuple) and "seq" in fields else _NEVER_AGAIN
            for kind, fields in view.items()}
    return {**kept, "room": Hidden("he knew the room before"), "room_deleted": As("gone", ())}


_NOT_HIM = Hidden("for the user concerned alone")
_SIGNALS = Hidden("signals come on user:* topics, and on /ws to who asks for them")
_HIMSELF = Hidden("who goes is not told of his own going")
_OUTSIDE = Hidden("not in the room")
_BYSTANDER = {HIM: _NOT_HIM, OUT: _NOT_HIM}
_IN_ROOM = {**_BYSTANDER, ALL: _SIGNALS, ROLES: _SIGNALS}
_OUT_OF_ROOM = {ROOM: _OUTSIDE, OTHERS: _OUTSIDE, OUT: _OUTSIDE}

# Who they are is said below the printed table.
OBSERVERS = (
    Column("json", "a member JSON", JSON, _BYSTANDER),
    Column("plain", "a member old", PLAIN, _IN_ROOM),
    Column("room_v2", "a member v2", PHOENIX, _IN_ROOM),
    Column("room_v1", "a member v1", PHOENIX, _IN_ROOM),
    Column("realtime", "a member realt", REALTIME, _IN_ROOM),
    Column("relay", "a member relay", RELAY, _IN_ROOM),
    Column("his_json", "himself JSON", JSON, {OTHERS: _HIMSELF}, _OUT_OF_ROOM),
    Column("his_room", "himself room", PHOENIX,
           {OTHERS: _HIMSELF, HIM: _SIGNALS, ALL: _SIGNALS, ROLES: _SIGNALS}, _OUT_OF_ROOM),
    Column("his_user", "himself user", USER, {ROOM: _ELSEWHERE, OTHERS: _ELSEWHERE, OUT: _ELSEWHERE}),
    Column("outsider_json", "outsider JSON", JSON, {**_OUT_OF_ROOM, HIM: _NOT_HIM}),
    Column("outsider_user", "outsider user", USER, {**_OUT_OF_ROOM, HIM: _NOT_HIM}),
    Column("back_json", "back JSON", _kept(JSON), _IN_ROOM),
    Column("back_room", "back room", _kept(PHOENIX), _IN_ROOM),
)


class JSONWatcher:
    """Collects the facts that come to a client of typed JSON."""

    def __init__(self, client: Client, rooms: dict[int, str], is_wanted: Callable[[Fact], bool]) -> None:
        self.client = client
        self._rooms = rooms
        self._is_wanted = is_wanted
        self.facts: list[Fact] = []

    def _take(self, frame: Frame) -> None:
        self.facts += filter(self._is_wanted, of_frame(frame, self._rooms))

    async def collect(self, count: int) -> None:
        """Waits until there are so many facts, or until they are late."""
        try:
            while len(self.facts) < count:
                self._take(await self.client.next(LATE))
        except AssertionError:
            return

    async def until_marked(self, marker: str) -> None:
        """Takes everything up to a message or signal of this name."""
        while True:
            frame = await self.client.next()
            if marker in (frame.payload.get("content"), frame.payload.get("event")):
                return
            self._take(frame)

    async def until_answered(self) -> None:
        """Takes everything that was on its way."""
        await self.client.send("presence_get", {"usernames": []})
        await self.client.wait_for("presence")
        for frame in self.client.passed:
            self._take(frame)


class PhoenixWatcher:
    """Collects the facts that come on some topics of a Phoenix client."""

    def __init__(self, client: PhoenixClient, is_wanted: Callable[[Fact], bool]) -> None:
        self.client = client
        self._is_wanted = is_wanted
        self._reader = PhoenixReader()
        self._read = 0
        self.facts: list[Fact] = []

    def _take(self) -> None:
        log = self.client.log
        while self._read < len(log):
            self.facts += filter(self._is_wanted, self._reader.read(log[self._read]))
            self._read += 1

    async def collect(self, count: int) -> None:
        def enough() -> bool:
            self._take()
            return len(self.facts) >= count

        try:
            await self.client.until(enough, LATE)
        except AssertionError:
            return

    async def until_marked(self, marker: str) -> None:
        """Takes everything up to a message or signal of this name."""
        def marked() -> bool:
            return any(marker in (frame.event, *_texts(frame.payload)) for frame in self.client.log[self._read:])

        await self.client.until(marked, PATIENCE, marker)
        self._take()

    async def until_answered(self) -> None:
        await self.client.fence()
        self._take()


def _texts(payload: object) -> list[object]:
    """Where a marker can stand in a message: on a room's topic, on a realtime topic, in a group's delivery."""
    if not isinstance(payload, dict):
        return []
    inner = payload.get("payload") or payload.get("result")
    return [payload.get("body"), *([inner.get("body"), inner.get("message")] if isinstance(inner, dict) else [])]


Watcher = JSONWatcher | PhoenixWatcher
