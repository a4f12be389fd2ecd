"""Messages on `room:<id>`: sending, retrying, changing, reading and finding them (product.md §3, §4).

Ids, sequence numbers and epochs are those of the core: every test that can compares them with what a client of typed
JSON is told of the same event.
"""

import uuid

import pytest

from harness import PhoenixWorld, new_room_id, room_topic
from harness import settings as names
from harness.phoenix_rooms import history, moderated, same, standing

SETTINGS = {names.TYPING_INTERVAL: 0}


async def test_new_msg(phoenix: PhoenixWorld):
    """Answered with id, seq and epoch after commit; told to all with the same, on both fronts; kept in histories."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    bob = await phoenix.socket("bob", vsn="1.0.0")
    await bob.join(topic)
    sent = await alice.do(topic, "new_msg", {"body": "  hello  "})
    told = await alice.wait_for("new_msg", topic, id=sent["id"])
    assert {key: told[key] for key in ("id", "seq", "epoch", "body")} == {**{
        key: sent[key] for key in ("id", "seq", "epoch")}, "body": "hello"}
    user = {"id": "alice", "username": "alice", "display_name": "alice", "is_guest": False}
    assert told["user"] == user and told["sent_at"].endswith("Z") and told.payload.get("version", 1) == 1
    assert str(uuid.UUID(told["id"])) == told["id"]
    assert (await bob.wait_for("new_msg", topic, id=sent["id"])).payload == told.payload
    heard = await jane.wait_for("chat_send", channel_id=number, content="hello", sender="alice")
    assert (heard.id, heard["seq"], heard["epoch"]) == (sent["id"], sent["seq"], sent["epoch"])
    assert heard["timestamp"] == told["sent_at"]
    (kept,) = await history(bob, topic, limit=1)
    assert (kept["id"], kept["seq"], kept["body"], kept["user"], kept["sent_at"]) == \
        (told["id"], told["seq"], "hello", user, told["sent_at"])


async def test_what_typed_json_sends_is_told_the_same_way(phoenix: PhoenixWorld):
    """A message of the other front is a `new_msg` with the same id."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    said = await jane.say(number, "from JSON")
    told = await alice.wait_for("new_msg", topic, id=said.id)
    assert (told["body"], told["user"]["username"]) == ("from JSON", "jane")
    same(told, said)


async def test_everything_that_a_message_can_carry(phoenix: PhoenixWorld):
    """A reply, mentions, metadata and the client's own id, told to all and kept."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    first = await alice.say(topic, "first")
    fields = {"reply_to": first["id"], "mentions": ["jane"], "metadata": {"a": [1, {"b": None}]}, "client_id": "mine-1"}
    told = await alice.say(topic, "second", **fields)
    assert {key: told[key] for key in fields} == fields
    heard = await jane.wait_for("chat_send", content="second")
    assert (heard.payload["reply_to"], heard.payload["mentions"], heard.payload["metadata"]) == \
        (first["id"], ["jane"], fields["metadata"])
    (kept,) = await history(alice, topic, limit=1)
    assert {key: kept[key] for key in ("reply_to", "mentions", "metadata")} == {
        key: fields[key] for key in ("reply_to", "mentions", "metadata")}


@pytest.mark.parametrize("payload, reason", [
    ({"body": ""}, "empty_message"), ({"body": "   "}, "empty_message"), ({"body": "x" * 4001}, "message_too_long"),
    ({}, None), ({"body": 7}, None), ({"body": None}, None), ({"body": ["x"]}, None),
    ({"body": "x", "client_id": 7}, None), ({"body": "x", "client_id": "y" * 129}, None),
    ({"body": "x", "reply_to": "no-id"}, None), ({"body": "x", "mentions": "jane"}, None),
    ({"body": "x", "metadata": "y"}, None), ([], None), ("x", None), (None, None)])
async def test_bad_messages_are_refused_and_nobody_hears_of_them(phoenix: PhoenixWorld, payload: object,
                                                                reason: str | None):
    """An error reply with a reason and a text; nothing is stored, the channel goes on."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    response = await alice.refused(topic, "new_msg", payload, reason)
    assert isinstance(response["reason"], str) and isinstance(response["message"], str), response
    before = len(await history(alice, topic))
    await bob.silent(topic)
    await alice.say(topic, "good")
    assert len(await history(alice, topic)) == before + 1


