"""Frames of Phoenix Channels in both versions: text, binary, and the questions that tests ask of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .frames import username

V1, V2 = "1.0.0", "2.0.0"
V1_KEYS = {"topic", "event", "payload", "ref"}  # exactly what a server's object has (phoenix-channels.md §1.5)
PUSH, REPLY, BROADCAST = 0, 1, 2  # kinds of binary frames (§1.7)


@dataclass(eq=False)
class Message:
    """One frame from the server. `raw` is its JSON value, or its bytes when it is binary."""

    join_ref: object
    ref: object
    topic: object
    event: object
    payload: object
    raw: object = field(repr=False, default=None)

    @property
    def status(self) -> str:
        """Of a reply: `ok` or `error`."""
        return self.payload["status"]

    @property
    def response(self) -> object:
        """Of a reply: what it says."""
        return self.payload["response"]

    @property
    def is_ok(self) -> bool:
        return self.event == "phx_reply" and self.status == "ok"

    @property
    def reason(self) -> object:
        """Of an error reply: why."""
        return self.response["reason"]

    def __getitem__(self, key: str) -> object:
        return self.payload[key]

    def matches(self, event: str | None = None, topic: str | None = None, /, **fields: object) -> bool:
        """Whether this is such a frame; `fields` are looked up in the payload, users are compared by name."""
        if event is not None and self.event != event or topic is not None and self.topic != topic:
            return False
        return all(isinstance(self.payload, dict) and _plain(self.payload.get(key, "<absent>")) == _plain(value)
                   for key, value in fields.items())


def _plain(value: object) -> object:
    return username(value) if isinstance(value, dict) and "username" in value else value


def encode(vsn: str, join_ref: object, ref: object, topic: object, event: object, payload: object) -> str:
    """A client's text frame. A V1 object without a join_ref leaves the key out, as old clients do."""
    if vsn.startswith("2"):
        value: object = [join_ref, ref, topic, event, payload]
    else:
        value = {"topic": topic, "event": event, "payload": payload, "ref": ref}
        if join_ref is not None:
            value["join_ref"] = join_ref
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encode_push(join_ref: str, ref: str, topic: str, event: str, data: bytes) -> bytes:
    """A client's binary push."""
    parts = [text.encode() for text in (join_ref, ref, topic, event)]
    return bytes([PUSH, *map(len, parts)]) + b"".join(parts) + data


def decode(vsn: str, data: str | bytes) -> Message:
    """Parses a frame of the server and checks that its shape is that of the version."""
    if isinstance(data, bytes):
        assert vsn.startswith("2"), f"a binary frame for a V1 client: {data!r}"
        return decode_binary(data)
    value = json.loads(data)
    if vsn.startswith("2"):
        assert isinstance(value, list) and len(value) == 5, f"not an array of five: {data!r}"
        return Message(*value, raw=value)
    assert isinstance(value, dict) and value.keys() == V1_KEYS, f"not an object of four: {data!r}"
    return Message(None, value["ref"], value["topic"], value["event"], value["payload"], raw=value)


def decode_binary(data: bytes) -> Message:
    """Parses a binary frame of the server; of a reply, `payload` is as in a text frame, with bytes as response."""
    kind = data[0]
    count = {PUSH: 3, REPLY: 4, BROADCAST: 2}[kind]
    lengths, rest = data[1 : 1 + count], data[1 + count :]
    assert len(rest) >= sum(lengths), f"lengths go beyond the frame: {data!r}"
    parts: list[str] = []
    for length in lengths:
        parts.append(rest[:length].decode())
        rest = rest[length:]
    if kind == PUSH:
        return Message(parts[0], None, parts[1], parts[2], rest, raw=data)
    if kind == REPLY:
        return Message(parts[0], parts[1], parts[2], "phx_reply", {"status": parts[3], "response": rest}, raw=data)
    return Message(None, None, parts[0], parts[1], rest, raw=data)
