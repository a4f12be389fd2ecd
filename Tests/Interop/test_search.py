"""Finding messages on `/ws` and over REST (product.md §4)."""

import pytest

from harness import Client, World

PATH = "/api/v1/search"


async def scene(world: World, *bodies: str) -> tuple[Client, Client, int]:
    """Alice and Bob in a room where Alice has said this."""
    alice, bob = await world.ext("alice"), await world.ext("bob")
    room = await world.room(alice, bob)
    for body in bodies:
        await alice.say(room, body)
    return alice, bob, room


async def search(client: Client, room: int, query: str, **more: object) -> dict:
    """The payload of the answer."""
    answer = await client.do("search", {"channel_id": room, "query": query, **more})
    assert answer.type == "search_page" and answer.payload["channel_id"] == room
    return answer.payload


async def found(client: Client, room: int, query: str, **more: object) -> list[str]:
    return [message["content"] for message in (await search(client, room, query, **more))["messages"]]


async def test_all_words_are_found_in_any_order_and_case_newest_first(world: World):
    _, bob, room = await scene(world, "Green tea", "black TEA", "tea that is green", "coffee", "ÄPFEL und Tee")
    assert await found(bob, room, "green TEA") == ["tea that is green", "Green tea"]
    assert await found(bob, room, "tea") == ["tea that is green", "black TEA", "Green tea"]
    assert await found(bob, room, "äpfel") == ["ÄPFEL und Tee"]
    assert await found(bob, room, "100%") == await found(bob, room, "t_a") == await found(bob, room, "cocoa") == []


async def test_both_fronts_find_the_same(world: World):
    alice, bob, room = await scene(world, "one tea", "two teas")
    await bob.do("chat_react", {"channel_id": room, "message_id": (await bob.wait_for("chat_send")).id, "emote": "🔥"})
    page = await search(bob, room, "tea")
    rest = world.server.rest.with_token(world.server.token("bob"))
    answer = rest.get(PATH, room=room, q="tea")
    assert answer.status == 200 and answer.json["epoch"] == page["epoch"] and answer.json["channel_id"] == room
    for here, there in zip(page["messages"], answer.json["messages"], strict=True):
        for key in ("message_id", "seq", "timestamp", "content", "sender", "reactions"):
            assert here[key] == there[key], key
    by_id = rest.get(PATH, room=answer.json["room_id"], q="tea")
    assert by_id.json == answer.json
    assert answer.json["messages"][1]["reactions"] == {"🔥": 1}


async def test_pages_go_on_where_the_last_one_ended(world: World):
    _, bob, room = await scene(world, *(f"tea {number}" for number in range(7)))
    pages, before = [], None
    while True:
        page = await search(bob, room, "tea", limit=3, **({"before": before} if before else {}))
        pages.append([message["content"] for message in page["messages"]])
        before = page["next"]
        if before is None:
            break
    assert [body for page in pages for body in page] == [f"tea {number}" for number in reversed(range(7))]
    assert len(pages[0]) == len(pages[1]) == 3


async def test_what_was_edited_is_found_as_it_is_now_and_what_was_deleted_is_not(world: World):
    alice, bob, room = await scene(world)
    edited, deleted = await alice.say(room, "old words"), await alice.say(room, "old secrets")
    await alice.do("chat_edit", {"channel_id": room, "message_id": edited.id, "content": "new words"})
    await alice.do("chat_delete", {"channel_id": room, "message_id": deleted.id})
    assert await found(bob, room, "old") == await found(bob, room, "secrets") == []
    assert await found(bob, room, "words") == ["new words"]


async def test_only_what_one_may_see_is_found(world: World):
    alice = await world.ext("alice")
    room = await world.room(alice)
    await alice.do("room_update", {"channel_id": room, "history_visibility": "since_join"})
    await alice.say(room, "before tea")
    stranger = await world.ext("stranger")
    refused = await stranger.ask("search", {"channel_id": room, "query": "tea"})
    assert (refused.type, refused.payload["code"]) == ("error", "not_member")
    rest = world.server.rest.with_token(world.server.token("stranger"))
    assert rest.get(PATH, room=room, q="tea").status == 403
    await stranger.join(room)
    await alice.say(room, "after tea")
    assert await found(stranger, room, "tea") == ["after tea"]
    assert await found(alice, room, "tea") == ["after tea", "before tea"]
    assert [message["content"] for message in rest.get(PATH, room=room, q="tea").json["messages"]] == ["after tea"]


async def test_the_compact_encoding_searches_too(world: World):
    _, _, room = await scene(world, "compact tea")
    short = await world.ext("alice", want=("seq", "compact"))
    answer = await short.ask("search", {"channel_id": room, "query": "tea"})
    assert answer.type == "search_page" and answer.payload["messages"][0]["m"] == "compact tea"


@pytest.mark.parametrize("payload", [
    {"query": ""}, {"query": "   "}, {"query": "a b c d e f g h i"}, {"query": "x" * 257}, {"query": 7}, {},
    {"query": "tea", "limit": 0}, {"query": "tea", "limit": 101}, {"query": "tea", "before": "soon"},
    {"query": "tea", "unknown": 1}])
async def test_bad_searches_are_refused(world: World, payload: dict):
    alice, _, room = await scene(world)
    answer = await alice.ask("search", {"channel_id": room, **payload})
    assert answer.type == "error" and answer.payload["code"] in ("bad_message", "invalid_argument")


@pytest.mark.parametrize(("query", "status"), [
    ({"q": "tea"}, 422), ({"room": 1}, 422), ({"room": 1, "q": ""}, 422), ({"room": 1, "q": "tea", "limit": 0}, 422),
    ({"room": 1, "q": "tea", "before": 0}, 422), ({"room": 999_999, "q": "tea"}, 404), ({"room": "", "q": "tea"}, 404),
    ({"room": 1, "q": "x" * 257}, 422), ({"room": 1, "q": "a b c d e f g h i"}, 422)])
async def test_bad_searches_over_rest_are_refused(world: World, query: dict, status: int):
    await (await world.ext("alice")).join(1)
    answer = world.server.rest.with_token(world.server.token("alice")).get(PATH, **query)
    assert answer.status == status and answer.detail, answer.text
    assert world.server.rest.get(PATH, **query).status == 401
