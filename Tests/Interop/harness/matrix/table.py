"""The rows and columns of the matrix, and the text in which it is printed."""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from . import people, rooms, talk, users
from .acts import FRONTS, Act, NotYet, Way
from .observers import OBSERVERS
from .performance import ANSWER, READERS

ACTS: list[Act] = [*users.LOGINS, *rooms.CREATION, *people.COMING, *talk.ACTS, *people.PRESENCE, *users.ONLINE,
                   *rooms.DIRECT, *people.MODERATION, *rooms.CHANGES, *users.SIGNALS, *users.NOT_YET]

# Above and below in the head of the table.
COLUMNS: dict[str, str] = {
    ANSWER: "the answer", **{column.id: column.heading for column in OBSERVERS},
    **dict(zip(READERS, ("read by JSON", "read by Phx", "read by REST"), strict=True)),
}

SEEN, HIDDEN, NOT_OFFERED, NOT_YET = "seen", "hidden", "not offered", "not yet"
PROPERTY = "matrix"  # under this name a test notes its `Note` for the summary
_WHO = {
    "a member": "on /ws with and without extensions, on room:<id> in both versions, realtime:<id>, a relay's group",
    "himself": "the user acted upon, else the actor on other devices: /ws, room:<id>, the three user:* topics",
    "outsider": "not in the room, and refused what he asks of it: /ws, the three user:* topics",
    "back": "a member who was away and comes back with the position that he had: the hello's resume, the join's last",
    "read": "messages, the list of rooms and the standing of him who is acted upon, afterwards",
}
_LETTERS = string.ascii_lowercase + string.ascii_uppercase
_ACT, _FRONT, _CELL = 17, 8, 6  # widths


@dataclass
class Note:
    """One cell as a test reports it."""

    act: str
    front: str
    column: str  # of a way that is not there: ""
    state: str
    why: str = ""

    def dump(self) -> str:
        return json.dumps([self.act, self.front, self.column, self.state, self.why])

    @classmethod
    def load(cls, text: str) -> Note:
        return cls(*json.loads(text))


def note_of_way(act: Act, front: str) -> Note:
    """The note of a front that does not have the act."""
    way = act.ways[front]
    assert not isinstance(way, Way)
    return Note(act.name, front, "", NOT_YET, way.what) if isinstance(way, NotYet) else \
        Note(act.name, front, "", NOT_OFFERED, way.why)


def render(notes: Iterable[tuple[Note, bool]]) -> list[str]:
    """The table, from the notes of tests and whether these failed."""
    cells = {(note.act, note.front, note.column): (note, failed) for note, failed in notes}
    legend = _Legend()
    rows = [line for act in ACTS for line in _rows(act, cells, legend)]
    return [*_head(), *rows, "", *legend.lines(), "", _sum(cells.values())]


class _Legend:
    """Letters for the reasons that stand in cells."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def letter(self, reason: str) -> str:
        return self._letters.setdefault(reason, _LETTERS[len(self._letters)])

    def lines(self) -> list[str]:
        rules = ["seen: all that there is to see, once, in order, with the same ids, seq and times as everywhere",
                 "-a: hidden by design, and nothing came", *(f"{id}: {what}" for id, what in _WHO.items())]
        return [*rules, *(f"{letter}: {reason}" for reason, letter in self._letters.items())]


def _head() -> list[str]:
    """Two lines: groups of columns, and the columns."""
    above = "".join(f"{name:<{_CELL * len(list(group))}}" for name, group in
                    groupby(heading.rpartition(" ")[0] for heading in COLUMNS.values()))
    below = "".join(f"{heading.rpartition(' ')[2]:<{_CELL}}" for heading in COLUMNS.values())
    margin = " " * (_ACT + _FRONT)
    return [f"{margin}{above}".rstrip(), f"{'act':<{_ACT}}{'done on':<{_FRONT}}{below}".rstrip()]


def _rows(act: Act, cells: dict[tuple[str, str, str], tuple[Note, bool]], legend: _Legend) -> list[str]:
    """A line for each front that has the act, and one for the others."""
    lines: list[str] = []
    missing: list[str] = []
    for front, name in FRONTS.items():
        if isinstance(act.ways[front], Way):
            row = [cells.get((act.name, front, column)) for column in COLUMNS]
            if any(row):
                text = "".join(f"{_text(cell, legend):<{_CELL}}" for cell in row)
                lines.append(f"{act.name:<{_ACT}}{name:<{_FRONT}}{text}".rstrip())
        elif found := cells.get((act.name, front, "")):
            note, failed = found
            state = "FAIL: it is there: " if failed else "not yet: " if note.state == NOT_YET else ""
            missing.append(f"{name} {state}{note.why if note.state == NOT_YET else f'-{legend.letter(note.why)}'}")
    return [*lines, *([f"{act.name:<{_ACT}}{' | '.join(missing)}"] if missing else [])]


def _text(cell: tuple[Note, bool] | None, legend: _Legend) -> str:
    if cell is None:
        return "."
    note, failed = cell
    if failed:
        return "FAIL"
    return SEEN if note.state == SEEN else f"-{legend.letter(note.why)}"


def _sum(cells: Iterable[tuple[Note, bool]]) -> str:
    states = Counter("failed" if failed else note.state for note, failed in cells)
    return ", ".join(f"{states[state]} {state}" for state in (SEEN, HIDDEN, NOT_OFFERED, NOT_YET, "failed"))
