"""Senders and receivers that survive the server, and the check of what they saw against the log.

Everything a sender got acknowledged and everything a receiver got is recorded; `Audit` reads the whole history
afterwards and compares.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from .client import Client
from .frames import Frame
from .server import Server

# What a killed server looks like to a client: refused, reset, closed, or a handshake cut in the middle.
GONE = (OSError, EOFError, AssertionError, WebSocketException, asyncio.IncompleteReadError)
RECONNECT_DELAY = 0.02  # seconds


@dataclass
class Acknowledged:
    """What the server promised about one frame id."""

    room: int
    content: str
    message_id: str
    seq: int


class Sender:
    """Sends numbered messages with known frame ids, several outstanding, and retries what is not acknowledged."""

    def __init__(self, server: Server, name: str, rooms: list[int], window: int = 8) -> None:
        self.server = server
        self.name = name
        self.rooms = rooms
        self.window = window
        self.acknowledged: dict[str, Acknowledged] = {}
        self.errors: list[str] = []
        self.stopping = False
        self.retries = 0
        self._pending: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._number = 0
        self._token = server.token(name)

    @property
    def sent(self) -> int:
        return self._number

    @property
    def pending(self) -> int:
        return len(self._pending)

    async def run(self) -> None:
        """Sends until `stopping`, and then until nothing is unacknowledged."""
        while not (self.stopping and not self._pending):
            try:
                await self._session()
            except GONE:
                await asyncio.sleep(RECONNECT_DELAY)

    async def _session(self) -> None:
        client = await Client.connect(self.server.ws)
        try:
            await client.hello(self._token, want=("seq", "ack", "page"))
            for room in self.rooms:
                await client.join(room, history=0)
            self.retries += len(self._pending)
            for ref, (room, content) in self._pending.items():
                await client.send("chat_send", {"channel_id": room, "content": content}, id=ref)
            while not (self.stopping and not self._pending):
                while not self.stopping and len(self._pending) < self.window:
                    await self._send_one(client)
                self._take(await client.next())
        finally:
            client.cut()

    async def _send_one(self, client: Client) -> None:
        ref, room = str(uuid.uuid4()), self.rooms[self._number % len(self.rooms)]
        content = f"{self.name}-{self._number:06d}"
        self._number += 1
        self._pending[ref] = (room, content)
        await client.send("chat_send", {"channel_id": room, "content": content}, id=ref)

    def _take(self, frame: Frame) -> None:
        ref = frame.get("ref")
        if frame.type == "ack" and ref in self._pending:
            room, content = self._pending.pop(ref)
            self.acknowledged[ref] = Acknowledged(room, content, frame.payload["message_id"], frame.payload["seq"])
        elif frame.type == "ack" and ref in self.acknowledged:
            known = self.acknowledged[ref]
            if (known.message_id, known.seq) != (frame.payload["message_id"], frame.payload["seq"]):
                self.errors.append(f"two answers for {known.content}: {known} and {frame.payload}")
        elif frame.type == "error":
            # While it stops, or when its store hiccups, the server may refuse; what is refused is tried again.
            raise ConnectionError(f"refused: {frame.payload}")


@dataclass
class Seen:
    """What one receiver knows of one room."""

    epoch: object
    seq: int
    first: int
    messages: dict[int, tuple[str, str]] = field(default_factory=dict)  # seq → (message id, content)
    others: set[int] = field(default_factory=set)  # sequence numbers of events that are no messages


class Surviving:
    """Reads rooms without end, one session after the other.

    After a loss it stays away until `progress()` has grown by one of `absences`, so that there is something to
    miss: little, which is replayed, or more than the server's replay window.
    """

    def __init__(self, server: Server, name: str, progress: Callable[[], int], absences: Iterator[int]) -> None:
        self.server = server
        self.name = name
        self.progress = progress
        self.absences = absences
        self.hurry = False  # ends every absence
        self.rooms: dict[int, Seen] = {}
        self.errors: list[str] = []
        self.results: dict[str, int] = {}
        self.stopping = False
        self._token = server.token(name)
        self._client = None

    async def _session(self) -> None:
        """Connects, comes back into the rooms and receives until it is cut."""
        raise NotImplementedError

    async def run(self) -> None:
        """Receives until `stop`."""
        while not self.stopping:
            try:
                await self._session()
            except GONE:
                await self._stay_away()

    async def _stay_away(self) -> None:
        goal = self.progress() + next(self.absences)
        await asyncio.sleep(RECONNECT_DELAY)
        while self.progress() < goal and not (self.hurry or self.stopping):
            await asyncio.sleep(RECONNECT_DELAY)

    def stop(self) -> None:
        """Ends `run` after what has arrived."""
        self.stopping = True
        if self._client is not None:
            self._client.cut()

    async def until(self, room: int, seq: int) -> None:
        """Returns when the room has been seen up to `seq`."""
        while self.rooms[room].seq < seq:
            await asyncio.sleep(0.02)


class Receiver(Surviving):
    """Resumes after every loss and pages through every gap."""

    def __init__(self, server: Server, name: str, rooms: list[int], progress: Callable[[], int],
                 absences: Iterator[int]) -> None:
        super().__init__(server, name, progress, absences)
        self.numbers = rooms

    async def _session(self) -> None:
        resume = {room: (seen.epoch, seen.seq) for room, seen in self.rooms.items()}
        client = self._client = await Client.connect(self.server.ws)
        try:
            await client.hello(self._token, want=("seq", "page", "edit"), resume=resume)
            answers = client.rooms
            gaps = []
            for room in self.numbers:
                if room not in resume:
                    await self._join(client, room)
                else:
                    gaps += self._judge(room, answers[room])
            await self._follow(client, gaps)
        finally:
            client.cut()

    async def _join(self, client: Client, room: int) -> None:
        """Joins for the first time; what arrives meanwhile for other rooms is not lost."""
        await client.send("channel_join", {"channel_id": room}, ext={"history": 0})
        while True:
            frame = await client.next()
            if frame.matches("channel_joined", channel_id=room):
                seq = frame.payload["seq"]
                self.rooms[room] = Seen(frame.payload["epoch"], seq, seq)
                return
            self._record_any(frame)

    def _judge(self, room: int, answer: dict) -> list[int]:
        """Checks the server's answer for a resumed room; a room with a gap is returned."""
        result = answer.get("result")
        self.results[result] = self.results.get(result, 0) + 1
        seen = self.rooms[room]
        if answer["epoch"] != seen.epoch:
            self.errors.append(f"{self.name}: room {room} changed its epoch")
        if answer["seq"] < seen.seq:
            self.errors.append(f"{self.name}: room {room} went back from {seen.seq} to {answer['seq']}")
        if result == "gap":
            return [room]
        if result != "replayed":
            self.errors.append(f"{self.name}: room {room} answered {answer}")
        return []

    async def _follow(self, client: Client, gaps: list[int]) -> None:
        """Takes live frames; what arrives for a room whose gap is still open waits until it is paged through."""
        waiting: dict[int, list[Frame]] = {room: [] for room in gaps}
        for room in gaps:
            await self._page_through(client, room, waiting)
        for room in gaps:
            for frame in waiting.pop(room):
                if frame["seq"] > self.rooms[room].seq:
                    self._record(room, frame)
        while True:
            self._record_any(await client.next(3600))

    async def _page_through(self, client: Client, room: int, waiting: dict[int, list[Frame]]) -> None:
        seen = self.rooms[room]
        while True:
            page = await client.ask("history_get", {"channel_id": room, "after": seen.seq, "limit": 200})
            for frame in client.passed:
                number = frame.payload.get("channel_id")
                if number in waiting and "seq" in frame:
                    waiting[number].append(frame)
                else:
                    self._record_any(frame)
            if page.type != "history_page":
                raise ConnectionError(f"no page: {page}")
            for message in page.payload["messages"]:
                # Pages hold messages only; what else happened in between has no page, only numbers.
                seen.others |= set(range(seen.seq + 1, message["seq"]))
                self._message(room, message["seq"], message["message_id"], message["content"])
            if not page.payload["has_more_after"]:
                return

    def _record_any(self, frame: Frame) -> None:
        room = frame.payload.get("channel_id")
        # A read mark names a room too, but its number is one of the user's own log.
        if "seq" in frame and room in self.rooms and frame.type != "read_update":
            self._record(room, frame)

    def _record(self, room: int, frame: Frame) -> None:
        seen = self.rooms[room]
        if frame["seq"] <= seen.first:
            return  # part of what the answer to the first join already told
        if frame["seq"] != seen.seq + 1:
            self.errors.append(f"{self.name}: room {room}: {frame.type} {frame['seq']} came after {seen.seq}")
        if frame.type == "chat_send":
            self._message(room, frame["seq"], frame.id, frame.content)
        else:
            seen.others.add(frame["seq"])
            seen.seq = max(seen.seq, frame["seq"])

    def _message(self, room: int, seq: int, message_id: str, content: str) -> None:
        seen = self.rooms[room]
        if seq <= seen.seq:
            self.errors.append(f"{self.name}: room {room}: message {seq} came again or late (at {seen.seq})")
        seen.messages[seq] = (message_id, content)
        seen.seq = max(seen.seq, seq)