async def test_the_right_to_speak(phoenix: PhoenixWorld):
    """In an announcement room plain members listen; in slow mode they wait."""
    owner = await phoenix.ext("owner")
    number, topic = await phoenix.closed_room(owner, "public", kind="channel")
    bob = await phoenix.socket("bob")
    await bob.join(topic)
    await bob.refused(topic, "new_msg", {"body": "may I?"}, "forbidden")
    await owner.do("chat_send", {"channel_id": number, "content": "hear me"})
    await bob.wait_for("new_msg", topic, body="hear me")
    alice, carol = await phoenix.socket("alice"), await phoenix.socket("carol")
    slow = await phoenix.meet(alice, carol)
    await alice.do(slow, "update_room", {"slow_mode_seconds": 3600})
    await carol.say(slow, "one")
    response = await carol.refused(slow, "new_msg", {"body": "two"}, "slow_mode")
    assert response["retry_after_ms"] > 0


async def test_the_rate_of_messages(another_server):
    """Beyond it: `rate_limited` with the time to wait; the connection stays."""
    phoenix = PhoenixWorld(another_server({names.MESSAGE_RATE: 1, names.MESSAGE_BURST: 5}))
    try:
        alice = await phoenix.socket("alice")
        topic = room_topic(new_room_id())
        await alice.join(topic)
        for number in range(5):
            await alice.do(topic, "new_msg", {"body": f"n{number}"})
        response = await alice.refused(topic, "new_msg", {"body": "n5"}, "rate_limited")
        assert 0 < response["retry_after_ms"] <= 2000
        await alice.fence()
    finally:
        await phoenix.aclose()


# The same message twice


async def test_a_retry_gets_the_same_answer(phoenix: PhoenixWorld):
    """The same user and client id: one message, the same id and seq, `duplicate`; nobody hears it again."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    message = {"body": "once", "client_id": str(uuid.uuid4())}
    first = await alice.do(topic, "new_msg", message)
    await bob.wait_for("new_msg", topic, id=first["id"])
    assert not first.get("duplicate")
    alice.cut()
    again = await phoenix.socket("alice")
    await again.join(topic)
    second = await again.do(topic, "new_msg", message)
    assert (second["id"], second["seq"], second["epoch"], second["duplicate"]) == \
        (first["id"], first["seq"], first["epoch"], True)
    assert [entry["id"] for entry in await history(again, topic)].count(first["id"]) == 1
    await bob.fence()
    assert bob.taken("new_msg") == []


async def test_a_retry_on_the_other_front_is_the_same_message(phoenix: PhoenixWorld):
    """The frame id of typed JSON and the client id of Phoenix are one key, in both directions."""
    alice, _, topic, number = await phoenix.both("alice", "jane")
    json_alice = await phoenix.ext("alice")
    await json_alice.join(number)
    ref = str(uuid.uuid4())
    first = await alice.do(topic, "new_msg", {"body": "once", "client_id": ref})
    ack = await json_alice.do("chat_send", {"channel_id": number, "content": "once"}, id=ref)
    assert (ack.payload["message_id"], ack.payload["seq"]) == (first["id"], first["seq"])
    ref = str(uuid.uuid4())
    ack = await json_alice.do("chat_send", {"channel_id": number, "content": "twice"}, id=ref)
    second = await alice.do(topic, "new_msg", {"body": "twice", "client_id": ref})
    assert (second["id"], second["seq"], second["duplicate"]) == (ack.payload["message_id"], ack.payload["seq"], True)


async def test_the_client_ids_of_others_are_others(phoenix: PhoenixWorld):
    """The key belongs to its user."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob")
    topic = await phoenix.meet(alice, bob)
    message = {"body": "mine", "client_id": str(uuid.uuid4())}
    assert (await alice.do(topic, "new_msg", message))["id"] != (await bob.do(topic, "new_msg", message))["id"]


