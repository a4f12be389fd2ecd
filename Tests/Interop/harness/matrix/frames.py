"""Frames of both protocols as facts.

What is no fact (answers, lists of who is there, the markers of the harness) is nothing; what is not known is a fact of
the kind `unknown`, which no act expects.
"""

from __future__ import annotations

from collections.abc import Callable

from ..frames import Frame
from ..phoenix_frames import Message
from ..phoenix_presence import Presence
from ..relay import EVENT as REQUEST_EVENT
from ..relay import is_delivery
from .facts import Fact, fact

MARKER = "marker"  # with this begin the messages and signals that only separate acts from each other


def is_marker(text: object) -> bool:
    return isinstance(text, str) and text.startswith(MARKER)


# Typed JSON

_SANCTIONS = {"chat_kick": "kicked", "chat_mute": "muted", "chat_unmute": "unmuted", "chat_ban": "banned",
              "chat_unban": "unbanned"}
_SILENT = {"channel_members", "channel_joined", "ack", "presence", "history_page", "room_list", "member_list"}


def of_frame(frame: Frame, rooms: dict[int, str]) -> list[Fact]:
    """The facts in a frame of typed JSON; `rooms` are the ids of the rooms by number."""
    payload = frame.payload
    position = {"seq": frame.get("seq"), "epoch": frame.get("epoch"), "at": frame["timestamp"]}
    if frame.type in _SILENT:
        return []
    if frame.type == "signal":
        return [] if is_marker(payload["event"]) else [
            fact("signal", to=payload["to"], event=payload["event"], payload=payload["payload"])]
    if payload.get("channel_id") not in rooms:
        return [fact("unknown", frame=dict(frame))]
    if frame.type == "read_update":
        return [fact("read", room=rooms[payload["channel_id"]], seq=payload["seq"], unread=payload["unread"])]
    if frame.type in _SANCTIONS:
        return [fact(_SANCTIONS[frame.type], user=payload["target"], seconds=payload.get("duration"),
                     reason=payload.get("reason"), until=payload.get("until"), by=_id(payload.get("by")), **position)]
    make = _FRAMES.get(frame.type)
    return make(frame, payload, position) if make else [fact("unknown", frame=dict(frame))]


def _json_message(frame: Frame, payload: dict, position: dict) -> list[Fact]:
    return [] if is_marker(payload["content"]) else [
        fact("message", id=frame.id, body=payload["content"], by=_id(payload["sender"]), **position)]


_FRAMES: dict[str, Callable[[Frame, dict, dict], list[Fact]]] = {
    "chat_send": _json_message,
    "chat_edited": lambda _, p, at: [fact(
        "edited", id=p["message_id"], body=p["content"], version=p["version"], edited_at=p["edited_at"],
        by=_id(p["user"]), **at)],
    "chat_deleted": lambda _, p, at: [fact(
        "retracted", id=p["message_id"], by=_id(p["user"]), reason=p.get("reason"), **at)],
    "chat_react_add": lambda _, p, at: [fact(
        "reacted", id=p["message_id"], emote=p["emote"], by=_id(p["user"]), **at)],
    "chat_react_remove": lambda _, p, at: [fact(
        "unreacted", id=p["message_id"], emote=p["emote"], by=_id(p["user"]), **at)],
    "chat_typing": lambda _, p, at: [fact(
        "stopped" if p.get("state") == "stopped" else "typing", by=_id(p["user"]))],
    "member_update": lambda _, p, at: [fact(
        p["action"], user=_id(p["user"]), role=p.get("role"), status=p.get("status"),
        by=_id(p["by"]), **at)],
    "channel_join": lambda _, p, at: [fact("arrived", user=_id(p["user"]))],
    "channel_leave": lambda _, p, at: [fact("departed", user=_id(p["user"]))],
    "room_updated": lambda _, p, at: [fact(
        "room_updated", title=p["room"]["title"], topic=p["room"]["topic"], access=p["room"]["access"],
        by=_id(p["by"]), **at)],
    "room_deleted": lambda _, p, at: [fact("room_deleted", by=_id(p["by"]), **at)],
}


def _id(user: object) -> str | None:
    """The id of a user; of one who is named alone, his name, which in these tests is his id."""
    return user["id"] if isinstance(user, dict) else user


# Phoenix Channels


