"""What tests of rooms on Phoenix channels ask again and again."""

from __future__ import annotations

from .client import Client
from .frames import Frame
from .phoenix import PhoenixClient
from .phoenix_frames import Message
from .phoenix_world import PhoenixWorld


def same(told: Message, heard: Frame) -> None:
    """An event as Phoenix tells it and as typed JSON does is the same one."""
    assert (told["seq"], told["epoch"]) == (heard["seq"], heard["epoch"]), (told.raw, dict(heard))


def standing(joined: dict) -> dict:
    """How the joiner stands with the room, wherever in the reply that is."""
    return {**joined["room"], **joined}


async def history(client: PhoenixClient, topic: str, **window: object) -> list[dict]:
    return (await client.do(topic, "history", window))["messages"]


async def moderated(phoenix: PhoenixWorld) -> tuple[PhoenixClient, PhoenixClient, Client, str, int]:
    """Olga (owner) and Bob (member) on Phoenix, Jane (member) on typed JSON, in a new room."""
    olga, jane, topic, number = await phoenix.both("olga", "jane")
    bob = await phoenix.socket("bob")
    await bob.join(topic)
    await jane.wait_for("channel_join", channel_id=number, user="bob")
    await phoenix.calm(topic, olga, bob)
    await jane.wait_for("chat_send")
    return olga, bob, jane, topic, number
