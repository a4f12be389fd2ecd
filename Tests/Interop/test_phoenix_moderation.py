"""Members and moderation on `room:<id>`, and what those who are put out hear: nothing (product.md §4, §5)."""

from harness import PhoenixClient, PhoenixWorld, eventually
from harness import settings as names
from harness.phoenix_rooms import moderated, same

SETTINGS = {names.TYPING_INTERVAL: 0}


async def outside(phoenix: PhoenixWorld, inside: PhoenixClient, client: PhoenixClient, topic: str, reason: str) -> None:
    """His channel was closed; nothing comes to him any more, and he is not let in again."""
    close = await client.wait_for("phx_close", topic)
    assert client.log.index(close) == max(i for i, frame in enumerate(client.log) if frame.topic == topic)
    await inside.say(topic, "without him")
    await client.fence()
    assert [frame.raw for frame in client.inbox if frame.topic == topic] == []
    reply = await client.ask(topic, "new_msg", {"body": "x"})
    assert reply.reason == "unmatched topic", reply.raw
    await client.join_refused(topic, reason=reason)
    await client.join_refused(topic.replace("room:", "realtime:"), reason=reason)


async def test_members(phoenix: PhoenixWorld):
    """Page by page, with role, status and whether they are there."""
    olga, bob, jane, topic, _ = await moderated(phoenix)
    await jane.close()
    await olga.until(lambda: "jane" not in olga.presence(topic).keys)
    found, after = [], None
    while True:
        page = await bob.do(topic, "members", {"limit": 2, **({} if after is None else {"after": after})})
        found += page["members"]
        after = page["next"]
        if after is None:
            break
    assert {entry["username"]: (entry["role"], entry["status"], entry["online"]) for entry in found} == {
        "olga": ("owner", "active", True), "bob": ("member", "active", True), "jane": ("member", "active", False)}


async def test_who_left_while_he_was_muted_is_no_member(phoenix: PhoenixWorld):
    """The room remembers the mute, and does not list him any more, on either front."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await olga.do(topic, "mute_member", {"user": "bob", "seconds": 600})
    await bob.do(topic, "leave_room", {})
    await bob.wait_for("phx_close", topic)
    page = await olga.do(topic, "members", {})
    assert sorted(entry["username"] for entry in page["members"]) == ["jane", "olga"]
    listed = await jane.do("member_list", {"channel_id": number})
    assert sorted(entry["username"] for entry in listed.payload["members"]) == ["jane", "olga"]
    again = await phoenix.socket("bob")
    assert (await again.join(topic))["room"]["status"] == "muted"


async def test_kick_member(phoenix: PhoenixWorld):
    """All are told, the target too; then his channel is closed, and he hears nothing more. He stays out for a while."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await olga.do(topic, "kick_member", {"user": "bob", "reason": "spam"})
    for client in (olga, bob):
        told = await client.wait_for("member", topic, action="kicked", user="bob")
        assert (told["reason"], told["by"]["username"]) == ("spam", "olga")
    same(told, await jane.wait_for("chat_kick", channel_id=number, target="bob", reason="spam"))
    await outside(phoenix, olga, bob, topic, "kicked_recently")


async def test_ban_member_and_unban_member(phoenix: PhoenixWorld):
    """Kept out until the ban ends, on both fronts; what he wrote lately can go with him."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    said = await bob.say(topic, "remember me")
    second = await phoenix.socket("bob")
    await second.join(topic.replace("room:", "realtime:"))
    await olga.do(topic, "ban_member", {"user": "bob", "seconds": 600, "reason": "enough", "delete_seconds": 600})
    told = await bob.wait_for("member", topic, action="banned", user="bob")
    assert (told["status"], told["reason"]) == ("banned", "enough") and told["until"].endswith("Z")
    same(told, await jane.wait_for("chat_ban", channel_id=number, target="bob"))
    await olga.wait_for("msg_deleted", topic, id=said["id"])
    await second.wait_for("phx_close", topic.replace("room:", "realtime:"))
    await outside(phoenix, olga, bob, topic, "banned")
    json_bob = await phoenix.ext("bob")
    assert (await json_bob.ask("channel_join", {"channel_id": number})).matches("error", code="banned")
    await olga.do(topic, "unban_member", {"user": "bob"})
    await olga.wait_for("member", topic, action="unbanned", user="bob")
    await bob.join(topic)


async def test_mute_member_and_unmute_member(phoenix: PhoenixWorld):
    """He hears and may not speak, with the time and the reason in the error, until it ends or is taken back."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await olga.do(topic, "mute_member", {"user": "bob", "seconds": 600, "reason": "calm down"})
    told = await bob.wait_for("member", topic, action="muted", user="bob")
    assert told["status"] == "muted" and told["until"] and told["reason"] == "calm down"
    same(told, await jane.wait_for("chat_mute", channel_id=number, target="bob", duration=600))
    for event, payload in (("new_msg", {"body": "x"}), ("typing", {}), ("broadcast", {"event": "e", "payload": {}})):
        response = await bob.refused(topic, event, payload, "muted")
        assert response["until"] == told["until"], response
    await olga.say(topic, "do you hear?")
    await bob.wait_for("new_msg", topic, body="do you hear?")
    await olga.do(topic, "unmute_member", {"user": "bob"})
    await bob.wait_for("member", topic, action="unmuted", user="bob", status="active")
    await bob.say(topic, "thanks")
    for for_ever in ({"seconds": 0}, {}):
        await olga.do(topic, "mute_member", {"user": "bob", **for_ever})
        assert (await bob.wait_for("member", topic, action="muted")).payload.get("until") is None


