"""Acts on members: coming and going, presence, and moderation."""

from __future__ import annotations

from .acts import (HIS, NO_REQUEST, NO_REST, Act, Keeps, Make, NotOffered, Prepare, Tells, Way, by_json, by_phoenix,
                   by_relay, no_call)
from .facts import HIM, OTHERS, OUT, ROOM, Fact, Told, told
from .stage import Stage, join_group

REASON = "calm down"


# Coming and going


async def _join_json(stage: Stage) -> Fact:
    joined = (await (await stage.actor.on_json(joins=False)).join(stage.room.number)).told.payload
    return {"number": joined["channel_id"], "room": joined["room_id"], "role": joined["role"]}


async def _join_phoenix(stage: Stage) -> Fact:
    room = (await (await stage.actor.on_phoenix(joins=False)).join(stage.room.channel))["room"]
    return {"number": room["number"], "room": room["id"], "role": room["role"]}


async def _join_relay(stage: Stage) -> Fact:
    return {"status": await join_group(await stage.actor.on_relay(joins=False), stage.room)}


async def _asks_json(stage: Stage) -> Fact:
    answer = await (await stage.actor.on_json(joins=False)).ask("channel_join", {"channel_id": stage.room.number})
    return {"status": answer.payload["code"]}


async def _asks_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix(joins=False)
    return {"status": (await client.join_refused(stage.room.channel))["reason"]}


async def _goes_json(stage: Stage) -> Fact:
    await stage.actor.json.close()
    return {}


async def _goes_phoenix(stage: Stage) -> Fact:
    await stage.actor.phoenix.leave(stage.room.channel)
    return {}


async def _goes_relay(stage: Stage) -> Fact:
    await stage.actor.relay.client.leave(stage.actor.relay.topic)
    return {}


async def _was_here(stage: Stage) -> None:
    """The user concerned is a member who is not there now."""
    presence = stage.teller.presence(stage.room.channel)
    client = await stage.world.ext(stage.concerned)
    await client.join(stage.room.number)
    await client.close()
    await stage.teller.until(lambda: presence.left(stage.concerned))
    stage.stands("member", "active", online=False)


async def _is_here(stage: Stage) -> None:
    stage.stands("member", "active", online=True)


def _joined(stage: Stage) -> Fact:
    return {"number": stage.room.number, "room": stage.room.id, "role": "member", "status": "active"}


def _ends(stage: Stage) -> None:
    """The user concerned is no member."""
    stage.room.standing = None


def _stands(role: str | None, status: str | None, **more: object) -> Keeps:
    """How the user concerned stands with the room afterwards."""
    def keeps(stage: Stage) -> None:
        stage.stands(role, status, **more)

    return keeps


def _member(kind: str, role: str | None, status: str | None, *audience: str, **more: object) -> Tells:
    """A fact about the user concerned, in the log; without an audience for the room."""
    def tells(stage: Stage) -> list[Told]:
        return [told(kind, *audience, user=stage.concerned, role=role, status=status, by=stage.actor.name,
                     room=stage.room.id, **more, **stage.next())]

    return tells


def _and(tells: Tells, *more: tuple[str, str]) -> Tells:
    """Facts of no log that follow."""
    def all_of_it(stage: Stage) -> list[Told]:
        return [*tells(stage), *(told(kind, audience, **({} if kind == "closed" else {"user": stage.concerned}))
                                 for kind, audience in more)]

    return all_of_it


_COMES = {"json": Way(_join_json, ("number", "room", "role")),
          "phoenix": Way(_join_phoenix, ("number", "room", "role")), "relay": Way(_join_relay, ("status",))}
_ASKS = {"json": Way(_asks_json, ("status",)), "phoenix": Way(_asks_phoenix, ("status",)),
         "relay": Way(_join_relay, ("status",))}
_PUT = no_call("PUT", "/rooms/{room}/members/me")


# Who is there


