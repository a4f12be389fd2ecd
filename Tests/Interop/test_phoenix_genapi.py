"""Conformance cases C71-C76 and the arguments of C86: requests of PhoenixGenApi (phoenix-channels.md §5.1).

C76 (asynchronous calls) is upstream only: none of our request types is answered later. A streamed answer, to
`get_group_info` of a large group, stands in its place.
"""

import pytest

from harness import PhoenixWorld, Relay, new_room_id, room_topic
from harness import settings as names
from harness.relay import EVENT, RESPONSE_KEYS, new_group, relay_user, relay_users, talked


@pytest.mark.parametrize("service", ["chat_service", "relay"])
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_case_c71_a_synchronous_call(phoenix: PhoenixWorld, vsn: str, service: str):
    """A push with exactly seven keys, then the reply ok whose response is the request type as a bare string."""
    alice = await relay_user(phoenix, "alice", vsn=vsn)
    alice.service = service
    pushed, reply = await alice.call("create_group", group_id=new_room_id("g"), group_type="public")
    assert {key: value for key, value in pushed.items() if key != "request_id"} == {
        "result": "ok", "success": True, "error": None, "async": False, "has_more": False, "can_retry": False}
    assert reply.payload == {"status": "ok", "response": "create_group"}


@pytest.mark.parametrize("name", ["request_type", "request_id", "service"])
@pytest.mark.parametrize("value", ["<absent>", None, ""])
async def test_case_c72_a_missing_field(phoenix: PhoenixWorld, name: str, value: object):
    """The push names it with a prefix, the reply without; a missing request id is `unknown`."""
    alice = await relay_user(phoenix, "alice")
    request = {"request_type": "relay_msg", "request_id": "r1", "service": "chat_service", "args": {}, name: value}
    if value == "<absent>":
        del request[name]
    ref = await alice.client.push("relay:any", EVENT, request)
    pushed, reply = await alice.client.wait_for(EVENT, "relay:any"), await alice.client.answer(ref)
    assert pushed["request_id"] == ("unknown" if name == "request_id" else "r1")
    assert pushed["error"] == f"Invalid request: Missing required fields: {name}" and pushed["success"] is False
    assert reply.payload == {"status": "error", "response": f"Missing required fields: {name}"}


async def test_case_c72_several_missing_fields(phoenix: PhoenixWorld):
    """They are named in the order of the documentation."""
    alice = await relay_user(phoenix, "alice")
    pushed, reply = await alice.request({"request_type": "relay_msg"})
    assert pushed["request_id"] == "unknown" and pushed.keys() == RESPONSE_KEYS
    assert pushed["error"] == "Invalid request: Missing required fields: request_id, service"
    assert reply.payload == {"status": "error", "response": "Missing required fields: request_id, service"}
    _, reply = await alice.request({})
    assert reply.response == "Missing required fields: request_type, request_id, service"


@pytest.mark.parametrize("request_id, told", [("r1", "r1"), (None, "unknown")])
async def test_case_c73_who_is_not_logged_in(phoenix: PhoenixWorld, request_id: str | None, told: str):
    """A guest in a room asks: `Authentication required`, pushed and as the reply's error."""
    guest = await phoenix.socket()
    await guest.join("room:lobby")
    request = {"service": "chat_service", "request_type": "relay_msg", "args": {}}
    if request_id is not None:
        request["request_id"] = request_id
    pushed, reply = await Relay(guest, "room:lobby").request(request)
    assert (pushed["request_id"], pushed["success"], pushed["error"]) == (told, False, "Authentication required")
    assert reply.payload == {"status": "error", "response": "Authentication required"}
    refused = await guest.try_join("relay:any")
    assert refused.status == "error", refused.raw


@pytest.mark.parametrize("service, version, shown", [
    ("chat_service", None, "latest"), ("chat_service", "0.0.0", "latest"), ("chat_service", "9.9.9", "9.9.9"),
    ("no_such_service", None, "latest")])
async def test_case_c74_an_unknown_request_type(phoenix: PhoenixWorld, service: str, version: str | None, shown: str):
    """The push says that it is not supported, in the version that was asked for; the reply is ok all the same."""
    alice = await relay_user(phoenix, "alice")
    request = {"service": service, "request_type": "fly", "request_id": "r1", "args": {}}
    if version is not None:
        request["version"] = version
    pushed, reply = await alice.request(request)
    assert (pushed["success"], pushed["error"]) == (False, f"unsupported function: fly version {shown}")
    assert reply.payload == {"status": "ok", "response": "fly"}


async def test_case_c75_a_forged_user_id(phoenix: PhoenixWorld):
    """Whoever the payload says it is from, it is from the one who is logged in."""
    alice, bob = await relay_users(phoenix, "alice", "bob")
    group_id = await new_group(alice)
    assert await bob.do("join_group", group_id=group_id) == "active"
    request = {"service": "chat_service", "request_type": "relay_msg", "request_id": "r1", "user_id": "alice",
               "user_roles": ["admin"], "device_id": "d", "args": {"group_id": group_id, "message": "it is me"}}
    pushed, _ = await bob.request(request)
    assert pushed["success"], pushed
    await alice.hears(group_id, "it is me", "bob")