class PhoenixReader:
    """Turns the frames of one connection into facts, from its first frame on: presence needs what was before."""

    def __init__(self) -> None:
        self._present: dict[str, Presence] = {}

    def read(self, message: Message) -> list[Fact]:
        topic, event, payload = str(message.topic), str(message.event), message.payload
        if event == "phx_reply" or topic == "phoenix":
            return []
        if event == "phx_close":
            return [fact("closed")]
        if event == REQUEST_EVENT:
            return _delivery(payload)
        if topic.startswith("user:"):
            return self._of_user(topic, event, payload)
        return self._of_room(topic, event, payload)

    def _of_room(self, topic: str, event: str, payload: object) -> list[Fact]:
        if event in ("presence_state", "presence_diff", "presence_count"):
            return self._presence(topic, event, payload)
        if isinstance(payload, bytes):
            return [fact("broadcast", event=event, payload=payload)]
        if topic.startswith("realtime:") and event == "broadcast" and payload["event"].startswith("room:"):
            event, payload = payload["event"].removeprefix("room:"), payload["payload"]
        make = _EVENTS.get(event)
        return make(payload) if make else [fact("unknown", frame=[topic, event, payload])]

    def _of_user(self, topic: str, event: str, payload: dict) -> list[Fact]:
        if event == "presence_diff":
            return [fact("connected", user=key) for key in payload["joins"]] + \
                [fact("disconnected", user=key) for key in payload["leaves"]]
        if event == "read":
            return [fact("read", room=payload["room"], seq=payload["seq"], unread=payload["unread"])]
        if event == "member":
            return _EVENTS["member"](payload)
        to = {"user:public": "all", "user:role": "role"}.get(topic, "user")
        return [] if is_marker(event) else [fact("signal", to=to, event=event, payload=payload)]

    def _presence(self, topic: str, event: str, payload: dict) -> list[Fact]:
        """Who has come and gone, and what somebody says of himself now: not each of his connections."""
        kept = self._present.setdefault(topic, Presence())
        before = {key: _note(kept, key, topic) for key in kept.keys}
        kept.take(event, payload)
        after = {key: _note(kept, key, topic) for key in kept.keys}
        shown = "noted" if topic.startswith("realtime:") else "arrived"
        facts = [fact("departed" if shown == "arrived" else "unnoted", user=key) for key in before.keys() - after]
        if shown == "arrived":
            facts += [fact("arrived", user=key) for key in after.keys() - before]
        return facts + [fact("noted", user=key, note=note) for key, note in after.items()
                        if note is not None and note != before.get(key)]


def _note(kept: Presence, key: str, topic: str) -> object:
    """What a user says of himself by the newest of his presences."""
    newest = kept.metas(key)[-1]
    if topic.startswith("realtime:"):
        return {name: value for name, value in newest.items() if not name.startswith("phx_ref")}
    return newest.get("meta")


def _position(payload: dict) -> dict:
    return {"seq": payload["seq"], "epoch": payload["epoch"], "at": payload.get("at", payload.get("sent_at"))}


def _delivery(payload: dict) -> list[Fact]:
    """A message of a group: the sender's request id stands where others have the message's."""
    if not is_delivery(payload):
        return []
    result = payload["result"]
    return [] if is_marker(result["message"]) else [
        fact("message", request=payload["request_id"], body=result["message"], by=result["from_user_id"],
             at=result["timestamp"][:-4] + "Z", group=result["group_id"])]


_EVENTS: dict[str, Callable[[dict], list[Fact]]] = {
    "new_msg": lambda p: [] if is_marker(p["body"]) else [fact(
        "message", id=p["id"], body=p["body"], by=_id(p["user"]), **_position(p))],
    "msg_edited": lambda p: [fact(
        "edited", id=p["id"], body=p["body"], version=p["version"], edited_at=p["edited_at"], by=_id(p["user"]),
        **_position(p))],
    "msg_deleted": lambda p: [fact(
        "retracted", id=p["id"], by=_id(p["user"]), reason=p.get("reason"), **_position(p))],
    "reaction_added": lambda p: [fact("reacted", id=p["id"], emote=p["emote"], by=_id(p["user"]), **_position(p))],
    "reaction_removed": lambda p: [fact(
        "unreacted", id=p["id"], emote=p["emote"], by=_id(p["user"]), **_position(p))],
    "member": lambda p: [fact(
        p["action"], user=_id(p["user"]), role=p["role"], status=p["status"],
        seconds=p.get("seconds"), until=p.get("until"), reason=p.get("reason"), by=_id(p["by"]), room=p.get("room"),
        **_position(p))],
    "room_updated": lambda p: [fact(
        "room_updated", title=p["room"]["title"], topic=p["room"]["topic"], access=p["room"]["access"],
        by=_id(p["by"]), **_position(p))],
    "room_deleted": lambda p: [fact("room_deleted", by=_id(p["by"]), **_position(p))],
    "typing": lambda p: [fact("typing" if p["typing"] else "stopped", by=_id(p["user"]))],
    "broadcast": lambda p: [fact("broadcast", event=p["event"], payload=p["payload"])],
}
