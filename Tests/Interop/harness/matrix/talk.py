"""Acts on messages."""

from __future__ import annotations

from .acts import NO_REQUEST, NO_REST, Act, NotOffered, NotYet, Tells, Way, by_json, by_phoenix, by_relay, no_call
from .facts import HIM, Fact, Told, fact, told
from .reads import messages_of_json, messages_of_phoenix
from .stage import Stage

EMOTE = "👍"
_READING = "what one reads concerns nobody else"


def tells_message(stage: Stage) -> list[Told]:
    """The message that the actor has sent."""
    message = {"id": stage.agreed("id"), "body": stage.body, "by": stage.actor.name, **stage.next()}
    stage.subject = fact("message", **message)
    # On the relay a message bears the id of the request that sent it; one that came by another front its own.
    request = stage.agreed("request" if stage.front == "relay" else "id")
    return [told("message", **message, group=stage.room.id, request=request)]


def keeps_message(stage: Stage) -> None:
    """It can be read from now on."""
    stage.room.messages.append(stage.subject)


def _position(payload: dict) -> Fact:
    return {"id": payload.get("message_id") or payload.get("id"), "seq": payload["seq"]} | (
        {"epoch": payload["epoch"]} if "epoch" in payload else {})


def _of_event(stage: Stage) -> Fact:
    """What the actor is answered: where the event stands."""
    return {"id": stage.subject["id"], "seq": stage.room.seq, "epoch": stage.room.epoch}


async def with_message(stage: Stage) -> None:
    """A message of the actor, sent on the other front."""
    if stage.front == "json":
        client = await stage.actor.on_phoenix()
        said = await client.say(stage.room.channel, stage.body)
        id, seq, at = said["id"], said["seq"], said["sent_at"]
    else:
        said = await (await stage.actor.on_json()).say(stage.room.number, stage.body)
        id, seq, at = said.id, said["seq"], said["timestamp"]
    stage.subject = fact("message", id=id, seq=seq, body=stage.body, by=stage.actor.name, at=at)
    stage.room.messages.append(stage.subject)


async def _with_reaction(stage: Stage) -> None:
    await with_message(stage)
    _reacts(stage)
    if stage.front == "json":
        await (await stage.actor.on_phoenix()).do(
            stage.room.channel, "react", {"id": stage.subject["id"], "emote": EMOTE})
    else:
        await (await stage.actor.on_json()).do("chat_react", {
            "channel_id": stage.room.number, "message_id": stage.subject["id"], "emote": EMOTE})


async def with_messages(stage: Stage) -> None:
    """Messages of both fronts, with reactions, an edited one and one that was taken back."""
    await _with_reaction(stage)
    client = await stage.actor.on_phoenix()
    for what in ("edited", "deleted", "plain"):
        said = await client.say(stage.room.channel, f"{stage.body} {what}")
        message = fact("message", id=said["id"], seq=said["seq"], body=said["body"], by=stage.actor.name,
                       at=said["sent_at"])
        stage.room.messages.append(message)
        if what == "edited":
            message |= {"body": f"{stage.body} anew", "version": 2}
            await client.do(stage.room.channel, "edit_msg", {"id": said["id"], "body": message["body"]})
            edited = await client.wait_for("msg_edited", stage.room.channel, id=said["id"])
            message["edited_at"] = edited["edited_at"]
        if what == "deleted":
            _retract(message)
            await client.do(stage.room.channel, "delete_msg", {"id": said["id"]})


def _subject(stage: Stage) -> dict:
    return {"message_id": stage.subject["id"]}


def _edits(stage: Stage) -> None:
    stage.subject.update(body=f"{stage.body} edited", version=2, edited_at=stage.agreed("edited_at"))


def _retract(message: Fact) -> None:
    message["deleted"] = True
    del message["body"]


def _reacts(stage: Stage) -> None:
    stage.subject["reactions"] = {EMOTE: {"total": 1, "users": [stage.actor.name]}}


def _about(kind: str, **fields: object) -> Tells:
    """A fact about the message, in the log."""
    def tells(stage: Stage) -> list[Told]:
        return [told(kind, id=stage.subject["id"], by=stage.actor.name, **fields, **stage.next())]

    return tells


def _tells_edit(stage: Stage) -> list[Told]:
    return _about("edited", body=f"{stage.body} edited", version=2, edited_at=stage.agreed("edited_at"))(stage)


def _tells_mention(stage: Stage) -> list[Told]:
    return [*tells_message(stage), told("signal", HIM, to="user", event="refreshMentions", payload={})]


