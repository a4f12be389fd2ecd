"""People in rooms: the short way for a test to say who is where."""

from __future__ import annotations

import asyncio
import uuid

from .client import EXTENSIONS, Client
from .frames import Frame
from .server import Server


class World:
    """The clients of one test on one server; all are closed when the test ends."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.clients: list[Client] = []

    async def client(self, **options) -> Client:
        """A connection that has said nothing yet."""
        client = await Client.connect(self.server.ws, **options)
        self.clients.append(client)
        return client

    async def old(self, name: str, **options) -> Client:
        """A logged-in client without extensions."""
        client = await self.client(**options)
        await client.hello(self.server.token(name))
        return client

    async def ext(self, name: str, *, want: tuple[str, ...] = EXTENSIONS,
                  resume: dict[int, tuple[object, int]] | None = None, **options) -> Client:
        """A logged-in client with extensions."""
        client = await self.client(**options)
        await client.hello(self.server.token(name), want=want, resume=resume)
        return client

    async def guest(self) -> Client:
        """A guest without extensions."""
        client = await self.client()
        await client.hello()
        return client

    async def gather(self, room: int, *clients: Client) -> int:
        """Lets the clients join one after the other, and takes all that the others see of it."""
        present: list[Client] = []
        for client in clients:
            is_first = all(other.name != client.name for other in present)
            await client.join(room)
            if is_first:
                for other in present:
                    await other.wait_for("channel_join", channel_id=room, user=client.name)
            present.append(client)
        return room

    async def room(self, *clients: Client) -> int:
        """A new room, owned by the first client, with all of them in it."""
        return await self.gather(self.server.new_room(), *clients)

    async def promote(self, owner: Client, room: int, target: str, role: str = "moderator") -> None:
        """Gives a member a role; `owner` has to be an extended client."""
        await owner.do("member_role", {"channel_id": room, "target": target, "role": role})

    async def settle(self, room: int, sender: Client, *others: Client) -> None:
        """Takes everything on its way to these clients, up to a marker that `sender` sends."""
        marker = await self._marker(room, sender)
        for client in (sender, *others):
            await client.wait_for("chat_send", content=marker)

    async def quiet(self, room: int, sender: Client, *others: Client) -> None:
        """Proves that nothing was on its way to `others`: the marker that `sender` sends is their next frame."""
        marker = await self._marker(room, sender)
        await sender.wait_for("chat_send", content=marker)
        for client in others:
            await client.expect("chat_send", channel_id=room, content=marker)

    async def _marker(self, room: int, sender: Client) -> str:
        marker = f"marker {uuid.uuid4()}"
        await sender.send("chat_send", {"channel_id": room, "content": marker})
        return marker

    async def history(self, room: int, name: str) -> list[Frame]:
        """The history frames that a new connection of `name`, who is in the room, gets when it joins."""
        return (await (await self.old(name)).join(room)).history

    async def aclose(self) -> None:
        """Closes what the test left open."""
        await asyncio.gather(*(client.close() for client in self.clients), return_exceptions=True)


async def eventually(attempt, seconds: float = 30.0):
    """Repeats `attempt` until it returns something true, and returns that.

    For states that begin with time (an expiry): each attempt is a full exchange with the server.
    """
    try:
        async with asyncio.timeout(seconds):
            while True:
                result = await attempt()
                if result:
                    return result
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"did not become so within {seconds} s") from None
