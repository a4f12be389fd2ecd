"""Conformance cases C01-C17: the socket under the channels (phoenix-channels.md §1).

The subprotocol that carries a token always works here, so C14 is about offers without `phoenix`: they are passed
over. Where a case needs a joined channel it is `user:public`, which everybody may join.
"""

import asyncio
import base64
import http.client

import pytest

from harness import PATIENCE, PhoenixClient, PhoenixWorld, RawSocket, Server, eventually
from harness import settings as names
from harness.raw import TEXT, frame

LOBBY = "room:lobby"
PUBLIC = "user:public"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode()}
OK = {"status": "ok", "response": {}}


def answer(server: Server, path: str, headers: dict[str, str] | None = None,
           method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """What HTTP says to an upgrade: status, header fields and body. After 101 there is no body to wait for."""
    connection = http.client.HTTPConnection(server.address, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=UPGRADE if headers is None else headers)
        got = connection.getresponse()
        fields = {name.lower(): value for name, value in got.getheaders()}
        return got.status, fields, b"" if got.status == 101 else got.read()
    finally:
        connection.close()


def refused(server: Server, query: str, status: int = 403) -> None:
    """The upgrade is refused with this status and nothing in the body."""
    code, _, body = answer(server, f"/socket/websocket{query}")
    assert (code, body) == (status, b""), query


async def closed_by(phoenix: PhoenixWorld, vsn: str, data: str | bytes) -> None:
    """A frame that nobody can read closes the socket with 1011, and without another frame."""
    client = await phoenix.socket(vsn=vsn)
    await client.raw(data)
    await client.expect_close(1011)
    assert client.inbox == [], f"{data!r}: {client.inbox}"


async def test_case_c01_without_a_version_objects_are_spoken(phoenix: PhoenixWorld):
    """No `vsn`: a heartbeat object is answered by an object with exactly topic, event, payload and ref."""
    client = await phoenix.socket(vsn=None)
    await client.raw('{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"10"}')
    await client.expect_raw({"topic": "phoenix", "event": "phx_reply", "ref": "10", "payload": OK})


@pytest.mark.parametrize("vsn", ["1.0.0", "1.0.7"])
async def test_case_c01_any_patch_of_version_1(phoenix: PhoenixWorld, vsn: str):
    """`1.0.x` means objects."""
    client = await phoenix.socket(vsn=vsn)
    await client.fence()


@pytest.mark.parametrize("vsn", ["2.0.0", "2.0.5"])
async def test_case_c02_any_patch_of_version_2(phoenix: PhoenixWorld, vsn: str):
    """`2.0.x` means arrays."""
    client = await phoenix.socket(vsn=vsn)
    await client.raw('[null,"14","phoenix","heartbeat",{}]')
    await client.expect_raw([None, "14", "phoenix", "phx_reply", OK])


@pytest.mark.parametrize("query", [
    "?vsn=2.1.0", "?vsn=1.1.0", "?vsn=3.0.0", "?vsn=123.1.1", "?vsn=2", "?vsn=2.0", "?vsn=", "?vsn=two",
    "?vsn=2.0.0.0", "?vsn=99999999999999999999.0.0", "?vsn%5B%5D=2.0.0"])
def test_case_c03_other_versions_are_refused(server: Server, query: str):
    """A version that is not spoken, or is none: 403 with an empty body, no upgrade."""
    refused(server, query)


@pytest.mark.parametrize("token", ["x", "a.b.c", "", "x" * 6000])
def test_case_c04_bad_credentials_are_refused_before_the_upgrade(server: Server, token: str):
    """A token that is no good: 403, never an upgrade that is closed afterwards."""
    refused(server, f"?vsn=2.0.0&token={token}")


async def test_case_c05_heartbeat(phoenix: PhoenixWorld):
    """The reply to a heartbeat repeats the ref; its join_ref is null whatever was sent."""
    client = await phoenix.socket()
    await client.raw('["x","14","phoenix","heartbeat",{}]')
    await client.expect_raw([None, "14", "phoenix", "phx_reply", OK])


@pytest.mark.parametrize("payload", ['{"x":1}', "null", "[1]", '"x"'])
async def test_case_c05_the_payload_of_a_heartbeat_does_not_matter(phoenix: PhoenixWorld, payload: str):
    """The payload is ignored."""
    client = await phoenix.socket()
    await client.raw(f'[null,"1","phoenix","heartbeat",{payload}]')
    await client.expect_raw([None, "1", "phoenix", "phx_reply", OK])


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
async def test_case_c06_heartbeat_without_a_ref(phoenix: PhoenixWorld, vsn: str):
    """A null ref is answered with a null ref."""
    client = await phoenix.socket(vsn=vsn)
    await client.send(None, None, "phoenix", "heartbeat", {})
    reply = await client.expect("phx_reply", "phoenix")
    assert (reply.join_ref, reply.ref, reply.payload) == (None, None, OK)


async def test_case_c07_another_event_on_the_topic_of_heartbeats(phoenix: PhoenixWorld):
    """Anything but a heartbeat on `phoenix` is an unmatched topic; join_ref is null."""
    client = await phoenix.socket()
    for event in ("other", "phx_join"):
        await client.raw(f'["1","1","phoenix","{event}",{{}}]')
        await client.expect_raw(
            [None, "1", "phoenix", "phx_reply", {"status": "error", "response": {"reason": "unmatched topic"}}])


@pytest.mark.parametrize("text", ["hello", '{"a":1}', '["1","2"]', "", "null", '["1","2","t","e"]', "[" * 1000,
                                  '[null,"1","phoenix","heartbeat",{}', '{"topic":"phoenix","event":"heartbeat",'
                                  '"payload":{},"ref":"1"}'])
async def test_case_c08_unreadable_text_closes_with_1011(phoenix: PhoenixWorld, text: str):
    """Version 2: no JSON, no array, or one that is too short."""
    await closed_by(phoenix, "2.0.0", text)


@pytest.mark.parametrize("text", ['[null,"1","phoenix","heartbeat",{}]', "hello", "7",
                                  '{"topic":"phoenix","event":"heartbeat","payload":{}}',
                                  '{"topic":"phoenix","event":"heartbeat","ref":"1"}',
                                  '{"topic":"phoenix","payload":{},"ref":"1"}',
                                  '{"event":"heartbeat","payload":{},"ref":"1"}'])
async def test_case_c09_unreadable_objects_close_with_1011(phoenix: PhoenixWorld, text: str):
    """Version 1: an array, no JSON, or an object that lacks one of the four keys."""
    await closed_by(phoenix, "1.0.0", text)


async def test_case_c09_the_keys_may_be_null_and_further_ones_are_ignored(phoenix: PhoenixWorld):
    """Version 1: presence of the keys counts, not their values."""
    client = await phoenix.socket(vsn="1.0.0")
    await client.raw('{"topic":"phoenix","event":"heartbeat","payload":null,"ref":null,"more":{"x":[1]}}')
    await client.expect_raw({"topic": "phoenix", "event": "phx_reply", "ref": None, "payload": OK})


async def test_case_c10_json_text_in_a_binary_frame(phoenix: PhoenixWorld):
    """Version 1 takes it as if it were text."""
    client = await phoenix.socket(vsn="1.0.0")
    await client.raw(b'{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}')
    await client.expect_raw({"topic": "phoenix", "event": "phx_reply", "ref": "1", "payload": OK})


async def test_case_c11_longer_arrays(phoenix: PhoenixWorld):
    """Whatever follows the fifth element is ignored."""
    client = await phoenix.socket()
    await client.raw('[null,"1","phoenix","heartbeat",{},"sixth",{"seventh":[]}]')
    await client.expect_raw([None, "1", "phoenix", "phx_reply", OK])


@pytest.fixture(scope="module")
def impatient_server():
    """A server that closes sockets after a second of silence."""
    with Server({names.PHOENIX_IDLE: 1}) as server:
        yield server


async def test_case_c12_silence_closes_and_pings_keep_open(impatient_server: Server):
    """No inbound bytes for the idle limit: close 1002. A client that only pings stays."""
    phoenix = PhoenixWorld(impatient_server)
    pinging = await phoenix.socket()
    try:
        # Two limits one after the other: the first silent socket may have begun when the pinging one did.
        for _ in range(2):
            silent = await phoenix.socket()
            closing = silent.expect_close(1002)
            await ping_until(pinging, closing)
        await pinging.fence()
    finally:
        await phoenix.aclose()


async def ping_until(client: PhoenixClient, ending) -> None:
    """Pings several times a second until `ending` is done."""
    task = asyncio.ensure_future(ending)
    while not task.done():
        await (await client.socket.ping())
        await asyncio.wait({task}, timeout=0.2)
    await task


async def test_case_c12_what_the_server_sends_does_not_keep_open(impatient_server: Server):
    """Outbound traffic does not count: a client that listens and says nothing is closed in the midst of messages."""
    phoenix = PhoenixWorld(impatient_server)
    try:
        talker, listener = await phoenix.socket("talker"), await phoenix.socket("listener")
        topic = await phoenix.meet(talker, listener)
        closing = asyncio.ensure_future(listener.expect_close(1002))
        while not closing.done():
            await talker.do(topic, "new_msg", {"body": "are you there?"})
            await asyncio.wait({closing}, timeout=0.2)
        await closing
        assert listener.taken("new_msg")
    finally:
        await phoenix.aclose()


@pytest.mark.parametrize("data", [b"", b"payload", bytes(range(125))])
async def test_case_c13_pings_are_answered_with_their_data(phoenix: PhoenixWorld, data: bytes):
    """A pong has the data of its ping."""
    client = await phoenix.socket()
    await (await client.socket.ping(data))


async def test_case_c14_offers_of_other_subprotocols_are_passed_over(phoenix: PhoenixWorld):
    """The upgrade succeeds, and no subprotocol is selected."""
    client = await phoenix.socket(subprotocols=("chat", "superchat"))
    assert client.socket.subprotocol is None
    assert "Sec-WebSocket-Protocol" not in client.socket.response.headers
    await client.fence()


def bearer(token: str) -> str:
    """How phoenix.js writes a token into a subprotocol: the standard alphabet, without padding."""
    return "base64url.bearer.phx." + base64.b64encode(token.encode()).decode().rstrip("=")


async def test_case_c15_a_token_in_the_subprotocol_logs_in(phoenix: PhoenixWorld):
    """`phoenix` is selected, and the socket is that user's."""
    token = phoenix.server.token("alice")
    client = await phoenix.socket(subprotocols=("phoenix", bearer(token)))
    assert client.socket.subprotocol == "phoenix"
    assert await client.join("user:alice") == {}


async def test_case_c15_the_url_safe_alphabet_works_too(phoenix: PhoenixWorld):
    """The prefix says base64url: clients that believe it are understood."""
    token = phoenix.server.token("alice")
    offered = "base64url.bearer.phx." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")
    client = await phoenix.socket(subprotocols=("phoenix", offered))
    assert await client.join("user:role") == {}


async def test_case_c15_phoenix_alone_is_selected_too(phoenix: PhoenixWorld):
    """Without a token it is a socket of nobody, but a browser's handshake needs the header."""
    client = await phoenix.socket(subprotocols=("phoenix",))
    assert client.socket.subprotocol == "phoenix"
    await client.join(PUBLIC)


@pytest.mark.parametrize("offered", [bearer("x"), bearer(""), "base64url.bearer.phx.!!!", "base64url.bearer.phx."])
def test_case_c15_a_bad_token_in_the_subprotocol_is_refused(server: Server, offered: str):
    """As with the parameter: 403 with an empty body."""
    headers = {**UPGRADE, "Sec-WebSocket-Protocol": f"phoenix, {offered}"}
    code, _, body = answer(server, "/socket/websocket?vsn=2.0.0", headers)
    assert (code, body) == (403, b"")


async def test_case_c16_a_forced_disconnect_is_1001_and_nothing_else(phoenix: PhoenixWorld):
    """A disabled account: its sockets are closed with 1001, and no channel is told first."""
    server = phoenix.server
    client = await phoenix.socket("hank")
    await phoenix.meet(client)
    await client.join(PUBLIC)
    client.inbox.clear()
    server.command("user", "disable", "hank")
    await client.expect_close(1001)
    assert [message.raw for message in client.inbox] == []
    refused(server, f"?vsn=2.0.0&token={server.token('hank')}")


async def test_case_c17_refs_keep_their_type(phoenix: PhoenixWorld):
    """Integer refs come back as integers; a join_ref of another type is another one, so its frame is stale."""
    client = await phoenix.socket()
    await client.raw('[1,1,"user:public","phx_join",{}]')
    await client.expect_raw([1, 1, PUBLIC, "phx_reply", OK])
    await client.raw('[1,2,"user:public","echo",{"x":1}]')
    await client.expect_raw([1, 2, PUBLIC, "phx_reply", {"status": "ok", "response": {"x": 1}}])
    await client.raw('["1",4,"user:public","echo",{"x":2}]')
    await client.silent()


# What §1 says beside the numbered cases.


def test_methods_other_than_get_and_plain_gets_are_400(server: Server):
    """The path of the socket without an upgrade, and with another method: 400 with an empty body."""
    assert answer(server, "/socket/websocket?vsn=2.0.0", headers={})[::2] == (400, b"")
    assert answer(server, "/socket/websocket?vsn=2.0.0", headers={}, method="POST")[::2] == (400, b"")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil-{address}", "{base}.evil.example", "null"])
def test_a_foreign_origin_is_refused(server: Server, origin: str):
    """Hosts are compared as a whole: 403 with an empty body."""
    headers = {**UPGRADE, "Origin": origin.format(address=server.address, base=server.base)}
    assert answer(server, "/socket/websocket?vsn=2.0.0", headers)[::2] == (403, b"")


async def test_the_own_origin_is_accepted(phoenix: PhoenixWorld):
    """A page of the same host may connect."""
    await (await phoenix.socket(origin=phoenix.server.base)).fence()


async def test_nested_and_repeated_parameters_are_no_harm(phoenix: PhoenixWorld):
    """phoenix.js writes nested params as `a[b]=c`."""
    client = await phoenix.socket(params={"a[b]": "c", "a[d][]": "e", "%": "%", "é": "ü"})
    await client.fence()


async def test_an_oversized_frame_closes_with_1009(phoenix: PhoenixWorld):
    """A message beyond the limit is refused by its length, before it is read."""
    socket = await RawSocket.connect(phoenix.server.port)
    assert " 101 " in await socket.upgrade("/socket/websocket?vsn=2.0.0")
    await socket.write(bytes([0x81, 0xFF]) + (10_000_001).to_bytes(8, "big") + b"mask")
    _, code = await socket.until_closed()
    socket.close()
    assert code == 1009


async def test_text_that_is_not_utf_8_closes_with_1007(phoenix: PhoenixWorld):
    """The frame is refused before anybody looks for JSON in it."""
    socket = await RawSocket.connect(phoenix.server.port)
    assert " 101 " in await socket.upgrade("/socket/websocket?vsn=2.0.0")
    await socket.write(frame(TEXT, b'[null,"1","phoenix","heartbeat",{"\xff":1}]'))
    _, code = await socket.until_closed()
    socket.close()
    assert code == 1007


async def test_fragments_are_one_frame(phoenix: PhoenixWorld):
    """A frame may come in parts."""
    client = await phoenix.socket()
    await client.socket.send(['[null,"1",', '"phoenix","heart', 'beat",{}]'])
    await client.expect_raw([None, "1", "phoenix", "phx_reply", OK])


async def test_sigterm_closes_with_1012(another_server):
    """On a restart clients are told so, with a code after which all of them come back."""
    server = another_server()
    phoenix = PhoenixWorld(server)
    clients = [await phoenix.socket("alice"), await phoenix.socket(), await phoenix.socket(vsn="1.0.0")]
    await clients[0].join(LOBBY)
    await clients[1].join(PUBLIC)
    server.terminate()
    for client in clients:
        await client.expect_close(1012)
    assert server.wait() == 0


async def test_expired_tokens_are_refused(phoenix: PhoenixWorld):
    """A socket that is open when its token expires stays; a new one is not let in."""
    server = phoenix.server
    server.token("erin")
    token = server.issue_token("erin", ttl="2s")
    early = await phoenix.socket(token=token)
    early.name = "erin"
    await early.join("user:erin")

    async def attempt() -> bool:
        return answer(server, f"/socket/websocket?vsn=2.0.0&token={token}")[0] == 403

    await eventually(attempt)
    await early.fence()
