"""PhoenixGenApi requests on a channel, and the groups of its relay."""

from __future__ import annotations

import uuid

from .phoenix import PhoenixClient
from .phoenix_frames import Message
from .phoenix_world import PhoenixWorld, new_room_id

EVENT = "phoenix_gen_api"
SERVICE = "chat_service"
RESPONSE_KEYS = {"request_id", "result", "success", "error", "async", "has_more", "can_retry"}


def is_delivery(payload: object) -> bool:
    """Whether a frame of the request event brings a group's message: it has the sender's request id, as answers do."""
    return isinstance(payload, dict) and isinstance(payload.get("result"), dict) and "message" in payload["result"]


class Relay:
    """One user on one joined channel."""

    def __init__(self, client: PhoenixClient, topic: str, service: str = SERVICE, event: str = EVENT) -> None:
        self.client = client
        self.topic = topic
        self.service = service
        self.event = event

    @property
    def user(self) -> str:
        return self.client.name

    async def request(self, payload: object) -> tuple[dict, Message]:
        """Sends a request as it is written; returns the pushed answer and the reply, whose order is checked."""
        ref = await self.client.push(self.topic, self.event, payload)
        wanted = payload.get("request_id", "unknown") if isinstance(payload, dict) else "unknown"
        reply = await self.client.answer(ref, self.topic)
        pushed = await self.client.wait_for(
            self.event, self.topic, request_id=wanted, where=lambda frame: not is_delivery(frame.payload))
        log = self.client.log
        assert log.index(pushed) < log.index(reply), f"the reply came before the push: {reply.raw}"
        assert pushed.payload.keys() == RESPONSE_KEYS, pushed.raw
        if isinstance(pushed.raw, list):
            assert (pushed.join_ref, pushed.ref) == (self.client.join_refs[self.topic], None), pushed.raw
        return pushed.payload, reply

    async def call(self, request_type: str, **arguments: object) -> tuple[dict, Message]:
        """Sends a request of this type with a new request id."""
        return await self.request({"service": self.service, "request_type": request_type,
                                   "request_id": f"req-{uuid.uuid4()}", "args": arguments})

    async def do(self, request_type: str, **arguments: object) -> object:
        """As `call`; it has to succeed, and its result is returned."""
        pushed, reply = await self.call(request_type, **arguments)
        assert pushed["success"] and pushed["error"] is None, f"{self.user}: {request_type} {arguments}: {pushed}"
        assert (reply.status, reply.response) == ("ok", request_type), reply.raw
        return pushed["result"]

    async def fails(self, error: str, request_type: str, **arguments: object) -> None:
        """As `call`; it has to fail with this error, which the reply does not say."""
        pushed, reply = await self.call(request_type, **arguments)
        assert (pushed["success"], pushed["error"], pushed["result"]) == (False, error, None), \
            f"{self.user}: {request_type} {arguments}: {pushed}, not {error!r}"
        assert pushed["can_retry"] is False, pushed
        assert (reply.status, reply.response) == ("ok", request_type), reply.raw

    async def say(self, group: str, message: str) -> int:
        """Sends to a group and returns how many receive it."""
        result = await self.do("relay_msg", group_id=group, message=message)
        assert result["status"] == "relayed" and result.keys() == {"status", "recipients_count"}, result
        return result["recipients_count"]

    async def hears(self, group: str, message: str, sender: str) -> Message:
        """The delivery of a message."""
        found = await self.client.wait_for(
            self.event, self.topic,
            where=lambda frame: is_delivery(frame.payload) and frame["result"]["message"] == message)
        result = found["result"]
        assert found.payload.keys() == RESPONSE_KEYS, found.raw
        assert found["success"] and not found["async"] and not found["has_more"], found.raw
        assert result.keys() == {"group_id", "from_user_id", "message", "timestamp"}, found.raw
        assert (result["group_id"], result["from_user_id"]) == (group, sender), found.raw
        return found

    async def deaf(self) -> None:
        """Proves that no delivery was on its way."""
        await self.client.fence()
        found = [frame.raw for frame in self.client.inbox if is_delivery(frame.payload)]
        assert found == [], f"{self.user}: {found}"

    async def status(self, group: str, user: str) -> str | None:
        """Where a user stands with a small group; None for one who is not in it."""
        members = (await self.do("get_group_info", group_id=group))["members"]
        return members[user]["status"] if user in members else None


async def relay_user(phoenix: PhoenixWorld, name: str, topic: str = "relay:any", **options) -> Relay:
    """A user on a channel that takes requests."""
    client = await phoenix.socket(name, **options)
    await client.join(topic)
    return Relay(client, topic)


async def relay_users(phoenix: PhoenixWorld, *names: str) -> list[Relay]:
    return [await relay_user(phoenix, name) for name in names]


async def new_group(creator: Relay, group_type: str = "public") -> str:
    """A new group."""
    group_id = new_room_id("g")
    assert await creator.do("create_group", group_id=group_id, group_type=group_type) == "ok"
    return group_id


async def admitted(group_id: str, admin: Relay, *others: Relay) -> None:
    """Lets the others join a private group and be accepted."""
    for other in others:
        assert await other.do("join_group", group_id=group_id) == "pending"
        assert await admin.do("accept_member", group_id=group_id, user_id=other.user) == "ok"


async def talked(group_id: str, sender: Relay, *hearers: Relay) -> None:
    """A message reaches exactly these, each on his own channel with his own join_ref."""
    message = f"talk {uuid.uuid4()}"
    await sender.say(group_id, message)
    for hearer in hearers:
        delivery = await hearer.hears(group_id, message, sender.user)
        if isinstance(delivery.raw, list):
            assert delivery.raw[:2] == [hearer.client.join_refs[hearer.topic], None], delivery.raw