# Changing messages


async def test_edit_msg(phoenix: PhoenixWorld):
    """Its author only; told to all with version and time, and history shows the new text."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    bob = await phoenix.socket("bob")
    await bob.join(topic)
    message = await alice.say(topic, "first")
    await bob.refused(topic, "edit_msg", {"id": message["id"], "body": "mine now"}, "forbidden")
    await alice.do(topic, "edit_msg", {"id": message["id"], "body": "second"})
    for client in (alice, bob):
        told = await client.wait_for("msg_edited", topic, id=message["id"], body="second", user="alice")
        assert told["version"] == 2 and told["edited_at"].endswith("Z")
    same(told, await jane.wait_for("chat_edited", message_id=message["id"], content="second"))
    (kept,) = await history(bob, topic, around_id=message["id"], limit=1)
    assert (kept["id"], kept["body"], kept["version"], kept["seq"]) == (message["id"], "second", 2, message["seq"])
    await jane.say(number, "JSON")
    theirs = await alice.wait_for("new_msg", topic, body="JSON")
    await jane.do("chat_edit", {"channel_id": number, "message_id": theirs["id"], "content": "JSON 2"})
    await alice.wait_for("msg_edited", topic, id=theirs["id"], body="JSON 2", user="jane")


async def test_delete_msg(phoenix: PhoenixWorld):
    """Its author, or a moderator; what is left is a tombstone without a body."""
    olga, bob, jane, topic, number = await moderated(phoenix)
    mine, other = await bob.say(topic, "mine"), await bob.say(topic, "other")
    await bob.do(topic, "delete_msg", {"id": mine["id"], "reason": "typo"})
    told = await olga.wait_for("msg_deleted", topic, id=mine["id"], user="bob")
    same(told, await jane.wait_for("chat_deleted", message_id=mine["id"]))
    assert told["reason"] == "typo"
    await olga.do(topic, "delete_msg", {"id": other["id"]})
    await bob.wait_for("msg_deleted", topic, id=other["id"], user="olga")
    hers = await olga.say(topic, "hers")
    await bob.refused(topic, "delete_msg", {"id": hers["id"]}, "forbidden")
    kept = {entry["id"]: entry for entry in await history(bob, topic, limit=3)}
    assert kept[mine["id"]]["deleted"] is True and kept[mine["id"]]["body"] == ""
    assert kept[hers["id"]]["body"] == "hers" and not kept[hers["id"]].get("deleted")


async def test_react(phoenix: PhoenixWorld):
    """A toggle: add, remove, and another emote takes the place of the first; told on both fronts and counted."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    message = await alice.say(topic, "react to me")
    target = {"id": message["id"], "emote": "👍"}
    await alice.do(topic, "react", target)
    told = await alice.wait_for("reaction_added", topic, **target, user="alice")
    same(told, await jane.wait_for("chat_react_add", message_id=message["id"], emote="👍", user="alice"))
    await alice.do(topic, "react", target)
    await alice.wait_for("reaction_removed", topic, **target, user="alice")
    await alice.do(topic, "react", target)
    await alice.do(topic, "react", {**target, "emote": "🔥"})
    await alice.wait_for("reaction_added", topic, id=message["id"], emote="🔥")
    removed = await alice.wait_for("reaction_removed", topic, **target)
    added = await alice.wait_for("reaction_added", topic, **target)
    assert added["seq"] < removed["seq"]
    await jane.do("chat_react", {"channel_id": number, "message_id": message["id"], "emote": "🔥"})
    await alice.wait_for("reaction_added", topic, emote="🔥", user="jane")
    (kept,) = await history(alice, topic, limit=1)
    assert kept["reactions"] == {"🔥": {"total": 2, "users": ["alice", "jane"]}}, kept
    page = await alice.do(topic, "reactions", {"id": message["id"], "emote": "🔥", "limit": 1})
    rest = await alice.do(topic, "reactions", {"id": message["id"], "emote": "🔥", "after": page["next"]})
    assert [user["username"] for user in page["users"] + rest["users"]] == ["alice", "jane"] and rest["next"] is None


