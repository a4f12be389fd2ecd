"""People on Phoenix channels, and beside them clients of the typed-JSON protocol in the same rooms."""

from __future__ import annotations

import uuid

from .client import Client
from .phoenix import PhoenixClient
from .phoenix_frames import V2
from .world import World


def room_topic(room_id: str) -> str:
    return f"room:{room_id}"


def new_room_id(prefix: str = "r") -> str:
    """An id that no room has."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class PhoenixWorld(World):
    """The clients of one test on one server, of both protocols; all are closed when the test ends."""

    @property
    def base(self) -> str:
        """Where the sockets hang."""
        return f"ws://{self.server.address}"

    async def socket(self, name: str | None = None, *, token: str | None = None, vsn: str | None = V2,
                      params: dict[str, object] | None = None, **options) -> PhoenixClient:
        """A connection of the account `name`, or without a token when there is none; nothing is joined."""
        if name is not None and token is None:
            token = self.server.token(name)
        client = await PhoenixClient.connect(
            self.base, vsn=vsn, params={**({} if token is None else {"token": token}), **(params or {})}, **options)
        client.name = name or ""
        self.clients.append(client)
        return client

    async def meet(self, *clients: PhoenixClient, room_id: str | None = None) -> str:
        """A new room with all of them in it, owned by the first; returns its topic."""
        topic = room_topic(room_id or new_room_id())
        for client in clients:
            await client.join(topic)
        await self.calm(topic, *clients)
        return topic

    async def calm(self, topic: str, sender: PhoenixClient, *others: PhoenixClient) -> None:
        """Takes everything on its way to these clients on this topic, up to a message that `sender` sends."""
        sent = await sender.do(topic, "new_msg", {"body": f"calm {uuid.uuid4()}"})
        for client in (sender, *others):
            await client.wait_for("new_msg", topic, id=sent["id"])
            client.taken(topic=topic)

    async def closed_room(self, owner: Client, access: str = "private", **settings: object) -> tuple[int, str]:
        """A room that is not public, made and joined by an extended typed-JSON client: its number and its topic."""
        made = await owner.do("room_create", {"access": access, **settings})
        room = made.payload["room"]
        await owner.join(room["channel_id"])
        return room["channel_id"], room_topic(room["room_id"])

    async def number(self, client: Client, number: int) -> str:
        """Brings an extended typed-JSON client into a room by number, and returns the room's topic."""
        return room_topic((await client.join(number)).told.payload["room_id"])

    async def both(self, phoenix_name: str, json_name: str) -> tuple[PhoenixClient, Client, str, int]:
        """A new room with its owner on Phoenix and a member on typed JSON: clients, topic and number."""
        first = await self.socket(phoenix_name)
        topic = room_topic(new_room_id())
        number = (await first.join(topic))["room"]["number"]
        second = await self.ext(json_name)
        await second.join(number)
        await self.calm(topic, first)
        await second.wait_for("chat_send")
        return first, second, topic, number

    def api_key(self, *scopes: str) -> str:
        """A key for the host application's calls, made by the command line."""
        options = [part for scope in scopes for part in ("--scope", scope)]
        done = self.server.command("apikey", "add", f"key-{uuid.uuid4().hex[:8]}", *options)
        return done.stdout.strip().splitlines()[-1].strip()

    def signal(self, to: object, event: str, payload: dict, key: str | None = None):
        """What a host application does to signal its users."""
        rest = self.server.rest.with_token(key or self.api_key("signals"))
        return rest.post("/api/v1/signals", {"to": to, "event": event, "payload": payload})
