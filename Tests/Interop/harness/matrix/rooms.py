"""Acts on rooms: making, changing and deleting them, searching in them, and the room of two."""

from __future__ import annotations

import random

from .acts import EVERYBODY, NO_REQUEST, Act, NotOffered, Way, by_json, by_phoenix, by_relay, no_call
from .facts import HIM, Fact, Told, told
from .reads import found_by_rest, messages_of_json, messages_of_phoenix, messages_of_rest
from .stage import Stage
from .talk import keeps_message, tells_message, with_messages

_NEW = {"title": "Tea", "topic": "Earl Grey"}


async def _creates_json(stage: Stage) -> Fact:
    client = await stage.actor.on_json(joins=False)
    room = (await client.do("room_create", {"title": "", "access": "public"})).payload["room"]
    await client.join(room["channel_id"])
    stage.opened(room["room_id"], room["channel_id"])
    return {"room": room["room_id"], "number": room["channel_id"], "role": room["role"]}


async def _joins_json(stage: Stage) -> Fact:
    number = random.SystemRandom().randrange(1_000_000, 1_000_000_000)  # far from those that the server gives
    told = (await (await stage.actor.on_json(joins=False)).join(number)).told.payload
    stage.opened(told["room_id"], told["channel_id"])
    return {"room": told["room_id"], "number": told["channel_id"], "role": told["role"]}


async def _creates_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix(joins=False)
    room = (await client.do(f"user:{client.name}", "create_room", {"access": "public"}))["room"]
    stage.opened(room["id"], room["number"])
    await client.join(stage.room.channel)
    return {"room": room["id"], "number": room["number"], "role": room["role"]}


async def _joins_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix(joins=False)
    room = (await client.join(stage.room.channel))["room"]
    stage.opened(room["id"], room["number"])
    return {"room": room["id"], "number": room["number"], "role": room["role"]}


async def _creates_relay(stage: Stage) -> Fact:
    relay = await stage.actor.on_relay(joins=False)
    result = await relay.do("create_group", group_id=stage.room.id, group_type="public")
    client = await stage.actor.on_phoenix(joins=False)
    room = (await client.join(stage.room.channel))["room"]
    stage.opened(room["id"], room["number"])
    return {"result": result}


def _tells_room(stage: Stage) -> list[Told]:
    """What each sees who comes in."""
    return [told("room", id=stage.room.id, number=stage.room.number, role="member", status="active")]


def _found(stage: Stage) -> Fact:
    found = [entry for entry in stage.room.messages if not entry.get("deleted")]
    return {"messages": found, "counted": found_by_rest(found)}


def _opened(stage: Stage) -> Fact:
    return {"room": stage.room.id, "number": stage.room.number, "role": "owner", "result": "ok"}


_OPENED = ("room", "number", "role")
_ROOMS = no_call("POST", "/rooms", {"access": "public"})


# The room of two


async def _direct_json(stage: Stage) -> Fact:
    client = await stage.actor.on_json(joins=False)
    opened = (await client.do("direct_open", {"user": "tom"})).payload
    stage.opened(opened["room"]["room_id"], opened["room"]["channel_id"])
    return {"room": stage.room.id, "number": stage.room.number, "role": opened["room"]["role"], "new": opened["is_new"]}


async def _direct_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix(joins=False)
    opened = await client.do(f"user:{client.name}", "direct_open", {"user": "tom"})
    stage.opened(opened["room"]["id"], opened["room"]["number"])
    return {"room": stage.room.id, "number": stage.room.number, "role": opened["room"]["role"], "new": opened["new"]}


async def _direct_rest(stage: Stage) -> Fact:
    answer = stage.rest(stage.actor.name).call("POST", "/api/v1/direct/tom")
    assert answer.status == 201, answer.text
    opened = answer.json
    stage.opened(opened["room"]["room_id"], opened["room"]["channel_id"])
    return {"room": stage.room.id, "number": stage.room.number, "role": opened["room"]["role"], "new": opened["is_new"]}


