"""A client that does what the reference client does has to work unmodified."""

from contextlib import asynccontextmanager

import pytest

from harness import World
from harness.justchat import JustChat, UsageError, command


@asynccontextmanager
async def chat(world: World, *names: str | None):
    """Reference clients, connected and greeted; None is a guest."""
    clients = [JustChat(world.server.ws, world.server.token(name) if name else None) for name in names]
    for client in clients:
        client.start()
        await client.ready()
    try:
        yield clients
    finally:
        for client in clients:
            await client.stop()


async def meet(room: int, *clients: JustChat) -> None:
    for client in clients:
        await client.join(room)
        await client.until(lambda client=client: room in client.tabs)
    names = sorted(client.username for client in clients)
    for client in clients:
        await client.until(lambda client=client: sorted(client.members.get(room, [])) == names)


async def test_two_clients_and_a_guest_talk(world: World):
    async with chat(world, "alice", "bob", None) as (alice, bob, guest):
        room = world.server.new_room()
        await meet(room, alice, bob, guest)
        for client in (alice, bob, guest):
            text = f"hello from {client.username}"
            await client.enter(room, text)
            for other in (alice, bob, guest):
                await other.until(lambda other=other, text=text: text in other.texts(room))
        assert alice.texts(room) == bob.texts(room) == guest.texts(room)
        assert alice.duplicates == bob.duplicates == guest.duplicates == 0


async def test_the_member_panel_follows_equal_lists(world: World):
    async with chat(world, "alice", "bob") as (alice, bob):
        room = world.server.new_room()
        await meet(room, alice, bob)
        for _ in range(3):
            await bob.send("channel_leave", {"channel_id": room})
            await alice.until(lambda: alice.members[room] == ["alice"])
            await bob.join(room)
            await alice.until(lambda: sorted(alice.members[room]) == ["alice", "bob"])


async def test_the_same_error_twice_is_shown_twice(world: World):
    async with chat(world, "alice") as (alice,):
        room = world.server.new_room()
        for count in (1, 2):
            await alice.enter(room, "x")
            await alice.until(lambda count=count: alice.errors == ["Channel does not exist."] * count)


async def test_it_reconnects_and_history_is_not_shown_twice(another_server):
    server = another_server()
    world = World(server)
    async with chat(world, "alice", "bob") as (alice, bob):
        room = world.server.new_room()
        await meet(room, alice, bob)
        for number in range(5):
            await alice.enter(room, f"n{number}")
        await bob.until(lambda: bob.texts(room) == [f"n{number}" for number in range(5)])
        server.restart()
        await alice.until(lambda: alice.connections == 2)
        await bob.until(lambda: bob.connections == 2)
        await meet(room, alice, bob)
        await alice.enter(room, "after")
        await bob.until(lambda: "after" in bob.texts(room))
        # History that was seen before the restart has the same ids, so the client throws it away.
        assert bob.duplicates == 5 and bob.texts(room) == ["after"]


async def test_the_view_sorted_by_time_is_the_order_of_the_room(world: World):
    async with chat(world, "alice", "bob") as (alice, bob):
        room = world.server.new_room()
        await meet(room, alice)
        for number in range(60):
            await alice.enter(room, f"n{number}")
        await alice.until(lambda: len(alice.texts(room)) == 60)
        assert alice.texts(room) == [f"n{number}" for number in range(60)]
        await meet(room, alice, bob)
        assert bob.texts(room) == [f"n{number}" for number in range(10, 60)]


async def test_reactions_count(world: World):
    async with chat(world, "alice", "bob") as (alice, bob):
        room = world.server.new_room()
        await meet(room, alice, bob)
        await alice.enter(room, "react")
        await bob.until(lambda: bob.texts(room) == ["react"])
        message = bob.tabs[room][0]["id"]
        for client in (alice, bob):
            await client.send("chat_react", {"channel_id": room, "message_id": message, "emote": "🔥"})
        await alice.until(lambda: (alice.tabs[room][0].payload["reactions"] or {}).get("🔥") == 2)
        await bob.send("chat_react", {"channel_id": room, "message_id": message, "emote": "🔥"})
        await alice.until(lambda: alice.tabs[room][0].payload["reactions"]["🔥"] == 1)


async def test_commands_moderate(world: World):
    async with chat(world, "alice", "bob") as (alice, bob):
        room = world.server.new_room()
        await meet(room, alice, bob)
        await alice.enter(room, "/mute bob 10m too loud")
        await bob.until(lambda: bob.muted)
        await alice.enter(room, "/unmute bob")
        await bob.until(lambda: not bob.muted)
        await alice.enter(room, "/KICK bob  enough   of it")
        await bob.until(lambda: bob.alerts == [f"kicked from {room}: enough of it"])
        await alice.until(lambda: alice.members[room] == ["alice"])
        assert room not in bob.tabs


async def test_a_dead_token_is_told_and_not_hammered_without_end(world: World):
    """The client reconnects for ever; the server keeps answering in the same way."""
    client = JustChat(world.server.ws, "a.b.c")
    client.start()
    await client.until(lambda: client.errors == ["Authentication failed"] * 3)
    await client.stop()


@pytest.mark.parametrize(
    "text, frame",
    [
        ("/kick bob", ("chat_kick", {"target": "bob"})),
        ("/kick bob be  nice", ("chat_kick", {"target": "bob", "reason": "be nice"})),
        ("/mute bob", ("chat_mute", {"target": "bob"})),
        ("/mute bob 10m x", ("chat_mute", {"target": "bob", "duration": 10, "reason": "x"})),
        ("/mute bob -3", ("chat_mute", {"target": "bob", "duration": -3})),
        ("/mute bob loud", ("chat_mute", {"target": "bob", "reason": "loud"})),
        ("/Unmute Bob now", ("chat_unmute", {"target": "Bob"})),
    ],
)
def test_slash_commands_are_parsed_by_the_client(text: str, frame: tuple[str, dict]):
    type, payload = frame
    assert command(7, text) == (type, {"channel_id": 7, **payload})


@pytest.mark.parametrize("text", ["/", "/dance", "/kick", "/etc/passwd"])
def test_unknown_commands_stay_with_the_client(text: str):
    with pytest.raises(UsageError):
        command(7, text)
