"""Frames of the typed-JSON protocol: matching, and the compact encoding."""

from __future__ import annotations

import base64
import json
import uuid

COMPACT_NUMBERS = {
    "hello": 1, "error": 2, "ack": 3, "channel_join": 5, "channel_leave": 6, "channel_members": 7,
    "chat_send": 10, "chat_react": 11, "chat_react_add": 12, "chat_react_remove": 13, "chat_typing": 14,
    "chat_edit": 15, "chat_delete": 16,
    "chat_kick": 20, "chat_mute": 21, "chat_unmute": 22, "chat_ban": 23, "chat_unban": 24,
    "channel_joined": 50, "resumed": 51, "room_event": 52, "channel_occupancy": 53, "history_get": 54,
    "history_page": 55, "reaction_list": 56, "read_mark": 57, "read_update": 58, "presence_get": 59, "presence": 60,
    "room_list": 61, "room_create": 62, "room_created": 63, "room_update": 64, "room_updated": 65, "room_delete": 66,
    "room_deleted": 67, "member_list": 68, "member_accept": 69, "member_reject": 70, "member_role": 71,
    "member_update": 72, "audit_get": 73, "audit_log": 74, "user_update": 75, "search": 76,
    "search_page": 77, "direct_open": 78, "direct_opened": 79, "signal": 80,
}
COMPACT_NAMES = {number: name for name, number in COMPACT_NUMBERS.items()}
COMPACT_KEYS = {
    "channel_id": "c", "content": "m", "emote": "e", "message_id": "r", "reactions": "x", "members": "n",
    "target": "a", "duration": "d", "reason": "w", "code": "k",
}
COMPACT_KEY_NAMES = {short: name for name, short in COMPACT_KEYS.items()}


class Frame(dict):
    """One frame from the server, as parsed; `size` is its length in bytes on the wire."""

    size: int = 0

    @property
    def type(self) -> str:
        return self.get("type", "")

    @property
    def payload(self) -> dict:
        return self.get("payload", {})

    @property
    def id(self) -> str:
        return self["id"]

    @property
    def content(self) -> str:
        return self.payload["content"]

    def matches(self, type: str, **fields: object) -> bool:
        """Whether this is a `type` frame with these fields, looked up in the payload and then at the top.

        Users are compared by name, `members` as a sorted list of names.
        """
        return self.type == type and all(self._value(key) == _plain(key, value) for key, value in fields.items())

    def _value(self, key: str) -> object:
        return _plain(key, self.payload[key] if key in self.payload else self.get(key, "<absent>"))


def _plain(key: str, value: object) -> object:
    if key == "members" and isinstance(value, (list, tuple)):
        return sorted(username(member) for member in value)
    if isinstance(value, dict) and "username" in value:
        return value["username"]
    return value


def username(user: object) -> str:
    """The name in a user object, or the name itself."""
    return user["username"] if isinstance(user, dict) else str(user)


def decode(text: str | bytes) -> Frame:
    """Parses a frame in either encoding; a compact one comes back with the long names."""
    value = json.loads(text)
    assert isinstance(value, dict), f"not an object: {text!r}"
    frame = Frame(_expand(value) if "t" in value and "type" not in value else value)
    frame.size = len(text.encode() if isinstance(text, str) else text)
    return frame


def encode(frame: dict) -> str:
    """The ordinary text form of a frame."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def encode_compact(frame: dict) -> str:
    """The compact text form of a client's frame."""
    payload = {COMPACT_KEYS.get(key, key): value for key, value in frame["payload"].items()}
    if "r" in payload:
        payload["r"] = _short_id(payload["r"])
    short: dict[str, object] = {"t": COMPACT_NUMBERS[frame["type"]], "p": payload}
    if frame.get("id"):
        short["i"] = _short_id(frame["id"])
    return encode(short)


def _expand(short: dict) -> dict:
    """Long names for a compact frame from the server."""
    type = COMPACT_NAMES.get(short["t"], f"compact_{short['t']}")
    payload = {COMPACT_KEY_NAMES.get(key, key): value for key, value in short.get("p", {}).items()}
    if "message_id" in payload:
        payload["message_id"] = _long_id(payload["message_id"])
    if "u" in payload:
        payload["sender" if type == "chat_send" else "user"] = _user(payload.pop("u"))
    if "members" in payload:
        payload["members"] = [_user(member) for member in payload["members"]]
    frame: dict[str, object] = {"type": type, "payload": payload}
    for key, name in (("ts", "timestamp"), ("q", "seq"), ("r", "ref")):
        if key in short:
            frame[name] = short[key]
    if "i" in short:
        frame["id"] = _long_id(short["i"])
    if "ref" in frame:
        frame["ref"] = _long_id(frame["ref"])
    return frame


def _user(value: object) -> dict:
    if isinstance(value, list):
        return {"username": value[0], "is_guest": value[1] == 1}
    return value if isinstance(value, dict) else {"username": value, "is_guest": False}


def _short_id(text: str) -> str:
    return base64.urlsafe_b64encode(uuid.UUID(text).bytes).decode().rstrip("=")


def _long_id(text: object) -> object:
    if not isinstance(text, str) or len(text) != 22:
        return text
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(text + "==")))
