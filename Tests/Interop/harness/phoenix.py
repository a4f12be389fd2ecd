"""A client of `/socket/websocket` on the `websockets` library.

Frames wait in a mailbox until a test takes them: `expect` takes the very next one, `wait_for` the first that fits.
Presence frames go to `presence(topic)` instead, because they come and go with other clients; `log` has everything
in order of arrival. Nothing sleeps: that a frame arrives is awaited, that none arrives is proved by the answer to a
later frame.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from .client import PATIENCE
from .phoenix_frames import V2, Message, decode, encode, encode_push
from .phoenix_presence import Presence

PRESENCE_EVENTS = {"presence_state", "presence_diff", "presence_count"}
CURRENT = object()  # stands for the join_ref with which the topic was joined last


class PhoenixClient:
    """One connection."""

    def __init__(self, connection: ClientConnection, vsn: str) -> None:
        self.socket = connection
        self.vsn = vsn
        self.name = ""
        self.log: list[Message] = []
        self.inbox: list[Message] = []
        self.join_refs: dict[str, str | None] = {}  # topic → join_ref of the newest join
        self._presences: dict[str, Presence] = {}
        self._ref = 0
        self._closed = False
        self._problem: Exception | None = None
        self._arrived = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, base: str, *, vsn: str | None = V2, params: dict[str, object] | None = None,
                      headers: dict[str, str] | None = None, origin: str | None = None,
                      subprotocols: tuple[str, ...] = ()) -> PhoenixClient:
        """Opens the socket. `base` is `ws://host:port`; without `vsn` none is sent, which means version 1."""
        query = urlencode({**(params or {}), **({} if vsn is None else {"vsn": vsn})})
        connection = await connect(
            f"{base}/socket/websocket" + (f"?{query}" if query else ""),
            additional_headers=headers,
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            compression=None,
            max_size=None,
            max_queue=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            close_timeout=5,
            proxy=None,
        )
        return cls(connection, vsn or "1.0.0")

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                self._take(decode(self.vsn, data))
                await self._notify()
        except ConnectionClosed:
            pass
        except Exception as problem:  # a frame that no client could read: the test that waits next shows it
            self._problem = problem
        finally:
            self._closed = True
            await self._notify()

    async def _notify(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()

    def _take(self, message: Message) -> None:
        self.log.append(message)
        if message.event in PRESENCE_EVENTS and isinstance(message.payload, dict):
            presence = self.presence(str(message.topic))
            presence.refs.append((message.join_ref, message.ref))
            presence.take(str(message.event), message.payload)
        else:
            self.inbox.append(message)

    # Sending

    def new_ref(self) -> str:
        self._ref += 1
        return str(self._ref)

    async def raw(self, data: str | bytes) -> None:
        """Sends one text or binary frame as it is."""
        await self.socket.send(data)

    async def send(self, join_ref: object, ref: object, topic: object, event: object, payload: object) -> None:
        """Sends one frame with every field given."""
        await self.raw(encode(self.vsn, join_ref, ref, topic, event, payload))

    async def push(self, topic: str, event: str, payload: object, *, join_ref: object = CURRENT) -> str:
        """Sends an event on a topic and returns its ref."""
        ref = self.new_ref()
        join_ref = self.join_refs.get(topic) if join_ref is CURRENT else join_ref
        await self.send(join_ref, ref, topic, event, payload)
        return ref

    async def push_bytes(self, topic: str, event: str, data: bytes) -> str:
        """Sends an event with a binary payload and returns its ref."""
        ref = self.new_ref()
        await self.raw(encode_push(self.join_refs.get(topic) or "", ref, topic, event, data))
        return ref

    # Receiving

    async def until(self, condition: Callable[[], object], patience: float = PATIENCE, wanted: str = "") -> object:
        """Waits until `condition()` is true after what has arrived, and returns its value."""
        try:
            async with asyncio.timeout(patience), self._arrived:
                while not (value := condition()):
                    if self._problem:
                        raise self._problem
                    assert not self._closed, \
                        f"{self}: closed with {self.close_code} {self.close_reason!r}{self._story(wanted)}"
                    await self._arrived.wait()
                return value
        except TimeoutError:
            raise AssertionError(f"{self}: not within {patience} s{self._story(wanted)}") from None

    def _story(self, wanted: str) -> str:
        return f"; wanted {wanted}, last frames {[message.raw for message in self.log[-6:]]}"

    async def next(self, patience: float = PATIENCE) -> Message:
        """The next frame."""
        await self.until(lambda: self.inbox, patience, "any frame")
        return self.inbox.pop(0)

    async def expect(self, event: str | None = None, topic: str | None = None, /, **fields: object) -> Message:
        """The next frame, which has to be this one."""
        message = await self.next()
        assert message.matches(event, topic, **fields), f"{self}: expected {event} {topic} {fields}, got {message.raw}"
        return message

    async def expect_raw(self, value: object) -> Message:
        """The next frame, which has to be exactly this JSON value."""
        message = await self.next()
        assert message.raw == value, f"{self}: expected {value}, got {message.raw}"
        return message

    async def wait_for(self, event: str | None = None, topic: str | None = None, /, *, patience: float = PATIENCE,
                       where: Callable[[Message], object] | None = None, **fields: object) -> Message:
        """The first frame that fits; those before it stay in the mailbox."""
        def find() -> Message | None:
            return next((message for message in self.inbox
                         if message.matches(event, topic, **fields) and (where is None or where(message))), None)

        found = await self.until(find, patience, f"{event} {topic} {fields}")
        self.inbox.remove(found)
        return found

    async def answer(self, ref: object, topic: str | None = None) -> Message:
        """The reply to the frame with this ref."""
        return await self.wait_for("phx_reply", topic, where=lambda message: message.ref == ref)

    def taken(self, event: str | None = None, topic: str | None = None, **fields: object) -> list[Message]:
        """Takes all such frames that have arrived so far."""
        found = [message for message in self.inbox if message.matches(event, topic, **fields)]
        self.inbox = [message for message in self.inbox if message not in found]
        return found

    def presence(self, topic: str) -> Presence:
        """Who is in a topic, since it was joined last."""
        return self._presences.setdefault(topic, Presence())

    async def fence(self) -> None:
        """Returns when all that was on its way to this client when the server read its heartbeat has arrived."""
        ref = f"fence-{self.new_ref()}"
        await self.send(None, ref, "phoenix", "heartbeat", {})
        await self.answer(ref, "phoenix")

    async def silent(self, topic: str | None = None) -> None:
        """Proves that nothing was on its way (for one topic), apart from presence."""
        await self.fence()
        rest = [message.raw for message in self.inbox if topic is None or message.topic == topic]
        assert rest == [], f"{self}: {rest}"

    async def expect_close(self, code: int | None = None, patience: float = PATIENCE) -> None:
        """Waits until the server has closed the connection; what came before that is in `inbox`."""
        try:
            async with asyncio.timeout(patience):
                await self._reader
        except TimeoutError:
            raise AssertionError(f"{self}: still open after {patience} s{self._story('a close')}") from None
        if self._problem:
            raise self._problem
        assert code is None or self.close_code == code, \
            f"{self}: closed with {self.close_code} {self.close_reason!r}, not {code}"

    @property
    def close_code(self) -> int | None:
        return self.socket.close_code

    @property
    def close_reason(self) -> str | None:
        return self.socket.close_reason

    # Channels

    async def ask(self, topic: str, event: str, payload: object) -> Message:
        """Sends an event and returns the reply to it."""
        return await self.answer(await self.push(topic, event, payload), topic)

    async def do(self, topic: str, event: str, payload: object) -> dict:
        """As `ask`; the reply has to be ok, and what it says is returned."""
        reply = await self.ask(topic, event, payload)
        assert reply.is_ok, f"{self}: {event} {payload}: {reply.raw}"
        return reply.response

    async def refused(self, topic: str, event: str, payload: object, reason: str | None = None) -> dict:
        """As `ask`; the reply has to be an error with this reason."""
        reply = await self.ask(topic, event, payload)
        assert reply.status == "error", f"{self}: {event} {payload}: {reply.raw}"
        assert reason is None or reply.reason == reason, f"{self}: {reply.raw}, not {reason!r}"
        return reply.response

    async def try_join(self, topic: str, payload: object | None = None) -> Message:
        """Joins a topic and returns the reply, whatever it is."""
        ref = self.new_ref()
        self.join_refs[topic] = ref
        self._presences[topic] = Presence()
        await self.send(ref, ref, topic, "phx_join", {} if payload is None else payload)
        return await self.answer(ref, topic)

    async def join(self, topic: str, payload: object | None = None) -> dict:
        """Joins a topic, which has to be let through; returns what the reply says."""
        reply = await self.try_join(topic, payload)
        assert reply.is_ok, f"{self}: join {topic}: {reply.raw}"
        return reply.response

    async def join_refused(self, topic: str, payload: object | None = None, reason: str | None = None) -> dict:
        """Joins a topic, which has to be refused with this reason."""
        reply = await self.try_join(topic, payload)
        assert reply.status == "error", f"{self}: join {topic}: {reply.raw}"
        assert reason is None or reply.reason == reason, f"{self}: {reply.raw}, not {reason!r}"
        return reply.response

    async def leave(self, topic: str) -> None:
        """Leaves a topic and takes the answers."""
        assert (await self.ask(topic, "phx_leave", {})).is_ok
        await self.wait_for("phx_close", topic)

    async def say(self, topic: str, body: str, **fields: object) -> Message:
        """Sends a message to a room and returns its broadcast as it came back."""
        sent = await self.do(topic, "new_msg", {"body": body, **fields})
        return await self.wait_for("new_msg", topic, id=sent["id"])

    # Ending

    async def close(self, code: int = 1000) -> None:
        """Closes as a well-behaved client does."""
        await self.socket.close(code)
        await self._reader

    def cut(self) -> None:
        """Drops the connection with a TCP reset and without a close frame."""
        raw: socket.socket = self.socket.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.transport.abort()

    def __repr__(self) -> str:
        return f"<{self.name or 'anonymous'} {self.vsn}>"
