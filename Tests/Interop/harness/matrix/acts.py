"""What an act of the matrix is: how it is done on each front, whom it tells what, and what is left of it to be read."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from .facts import Fact, Told
from .stage import MEMBERS, Stage

FRONTS = {"json": "JSON", "phoenix": "Phoenix", "relay": "relay", "rest": "REST"}
HIS = frozenset({"his_json", "his_room"})  # columns of the user concerned in the room
EVERYBODY = HIS.union(MEMBERS)

Do = Callable[[Stage], Awaitable[Fact]]
Make = Callable[[Stage], dict[str, object]]
Read = Callable[[dict], Fact]
Tells = Callable[[Stage], list[Told]]
Keeps = Callable[[Stage], None]
Prepare = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Way:
    """How an act is done on one front. `do` returns what the front answers; `answers` are the fields of that."""

    do: Do
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotOffered:
    """A front that does not have this act and is not meant to."""

    why: str


@dataclass(frozen=True)
class NotYet:
    """A front that is to have this act and does not have it. `is_there` says whether it has it after all."""

    what: str
    is_there: Callable[[Stage], Awaitable[bool]]


@dataclass(frozen=True)
class Act:
    """One act on all fronts.

    `tells` runs after the act and gives the facts in the order of the room's log, `keeps` changes what the harness
    expects to read of the room. `concerned` is the user who is acted upon, and otherwise the one who acts, on his other
    devices; he is in the room when `is_inside`. `enters` says that the actor is not in the room before.
    """

    name: str
    ways: dict[str, Way | NotOffered | NotYet]
    tells: Tells = lambda stage: []
    silent: str = ""  # why an act that tells nobody does so
    answer: Callable[[Stage], Fact] = lambda stage: {}
    keeps: Keeps | None = None
    forgets: str = "nothing of it is kept"  # why nothing is left to be read
    first: Prepare | None = None  # while anybody may still come into the room
    prepare: Prepare | None = None
    actor: str = "olga"  # "": somebody new
    concerned: str | None = None
    is_inside: bool = True
    enters: bool = False
    access: str = "strict_private"
    puts_out: frozenset[str] = frozenset()  # columns that are not in the room any more
    opens: bool = False  # the act makes the room in which the others then meet
    guise: str | None = None  # who all the members are
    then: Prepare | None = None  # what follows once the others have met


_NO_MESSAGE = "00000000-0000-4000-8000-000000000000"
NO_REQUEST = NotOffered("PhoenixGenApi's relay has no such request")
NO_REST = NotOffered("product.md has no such call")


def nothing(_: dict) -> Fact:
    return {}


def by_json(type: str, make: Make = lambda stage: {}, read: Read = nothing, *answers: str) -> Way:
    """A frame about the room."""
    async def do(stage: Stage) -> Fact:
        client = await stage.actor.on_json()
        answer = await client.do(type, {"channel_id": stage.room.number, **make(stage)})
        return read(answer.payload)

    return Way(do, answers)


def by_phoenix(event: str, make: Make = lambda stage: {}, read: Read = nothing, *answers: str) -> Way:
    """An event on the room's topic."""
    async def do(stage: Stage) -> Fact:
        client = await stage.actor.on_phoenix()
        return read(await client.do(stage.room.channel, event, make(stage)))

    return Way(do, answers)


def by_relay(request: str, make: Make = lambda stage: {}, read: Callable[[object], Fact] = nothing,
             *answers: str) -> Way:
    """A request about the group."""
    async def do(stage: Stage) -> Fact:
        relay = await stage.actor.on_relay()
        return read(await relay.do(request, group_id=stage.room.id, **make(stage)))

    return Way(do, answers)


def no_call(method: str, path: str, body: object = None) -> NotYet:
    """A call of product.md that the server neither describes nor answers. `path` may name a room, a user, a message."""
    async def is_there(stage: Stage) -> bool:
        rest = stage.rest(stage.actor.name)
        described = rest.get("/api/v1/openapi.json").json["paths"]
        calls = [calls for named, calls in described.items() if _shape(named) == _shape(f"/api/v1{path}")]
        if any(method.lower() in call for call in calls):
            return True
        named = path.format(room=stage.room.id, user="tom", message=_NO_MESSAGE, emote=quote("👍"))
        return rest.send(method, f"/api/v1{named}", {} if body is None else body).status not in (404, 405)

    return NotYet(f"{method} {path}", is_there)


def _shape(path: str) -> str:
    """A path without the names of what varies."""
    return re.sub(r"{\w+}", "{}", path)


def no_frame(type: str, **payload: object) -> NotYet:
    """A frame of typed JSON that the server does not know. One that it knows with another payload is refused alike."""
    async def is_there(stage: Stage) -> bool:
        answer = await (await stage.actor.on_json()).ask(type, payload)
        return not answer.matches("error", code="bad_message")

    return NotYet(type, is_there)


def no_event(event: str, **payload: object) -> NotYet:
    """An event on `user:<id>` that the server does not know: that ends the channel."""
    async def is_there(stage: Stage) -> bool:
        client = await stage.actor.on_phoenix()
        topic = f"user:{stage.actor.name}"
        ref = await client.push(topic, event, payload)
        answer = await client.until(lambda: next(
            (frame for frame in client.inbox if frame.event == "phx_error" or frame.ref == ref), None))
        return answer.event != "phx_error"

    return NotYet(event, is_there)
