"""One conversation on two fronts: a strict_private group, from its making to the same history for both."""

from harness import Client, PhoenixClient, PhoenixWorld, Relay, eventually, new_room_id, room_topic

MUTED = "You are muted in this channel."


async def test_a_strict_private_group_on_two_fronts(phoenix: PhoenixWorld):
    """Made on Phoenix, asked for on typed JSON, accepted on Phoenix, muted on typed JSON, and so on to the end."""
    alice = await phoenix.socket("alice")
    await alice.join("relay:any")
    relay, group = Relay(alice, "relay:any"), new_room_id("g")
    topic = room_topic(group)
    assert await relay.do("create_group", group_id=group, group_type="strict_private") == "ok"
    number = (await alice.join(topic))["room"]["number"]

    json_bob, bob = await phoenix.ext("bob"), await phoenix.socket("bob")
    await asks_on_json_and_is_accepted_on_phoenix(alice, json_bob, bob, topic, number)
    await bob.join(topic)
    json_alice = await phoenix.ext("alice")
    await json_alice.join(number)
    bob_relay = Relay(bob, "relay:bob")
    await bob.join("relay:bob")

    await muted_on_json_and_refused_on_both(json_alice, json_bob, bob, bob_relay, topic, number, group)
    await the_mute_ends_by_time(json_bob, bob, bob_relay, topic, number, group)
    await edited_here_and_reacted_to_there(alice, json_alice, json_bob, bob, topic, number)
    await both_histories_read_the_same(alice, json_bob, bob, topic, number)


async def asks_on_json_and_is_accepted_on_phoenix(alice: PhoenixClient, json_bob: Client, bob: PhoenixClient,
                                                  topic: str, number: int) -> None:
    asked = await json_bob.ask("channel_join", {"channel_id": number})
    assert asked.matches("error", code="pending"), dict(asked)
    await alice.wait_for("member", topic, action="requested", user="bob", status="pending")
    sent = await alice.do(topic, "new_msg", {"body": "before bob"})
    await bob.join_refused(topic, reason="pending")
    refused = await json_bob.ask("chat_send", {"channel_id": number, "content": "may I?"})
    assert refused.type == "error" and refused.payload["code"] in ("pending", "not_member"), dict(refused)
    await alice.wait_for("new_msg", topic, id=sent["id"])
    await alice.do(topic, "accept_member", {"user": "bob"})
    await alice.wait_for("member", topic, action="accepted", user="bob", status="active", role="member")
    await json_bob.join(number)


async def muted_on_json_and_refused_on_both(json_alice: Client, json_bob: Client, bob: PhoenixClient, bob_relay: Relay,
                                            topic: str, number: int, group: str) -> None:
    """Each front refuses in its own words, with the same time and reason where it has room for them."""
    mute = {"channel_id": number, "target": "bob", "duration": 3, "reason": "calm down"}
    await json_alice.do("chat_mute", mute)
    told = await bob.wait_for("member", topic, action="muted", user="bob", status="muted", reason="calm down")
    heard = await json_bob.wait_for("chat_mute", channel_id=number, target="bob", duration=3)
    assert (told["seq"], told["until"]) == (heard["seq"], heard.payload["until"])
    error = (await json_bob.ask("chat_send", {"channel_id": number, "content": "may I?"})).payload
    assert (error["detail"], error["code"], error["until"]) == (MUTED, "muted", told["until"])
    refusal = await bob.refused(topic, "new_msg", {"body": "may I?"}, "muted")
    assert refusal["until"] == told["until"]
    await bob_relay.fails("You are muted and cannot send messages", "relay_msg", group_id=group, message="may I?")
    await json_alice.do("chat_send", {"channel_id": number, "content": "bob hears this"})
    await bob.wait_for("new_msg", topic, body="bob hears this")
    await json_bob.wait_for("chat_send", channel_id=number, content="bob hears this")


async def the_mute_ends_by_time(json_bob: Client, bob: PhoenixClient, bob_relay: Relay, topic: str, number: int,
                                group: str) -> None:
    """Nobody unmutes him; then all his ways to speak work again."""
    async def attempt() -> bool:
        return (await bob.ask(topic, "new_msg", {"body": "free on Phoenix"})).is_ok

    await eventually(attempt)
    await json_bob.do("chat_send", {"channel_id": number, "content": "free on JSON"})
    await bob_relay.do("relay_msg", group_id=group, message="free on the relay")


async def edited_here_and_reacted_to_there(alice: PhoenixClient, json_alice: Client, json_bob: Client,
                                           bob: PhoenixClient, topic: str, number: int) -> None:
    """A message of Phoenix edited on Phoenix gets a reaction on JSON, and the other way round."""
    first = await alice.say(topic, "first")
    await alice.do(topic, "edit_msg", {"id": first["id"], "body": "first, edited on Phoenix"})
    edited = await json_bob.wait_for("chat_edited", message_id=first["id"], content="first, edited on Phoenix")
    assert edited.payload["version"] == 2
    await json_bob.do("chat_react", {"channel_id": number, "message_id": first["id"], "emote": "👍"})
    await alice.wait_for("reaction_added", topic, id=first["id"], emote="👍", user="bob")

    second = await json_alice.say(number, "second")
    edit = {"channel_id": number, "message_id": second.id, "content": "second, edited on JSON"}
    await json_alice.do("chat_edit", edit)
    await bob.wait_for("msg_edited", topic, id=second.id, body="second, edited on JSON", version=2)
    await bob.do(topic, "react", {"id": second.id, "emote": "🔥"})
    await json_alice.wait_for("chat_react_add", message_id=second.id, emote="🔥", user="bob")

    third = await bob.say(topic, "third")
    await bob.do(topic, "delete_msg", {"id": third["id"]})
    await json_alice.wait_for("chat_deleted", message_id=third["id"])


async def both_histories_read_the_same(alice: PhoenixClient, json_bob: Client, bob: PhoenixClient, topic: str,
                                       number: int) -> None:
    """What one user reads on one front he reads on the other; and one who came later does not read what was before."""
    page = await json_bob.do("history_get", {"channel_id": number, "after": 0, "limit": 100})
    theirs = [(message["message_id"], message["seq"], message["sender"]["username"], message["content"],
               message.get("version", 1), bool(message.get("deleted")), message["reactions"] or {})
              for message in page.payload["messages"]]
    ours = await bob.do(topic, "history", {"after": 0, "limit": 100})
    assert [(entry["id"], entry["seq"], entry["user"]["username"], entry["body"], entry.get("version", 1),
             bool(entry.get("deleted")), {emote: told["total"] for emote, told in entry.get("reactions", {}).items()})
            for entry in ours["messages"]] == theirs
    assert ours["epoch"] == page.payload["epoch"]
    bodies = [entry["body"] for entry in ours["messages"]]
    assert bodies[0] == "bob hears this" and "before bob" not in bodies
    told = {"first, edited on Phoenix", "second, edited on JSON", "free on JSON", "free on the relay", ""}
    assert told <= set(bodies)
    assert [body for body in bodies if body.startswith("free on Phoenix")] == ["free on Phoenix"]
    whole = await alice.do(topic, "history", {"after": 0, "limit": 100})
    assert [entry["body"] for entry in whole["messages"]] == ["before bob", *bodies]
