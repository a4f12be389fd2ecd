"""Performs one act on one front, and sets what everybody saw beside what was to be seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ..phoenix_world import PhoenixWorld
from ..server import Server
from . import reads
from .acts import Act, Way
from .facts import HIM, Fact, agree, fact, project, seen_by
from .observers import OBSERVERS, Column
from .stage import WORD, Stage

ANSWER = "answer"
_COUNTED = ("seq", "epoch", "unread", "read", "members", "online")
_UNLISTED = "it changes nothing that this front lists"
READERS = ("read_json", "read_phoenix", "read_rest")


@dataclass
class Cell:
    """What one observer saw of one performance. `why` says why there is nothing to be seen of it."""

    expected: list[Fact]
    got: list[Fact]
    why: str = ""
    is_unchanged: bool = False  # what there is to be read is what there was before


async def perform(server: Server, key: str, act: Act, front: str) -> dict[str, Cell]:
    """All cells of one row, by column."""
    world = PhoenixWorld(server)
    stage = Stage(world, key, act.actor, act.concerned, act.is_inside, front)
    try:
        return await _perform(stage, act, act.ways[front])
    finally:
        await world.aclose()


async def offers(server: Server, key: str, act: Act, front: str) -> bool:
    """Whether a front has an act after all that the table says it does not have yet."""
    world = PhoenixWorld(server)
    stage = Stage(world, key, "olga", None, False, front)
    try:
        await stage.make_room()
        return await act.ways[front].is_there(stage)
    finally:
        await world.aclose()


async def _perform(stage: Stage, act: Act, way: Way) -> dict[str, Cell]:
    if act.opens:
        await stage.assemble_others()
    else:
        await stage.make_room()
        await stage.assemble()
        await stage.assemble_others()
        if act.first:
            await act.first(stage)
        await stage.close_room(act.access)
    if act.prepare:
        await act.prepare(stage)
    if not act.enters:
        await stage.actor.comes(stage.front)
    await stage.begin()
    since, before = stage.room.seq, {} if act.opens else _readable(stage)
    answer = fact(ANSWER, **await way.do(stage))
    if act.opens:
        stage.room.access = act.access
        await stage.assemble(act.guise)
        await stage.meet()
        since = stage.room.seq
        if act.then:
            await act.then(stage)
    facts = act.tells(stage)
    answered = project(fact(ANSWER, **act.answer(stage)), way.answers)
    columns = {column.id: seen_by(column.view, _deaf(column, act), facts) for column in OBSERVERS}
    await stage.end({name: len(seen) for name, (seen, _) in columns.items()}, act.puts_out)
    if act.keeps:
        act.keeps(stage)
    await _intrude(stage)
    saw = {name: watcher.facts for name, watcher in stage.watchers.items()}
    saw["back_json"] = await reads.missed_by_json(await stage.world.client(), stage, since)
    saw["back_room"] = await reads.missed_by_phoenix(await stage.world.socket(stage.teller.name), stage, since)
    saw |= await _read(stage)
    return _agreed({ANSWER: Cell([answered], [answer]), **{
        name: Cell(_in_streams(seen), _in_streams(saw.get(name, [])), (*reasons, act.silent)[0])
        for name, (seen, reasons) in columns.items()}, **_reading(act, before, _readable(stage), saw)})


def _deaf(column: Column, act: Act) -> dict:
    """For whom an observer is not: who is not in the room hears of it no more than an outsider."""
    deaf = column.deaf if act.is_inside else {**column.deaf, **column.deaf_outside}
    # Where all the members are the user concerned, the one who wants signals hears those for him.
    return {name: why for name, why in deaf.items() if name != HIM or not act.guise or column.id != "json"}


def _agreed(cells: dict[str, Cell]) -> dict[str, Cell]:
    """With the values that nobody knew beforehand: those that the first saw who had one."""
    agree({name: cell.expected for name, cell in cells.items()}, {name: cell.got for name, cell in cells.items()})
    return cells


def _reading(act: Act, before: dict[str, list[Fact]], after: dict[str, list[Fact]],
             read: dict[str, list[Fact]]) -> dict[str, Cell]:
    """What the readers found. Where that is what was there before, the act has left nothing for them."""
    cells = {}
    for name, facts in after.items():
        is_unchanged = _lasting(facts) == _lasting(before.get(name, []))
        cells[name] = Cell(facts, read[name], act.forgets if act.keeps is None else _UNLISTED, is_unchanged)
    return cells


def _lasting(facts: list[Fact]) -> list[Fact]:
    """Without what the markers of the harness change too."""
    return [{key: value for key, value in entry.items() if entry["kind"] != "room" or key not in _COUNTED}
            for entry in facts]


def _readable(stage: Stage) -> dict[str, list[Fact]]:
    """What can be read of the room now, by reader."""
    room = stage.room
    if room.is_gone:
        return {name: [dict(reads.GONE)] for name in READERS}
    messages = [project(entry, reads.MESSAGE) for entry in room.messages]
    standing, own = [], []
    if room.standing:
        standing.append(room.standing)
        if room.standing["status"] in ("active", "muted"):
            own.append(fact("own", role=room.standing["role"], status=room.standing["status"]))
    whole = [*messages, stage.entry, *standing, *own]
    rest = [*reads.found_by_rest(messages), project(stage.entry, reads.LISTED_BY_REST), *own]
    return {name: [dict(entry) for entry in (rest if name == "read_rest" else whole)] for name in READERS}


async def _read(stage: Stage) -> dict[str, list[Fact]]:
    """As the owner, who may see everything that there is; of a room of two as the one who did not open it. Then as the
    user concerned."""
    if stage.owner_is_here:
        joins = not stage.room.is_gone
        json, phoenix = await stage.owner.on_json(joins), await stage.owner.on_phoenix(joins)
    else:
        json, phoenix = stage.watchers["json"].client, stage.watchers["room_v2"].client
        await phoenix.join(f"user:{phoenix.name}")
    his_json, his_user = stage.watchers["his_json"].client, stage.watchers["his_user"].client
    reader, his = stage.rest(json.name), stage.rest(stage.concerned)
    return {
        "read_json": [*await reads.by_json(json, stage.room, stage.concerned),
                      *await reads.own_by_json(his_json, stage.room)],
        "read_phoenix": [*await reads.by_phoenix(phoenix, stage.room, stage.concerned),
                         *await reads.own_by_phoenix(his_user, stage.room)],
        "read_rest": [*await asyncio.to_thread(reads.by_rest, reader, stage.room),
                      *await asyncio.to_thread(reads.own_by_rest, his, stage.room)],
    }


async def _intrude(stage: Stage) -> None:
    """The outsider tries to read; what he gets is added to what he saw."""
    json, user = stage.watchers["outsider_json"], stage.watchers["outsider_user"]
    for type, payload in (("history_get", {}), ("search", {"query": WORD}), ("member_list", {})):
        answer = await json.client.ask(type, {"channel_id": stage.room.number, **payload})
        json.facts += [] if answer.type == "error" else [fact("leak", type=type, payload=answer.payload)]
    for topic in (stage.room.channel, stage.room.channel.replace("room:", "realtime:")):
        reply = await user.client.ask(topic, "history", {})
        user.facts += [] if reply.status == "error" else [fact("leak", topic=topic, response=reply.response)]
    found = await asyncio.to_thread(stage.rest("otto").get, "/api/v1/search", room=stage.room.number, q=WORD)
    user.facts += [] if found.status in (403, 404) else [fact("leak", path="/search", answer=found.text)]


def _in_streams(facts: list[Fact]) -> list[Fact]:
    """What is told of a room in its order, then what is told of users in theirs: one does not wait for the other."""
    return sorted(facts, key=lambda entry: entry["kind"] in ("signal", "read", "connected"))