async def _says(stage: Stage) -> None:
    """The first message, on the front on which the room was opened, where that can send."""
    if stage.front == "phoenix":
        client = await stage.actor.on_phoenix()
        await client.join(stage.room.channel)
        await client.do(stage.room.channel, "new_msg", {"body": stage.body})
    else:
        client = await stage.actor.on_json(joins=False)
        await client.join(stage.room.number)
        await client.do("chat_send", {"channel_id": stage.room.number, "content": stage.body})


def _tells_direct(stage: Stage) -> list[Told]:
    signal = told("signal", HIM, to="user", event="newMessage", payload={})
    return [*_tells_room(stage), told("arrived", user=stage.actor.name), *tells_message(stage), signal]


def _keeps_direct(stage: Stage) -> None:
    keeps_message(stage)
    stage.stands("member", "active", online=True)


# What one reads


def _found_json(payload: dict) -> Fact:
    return {"messages": messages_of_json(payload["messages"])[::-1]}


def _found_phoenix(payload: dict) -> Fact:
    return {"messages": messages_of_phoenix(payload["messages"])[::-1]}


async def _search_rest(stage: Stage) -> Fact:
    answer = stage.rest(stage.actor.name).get("/api/v1/search", room=stage.room.id, q=stage.body)
    return {"counted": messages_of_rest(answer.json["messages"])}


def _updates(stage: Stage) -> None:
    stage.room.title, stage.room.topic = "Tea", "Earl Grey"


def _tells_update(stage: Stage) -> list[Told]:
    return [told("room_updated", title="Tea", topic="Earl Grey", access=stage.room.access, by=stage.actor.name,
                 **stage.next())]


def _deletes(stage: Stage) -> None:
    stage.room.is_gone = True


def _tells_deletion(stage: Stage) -> list[Told]:
    return [told("room_deleted", by=stage.actor.name, **stage.next()), told("closed")]


CREATION = [
    Act("create", {
        "json": Way(_creates_json, _OPENED), "phoenix": Way(_creates_phoenix, _OPENED),
        "relay": Way(_creates_relay, ("result",)), "rest": _ROOMS,
    }, _tells_room, answer=_opened, keeps=lambda s: s.stands("owner", "active", online=True), is_inside=False,
        access="public", opens=True, enters=True),
    Act("join a free id", {
        "json": Way(_joins_json, _OPENED), "phoenix": Way(_joins_phoenix, _OPENED),
        "relay": NotOffered("join_group of a free id is not_found, as upstream"), "rest": _ROOMS,
    }, _tells_room, answer=_opened, keeps=lambda s: s.stands("owner", "active", online=True), is_inside=False,
        access="public", opens=True, enters=True),
]

DIRECT = [
    Act("direct room", {
        "json": Way(_direct_json, (*_OPENED, "new")), "phoenix": Way(_direct_phoenix, (*_OPENED, "new")),
        "relay": NO_REQUEST, "rest": Way(_direct_rest, (*_OPENED, "new")),
    }, _tells_direct, answer=lambda s: {"room": s.room.id, "number": s.room.number, "role": "member", "new": True},
        keeps=_keeps_direct, actor="", concerned="tom", is_inside=False,
        access="invite_only", opens=True, enters=True, guise="tom", then=_says),
]

CHANGES = [
    Act("update room", {
        "json": by_json("room_update", lambda s: _NEW), "phoenix": by_phoenix("update_room", lambda s: _NEW),
        "relay": NO_REQUEST, "rest": no_call("PATCH", "/rooms/{room}", _NEW),
    }, _tells_update, keeps=_updates),
    Act("delete room", {
        "json": by_json("room_delete"), "phoenix": by_phoenix("delete_room"), "relay": by_relay("delete_group"),
        "rest": no_call("DELETE", "/rooms/{room}"),
    }, _tells_deletion, keeps=_deletes, puts_out=EVERYBODY),
    Act("search", {
        "json": by_json("search", lambda s: {"query": s.body}, _found_json, "messages"),
        "phoenix": by_phoenix("search", lambda s: {"query": s.body}, _found_phoenix, "messages"),
        "relay": NO_REQUEST, "rest": Way(_search_rest, ("counted",)),
    }, prepare=with_messages, silent="what one reads concerns nobody else", answer=_found,
        forgets="what one reads changes nothing"),
]
