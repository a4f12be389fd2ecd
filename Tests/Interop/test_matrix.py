"""Acts × fronts × observers (product.md §4): what is done on one front shows on all the others, in their own terms.

Each act is performed once on each front that has it, before observers of every kind; each observer is a test. All see
the same ids, positions and times, or are not meant to see it, and then nothing comes to them. The whole is printed at
the end of the run.
"""

import asyncio
from collections.abc import Callable

import pytest

from harness import Server
from harness import settings as names
from harness.matrix import (ACTS, COLUMNS, FRONTS, HIDDEN, PROPERTY, SEEN, Act, Cell, Note, NotYet, Way, note_of_way,
                            offers, perform)

SETTINGS = {names.TYPING_INTERVAL: 0}
DEADLINE = 60.0  # seconds for one performance

Row = dict[str, Cell]


def name(*parts: str) -> str:
    """The id of a test: act, front, observer."""
    return "-".join(part.replace(" ", "_") for part in parts)


CELLS = [pytest.param(act, front, column, id=name(act.name, front, column))
         for act in ACTS for front in FRONTS if isinstance(act.ways[front], Way) for column in COLUMNS]
MISSING = [pytest.param(act, front, id=name(act.name, front, note_of_way(act, front).state))
           for act in ACTS for front in FRONTS if not isinstance(act.ways[front], Way)]


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key of a host application, which sends signals."""
    return server.command("apikey", "add", "matrix", "--scope", "signals").stdout.strip()


@pytest.fixture(scope="module")
def performance(server: Server, key: str) -> Callable[[Act, str], Row]:
    """Gives the row of an act on a front; performs it when it is asked for the first time."""
    rows: dict[tuple[str, str], Row | Exception] = {}

    def row(act: Act, front: str) -> Row:
        if (act.name, front) not in rows:
            try:
                rows[act.name, front] = asyncio.run(asyncio.wait_for(perform(server, key, act, front), DEADLINE))
            except (AssertionError, TimeoutError) as problem:
                rows[act.name, front] = problem
        found = rows[act.name, front]
        if isinstance(found, Exception):
            raise AssertionError(f"{act.name} on {FRONTS[front]} could not be performed: {found!r}") from found
        return found

    return row


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[Note], None]:
    """Notes a cell for the table."""
    return lambda note: request.node.user_properties.append((PROPERTY, note.dump()))


@pytest.mark.parametrize("act, front, column", CELLS)
def test_cell(performance: Callable[[Act, str], Row], note: Callable[[Note], None], act: Act, front: str, column: str):
    """What this observer saw is what there was to be seen."""
    cell: Cell | None = None
    try:
        cell = performance(act, front)[column]
        assert cell.got == cell.expected, f"{act.name} on {FRONTS[front]}, seen by {column}"
        assert cell.expected or cell.why, "it is hidden, and nobody says why"
    finally:
        is_hidden = cell is not None and (not cell.expected or cell.is_unchanged)
        note(Note(act.name, front, column, HIDDEN if is_hidden else SEEN, cell.why if cell is not None else ""))


@pytest.mark.parametrize("act, front", MISSING)
def test_missing(server: Server, key: str, note: Callable[[Note], None], act: Act, front: str):
    """A front does not have the act; where it is to have it one day, the server says that it does not know it."""
    note(note_of_way(act, front))
    if isinstance(act.ways[front], NotYet):
        there = asyncio.run(asyncio.wait_for(offers(server, key, act, front), DEADLINE))
        assert not there, f"{FRONTS[front]} has it now: give the act a way"
