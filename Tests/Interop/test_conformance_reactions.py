"""Conformance cases 42-46: typing and reactions (json-chat.md §1.7)."""

import asyncio
import uuid

from harness import Client, World


async def react(client: Client, room: int, message: str, emote: str) -> str:
    payload = {"channel_id": room, "message_id": message, "emote": emote}
    return await client.send("chat_react", payload)


async def test_case_42_typing_reaches_all_and_a_second_within_four_seconds_is_dropped(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    await alice.send("chat_typing", {"channel_id": room})
    await alice.send("chat_typing", {"channel_id": room})
    for client in (alice, bob):
        await client.expect("chat_typing", channel_id=room, user="alice")
    await world.quiet(room, bob, alice)


async def test_case_42_typing_is_limited_per_user_and_room(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    first, second = await world.room(alice, bob), await world.room(alice, bob)
    await alice.send("chat_typing", {"channel_id": first})
    await bob.expect("chat_typing", channel_id=first, user="alice")
    await alice.send("chat_typing", {"channel_id": second})
    await bob.expect("chat_typing", channel_id=second, user="alice")


async def test_case_43_same_reaction_twice_and_another_reaction(world: World):
    alice, bob = await world.old("alice"), await world.old("bob")
    room = await world.room(alice, bob)
    message = (await alice.say(room, "react to me")).id
    await bob.expect("chat_send")
    for emote in ("👍", "👍", "👍", "🔥"):
        await react(bob, room, message, emote)
    for client in (alice, bob):
        for type, emote in (
            ("chat_react_add", "👍"),
            ("chat_react_remove", "👍"),
            ("chat_react_add", "👍"),
            ("chat_react_remove", "👍"),
            ("chat_react_add", "🔥"),
        ):
            await client.expect(type, channel_id=room, message_id=message, emote=emote, user="bob")


async def test_case_44_reactions_that_are_refused(world: World):
    alice = await world.old("alice")
    room, other = await world.room(alice), await world.room(alice)
    message = (await alice.say(room, "react to me")).id
    await react(alice, room, message, "😀")
    await alice.expect_error("Invalid message format", "bad_message")
    for where, target in ((room, str(uuid.uuid4())), (other, message)):
        await react(alice, where, target, "👍")
        await alice.expect_error("You can't react to this message", "no_such_message")


async def test_case_45_history_counts_reactions_and_names_who(world: World):
    alice, bob, carol = await world.old("alice"), await world.old("bob"), await world.old("carol")
    room = await world.room(alice, bob)
    message = (await alice.say(room, "react to me")).id
    await alice.say(room, "nobody does")
    await react(alice, room, message, "👍")
    await alice.expect("chat_react_add")
    await react(bob, room, message, "👍")
    await alice.expect("chat_react_add")
    first, second = (await carol.join(room)).history
    assert first.payload["reactions"] == {"👍": 2}
    named = first.payload["reacted_by"]["👍"]
    assert sorted(user if isinstance(user, str) else user["username"] for user in named["users"]) == ["alice", "bob"]
    assert named["total"] == 2
    assert second.payload["reactions"] == {}


async def test_case_46_the_same_reaction_on_two_connections_at_once_never_counts_two(world: World):
    first, second, bob = await world.old("alice"), await world.old("alice"), await world.old("bob")
    room = await world.room(bob, first, second)
    for _ in range(10):
        message = (await bob.say(room, "react to me")).id
        await asyncio.gather(react(first, room, message, "👍"), react(second, room, message, "👍"))
        await bob.expect("chat_react_add", message_id=message)
        await bob.expect("chat_react_remove", message_id=message)
    assert all(not frame.payload["reactions"] for frame in await world.history(room, "bob"))
