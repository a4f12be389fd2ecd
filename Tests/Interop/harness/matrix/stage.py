"""One act on one front, and all who look on: a room of its own, the cast, and what each of them came to see."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field

from ..client import EXTENSIONS, Client
from ..phoenix import PhoenixClient
from ..phoenix_frames import V1, V2
from ..phoenix_world import PhoenixWorld, new_room_id, room_topic
from ..relay import Relay
from ..rest import Rest
from .facts import Agreed, Fact, fact
from .frames import MARKER
from .observers import JSONWatcher, PhoenixWatcher, Watcher

WANT = (*EXTENSIONS, "signals")
WORD = "matrix"  # is in every message that an act is about, so that a search finds it
OWNER = "olga"
MEMBERS = {"json": "jane", "plain": "paul", "room_v2": "vera", "room_v1": "vic", "realtime": "rita", "relay": "remy"}
USER_TOPICS = ("user:public", "user:role")
REALTIME = {"config": {"broadcast": {"self": True, "ack": False}, "presence": {"key": "", "enabled": True}}}


@dataclass
class Room:
    """What the harness knows of the room, to be compared with what can be read of it."""

    id: str = field(default_factory=new_room_id)
    number: int = 0
    access: str = "public"
    title: str = ""
    topic: str = ""
    seq: int = 0  # of its newest event
    epoch: str = ""
    is_gone: bool = False
    messages: list[Fact] = field(default_factory=list)  # without the markers
    standing: Fact | None = None  # of the user concerned

    @property
    def channel(self) -> str:
        return room_topic(self.id)


@dataclass
class Person:
    """Somebody who acts: his connections, made when they are needed."""

    world: PhoenixWorld
    name: str
    room: Room
    json: Client | None = None
    phoenix: PhoenixClient | None = None
    relay: Relay | None = None

    async def on_json(self, joins: bool = True) -> Client:
        if self.json is None:
            self.json = await self.world.ext(self.name, want=WANT)
            if joins:
                await self.json.join(self.room.number)
        return self.json

    async def on_phoenix(self, joins: bool = True) -> PhoenixClient:
        if self.phoenix is None:
            self.phoenix = await self.world.socket(self.name)
            await self.phoenix.join(f"user:{self.name}")
            if joins:
                await self.phoenix.join(self.room.channel)
        return self.phoenix

    async def on_relay(self, joins: bool = True) -> Relay:
        if self.relay is None:
            socket = await self.world.socket(self.name)
            await socket.join("relay:act")
            self.relay = Relay(socket, "relay:act")
            if joins:
                await join_group(self.relay, self.room)
        return self.relay

    async def comes(self, front: str) -> None:
        """Is in the room on this front."""
        if front == "json":
            await self.on_json()
        elif front == "phoenix":
            await self.on_phoenix()
        elif front == "relay":
            await self.on_relay()


async def join_group(relay: Relay, room: Room) -> str:
    """Lets a channel hear a group; how its user stands with it then."""
    pushed, _ = await relay.call("join_group", group_id=room.id)
    assert pushed["success"] or pushed["error"] == "already_member", pushed
    return pushed["result"] or "active"


class Stage:
    """The cast of one performance. `subjects` are those whose coming into the room and going is looked at."""

    def __init__(self, world: PhoenixWorld, key: str, actor: str, concerned: str | None, is_inside: bool,
                 front: str) -> None:
        actor = actor or f"new{uuid.uuid4().hex[:8]}"
        self.world = world
        self.key = key  # an API key that may send signals
        self.front = front
        self.room = Room()
        self.rooms: dict[int, str] = {}  # ids by number, for those who read frames
        self.actor = Person(world, actor, self.room)
        self.owner = self.actor if actor == OWNER else Person(world, OWNER, self.room)
        self.concerned = concerned or actor
        self.is_inside = is_inside
        self.body = f"{WORD} {uuid.uuid4().hex[:8]}"
        self.subject: Fact = {}  # the message that is acted upon, as it can be read
        self.guest = ""  # his name
        self.token = ""  # a login that is ended
        self.subjects = {actor, self.concerned}
        self.newcomers: set[str] = set()  # whose being connected is looked at
        self.watchers: dict[str, Watcher] = {}
        self.entered: dict[str, list[Fact]] = {}  # what each saw when he came into the room
        self._agreed: dict[str, Agreed] = {}
        self._marker = 0

    def agreed(self, name: str) -> Agreed:
        """The one value of this name that this performance has."""
        return self._agreed.setdefault(name, Agreed(name))

    def rest(self, name: str) -> Rest:
        """REST as this user."""
        return self.world.server.rest.with_token(self.world.server.token(name))

    def welcome(self, guest: str) -> None:
        """A guest has got his name."""
        self.guest = guest
        self.subjects.add(guest)

    def is_wanted(self, entry: Fact) -> bool:
        """Whether a fact is of this performance, and not of those who only look on, or looked on at another."""
        if entry["kind"] in ("connected", "disconnected"):
            return entry["user"] in self.newcomers
        return entry["kind"] not in ("arrived", "departed", "noted", "unnoted") or entry["user"] in self.subjects

    # The room

    async def make_room(self) -> None:
        """The owner makes it, by joining it."""
        owner = await self.owner.on_phoenix(joins=False)
        joined = await owner.join(self.room.channel)
        self.opened(joined["room"]["id"], joined["room"]["number"])

    def opened(self, id: str, number: int) -> None:
        self.room.id, self.room.number = id, number
        self.rooms[number] = id

    async def close_room(self, access: str) -> None:
        """Nobody comes in any more without being let in."""
        if access != self.room.access:
            await (await self.owner.on_phoenix()).do(self.room.channel, "update_room", {"access": access})
            self.room.access = access

    def next(self) -> Fact:
        """Where the next event stands in the log, and when it was."""
        self.room.seq += 1
        return {"seq": self.room.seq, "epoch": self.room.epoch, "at": self.agreed(f"time of {self.room.seq}")}

    def stands(self, role: str | None, status: str | None, **more: object) -> None:
        """From now on the user concerned is listed so."""
        self.room.standing = fact("standing", user=self.concerned, role=role, status=status, **more)

    @property
    def owner_is_here(self) -> bool:
        """Whether the room is the owner's, and not one of two."""
        return self.owner.phoenix is not None or self.actor is self.owner

    @property
    def entry(self) -> Fact:
        """The room in a list, as its owner sees it, or one of the two whose it is."""
        room = self.room
        return fact("room", id=room.id, number=room.number, title=room.title, topic=room.topic, access=room.access,
                    role="owner" if self.owner_is_here else "member", status="active", seq=room.seq, epoch=room.epoch,
                    **{name: self.agreed(name) for name in ("members", "online", "unread", "read")})

    @property
    def present(self) -> list[str]:
        """Who is in the room."""
        names = {OWNER, *MEMBERS.values()} | ({self.concerned} if self.is_inside else set())
        return sorted(names)

    # The watchers

    async def assemble(self, guise: str | None = None) -> None:
        """Lets the members in. With `guise` all of them are that user, and open the room of two with the actor."""
        names = dict.fromkeys(MEMBERS, guise) if guise else MEMBERS
        await asyncio.gather(
            self._enter_json("json", names["json"], guise), self._enter_plain("plain", names["plain"]),
            self._enter_phoenix("room_v2", names["room_v2"], V2, guise),
            self._enter_phoenix("room_v1", names["room_v1"], V1, guise),
            self._enter_realtime("realtime", names["realtime"]), self._enter_relay("relay", names["relay"]))

    async def assemble_others(self) -> None:
        """The user concerned on his other devices, and the outsider."""
        await asyncio.gather(self._others("outsider_json", "outsider_user", "otto"),
                             self._others("his_json", "his_user", self.concerned))
        if self.is_inside:
            await self.watchers["his_json"].client.join(self.room.number)
            await self._enter_phoenix("his_room", self.concerned, V2, None)
            self.stands("owner" if self.concerned == OWNER else "member", "active", online=True)

    async def _others(self, json: str, user: str, name: str) -> None:
        self.watchers[json] = JSONWatcher(await self.world.ext(name, want=WANT), self.rooms, self.is_wanted)
        socket = await self.world.socket(name)
        for topic in (*USER_TOPICS, f"user:{name}"):
            await socket.join(topic)
        self.watchers[user] = PhoenixWatcher(socket, self.is_wanted)

    async def _enter_json(self, column: str, name: str, guise: str | None) -> None:
        client = await self.world.ext(name, want=WANT)
        if guise:
            opened = await client.do("direct_open", {"user": self.actor.name})
            assert opened.payload["room"]["channel_id"] == self.room.number, opened
        told = (await client.join(self.room.number)).told.payload
        self.watchers[column] = JSONWatcher(client, self.rooms, self.is_wanted)
        self.entered[column] = [fact("room", id=told["room_id"], number=told["channel_id"], role=told["role"],
                                     status=told["status"])]

    async def _enter_plain(self, column: str, name: str) -> None:
        client = await self.world.old(name)
        told = (await client.join(self.room.number)).told.payload
        self.watchers[column] = JSONWatcher(client, self.rooms, self.is_wanted)
        self.entered[column] = [fact("room", number=told["channel_id"])]

    async def _enter_phoenix(self, column: str, name: str, vsn: str, guise: str | None) -> None:
        client = await self.world.socket(name, vsn=vsn)
        if guise:
            await client.join(f"user:{name}")
            opened = await client.do(f"user:{name}", "direct_open", {"user": self.actor.name})
            assert opened["room"]["id"] == self.room.id, opened
            await client.leave(f"user:{name}")
        room = (await client.join(self.room.channel))["room"]
        self.watchers[column] = PhoenixWatcher(client, self.is_wanted)
        self.entered[column] = [fact("room", id=room["id"], number=room["number"], role=room["role"],
                                     status=room["status"])]

    async def _enter_realtime(self, column: str, name: str) -> None:
        client = await self.world.socket(name, vsn=V1)
        await client.join(self.room.channel.replace("room:", "realtime:"), REALTIME)
        self.watchers[column] = PhoenixWatcher(client, self.is_wanted)
        self.entered[column] = [fact("room")]

    async def _enter_relay(self, column: str, name: str) -> None:
        client = await self.world.socket(name)
        await client.join("relay:watch")
        status = await join_group(Relay(client, "relay:watch"), self.room)
        self.watchers[column] = PhoenixWatcher(client, self.is_wanted)
        self.entered[column] = [fact("room", status=status)]

    # Before and after

    @property
    def teller(self) -> PhoenixClient:
        """Who sends the markers: the member on `room:<id>`, who is never acted upon."""
        return self.watchers["room_v2"].client

    def _in_room(self, out: frozenset[str] = frozenset()) -> list[Watcher]:
        inside = [*MEMBERS, *(("his_json", "his_room") if self.is_inside else ())]
        return [self.watchers[column] for column in inside if column in self.watchers and column not in out]

    def _outside(self) -> list[Watcher]:
        columns = ("json", "his_json", "his_user", "outsider_json", "outsider_user")
        return [self.watchers[column] for column in columns if column in self.watchers]

    async def begin(self) -> None:
        """From here on what comes belongs to the act."""
        if self._in_room():
            presence = self.teller.presence(self.room.channel)
            await self.teller.until(lambda: set(self.present) <= presence.keys)
            await self._mark_room(self._in_room())
        await self._mark_users()
        for watcher in self.watchers.values():
            watcher.facts.clear()

    async def meet(self) -> None:
        """The members have come into a room that the act has made; what each saw there belongs to it."""
        await self._mark_room([self.watchers[column] for column in MEMBERS])
        for column in MEMBERS:
            self.watchers[column].facts[:] = self.entered[column]

    async def end(self, wanted: dict[str, int], out: frozenset[str]) -> None:
        """Takes all that the act has caused. `out` are the columns that are no longer in the room."""
        await asyncio.gather(*(watcher.collect(wanted.get(column, 0)) for column, watcher in self.watchers.items()))
        inside = [] if self.room.is_gone else self._in_room(out)
        if inside:
            expected = self.room.seq
            await self._mark_room(inside)
            assert self.room.seq == expected + 1, \
                f"the log has {self.room.seq - expected - 1} events more than the act was to make"
        await self._mark_users()
        left = [watcher for watcher in self.watchers.values() if watcher not in (*inside, *self._outside())]
        await asyncio.gather(*(watcher.until_answered() for watcher in left))

    async def _mark_room(self, watchers: list[Watcher]) -> None:
        marker = self._new_marker()
        sent = await self.teller.do(self.room.channel, "new_msg", {"body": marker})
        self.room.seq, self.room.epoch = sent["seq"], sent["epoch"]
        await asyncio.gather(*(watcher.until_marked(marker) for watcher in watchers))

    async def _mark_users(self) -> None:
        marker = self._new_marker()
        answer = await asyncio.to_thread(self.world.signal, "all", marker, {}, self.key)
        assert answer.status == 202, answer.text
        await asyncio.gather(*(watcher.until_marked(marker) for watcher in self._outside()))

    def _new_marker(self) -> str:
        self._marker += 1
        return f"{MARKER}-{self._marker}-{uuid.uuid4().hex[:8]}"
