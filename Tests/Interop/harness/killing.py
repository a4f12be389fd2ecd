"""Killing the server under load, and the check afterwards: nothing acknowledged is lost, nothing is doubled.

Senders and receivers may be of any front: what they have in common is what `load.Audit` reads of them.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import tempfile
from pathlib import Path

from .load import Audit
from .server import Server
from .world import World

# How many messages a receiver may miss before it comes back: within the replay window and beyond it.
ABSENCES = (0, 3, 30, 300, 2500)


def integrity(server: Server) -> list[str]:
    """What SQLite says of a copy of the database as the kill left it; the original is not touched."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in server.data.rglob("*.db*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder)
        for path in Path(folder).glob("*.db"):
            connection = sqlite3.connect(path)
            found += [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.close()
    assert found, "no database found"
    return [text for text in found if text != "ok"]


def total(senders: list) -> int:
    return sum(len(sender.acknowledged) for sender in senders)


async def acknowledgements(senders: list, more: int) -> None:
    """Returns when `more` further messages have been acknowledged: the load runs, whatever the machine does."""
    goal = total(senders) + more
    while total(senders) < goal:
        await asyncio.sleep(0.005)


async def kill_rounds(server: Server, rounds: int, senders: list, tasks: list[asyncio.Task], seed: int) -> None:
    """Kills and starts the server again and again while `tasks` run; the database has to be whole each time."""
    chance = random.Random(seed)
    for number in range(rounds):
        # Some messages after the last start, then a random instant: also inside a commit, a replay, a login.
        await acknowledgements(senders, chance.choice((1, 20, 100, 1000)))
        await asyncio.sleep(chance.uniform(0, 0.15))
        server.kill()
        assert integrity(server) == [], f"round {number}, seed {seed}"
        server.start()
        assert not any(task.done() for task in tasks), f"round {number}, seed {seed}"


async def finish(world: World, founder: str, senders: list, receivers: list, rooms: list[int],
                 tasks: list[asyncio.Task], rounds: int, figure, seed: int) -> None:
    """Lets everybody come to an end, reads the log as `founder`, who is in the rooms, and compares.

    `tasks` are those of the receivers, then those of the senders.
    """
    await acknowledgements(senders, 20)
    for receiver in receivers:
        receiver.hurry = True
    for sender in senders:
        sender.stopping = True
    _, unfinished = await asyncio.wait(tasks[len(receivers):], timeout=120)
    assert not unfinished, f"never acknowledged: {[sender.pending for sender in senders]}, seed {seed}"
    auditor = await world.ext(founder, resume={})
    problems: list[str] = []
    for room in rooms:
        await auditor.join(room, history=0)
        audit = await Audit.read(auditor, room)
        last = audit.last_seq
        arrivals = [asyncio.create_task(receiver.until(room, last)) for receiver in receivers]
        _, late = await asyncio.wait(arrivals, timeout=60)
        problems += [f"room {room}: {len(late)} receivers never got to {last}"] if late else []
        problems += audit.problems(senders, receivers)
    for receiver in receivers:
        receiver.stop()
    await asyncio.gather(*tasks[:len(receivers)])

    acknowledged = total(senders)
    results: dict[str, int] = {}
    for receiver in receivers:
        for result, count in receiver.results.items():
            results[result] = results.get(result, 0) + count
    figure(f"{rounds} rounds, {acknowledged} acknowledged, {sum(sender.retries for sender in senders)} retried, "
           f"resumed {results}, {len(problems)} problems, seed {seed}")
    assert problems == []
    assert acknowledged == sum(sender.sent for sender in senders)
    assert set(results) <= {"replayed", "gap"}
