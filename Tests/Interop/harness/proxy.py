"""A TCP proxy that can stop passing anything on without closing a connection, as a dead network does."""

from __future__ import annotations

import asyncio
import contextlib


class Proxy:
    """Listens on a port of its own and passes bytes to and from `port` on this machine."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self.accepted = 0
        self._dead = 0  # connections up to this number pass nothing on any more
        self._tasks: set[asyncio.Task] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> None:
        """From now on all that comes over the connections there are is read and lost; new ones work."""
        self._dead = self.accepted

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        number = self.accepted
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        for task in (asyncio.create_task(self._pass(number, reader, back)),
                     asyncio.create_task(self._pass(number, there, writer))):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if number > self._dead:
                    writer.write(data)
                    await writer.drain()
            if number > self._dead:
                writer.close()
