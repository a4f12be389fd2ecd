"""Phoenix clients that survive the server: the counterpart of `load`, checked by the same `Audit`.

Rooms are named by number, as `Audit` reads them; `topics` tells the topic of each.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator

from .load import GONE, RECONNECT_DELAY, Acknowledged, Seen, Surviving
from .phoenix import PhoenixClient
from .phoenix_frames import Message
from .server import Server

QUIET = 3600.0  # seconds that a receiver waits for the next frame


class PhoenixSender:
    """Sends numbered messages with client ids, several outstanding, and retries what is not acknowledged."""

    def __init__(self, server: Server, name: str, topics: dict[int, str], window: int = 8) -> None:
        self.server = server
        self.name = name
        self.topics = topics
        self.window = window
        self.acknowledged: dict[str, Acknowledged] = {}
        self.errors: list[str] = []
        self.stopping = False
        self.retries = 0
        self._pending: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._under_way: dict[str, str] = {}  # ref of a push → client id
        self._rooms = list(topics)
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
        client = await _connect(self.server, self._token)
        try:
            for topic in self.topics.values():
                await client.join(topic)
            self._under_way.clear()
            self.retries += len(self._pending)
            for client_id, (room, body) in list(self._pending.items()):
                await self._push(client, client_id, room, body)
            while not (self.stopping and not self._pending):
                while not self.stopping and len(self._pending) < self.window:
                    await self._send_one(client)
                self._take(await client.next())
                client.log.clear()
        finally:
            client.cut()

    async def _send_one(self, client: PhoenixClient) -> None:
        client_id, room = str(uuid.uuid4()), self._rooms[self._number % len(self._rooms)]
        body = f"{self.name}-{self._number:06d}"
        self._number += 1
        self._pending[client_id] = (room, body)
        await self._push(client, client_id, room, body)

    async def _push(self, client: PhoenixClient, client_id: str, room: int, body: str) -> None:
        ref = await client.push(self.topics[room], "new_msg", {"body": body, "client_id": client_id})
        self._under_way[ref] = client_id

    def _take(self, message: Message) -> None:
        if message.event != "phx_reply" or message.ref not in self._under_way:
            return
        client_id = self._under_way.pop(message.ref)
        if not message.is_ok:
            # While it stops, or when its store hiccups, the server may refuse; what is refused is tried again.
            raise ConnectionError(f"refused: {message.raw}")
        answer = message.response
        known = self.acknowledged.get(client_id)
        if known is not None:
            if (known.message_id, known.seq) != (answer["id"], answer["seq"]):
                self.errors.append(f"two answers for {known.content}: {known} and {answer}")
            return
        room, body = self._pending.pop(client_id)
        self.acknowledged[client_id] = Acknowledged(room, body, answer["id"], answer["seq"])


class PhoenixReceiver(Surviving):
    """Rejoins with its last position after every loss and pages through every gap."""

    def __init__(self, server: Server, name: str, topics: dict[int, str], progress: Callable[[], int],
                 absences: Iterator[int], vsn: str = "2.0.0") -> None:
        super().__init__(server, name, progress, absences)
        self.topics = topics
        self.vsn = vsn
        self._numbers = {topic: number for number, topic in topics.items()}
        self._paged: dict[int, int] = {}  # room → position up to which a page has told what may come live as well

    async def _session(self) -> None:
        client = self._client = await _connect(self.server, self._token, self.vsn)
        try:
            for room, topic in self.topics.items():
                if gap_end := await self._join(client, room, topic):
                    await self._page_through(client, room, topic, gap_end)
            while True:
                self._take(await client.next(QUIET))
                client.log.clear()
        finally:
            client.cut()

    async def _join(self, client: PhoenixClient, room: int, topic: str) -> int | None:
        """Joins, for the first time or from the last position; where the gap ends, when there is one."""
        seen = self.rooms.get(room)
        self._paged.pop(room, None)
        joined = await client.join(topic, {"last": {"epoch": seen.epoch, "seq": seen.seq}} if seen else {})
        if seen is None:
            self.rooms[room] = Seen(joined["epoch"], joined["seq"], joined["seq"])
            return None
        result = joined["resume"]["result"]
        self.results[result] = self.results.get(result, 0) + 1
        if joined["epoch"] != seen.epoch:
            self.errors.append(f"{self.name}: room {room} changed its epoch")
        if joined["seq"] < seen.seq:
            self.errors.append(f"{self.name}: room {room} went back from {seen.seq} to {joined['seq']}")
        if result not in ("replayed", "gap"):
            self.errors.append(f"{self.name}: room {room} answered {joined['resume']}")
        return joined["resume"]["to"] if result == "gap" else None

    async def _page_through(self, client: PhoenixClient, room: int, topic: str, end: int) -> None:
        """Fills a gap from history; what arrives live meanwhile stays in the mailbox until then."""
        seen = self.rooms[room]
        while True:
            reply = await client.ask(topic, "history", {"after": seen.seq, "limit": 200})
            if not reply.is_ok:
                raise ConnectionError(f"no page: {reply.raw}")
            for entry in reply.response["messages"]:
                # Pages hold messages only; what else happened in between has no page, only numbers.
                seen.others |= set(range(seen.seq + 1, entry["seq"]))
                self._message(room, entry["seq"], entry["id"], entry["body"])
            if not reply.response["has_more_after"]:
                break
        if seen.seq < end:
            seen.others |= set(range(seen.seq + 1, end + 1))
            seen.seq = end
        self._paged[room] = seen.seq

    def _take(self, message: Message) -> None:
        room = self._numbers.get(message.topic)
        if room is None or message.event == "phx_reply" or "seq" not in message.payload:
            return
        seen, seq = self.rooms[room], message["seq"]
        if seq <= self._paged.get(room, 0):
            return
        if seq != seen.seq + 1:
            self.errors.append(f"{self.name}: room {room}: {message.event} {seq} came after {seen.seq}")
        if message["epoch"] != seen.epoch:
            self.errors.append(f"{self.name}: room {room}: {message.event} {seq} of epoch {message['epoch']}")
        if message.event == "new_msg":
            self._message(room, seq, message["id"], message["body"])
        else:
            seen.others.add(seq)
            seen.seq = max(seen.seq, seq)

    def _message(self, room: int, seq: int, message_id: str, body: str) -> None:
        seen = self.rooms[room]
        if seq <= seen.seq:
            self.errors.append(f"{self.name}: room {room}: message {seq} came again or late (at {seen.seq})")
        seen.messages[seq] = (message_id, body)
        seen.seq = max(seen.seq, seq)


async def _connect(server: Server, token: str, vsn: str = "2.0.0") -> PhoenixClient:
    return await PhoenixClient.connect(f"ws://{server.address}", vsn=vsn, params={"token": token})
