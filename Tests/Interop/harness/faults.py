"""What tests of misbehaving clients need: good ones that must not be disturbed, and a bound on memory."""

from __future__ import annotations

import asyncio
import time

from .phoenix_world import PhoenixWorld
from .server import Server
from .world import World

# A debug build of the server; the bound is there to catch growth without end, not to measure.
MEMORY_BOUND = 200 * 1024 * 1024


class Pair:
    """Two clients that talk to each other all the while; every message has to arrive, in order, at both."""

    def __init__(self) -> None:
        self.sent = 0
        self.slowest = 0.0
        self._stop = False
        self._task: asyncio.Task | None = None

    async def meet(self) -> None:
        """Brings both into a room of their own."""
        raise NotImplementedError

    async def exchange(self, number: int) -> None:
        """Sends one message and takes it at both."""
        raise NotImplementedError

    async def __aenter__(self):
        await self.meet()
        self._task = asyncio.create_task(self._talk())
        return self

    async def __aexit__(self, kind, error, trace) -> None:
        self._stop = True
        if self._task is not None:
            await self._task
        if kind is None:
            assert self.sent > 0

    async def _talk(self) -> None:
        while not self._stop:
            began = time.monotonic()
            await self.exchange(self.sent)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.sent += 1
            await asyncio.sleep(0.01)

    def __str__(self) -> str:
        return f"the good pair exchanged {self.sent} messages, the slowest in {self.slowest * 1000:.0f} ms"


class GoodPair(Pair):
    """A pair on typed JSON."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    async def meet(self) -> None:
        self.first, self.second = await self.world.old("good-alice"), await self.world.old("good-bob")
        self.room = await self.world.room(self.first, self.second)

    async def exchange(self, number: int) -> None:
        sender = (self.first, self.second)[number % 2]
        await sender.send("chat_send", {"channel_id": self.room, "content": f"good {number}"})
        for client in (self.first, self.second):
            await client.expect("chat_send", content=f"good {number}", sender=sender.name)


class GoodPhoenixPair(Pair):
    """A pair on Phoenix channels, one of each version."""

    def __init__(self, world: PhoenixWorld) -> None:
        super().__init__()
        self.world = world

    async def meet(self) -> None:
        self.first = await self.world.socket("good-alice")
        self.second = await self.world.socket("good-bob", vsn="1.0.0")
        self.topic = await self.world.meet(self.first, self.second)

    async def exchange(self, number: int) -> None:
        sender = (self.first, self.second)[number % 2]
        sent = await sender.do(self.topic, "new_msg", {"body": f"good {number}"})
        for client in (self.first, self.second):
            message = await client.expect("new_msg", self.topic, body=f"good {number}", user=sender.name)
            assert message["id"] == sent["id"]
            client.log.clear()


class Memory:
    """Samples the resident memory of the server while a test runs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.start = self.peak = server.resident_bytes()

    async def __aenter__(self):
        self._task = asyncio.create_task(self._sample())
        return self

    async def __aexit__(self, kind, error, trace) -> None:
        self._task.cancel()
        self.peak = max(self.peak, self.server.resident_bytes())
        if kind is None:
            assert self.peak < MEMORY_BOUND, str(self)

    async def _sample(self) -> None:
        while True:
            self.peak = max(self.peak, self.server.resident_bytes())
            await asyncio.sleep(0.05)

    def __str__(self) -> str:
        return f"resident memory {self.start >> 20} MiB at first, {self.peak >> 20} MiB at most"
