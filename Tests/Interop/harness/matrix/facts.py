"""What an act makes observers see, in words that belong to no front.

A fact is a small dictionary: `{"kind": "message", "id": …, "seq": …, "body": …, "by": …}`. Acts say which facts they
make; observers turn the frames that came to them into facts; a cell of the matrix compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Fact = dict[str, object]

# Kinds of facts about a membership.
STANDINGS = ("joined", "requested", "accepted", "rejected", "left", "role_changed")
SANCTIONS = ("kicked", "muted", "unmuted", "banned", "unbanned")

# For whom a fact is.
ROOM = "room"  # everybody in the room
OTHERS = "others"  # everybody in the room but the user concerned
OUT = "out"  # the channels in the room of the user concerned
HIM = "him"  # the user concerned, wherever he is connected
ALL = "all"  # everybody who is connected
ROLES = "roles"  # accounts that listen to what is about roles


@dataclass(frozen=True)
class Told:
    """A fact, and for whom it is."""

    fact: Fact
    audience: tuple[str, ...]


def told(kind: str, *audience: str, **fields: object) -> Told:
    """A fact for these, or for everybody in the room. What is None is not said."""
    return Told(fact(kind, **fields), audience or (ROOM,))


def fact(kind: str, **fields: object) -> Fact:
    return {"kind": kind, **{name: value for name, value in fields.items() if value not in (None, "")}}


@dataclass(frozen=True)
class Hidden:
    """An observer is not told of something, and that is meant."""

    why: str


class Agreed:
    """A value that nobody knows beforehand, and that has to be the same wherever it is seen."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<one {self.name} for all>"


@dataclass(frozen=True)
class As:
    """An observer is told of something as if it were something else that he knows."""

    kind: str
    fields: tuple[str, ...]


# What one kind of observer is told: by kind of fact the fields that it gets, or why it gets nothing.
View = Mapping[str, tuple[str, ...] | As | Hidden]


def seen_by(view: View, audience: Mapping[str, Hidden], facts: Iterable[Told]) -> tuple[list[Fact], list[str]]:
    """What an observer has to see of these facts, and why he does not see the others.

    `audience` names whom he does not belong to, and why.
    """
    seen: list[Fact] = []
    reasons: list[str] = []
    for entry in facts:
        closed = [audience[name] for name in entry.audience if name in audience]
        if len(closed) == len(entry.audience):
            reasons.append(closed[0].why)
            continue
        fields = view[entry.fact["kind"]]
        if isinstance(fields, Hidden):
            reasons.append(fields.why)
        elif isinstance(fields, As):
            seen.append({**project(entry.fact, fields.fields), "kind": fields.kind})
        else:
            seen.append(project(entry.fact, fields))
    return seen, reasons


def project(entry: Fact, fields: Iterable[str]) -> Fact:
    return {name: entry[name] for name in ("kind", *fields) if name in entry}


def agree(expected: Mapping[str, list[Fact]], got: Mapping[str, list[Fact]]) -> None:
    """Puts the value that was seen first, in the order of `expected`, in the place of each `Agreed`."""
    values: dict[Agreed, object] = {}
    for column, facts in expected.items():
        for wanted, found in zip(facts, got.get(column, []), strict=False):
            for name, value in wanted.items():
                if isinstance(value, Agreed) and found.get("kind") == wanted["kind"] and name in found:
                    values.setdefault(value, found[name])
    for facts in expected.values():
        for entry in facts:
            for name, value in entry.items():
                if isinstance(value, Agreed):
                    entry[name] = values.get(value, value)
