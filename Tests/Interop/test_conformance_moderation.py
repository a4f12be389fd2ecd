"""Conformance cases 47-57: moderation (json-chat.md §1.8)."""

import pytest

from harness import Client, World, eventually, username

NO_RIGHT = "You don't have permission to run this command."
MUTED = "You are muted in this channel."


async def moderated(world: World) -> tuple[Client, Client, Client, int]:
    """Olga (owner, extended), Mona (moderator) and Bob (member), both without extensions, in a new room."""
    olga, mona, bob = await world.ext("olga"), await world.old("mona"), await world.old("bob")
    room = await world.room(olga, mona, bob)
    await world.promote(olga, room, "mona")
    await world.settle(room, olga, mona, bob)
    return olga, mona, bob, room


async def acts(client: Client, type: str, room: int, target: str, **fields: object) -> str:
    return await client.send(type, {"channel_id": room, "target": target, **fields})


async def send_is_refused(client: Client, room: int, detail: str) -> None:
    await client.send("chat_send", {"channel_id": room, "content": "may I?"})
    await client.expect_error(detail)


async def join_works(client: Client, room: int) -> bool:
    """Whether a join is let through; the answer to it is taken."""
    await client.send("channel_join", {"channel_id": room})
    while True:
        frame = await client.next()
        if frame.type == "error":
            return False
        if frame.matches("channel_join", channel_id=room, user=client.name):
            return True


async def test_case_47_guests_may_not_moderate(world: World):
    olga, bob, guest = await world.old("olga"), await world.old("bob"), await world.guest()
    room = await world.room(olga, bob, guest)
    for type in ("chat_kick", "chat_mute", "chat_unmute", "chat_ban"):
        ref = await acts(guest, type, room, "bob")
        await guest.expect_error(NO_RIGHT, "forbidden", ref)
    await world.quiet(room, olga, bob, guest)


