"""A client of `/ws` on the `websockets` library.

Nothing here sleeps. That a frame arrives is awaited; that none arrives is proved by a later frame that has to
be the very next one.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import uuid
from collections import deque
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from .frames import Frame, decode, encode, encode_compact

# Seconds until a test gives up waiting for something that has to come.
PATIENCE = float(os.environ.get("PARLEY_TEST_PATIENCE", "20"))
# What an extended client of these tests asks for unless told otherwise.
EXTENSIONS = ("seq", "ack", "page", "who", "edit", "read")
COMPACT = "justchat.compact.v1"


@dataclass
class Joined:
    """What the server sent in answer to a join. `told` is the frame that tells an extended client of the room."""

    history: list[Frame]
    told: Frame

    @property
    def seq(self) -> int:
        """Where the room stood: live events begin with the next number."""
        return self.told.payload["seq"]

    @property
    def epoch(self) -> object:
        return self.told.payload["epoch"]


class Client:
    """One connection. Frames are taken in the order in which they arrived."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.name = ""
        self.greeting: Frame = Frame()
        self.passed: list[Frame] = []  # frames that the last `wait_for` or `expect_close` went past
        self.compact = False
        self._frames: deque[Frame] = deque()
        self._arrived = asyncio.Event()
        self._closed = False
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url: str, *, headers: dict[str, str] | None = None, origin: str | None = None,
                      subprotocols: tuple[str, ...] = (), deflate: bool = False) -> Client:
        """Opens the socket; says nothing yet."""
        connection = await connect(
            url,
            additional_headers=headers,
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            compression="deflate" if deflate else None,
            max_size=None,
            max_queue=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            close_timeout=5,
            proxy=None,
        )
        return cls(connection)

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                self._frames.append(decode(message))
                self._arrived.set()
        except ConnectionClosed:
            pass
        finally:
            self._closed = True
            self._arrived.set()

    # Sending

    async def raw(self, data: str | bytes) -> None:
        """Sends one text or binary frame as it is."""
        await self.socket.send(data)

    async def send(self, type: str, payload: dict, *, id: str | None = None, **top: object) -> str:
        """Sends one frame and returns its id; `top` are further top-level keys."""
        frame = {"type": type, "id": id or str(uuid.uuid4()), "payload": payload, **top}
        await self.raw(encode_compact(frame) if self.compact else encode(frame))
        return frame["id"]

    async def send_frame(self, frame: dict) -> None:
        """Sends a frame that is written out in full."""
        await self.raw(encode(frame))

    # Receiving

    async def next(self, patience: float = PATIENCE) -> Frame:
        """The next frame."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    if self._frames:
                        return self._frames.popleft()
                    if self._closed:
                        raise AssertionError(f"{self}: closed with {self.close_code} {self.close_reason!r}, "
                                             "and a frame was awaited")
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{self}: no frame within {patience} s") from None

    async def expect(self, type: str, **fields: object) -> Frame:
        """The next frame, which has to be this one."""
        frame = await self.next()
        assert frame.matches(type, **fields), f"{self}: expected {type} {fields}, got {dict(frame)}"
        return frame

    async def wait_for(self, type: str, patience: float = PATIENCE, **fields: object) -> Frame:
        """The first such frame from here on; those before it are left in `passed`."""
        self.passed = []
        while True:
            try:
                frame = await self.next(patience)
            except AssertionError as error:
                raise AssertionError(f"{error}; wanted {type} {fields}, saw {self.passed[-5:]}") from None
            if frame.matches(type, **fields):
                return frame
            self.passed.append(frame)

    async def expect_error(self, detail: str | None = None, code: str | None = None, ref: str | None = None) -> Frame:
        """The next frame, which has to be an error with this text and code."""
        frame = await self.expect("error")
        assert detail is None or frame.payload["detail"] == detail, f"{self}: {frame.payload}, not {detail!r}"
        assert code is None or frame.payload.get("code") == code, f"{self}: {frame.payload}, not {code!r}"
        assert ref is None or frame.payload.get("ref", frame.get("ref")) == ref, f"{self}: {dict(frame)}"
        return frame

    async def expect_close(self, code: int | None = None, patience: float = PATIENCE) -> str:
        """Waits until the connection is closed and returns the reason; frames before that are left in `passed`."""
        try:
            async with asyncio.timeout(patience):
                await self._reader
        except TimeoutError:
            raise AssertionError(f"{self}: still open after {patience} s") from None
        self.passed = list(self._frames)
        self._frames.clear()
        assert code is None or self.close_code == code, \
            f"{self}: closed with {self.close_code} {self.close_reason!r}, not {code}"
        return self.close_reason or ""

    @property
    def close_code(self) -> int | None:
        return self.socket.close_code

    @property
    def close_reason(self) -> str | None:
        return self.socket.close_reason

    @property
    def closed(self) -> bool:
        return self._closed

    # Conversation

    async def hello(self, token: str | None = None, *, want: tuple[str, ...] | None = None,
                    resume: dict[int, tuple[object, int]] | None = None, session: str | None = None) -> Frame:
        """Says hello; with `want` or `resume` as an extended client. `resume` is room → (epoch, seq)."""
        top: dict[str, object] = {}
        if want is not None or resume is not None:
            ext: dict[str, object] = {"v": 1, "want": list(EXTENSIONS if want is None else want)}
            if resume is not None:
                rooms = {str(room): {"epoch": epoch, "seq": seq} for room, (epoch, seq) in resume.items()}
                ext["resume"] = {"rooms": rooms, **({"session": session} if session else {})}
            top["ext"] = ext
        await self.send("hello", {} if token is None else {"token": token}, **top)
        self.greeting = await self.expect("hello")
        self.name = self.greeting.payload["user"]["username"]
        if self.socket.subprotocol == COMPACT or "compact" in (want or ()):
            self.compact = True
        return self.greeting

    @property
    def rooms(self) -> dict[int, dict]:
        """The rooms in the server's hello, by number."""
        return {room["channel_id"]: room for room in self.greeting.payload["ext"]["rooms"]}

    async def join(self, room: int, history: int | None = None) -> Joined:
        """Joins a room, for the first time or again, and takes what the server answers up to one's own arrival."""
        top = {} if history is None else {"ext": {"history": history}}
        await self.send("channel_join", {"channel_id": room}, **top)
        past: list[Frame] = []
        told: Frame | None = None
        while True:
            frame = await self.next()
            if frame.matches("channel_join", channel_id=room, user=self.name):
                return Joined(past, told or frame)
            assert frame.type != "error", f"{self}: {frame.payload}"
            if frame.matches("channel_joined", channel_id=room):
                told = frame
            elif frame.matches("chat_send", channel_id=room):
                past.append(frame)

    async def say(self, room: int, content: str, *, id: str | None = None, **top: object) -> Frame:
        """Sends a message and returns its broadcast as it came back."""
        await self.send("chat_send", {"channel_id": room, "content": content}, id=id, **top)
        return await self.wait_for("chat_send", channel_id=room, content=content)

    async def ask(self, type: str, payload: dict, *, id: str | None = None, **top: object) -> Frame:
        """Sends a frame and returns the direct answer to it: ack, error, or an answer of its own type."""
        ref = await self.send(type, payload, id=id, **top)
        return await self.answer(ref)

    async def answer(self, ref: str) -> Frame:
        """The direct answer to the frame with the id `ref`; what came before is left in `passed`."""
        self.passed = []
        while True:
            frame = await self.next()
            if frame.get("ref") == ref or (frame.type == "error" and frame.payload.get("ref") == ref):
                return frame
            self.passed.append(frame)

    async def do(self, type: str, payload: dict, **top: object) -> Frame:
        """As `ask`, and the answer must not be an error."""
        answer = await self.ask(type, payload, **top)
        assert answer.type != "error", f"{self}: {type} {payload}: {answer.payload}"
        return answer

    # Ending

    async def close(self) -> None:
        """Closes as a well-behaved client does."""
        await self.socket.close()
        await self._reader

    def cut(self) -> None:
        """Drops the connection with a TCP reset and without a close frame."""
        raw: socket.socket = self.socket.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.transport.abort()

    def __repr__(self) -> str:
        return f"<{self.name or 'client'}>"