async def _calls_tom(stage: Stage) -> None:
    stage.body += " @tom"


def _read_json(payload: dict) -> Fact:
    return {"messages": messages_of_json(payload["messages"])}


def _read_phoenix(payload: dict) -> Fact:
    return {"messages": messages_of_phoenix(payload["messages"])}


_SEND = {
    "json": by_json("chat_send", lambda s: {"content": s.body}, _position, "id", "seq"),
    "phoenix": by_phoenix("new_msg", lambda s: {"body": s.body}, _position, "id", "seq", "epoch"),
    "relay": by_relay("relay_msg", lambda s: {"message": s.body},
                      lambda result: {"recipients": result["recipients_count"]}, "recipients"),
    "rest": no_call("POST", "/rooms/{room}/messages", {"body": "x"}),
}
_REACT = {
    "json": by_json("chat_react", lambda s: {**_subject(s), "emote": EMOTE}, _position, "id", "seq"),
    "phoenix": by_phoenix("react", lambda s: {"id": s.subject["id"], "emote": EMOTE}, _position, "id", "seq", "epoch"),
    "relay": NO_REQUEST, "rest": no_call("PUT", "/rooms/{room}/messages/{message}/reactions/{emote}"),
}


def _typing(state: str, is_typing: bool) -> dict[str, Way | NotOffered | NotYet]:
    return {"json": by_json("chat_typing", lambda s: {"state": state}),
            "phoenix": by_phoenix("typing", lambda s: {"typing": is_typing}), "relay": NO_REQUEST, "rest": NO_REST}


ACTS = [
    Act("send", _SEND, tells_message,
        answer=lambda s: {**_of_event(s), "recipients": len(s.present)}, keeps=keeps_message),
    Act("mention", _SEND, _tells_mention, prepare=_calls_tom, concerned="tom",
        answer=lambda s: {**_of_event(s), "recipients": len(s.present)}, keeps=keeps_message),
    Act("edit", {
        "json": by_json("chat_edit", lambda s: {**_subject(s), "content": f"{s.body} edited"}, _position, "id", "seq"),
        "phoenix": by_phoenix("edit_msg", lambda s: {"id": s.subject["id"], "body": f"{s.body} edited"}, _position,
                              "id", "seq", "epoch"),
        "relay": NO_REQUEST, "rest": no_call("PATCH", "/rooms/{room}/messages/{message}", {"body": "x"}),
    }, _tells_edit, prepare=with_message, answer=_of_event, keeps=_edits),
    Act("retract", {
        "json": by_json("chat_delete", lambda s: {**_subject(s), "reason": "typo"}, _position, "id", "seq"),
        "phoenix": by_phoenix("delete_msg", lambda s: {"id": s.subject["id"], "reason": "typo"}, _position,
                              "id", "seq", "epoch"),
        "relay": NO_REQUEST, "rest": no_call("DELETE", "/rooms/{room}/messages/{message}"),
    }, _about("retracted", reason="typo"), prepare=with_message, answer=_of_event, keeps=lambda s: _retract(s.subject)),
    Act("react", _REACT, _about("reacted", emote=EMOTE), prepare=with_message, answer=_of_event, keeps=_reacts),
    Act("unreact", _REACT, _about("unreacted", emote=EMOTE), prepare=_with_reaction, answer=_of_event,
        keeps=lambda s: s.subject.pop("reactions")),
    Act("typing", _typing("typing", True), lambda s: [told("typing", by=s.actor.name)]),
    Act("stop typing", _typing("stopped", False), lambda s: [told("stopped", by=s.actor.name)]),
    Act("read mark", {
        "json": by_json("read_mark", lambda s: {"seq": s.room.seq}),
        "phoenix": by_phoenix("read", lambda s: {"seq": s.room.seq}),
        "relay": NO_REQUEST, "rest": no_call("PUT", "/rooms/{room}/read", {"seq": 1}),
    }, lambda s: [told("read", HIM, room=s.room.id, seq=s.room.seq, unread=0)],
        forgets="it is the user's own, and with his own list of rooms"),
    Act("history", {
        "json": by_json("history_get", lambda s: {"limit": 100}, _read_json, "messages"),
        "phoenix": by_phoenix("history", lambda s: {"limit": 100}, _read_phoenix, "messages"),
        "relay": NO_REQUEST, "rest": no_call("GET", "/rooms/{room}/events"),
    }, prepare=with_messages, silent=_READING, answer=lambda s: {"messages": s.room.messages}, forgets=_READING),
]