async def test_case_48_members_may_not_and_moderators_only_below_them(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(bob, "chat_mute", room, "mona")
    await bob.expect_error(code="forbidden")
    for type in ("chat_mute", "chat_kick", "chat_ban"):
        await acts(mona, type, room, "olga")
        await mona.expect_error(code="forbidden")
    await acts(mona, "chat_mute", room, "mona")
    await mona.expect_error(code="not_self")
    await world.quiet(room, mona, bob)


async def test_case_49_kick(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_kick", room, "bob", reason="spam")
    for client in (mona, bob):
        await client.expect("chat_kick", channel_id=room, target="bob", reason="spam")
    await mona.expect("channel_members", channel_id=room, members=["mona", "olga"])
    await mona.expect("channel_leave", channel_id=room, user="bob")
    await send_is_refused(bob, room, "You must join the channel first")
    assert not await join_works(bob, room), "the cool-down did not hold"
    await world.quiet(room, mona)


async def test_case_50_targets_match_exactly(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_kick", room, "BOB")
    await mona.expect_error("No such user in this channel.", "no_such_target")
    await world.quiet(room, mona, bob)


async def test_case_51_mute_blocks_sending_and_typing_until_it_ends(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob", duration=2, reason="calm down")
    for client in (mona, bob):
        await client.expect("chat_mute", channel_id=room, target="bob", duration=2, reason="calm down")
    await bob.send("chat_send", {"channel_id": room, "content": "may I?"})
    error = await bob.expect_error(MUTED, "muted")
    assert error.payload["until"] and error.payload["reason"] == "calm down"
    await bob.send("chat_typing", {"channel_id": room})
    await bob.expect_error(MUTED, "muted")

    async def attempt() -> bool:
        await bob.send("chat_send", {"channel_id": room, "content": "now?"})
        return (await bob.next()).type == "chat_send"

    await eventually(attempt)
    await mona.expect("chat_send", content="now?", sender="bob")


async def test_case_52_default_and_permanent_mute(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob")
    await bob.expect("chat_mute", target="bob", duration=60, reason="")
    await acts(mona, "chat_mute", room, "bob", duration=0)
    await bob.expect("chat_mute", target="bob", duration=0)
    await bob.send("chat_send", {"channel_id": room, "content": "may I?"})
    error = await bob.expect_error(MUTED, "muted")
    assert error.payload.get("until") is None


async def test_case_53_a_second_mute_replaces_the_first(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob", duration=0)
    await acts(mona, "chat_mute", room, "bob", duration=600)
    await acts(mona, "chat_unmute", room, "bob")
    unmuted = await bob.wait_for("chat_unmute", target="bob")
    assert sorted(unmuted.payload) == ["channel_id", "target"]
    assert (await bob.say(room, "free")).payload["sender"]["username"] == "bob"


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"duration": -5}, "invalid_duration"),
        ({"duration": 1.5}, "bad_message"),
        ({"duration": 10**12}, None),
        ({"duration": 10**30}, None),
        ({"reason": "r" * 300}, None),
    ],
)
async def test_case_54_durations_and_reasons_out_of_range(world: World, fields: dict, code: str | None):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob", **fields)
    await mona.expect_error(code=code)
    await world.quiet(room, mona, bob)


async def test_case_54_a_reason_of_255_code_points_is_allowed(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob", reason="é" * 255)
    await bob.expect("chat_mute", reason="é" * 255)


async def test_case_55_unmute(world: World):
    _, mona, bob, room = await moderated(world)
    await acts(mona, "chat_unmute", room, "bob")
    await mona.expect_error(code="not_muted")
    await world.quiet(room, mona, bob)

    await acts(mona, "chat_mute", room, "bob", duration=0)
    await mona.expect("chat_mute", target="bob")
    await bob.close()
    await mona.expect("channel_members", members=["mona", "olga"])
    await mona.expect("channel_leave", user="bob")
    await acts(mona, "chat_unmute", room, "bob")
    await mona.expect("chat_unmute", channel_id=room, target="bob")


async def test_case_56_ban_and_unban(world: World):
    olga, mona, bob, room = await moderated(world)
    await acts(mona, "chat_ban", room, "bob", reason="enough")
    for client in (mona, bob):
        await client.expect("chat_kick", channel_id=room, target="bob", reason="enough")
    await olga.wait_for("chat_ban", channel_id=room, target="bob")
    await mona.expect("channel_members", members=["mona", "olga"])
    await mona.expect("channel_leave", user="bob")
    await bob.send("channel_join", {"channel_id": room})
    await bob.expect_error("You are banned from this channel.", "banned")
    await acts(mona, "chat_unban", room, "bob")
    await olga.wait_for("chat_unban", channel_id=room, target="bob")
    assert await join_works(bob, room)


async def test_case_56_a_ban_ends_by_time(world: World):
    olga, mona, bob, room = await moderated(world)
    await acts(mona, "chat_ban", room, "bob", duration=1)
    await olga.wait_for("chat_ban", target="bob", duration=1)
    await eventually(lambda: join_works(bob, room))


async def test_case_57_every_act_is_in_the_audit_log_once(world: World):
    olga, mona, bob, room = await moderated(world)
    await acts(mona, "chat_mute", room, "bob", duration=30, reason="loud")
    await acts(mona, "chat_unmute", room, "bob")
    await acts(mona, "chat_ban", room, "bob", duration=600, reason="enough")
    await acts(mona, "chat_unban", room, "bob")
    await olga.wait_for("chat_unban", target="bob")
    assert await join_works(bob, room)
    await acts(mona, "chat_kick", room, "bob", reason="spam")
    await bob.wait_for("chat_kick")
    await acts(mona, "chat_kick", room, "BOB")  # refused: not in the log
    await mona.wait_for("error")

    answer = await olga.do("audit_get", {"channel_id": room, "limit": 100})
    entries = [entry for entry in answer.payload["entries"] if username(entry["actor"]) == "mona"]
    assert all(username(entry["target"]) == "bob" and entry["at"] for entry in entries)
    found = {entry["action"]: (entry["reason"], entry["duration"]) for entry in entries}
    assert len(found) == len(entries) == 5, entries
    assert sorted(found) == ["banned", "kicked", "muted", "unbanned", "unmuted"]
    assert (found["muted"], found["banned"]) == (("loud", 30), ("enough", 600))
    assert found["kicked"][0] == "spam"


async def test_case_57_members_may_not_read_the_audit_log(world: World):
    _, _, _, room = await moderated(world)
    bob = await world.ext("bob")
    answer = await bob.ask("audit_get", {"channel_id": room})
    assert answer.matches("error", code="forbidden")