class Audit:
    """The history of one room as the server tells it, and the comparison with what clients recorded."""

    def __init__(self, room: int, messages: list[dict]) -> None:
        self.room = room
        self.messages = messages
        self.last_seq = messages[-1]["seq"] if messages else 0
        self.by_seq = {message["seq"]: (message["message_id"], message["content"]) for message in messages}
        self.seq_of = {message["message_id"]: message["seq"] for message in messages}

    @classmethod
    async def read(cls, client: Client, room: int) -> Audit:
        """Pages through everything; the client has to be in the room."""
        messages: list[dict] = []
        after = 0
        while True:
            page = await client.do("history_get", {"channel_id": room, "after": after, "limit": 200})
            messages += page.payload["messages"]
            if not page.payload["has_more_after"]:
                return cls(room, messages)
            after = messages[-1]["seq"]

    def problems(self, senders: list[Sender], receivers: list[Receiver]) -> list[str]:
        """Everything that must not be; empty when nothing was lost, doubled or reordered."""
        return [
            *self._of_the_log(),
            *(problem for sender in senders for problem in self._of_a_sender(sender)),
            *(problem for receiver in receivers for problem in self._of_a_receiver(receiver)),
            *self._holes(receivers),
        ]

    def _of_the_log(self) -> list[str]:
        problems = []
        seqs = [message["seq"] for message in self.messages]
        if seqs != sorted(set(seqs)):
            problems.append(f"room {self.room}: history is not ascending")
        contents = [message["content"] for message in self.messages]
        if len(contents) != len(set(contents)):
            twice = sorted({content for content in contents if contents.count(content) > 1})[:10]
            problems.append(f"room {self.room}: doubled {twice}")
        if len(self.seq_of) != len(self.messages):
            problems.append(f"room {self.room}: a message id occurs twice")
        return problems

    def _of_a_sender(self, sender: Sender) -> list[str]:
        problems = list(sender.errors)
        for known in sender.acknowledged.values():
            if known.room == self.room and self.by_seq.get(known.seq) != (known.message_id, known.content):
                problems.append(f"room {self.room}: acknowledged and lost: {known}; there is "
                                f"{self.by_seq.get(known.seq)}")
        own = [message["content"] for message in self.messages if message["content"].startswith(sender.name + "-")]
        if own != sorted(own):
            problems.append(f"room {self.room}: the messages of {sender.name} changed their order")
        return problems

    def _of_a_receiver(self, receiver: Receiver) -> list[str]:
        seen = receiver.rooms[self.room]
        expected = {seq: value for seq, value in self.by_seq.items() if seq > seen.first}
        if seen.messages == expected:
            return list(receiver.errors)
        missing = sorted(expected.keys() - seen.messages.keys())[:10]
        extra = sorted(seen.messages.keys() - expected.keys())[:10]
        return [*receiver.errors, f"room {self.room}: {receiver.name} differs from the log: missing {missing}, "
                                  f"not in the log {extra}"]

    def _holes(self, receivers: list[Receiver]) -> list[str]:
        """Numbers that are no message have to be events that somebody saw, or be older than all receivers."""
        first = min(receiver.rooms[self.room].first for receiver in receivers)
        explained = set().union(*(receiver.rooms[self.room].others for receiver in receivers))
        holes = [seq for seq in range(first + 1, self.last_seq + 1) if seq not in self.by_seq and seq not in explained]
        return [f"room {self.room}: holes at {holes[:10]}"] if holes else []
