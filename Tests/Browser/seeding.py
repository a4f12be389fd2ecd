"""Fills rooms over the wire, where the page would be too slow."""

from __future__ import annotations

import json
import uuid

from harness import Server
from websockets.sync.client import ClientConnection, connect


def _frame(kind: str, payload: dict[str, object], **more: object) -> str:
    return json.dumps({"type": kind, "id": str(uuid.uuid4()), "payload": payload, **more})


def _wait_for(socket: ClientConnection, kind: str) -> dict[str, object]:
    while True:
        frame = json.loads(socket.recv(timeout=30))
        assert frame["type"] != "error" or kind == "error", frame
        if frame["type"] == kind:
            return frame


def write(server: Server, room: int, texts: list[str], token: str | None = None) -> None:
    """Writes messages into a room, each after the one before it was stored."""
    with connect(server.ws, max_size=None) as socket:
        extensions = {"v": 1, "want": ["seq", "ack", "page"]}
        socket.send(_frame("hello", {"token": token}, ext=extensions))
        _wait_for(socket, "hello")
        socket.send(_frame("channel_join", {"channel_id": room}))
        _wait_for(socket, "channel_joined")
        for text in texts:
            socket.send(_frame("chat_send", {"channel_id": room, "content": text}))
            _wait_for(socket, "ack")
