"""`SIGTERM`: clients are told when to come back, what was accepted is acknowledged, the process ends with 0."""

import asyncio
import re

from harness import Client, World


async def test_sigterm_closes_with_1001_and_a_restart_hint(another_server, figure):
    server = another_server()
    world = World(server)
    clients = [await world.old("alice"), await world.ext("bob"), await world.guest(), await world.client()]
    await world.room(*clients[:3])
    server.terminate()
    reasons = [await client.expect_close(1001) for client in clients]
    assert server.wait() == 0
    assert all(re.search(r"\d", reason) for reason in reasons[:3]), reasons
    figure(f"reasons {sorted(set(reasons))}")


async def send_without_end(client: Client, room: int, sent: list[str]) -> None:
    try:
        while True:
            ref = await client.send("chat_send", {"channel_id": room, "content": f"{client.name} {len(sent)}"})
            sent.append(ref)
            await asyncio.sleep(0)
    except Exception:  # the connection has ended, in whichever way the library says so
        return


async def test_what_is_in_flight_at_sigterm_is_acknowledged_or_not_there(another_server, figure):
    server = another_server()
    world = World(server)
    senders = [await world.ext(f"sender{number}", want=("ack",)) for number in range(4)]
    room = await world.room(*senders)
    tasks = [asyncio.create_task(send_without_end(client, room, [])) for client in senders]
    acks = [await client.wait_for("ack") for client in senders]
    server.terminate()
    for client in senders:
        await client.expect_close(1001, patience=60)
        acks += [frame for frame in client.passed if frame.type == "ack"]
    await asyncio.gather(*tasks)
    assert server.wait() == 0

    server.start()
    reader = await world.ext("sender0")
    await reader.join(room)
    stored: list[str] = []
    after = 0
    while True:
        page = await reader.do("history_get", {"channel_id": room, "after": after, "limit": 200})
        stored += [message["message_id"] for message in page.payload["messages"]]
        if not page.payload["has_more_after"]:
            break
        after = page.payload["messages"][-1]["seq"]
    acknowledged = {ack.payload["message_id"] for ack in acks}
    figure(f"{len(stored)} stored, {len(acknowledged)} acknowledged")
    assert acknowledged - set(stored) == set(), "acknowledged and not stored"
    assert set(stored) - acknowledged == set(), "stored and not acknowledged"