async def test_react_may_say_what_it_wants(phoenix: PhoenixWorld):
    """`add` and `remove` do so once, however often they are sent."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    message = await alice.say(topic, "react to me")
    for mode, event in (("add", "reaction_added"), ("remove", "reaction_removed")):
        for _ in range(3):
            await alice.do(topic, "react", {"id": message["id"], "emote": "🔥", "mode": mode})
        await alice.fence()
        assert len(alice.taken(event, topic)) == 1


# Typing, read marks, broadcasts


async def test_typing(phoenix: PhoenixWorld):
    """Told to the others on both fronts; it is no event and has no number."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    bob = await phoenix.socket("bob")
    await bob.join(topic)
    await alice.do(topic, "typing", {})
    told = await bob.wait_for("typing", topic, user="alice")
    assert told["typing"] is True and "seq" not in told.payload
    await jane.wait_for("chat_typing", channel_id=number, user="alice")
    await alice.do(topic, "typing", {"typing": False})
    assert (await bob.wait_for("typing", topic, user="alice"))["typing"] is False
    await jane.send("chat_typing", {"channel_id": number})
    await alice.wait_for("typing", topic, user="jane")


async def test_read_marks_are_the_users_own(phoenix: PhoenixWorld):
    """What one device has read is not unread on another, on either front; others are told nothing."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    said = [await alice.say(topic, text) for text in ("one", "two", "three")]
    phone = await phoenix.socket("jane")
    assert standing(await phone.join(topic))["unread"] == 4  # these and the one with which the room began
    await phone.do(topic, "read", {"seq": said[1]["seq"]})
    await jane.wait_for("read_update", channel_id=number, seq=said[1]["seq"], unread=1)
    again = standing(await phone.join(topic))
    assert (again["unread"], again["read_seq"]) == (1, said[1]["seq"])
    await alice.silent(topic)


async def test_broadcasts_are_not_kept(phoenix: PhoenixWorld):
    """The others hear them; the log does not move, and history knows nothing."""
    alice, bob = await phoenix.socket("alice"), await phoenix.socket("bob", vsn="1.0.0")
    topic = await phoenix.meet(alice, bob)
    before = (await alice.do(topic, "new_msg", {"body": "before"}))["seq"]
    assert await alice.do(topic, "broadcast", {"event": "cursor", "payload": {"x": 1, "y": [2]}}) == {}
    told = await bob.wait_for("broadcast", topic, event="cursor")
    assert told["payload"] == {"x": 1, "y": [2]} and "seq" not in told.payload
    assert (await alice.do(topic, "new_msg", {"body": "after"}))["seq"] == before + 1


# History and search


async def test_history_pages_both_ways(phoenix: PhoenixWorld):
    """By position or message id, before, after and around; pages ascend and say whether there is more."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    said = [await alice.say(topic, f"n{index}") for index in range(30)]
    ids = [message["id"] for message in said]
    found: list[str] = []
    after = said[0]["seq"] - 1
    while True:
        page = await alice.do(topic, "history", {"after": after, "limit": 7})
        found += [entry["id"] for entry in page["messages"]]
        assert page["epoch"] == said[0]["epoch"]
        if not page["has_more_after"]:
            break
        after = page["messages"][-1]["seq"]
    assert found == ids
    page = await alice.do(topic, "history", {"before_id": ids[10], "limit": 5})
    assert [entry["id"] for entry in page["messages"]] == ids[5:10] and page["has_more_before"]
    page = await alice.do(topic, "history", {"around_id": ids[15], "limit": 5})
    assert ids[15] in [entry["id"] for entry in page["messages"]] and len(page["messages"]) == 5
    page = await alice.do(topic, "history", {"after_id": ids[-1]})
    assert page["messages"] == [] and not page["has_more_after"]
    newest = await history(alice, topic)
    assert [entry["id"] for entry in newest[-30:]] == ids
    theirs = await jane.do("history_get", {"channel_id": number, "limit": 30})
    assert [message["message_id"] for message in theirs.payload["messages"]] == ids