@pytest.mark.deadline(240)
async def test_case_c76_a_large_group_is_streamed(phoenix: PhoenixWorld):
    """Instead of an asynchronous call: `get_group_info` of 250 members comes in parts, and together they are all."""
    admin = await relay_user(phoenix, "admin76")
    group_id = await new_group(admin)
    names = [f"crowd{number}" for number in range(249)]
    for name in names:
        client = await phoenix.socket(name)
        await client.join(room_topic(group_id))
        await client.close()
    request = {"service": "chat_service", "request_type": "get_group_info", "request_id": "big"}
    ref = await admin.client.push(admin.topic, EVENT, {**request, "args": {"group_id": group_id}})
    parts = []
    while not parts or parts[-1].payload["has_more"]:
        part = await admin.client.wait_for(EVENT, admin.topic, request_id="big")
        assert part.payload.keys() == RESPONSE_KEYS and part["success"] and part["error"] is None, part.raw
        parts.append(part)
    reply = await admin.client.answer(ref)
    assert reply.payload == {"status": "ok", "response": "get_group_info"}
    log = admin.client.log
    assert log.index(parts[0]) < log.index(reply) < log.index(parts[1])
    assert (parts[0]["result"], parts[0]["async"], parts[0]["has_more"]) == ("init", True, True)
    assert all(part["async"] for part in parts)
    members: dict[str, dict] = {}
    for part in parts[1:]:
        found = members_of(part["result"])
        assert members.keys().isdisjoint(found), "a member came twice"
        members |= found
    assert members.keys() == {"admin76", *names}
    assert all(entry["status"] == "active" for entry in members.values())
    await admin.deaf()


def members_of(result: object) -> dict[str, dict]:
    """The members in one part of a streamed answer, which may be a whole response by itself (§5.1, stream mode)."""
    if isinstance(result, dict) and "members" in result:
        return result["members"]
    return members_of(result["result"]) if isinstance(result, dict) and "result" in result else {}


@pytest.mark.parametrize("arguments, text", [
    ({"message": "x"}, 'missing or nil argument "group_id" in "relay_msg"'),
    ({"group_id": None, "message": "x"}, 'missing or nil argument "group_id" in "relay_msg"'),
    ({"group_id": "g"}, 'missing or nil argument "message" in "relay_msg"'),
    ({"group_id": "g", "message": "x", "more": 1}, 'extra arguments for "relay_msg", extra: ["more"]'),
    ({"group_id": "g", "message": "x" * 3001}, 'invalid argument size for "message", max 3000 bytes'),
    ({"group_id": "g", "message": "ü" * 1501}, 'invalid argument size for "message", max 3000 bytes'),
])
async def test_case_c86_bad_arguments(phoenix: PhoenixWorld, arguments: dict, text: str):
    """The push says `Request processing failed`; the reply is an error with what is wrong."""
    (alice,) = await relay_users(phoenix, "alice")
    pushed, reply = await alice.call("relay_msg", **arguments)
    assert (pushed["success"], pushed["error"], pushed["can_retry"]) == (False, "Request processing failed", False)
    assert reply.payload == {"status": "error", "response": text}


@pytest.mark.parametrize("arguments", [{"group_id": 7, "message": "x"}, {"group_id": "g", "message": ["x"]},
                                       {"group_id": "g", "message": {"x": 1}}, {"group_id": True, "message": "x"}])
async def test_case_c86_arguments_of_a_wrong_type(phoenix: PhoenixWorld, arguments: dict):
    """The wording varies with the type; it begins by naming the argument."""
    (alice,) = await relay_users(phoenix, "alice")
    pushed, reply = await alice.call("relay_msg", **arguments)
    wrong = "group_id" if arguments["message"] == "x" else "message"
    assert pushed["error"] == "Request processing failed"
    assert reply.status == "error" and reply.response.startswith(f'invalid argument type for "{wrong}"'), reply.raw


# What §5.1 says beside the numbered cases.


@pytest.mark.parametrize("payload", [[], "x", 7, None])
async def test_a_request_that_is_no_object_crashes_the_channel(phoenix: PhoenixWorld, payload: object):
    """As upstream; the socket lives, and the channel can be joined again."""
    alice = await relay_user(phoenix, "alice")
    await alice.client.push(alice.topic, EVENT, payload)
    await alice.client.wait_for("phx_error", alice.topic, reason="channel_crash")
    await alice.client.join(alice.topic)
    await new_group(alice)


@pytest.mark.parametrize(
    "topic", ["relay:any", "room:lobby", "realtime:lobby", "user:public", "user:role", "user:alice"])
async def test_every_channel_of_an_authenticated_socket_takes_requests(phoenix: PhoenixWorld, topic: str):
    """And answers on that channel."""
    alice = await relay_user(phoenix, "alice", topic)
    group_id = await new_group(alice)
    await talked(group_id, alice, alice)


async def test_the_name_of_the_event_is_the_operators(another_server):
    """Requests, answers and deliveries go by the name that is set, and by no other."""
    phoenix = PhoenixWorld(another_server({names.REQUEST_EVENT: "api"}))
    alice = await relay_user(phoenix, "alice")
    assert (await alice.client.ask(alice.topic, EVENT, {})).status == "error"
    alice.event = "api"
    group_id = await new_group(alice)
    await talked(group_id, alice, alice)
    await phoenix.aclose()