async def _list_json(stage: Stage) -> Fact:
    joined = (await (await stage.actor.on_json()).join(stage.room.number)).told.payload
    return {"present": sorted(member["id"] for member in joined["members"])}


async def _list_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix()
    await client.join(stage.room.channel)
    presence = client.presence(stage.room.channel)
    await client.until(lambda: presence.states)
    return {"present": sorted(presence.keys)}


# Moderation


def _tom(key: str, **more: object) -> Make:
    """The payload of an act upon Tom, who has another key on each front."""
    return lambda stage: {key: "tom", **more}


async def _asked(stage: Stage) -> None:
    """Tom has asked to be let in, on the other front."""
    if stage.front == "json":
        client = await stage.world.socket("tom")
        await client.join_refused(stage.room.channel, reason="pending")
    else:
        client = await stage.world.ext("tom")
        answer = await client.ask("channel_join", {"channel_id": stage.room.number})
        assert answer.matches("error", code="pending"), answer
    await client.close()
    stage.stands(None, "pending", online=False)


def _before(json: str, phoenix: str, role: str | None, status: str) -> Prepare:
    """Tom was moderated on the other front."""
    async def prepare(stage: Stage) -> None:
        if stage.front == "json":
            await (await stage.owner.on_phoenix()).do(stage.room.channel, phoenix, {"user": "tom"})
        else:
            await (await stage.owner.on_json()).do(json, {"channel_id": stage.room.number, "target": "tom"})
        stage.stands(role, status, online=stage.is_inside)

    return prepare


def _sanction(json: str, phoenix: str, relay: str | None = None, seconds: int | None = None,
              reason: str | None = REASON) -> dict:
    """The ways of a sanction; the relay knows neither time nor reason."""
    why = {} if reason is None else {"reason": reason}
    on_json, on_phoenix = ({}, {}) if seconds is None else ({"duration": seconds}, {"seconds": seconds})
    return {
        "json": by_json(json, _tom("target", **why, **on_json)),
        "phoenix": by_phoenix(phoenix, _tom("user", **why, **on_phoenix)),
        "relay": by_relay(relay, _tom("user_id")) if relay else NO_REQUEST,
        "rest": no_call("POST", "/rooms/{room}/moderation", {"action": json.removeprefix("chat_"), "user": "tom"}),
    }


def _tells_kick(stage: Stage) -> list[Told]:
    return _member("kicked", None, None, until=stage.agreed("until"), reason=REASON)(stage)


def _mute(stage: Stage) -> dict[str, object]:
    """Its terms: on the relay for ever and without a reason."""
    if stage.front == "relay":
        return {"seconds": 0}
    return {"seconds": 600, "until": stage.agreed("until"), "reason": REASON}


def _tells_mute(stage: Stage) -> list[Told]:
    return _member("muted", "member", "muted", **_mute(stage))(stage)


def _tells_ban(stage: Stage) -> list[Told]:
    return _and(_member("banned", None, "banned", seconds=600, until=stage.agreed("until"), reason=REASON),
                ("departed", OTHERS), ("closed", OUT))(stage)


def _keeps_mute(stage: Stage) -> None:
    mute = _mute(stage)
    mute.pop("seconds", None)
    stage.stands("member", "muted", **mute, online=True)


