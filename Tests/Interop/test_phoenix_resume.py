"""Coming back to a room with `last`: replayed, gap, reset or gone (product.md §3)."""

import pytest

from harness import PhoenixWorld


async def gone_for(phoenix: PhoenixWorld, name: str, topic: str) -> dict:
    """A client joins, then is cut; returns the position to come back from."""
    client = await phoenix.socket(name)
    joined = await client.join(topic)
    client.cut()
    return {"epoch": joined["epoch"], "seq": joined["seq"]}


async def test_resume_replays_what_was_missed(phoenix: PhoenixWorld):
    """Messages, edits, reactions, deletions, members: in order, as they were live, before anything new."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    last = await gone_for(phoenix, "bob", topic)
    message = await alice.say(topic, "one")
    await alice.do(topic, "edit_msg", {"id": message["id"], "body": "two"})
    await alice.do(topic, "react", {"id": message["id"], "emote": "🔥"})
    await alice.do(topic, "set_role", {"user": "jane", "role": "moderator"})
    await alice.do(topic, "update_room", {"topic": "new"})
    await alice.do(topic, "delete_msg", {"id": message["id"]})
    await jane.say(number, "by JSON")
    await alice.wait_for("new_msg", topic, body="by JSON")
    live = [frame for frame in alice.log if frame.event != "phx_reply" and frame.payload.get("seq", 0) > last["seq"]]
    bob = await phoenix.socket("bob")
    joined = await bob.join(topic, {"last": last})
    assert joined["resume"]["result"] == "replayed" and joined["seq"] == last["seq"] + len(live)
    for frame in live:
        replayed = await bob.expect(None, topic)
        assert (replayed.event, replayed["seq"]) == (frame.event, frame["seq"]), replayed.raw
        if frame.event == "new_msg":
            assert replayed["id"] == frame["id"]
        elif frame.event == "msg_edited":
            # What is deleted is erased at once, from its edits too.
            assert replayed.payload == {**frame.payload, "body": ""}
        else:
            assert replayed.payload == frame.payload
    await alice.say(topic, "live")
    assert (await bob.expect("new_msg", topic, body="live"))["seq"] == joined["seq"] + 1


async def test_resume_without_a_loss_replays_nothing(phoenix: PhoenixWorld):
    """An empty replay is one."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "bob", topic)
    bob = await phoenix.socket("bob")
    joined = await bob.join(topic, {"last": last})
    assert joined["resume"]["result"] == "replayed" and joined["seq"] == last["seq"]
    await bob.silent(topic)


@pytest.mark.deadline(240)
async def test_resume_after_too_much_is_a_gap(phoenix: PhoenixWorld):
    """Beyond the replay window: from and to, live events go on, and history fills it without hole or double."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "bob", topic)
    refs = [await alice.push(topic, "new_msg", {"body": f"n{number}"}) for number in range(2000)]
    for ref in refs:
        assert (await alice.answer(ref)).is_ok
    bob = await phoenix.socket("bob")
    joined = await bob.join(topic, {"last": last})
    resume = joined["resume"]
    assert (resume["result"], resume["from"], resume["to"]) == ("gap", last["seq"] + 1, joined["seq"]), resume
    assert joined["seq"] == last["seq"] + 2000
    found, after = [], last["seq"]
    while True:
        page = await bob.do(topic, "history", {"after": after, "limit": 200})
        found += page["messages"]
        if not page["has_more_after"]:
            break
        after = page["messages"][-1]["seq"]
    assert [entry["body"] for entry in found] == [f"n{number}" for number in range(2000)]
    await alice.say(topic, "live")
    assert (await bob.expect("new_msg", topic, body="live"))["seq"] == joined["seq"] + 1


@pytest.mark.parametrize("change", [{"epoch": "no-such-epoch"}, {"seq": 10**6}])
async def test_resume_with_a_position_of_another_log_is_a_reset(phoenix: PhoenixWorld, change: dict):
    """An unknown epoch, or a position from the future: begin anew."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "bob", topic)
    bob = await phoenix.socket("bob")
    joined = await bob.join(topic, {"last": {**last, **change}})
    assert joined["resume"]["result"] == "reset" and joined["resume"]["epoch"] == joined["epoch"] == last["epoch"]
    await bob.silent(topic)


async def test_resume_of_a_lost_log_is_a_reset_with_another_epoch(another_server):
    """Never a replay of something else under the same numbers."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "alice", topic)
    server.stop()
    for path in server.data.rglob("*.db*"):
        path.unlink()
    server.forget_tokens()
    server.start()
    alice = await phoenix.socket("alice")
    await phoenix.meet(alice, room_id=topic.removeprefix("room:"))
    for number in range(3):
        await alice.say(topic, f"n{number}")
    again = await phoenix.socket("alice")
    joined = await again.join(topic, {"last": last})
    assert joined["resume"]["result"] == "reset" and joined["epoch"] != last["epoch"]
    await again.silent(topic)
    await phoenix.aclose()


@pytest.mark.parametrize("act, reason", [("ban_member", "banned"), ("kick_member", "kicked_recently")])
async def test_resume_after_being_put_out_is_gone(phoenix: PhoenixWorld, act: str, reason: str):
    """Nothing of what was said since is told; the refusal says that he is gone, and why."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "bob", topic)
    await alice.do(topic, act, {"user": "bob"})
    await alice.say(topic, "not for bob")
    bob = await phoenix.socket("bob")
    response = await bob.join_refused(topic, {"last": last}, reason)
    assert response["resume"]["result"] == "gone"
    await bob.silent(topic)


async def test_resume_of_a_deleted_room_is_gone(phoenix: PhoenixWorld):
    """The room is no more, and is not made again by coming back."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    last = await gone_for(phoenix, "bob", topic)
    await alice.do(topic, "delete_room", {})
    bob = await phoenix.socket("bob")
    response = await bob.join_refused(topic, {"last": last}, "no_such_room")
    assert response["resume"]["result"] == "gone"


async def test_who_left_a_channel_resumes_on_the_same_socket(phoenix: PhoenixWorld):
    """`phx_leave` is no end of the membership: what was missed is replayed."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    joined = await bob.join(topic)
    last = {"epoch": joined["epoch"], "seq": joined["seq"]}
    await bob.leave(topic)
    await alice.say(topic, "missed")
    bob.inbox.clear()
    assert (await bob.join(topic, {"last": last}))["resume"]["result"] == "replayed"
    await bob.expect("new_msg", topic, body="missed")