async def test_a_mute_ends_by_time(phoenix: PhoenixWorld):
    """Without another word from anybody."""
    olga, bob, _, topic, _ = await moderated(phoenix)
    await olga.do(topic, "mute_member", {"user": "bob", "seconds": 1})

    async def attempt() -> bool:
        return (await bob.ask(topic, "new_msg", {"body": "now?"})).is_ok

    await eventually(attempt)
    await olga.wait_for("new_msg", topic, body="now?")


async def test_accept_member_and_reject_member(phoenix: PhoenixWorld):
    """Requests of both fronts, decided on Phoenix."""
    owner = await phoenix.ext("owner")
    number, topic = await phoenix.closed_room(owner, "strict_private")
    olga, bob, jane = await phoenix.socket("owner"), await phoenix.socket("bob"), await phoenix.ext("jane")
    await olga.join(topic)
    await bob.join_refused(topic, reason="pending")
    assert (await jane.ask("channel_join", {"channel_id": number})).matches("error", code="pending")
    for name in ("bob", "jane"):
        await olga.wait_for("member", topic, action="requested", user=name, status="pending")
    await olga.do(topic, "accept_member", {"user": "jane"})
    await olga.do(topic, "reject_member", {"user": "bob"})
    await olga.wait_for("member", topic, action="accepted", user="jane", status="active")
    await olga.wait_for("member", topic, action="rejected", user="bob")
    await jane.join(number)
    await bob.join_refused(topic, reason="pending")


async def test_set_role(phoenix: PhoenixWorld):
    """Told to all; what the role allows is allowed from then on."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    await bob.refused(topic, "mute_member", {"user": "jane"}, "forbidden")
    await olga.do(topic, "set_role", {"user": "bob", "role": "moderator"})
    told = await bob.wait_for("member", topic, action="role_changed", user="bob", role="moderator")
    same(told, await jane.wait_for("member_update", channel_id=number, user="bob", role="moderator"))
    await bob.do(topic, "mute_member", {"user": "jane"})
    await bob.refused(topic, "mute_member", {"user": "olga"}, "forbidden")
    await bob.refused(topic, "set_role", {"user": "jane", "role": "moderator"}, "forbidden")


async def test_audit(phoenix: PhoenixWorld):
    """What was done to whom, newest first, for moderators."""
    olga, bob, jane, topic, _ = await moderated(phoenix)
    await olga.do(topic, "mute_member", {"user": "bob", "seconds": 30, "reason": "loud"})
    await olga.do(topic, "unmute_member", {"user": "bob"})
    await bob.refused(topic, "audit", {}, "forbidden")
    entries = (await olga.do(topic, "audit", {"limit": 2}))["entries"]
    assert [(entry["action"], entry["actor"], entry["target"]) for entry in entries] == \
        [("unmuted", "olga", "bob"), ("muted", "olga", "bob")]
    assert (entries[1]["reason"], entries[1]["seconds"]) == ("loud", 30) and entries[1]["at"].endswith("Z")


async def test_guests_and_outsiders_may_not_moderate(phoenix: PhoenixWorld):
    """The rights are the core's."""
    olga, guest = await phoenix.socket("olga"), await phoenix.socket()
    topic = await phoenix.meet(olga, guest)
    for event in ("kick_member", "mute_member", "ban_member"):
        await guest.refused(topic, event, {"user": "olga"}, "forbidden")
    await olga.silent(topic)
