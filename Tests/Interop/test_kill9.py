"""The server is killed with `kill -9` at random instants under load: nothing acknowledged is lost or doubled."""

import asyncio
import os
import random
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from harness import Server, World
from harness.load import Audit, Receiver, Sender

ROUNDS = int(os.environ.get("PARLEY_KILL_ROUNDS", "20"))
SENDERS, RECEIVERS, ROOMS = 4, 3, 3
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


def total(senders: list[Sender]) -> int:
    return sum(len(sender.acknowledged) for sender in senders)


async def acknowledgements(senders: list[Sender], more: int) -> None:
    """Returns when `more` further messages have been acknowledged: the load runs, whatever the machine does."""
    goal = total(senders) + more
    while total(senders) < goal:
        await asyncio.sleep(0.005)


@pytest.mark.deadline(120 + 30 * ROUNDS)
async def test_kill_9_loses_nothing_acknowledged_and_doubles_nothing(another_server, figure):
    server = another_server()
    world = World(server)
    founder = await world.ext("founder")
    rooms = [await world.room(founder) for _ in range(ROOMS)]
    await founder.close()
    senders = [Sender(server, f"sender{number}", rooms) for number in range(SENDERS)]
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    absences = iter(lambda: chance.choice(ABSENCES), None)
    receivers = [Receiver(server, f"receiver{number}", rooms, lambda: total(senders), absences)
                 for number in range(RECEIVERS)]
    tasks = [asyncio.create_task(client.run()) for client in (*receivers, *senders)]

    for number in range(ROUNDS):
        # Some messages after the last start, then a random instant: also inside a commit, a replay, a login.
        await acknowledgements(senders, chance.choice((1, 20, 100, 1000)))
        await asyncio.sleep(chance.uniform(0, 0.15))
        server.kill()
        assert integrity(server) == [], f"round {number}, seed {seed}"
        server.start()
        assert not any(task.done() for task in tasks), f"round {number}, seed {seed}"

    await finish(world, senders, receivers, rooms, tasks, figure, seed)


async def finish(world: World, senders: list[Sender], receivers: list[Receiver], rooms: list[int],
                 tasks: list[asyncio.Task], figure, seed: int) -> None:
    """Lets everybody come to an end, reads the log and compares."""
    await acknowledgements(senders, 20)
    for receiver in receivers:
        receiver.hurry = True
    for sender in senders:
        sender.stopping = True
    _, unfinished = await asyncio.wait(tasks[RECEIVERS:], timeout=120)
    assert not unfinished, f"never acknowledged: {[sender.pending for sender in senders]}, seed {seed}"
    auditor = await world.ext("founder", resume={})
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
    await asyncio.gather(*tasks[:RECEIVERS])

    acknowledged = total(senders)
    results: dict[str, int] = {}
    for receiver in receivers:
        for result, count in receiver.results.items():
            results[result] = results.get(result, 0) + count
    figure(f"{ROUNDS} rounds, {acknowledged} acknowledged, {sum(sender.retries for sender in senders)} retried, "
           f"resumed {results}, {len(problems)} problems, seed {seed}")
    assert problems == []
    assert acknowledged == sum(sender.sent for sender in senders)
    assert set(results) <= {"replayed", "gap"}