COMING = [
    Act("join", {**_COMES, "rest": _PUT}, _and(_member("joined", "member", "active"), ("arrived", ROOM)),
        actor="nina", is_inside=False, enters=True, access="public", answer=_joined,
        keeps=_stands("member", "active", online=True)),
    Act("ask to join", {**_ASKS, "rest": _PUT}, _member("requested", None, "pending"), actor="nina",
        is_inside=False, enters=True, answer=lambda s: {"status": "pending"},
        keeps=_stands(None, "pending", online=False)),
    Act("accept", {
        "json": by_json("member_accept", _tom("target")), "phoenix": by_phoenix("accept_member", _tom("user")),
        "relay": by_relay("accept_member", _tom("user_id")),
        "rest": no_call("POST", "/rooms/{room}/requests/{user}"),
    }, _member("accepted", "member", "active", ROOM, HIM), concerned="tom", is_inside=False, prepare=_asked,
        keeps=_stands("member", "active", online=False)),
    Act("reject", {
        "json": by_json("member_reject", _tom("target")), "phoenix": by_phoenix("reject_member", _tom("user")),
        "relay": NO_REQUEST, "rest": no_call("DELETE", "/rooms/{room}/requests/{user}"),
    }, _member("rejected", None, None, ROOM, HIM), concerned="tom", is_inside=False, prepare=_asked,
        keeps=_ends),
    Act("leave", {
        "json": by_json("channel_leave"), "phoenix": by_phoenix("leave_room"), "relay": by_relay("leave_group"),
        "rest": no_call("DELETE", "/rooms/{room}/members/me"),
    }, _and(_member("left", None, None), ("departed", OTHERS), ("closed", OUT)), actor="nina", puts_out=HIS,
        keeps=_ends),
]

PRESENCE = [
    Act("come", {**_COMES, "rest": NO_REST}, lambda s: [told("arrived", user="nina")], actor="nina", is_inside=False,
        enters=True, first=_was_here, answer=_joined, keeps=_stands("member", "active", online=True)),
    Act("go", {"json": Way(_goes_json), "phoenix": Way(_goes_phoenix), "relay": Way(_goes_relay), "rest": NO_REST},
        lambda s: [told("departed", user="nina")], actor="nina", is_inside=False, first=_was_here, prepare=_is_here,
        keeps=_stands("member", "active", online=False)),
    Act("who is there", {
        "json": Way(_list_json, ("present",)), "phoenix": Way(_list_phoenix, ("present",)), "relay": NO_REQUEST,
        "rest": no_call("GET", "/rooms/{room}/presence"),
    }, silent="what one asks concerns nobody else", answer=lambda s: {"present": s.present}),
    Act("say of oneself", {
        "json": NotOffered("typed JSON has no frame for it"),
        "phoenix": by_phoenix("presence", lambda s: {"meta": {"status": "away"}}), "relay": NO_REQUEST, "rest": NO_REST,
    }, lambda s: [told("noted", user=s.actor.name, note={"status": "away"})]),
]

MODERATION = [
    Act("kick", _sanction("chat_kick", "kick_member"),
        _and(_tells_kick, ("departed", OTHERS), ("closed", OUT)), concerned="tom", puts_out=HIS, keeps=_ends),
    Act("mute", _sanction("chat_mute", "mute_member", "mute_member", seconds=600), _tells_mute, concerned="tom",
        keeps=_keeps_mute),
    Act("unmute", _sanction("chat_unmute", "unmute_member", "unmute_member", reason=None),
        _member("unmuted", "member", "active"), concerned="tom",
        prepare=_before("chat_mute", "mute_member", "member", "muted"),
        keeps=_stands("member", "active", online=True)),
    Act("ban", _sanction("chat_ban", "ban_member", seconds=600), _tells_ban, concerned="tom", puts_out=HIS,
        keeps=lambda s: s.stands(None, "banned", until=s.agreed("until"), reason=REASON, online=False)),
    Act("unban", _sanction("chat_unban", "unban_member", reason=None), _member("unbanned", None, None, ROOM, HIM),
        concerned="tom", is_inside=False, first=_was_here,
        prepare=_before("chat_ban", "ban_member", None, "banned"), keeps=_ends),
    Act("set role", {
        "json": by_json("member_role", _tom("target", role="moderator")),
        "phoenix": by_phoenix("set_role", _tom("user", role="moderator")), "relay": NO_REQUEST,
        "rest": no_call("PUT", "/rooms/{room}/members/{user}/role", {"role": "moderator"}),
    }, _member("role_changed", "moderator", "active"), concerned="tom",
        keeps=_stands("moderator", "active", online=True)),
]
