"""A client that behaves as the reference client does (json-chat.md §1.12), written from its description."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime

from websockets.exceptions import WebSocketException

from .client import Client
from .frames import Frame, encode

# The reference client waits 3 s after every close; tests need not.
RECONNECT_DELAY = 0.1
_INTEGER_PREFIX = re.compile(r"[+-]?\d+")


class UsageError(Exception):
    """What the reference client shows as a local alert; nothing is sent."""


class JustChat:
    """Says hello without extensions, de-duplicates by frame id, sorts by timestamp, reconnects, rejoins nothing."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token
        self.username = ""
        self.tabs: dict[int, list[Frame]] = {}  # open channels and their messages, in the order of the view
        self.members: dict[int, list[str]] = {}
        self.typing: dict[int, set[str]] = {}
        self.alerts: list[str] = []
        self.errors: list[str] = []
        self.duplicates = 0
        self.connections = 0
        self.muted = False
        self._seen: set[str] = set()
        self._client: Client | None = None
        self._ready = asyncio.Event()
        self._changed = asyncio.Condition()
        self._task: asyncio.Task | None = None

    # Life

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._client is not None:
            await self._client.close()

    async def ready(self) -> None:
        await asyncio.wait_for(self._ready.wait(), 20)

    async def until(self, condition) -> None:
        """Returns when `condition()` holds after some frame."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(condition)

    async def _run(self) -> None:
        while True:
            try:
                client = self._client = await Client.connect(self.url)
                await client.raw(encode({"type": "hello", "payload": {"token": self.token} if self.token else {}}))
                while True:
                    await self._take(await client.next(3600))
            except (AssertionError, OSError, WebSocketException):
                self._ready.clear()
                self.tabs.clear()  # all tabs are gone after a reconnect
                self.members.clear()
            await asyncio.sleep(RECONNECT_DELAY)

    # Receiving

    async def _take(self, frame: Frame) -> None:
        async with self._changed:
            if self._is_new(frame):
                self._show(frame)
            else:
                self.duplicates += 1
            self._changed.notify_all()

    def _is_new(self, frame: Frame) -> bool:
        key = frame.get("id") or f"{frame.type}{frame.get('timestamp')}{encode(frame.payload)}"
        known = key in self._seen
        self._seen.add(key)
        return not known

    def _show(self, frame: Frame) -> None:
        payload = frame.payload
        room = payload.get("channel_id")
        match frame.type:
            case "hello":
                self.username = payload["user"]["username"]
                self.connections += 1
                self._ready.set()
            case "error":
                self.errors.append(payload["detail"])
            case "channel_join" if payload["user"]["username"] == self.username:
                self.tabs.setdefault(room, [])
            case "channel_members":
                self.members[room] = [member["username"] for member in payload["members"]]
            case "chat_send":
                self.typing.setdefault(room, set()).discard(payload["sender"]["username"])
                messages = self.tabs.setdefault(room, [])
                messages.append(frame)
                messages.sort(key=lambda message: datetime.fromisoformat(message["timestamp"]))
            case "chat_react_add" | "chat_react_remove":
                self._count(payload, 1 if frame.type == "chat_react_add" else -1)
            case "chat_typing" if payload["user"]["username"] != self.username:
                self.typing.setdefault(room, set()).add(payload["user"]["username"])
            case "chat_kick" if payload["target"] == self.username:
                self.alerts.append(f"kicked from {room}: {payload['reason']}")
                self.tabs.pop(room, None)
            case "chat_mute" if payload["target"] == self.username:
                self.muted = True
            case "chat_unmute" if payload["target"] == self.username:
                self.muted = False

    def _count(self, payload: dict, change: int) -> None:
        for message in self.tabs.get(payload["channel_id"], []):
            if message["id"] == payload["message_id"]:
                reactions = message["payload"]["reactions"] or {}
                reactions[payload["emote"]] = reactions.get(payload["emote"], 0) + change
                message["payload"]["reactions"] = reactions

    # Sending

    async def send(self, type: str, payload: dict) -> None:
        """Frames of the reference client carry neither id nor extension."""
        assert self._client is not None
        await self._client.raw(encode({"type": type, "payload": payload}))

    async def join(self, room: int) -> None:
        await self.send("channel_join", {"channel_id": room})

    async def enter(self, room: int, text: str) -> None:
        """What is typed into the input line: a command or a message."""
        if text.startswith("/"):
            await self.send(*command(room, text))
        else:
            await self.send("chat_send", {"channel_id": room, "content": text})

    def texts(self, room: int) -> list[str]:
        return [message.content for message in self.tabs.get(room, [])]


def command(room: int, text: str) -> tuple[str, dict]:
    """The frame for a slash command (§1.8); raises what the client shows as an alert."""
    name, *words = text.strip().removeprefix("/").split() or [""]
    name = name.lower()
    if name not in ("kick", "mute", "unmute"):
        raise UsageError("Unknown command")
    if not words:
        raise UsageError(f"Usage: /{name} <target>")
    target, *rest = words
    payload: dict[str, object] = {"channel_id": room, "target": target}
    if name == "unmute":
        return "chat_unmute", payload
    if name == "mute" and rest and (number := _INTEGER_PREFIX.match(rest[0])):
        payload["duration"] = int(number.group())
        rest = rest[1:]
    if rest:
        payload["reason"] = " ".join(rest)
    return f"chat_{name}", payload
