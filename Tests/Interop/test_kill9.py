"""The server is killed with `kill -9` at random instants under load: nothing acknowledged is lost or doubled."""

import asyncio
import os
import random

import pytest

from harness import World
from harness.killing import ABSENCES, finish, kill_rounds, total
from harness.load import Receiver, Sender

ROUNDS = int(os.environ.get("PARLEY_KILL_ROUNDS", "20"))
SENDERS, RECEIVERS, ROOMS = 4, 3, 3


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
    await kill_rounds(server, ROUNDS, senders, tasks, seed)
    await finish(world, "founder", senders, receivers, rooms, tasks, ROUNDS, figure, seed)