async def test_search(phoenix: PhoenixWorld):
    """All words in any order, without regard to case; newest first, page by page; no tombstones."""
    alice, jane, topic, number = await phoenix.both("alice", "jane")
    texts = ("Red apples", "green APPLES", "apples and red pears", "Ärger, pears")
    said = [await alice.say(topic, text) for text in texts]
    gone = await alice.say(topic, "apples that are gone")
    await alice.do(topic, "delete_msg", {"id": gone["id"]})
    await jane.say(number, "apples by JSON")
    result = await alice.do(topic, "search", {"query": "apples"})
    assert [entry["body"] for entry in result["messages"]] == \
        ["apples by JSON", "apples and red pears", "green APPLES", "Red apples"]
    result = await alice.do(topic, "search", {"query": "RED  apples"})
    assert [entry["id"] for entry in result["messages"]] == [said[2]["id"], said[0]["id"]]
    result = await alice.do(topic, "search", {"query": "ärger"})
    assert [entry["id"] for entry in result["messages"]] == [said[3]["id"]]
    found, before = [], None
    while True:
        window = {} if before is None else {"before": before}
        page = await alice.do(topic, "search", {"query": "apples", "limit": 1, **window})
        found += [entry["body"] for entry in page["messages"]]
        before = page["next"]
        if before is None:
            break
    assert found == ["apples by JSON", "apples and red pears", "green APPLES", "Red apples"]
    assert (await alice.do(topic, "search", {"query": "%"}))["messages"] == []


async def test_a_search_that_is_too_long_for_one_answer_loses_nothing(phoenix: PhoenixWorld):
    """A page is cut to what one answer may hold, and the next begins behind its last message."""
    alice = await phoenix.socket("alice")
    topic = await phoenix.meet(alice)
    text = "needle " + "x" * 3900
    refs = [await alice.push(topic, "new_msg", {"body": text, "metadata": {"a": "y" * 3900}}) for _ in range(60)]
    said = [(await alice.answer(ref, topic)).response["seq"] for ref in refs]
    found, before, pages = [], None, 0
    while True:
        window = {} if before is None else {"before": before}
        page = await alice.do(topic, "search", {"query": "needle", "limit": 100, **window})
        found += [entry["seq"] for entry in page["messages"]]
        before, pages = page["next"], pages + 1
        if before is None:
            break
    assert pages > 1 and found == said[::-1]


async def test_search_shows_what_history_would(phoenix: PhoenixWorld):
    """Who sees only what came after his joining finds nothing older."""
    owner = await phoenix.ext("owner")
    number, topic = await phoenix.closed_room(owner, "private")
    await owner.do("chat_send", {"channel_id": number, "content": "secret apples"})
    bob = await phoenix.socket("bob")
    await bob.join_refused(topic, reason="pending")
    await owner.do("member_accept", {"channel_id": number, "target": "bob"})
    joined = await bob.join(topic, {"history": 50})
    await owner.do("chat_send", {"channel_id": number, "content": "open apples"})
    await bob.wait_for("new_msg", topic, body="open apples")
    assert joined["history"] == []
    result = await bob.do(topic, "search", {"query": "apples"})
    assert [entry["body"] for entry in result["messages"]] == ["open apples"]
    assert [entry["body"] for entry in await history(bob, topic)] == ["open apples"]
