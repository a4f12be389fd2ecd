"""Logins that a host application signs (JWT): on every front alike, or on none.

A new front is one more entry of `FRONTS`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.parse
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from harness import PATIENCE, Client, Server, StartFailure, World, eventually
from harness import settings as names
from harness.host import AUDIENCE, ISSUER, HostApplication, private_file

ALGORITHMS = ("HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA")
BAD_CONFIGURATION = 78  # EX_CONFIG
LONGEST_LINE = 8000  # bytes of a header field or target that HTTP surely lets through to whoever checks tokens

HOST = HostApplication()
BAD_TOKENS = HOST.bad_tokens()


# The fronts


class JSONFront:
    """`/ws`: the token is in the hello."""

    name = "json"

    async def accept(self, server: Server, token: str, user: str) -> None:
        client = await Client.connect(server.ws)
        try:
            await client.hello(token)
            assert client.name == user
            assert not client.greeting.payload["user"]["is_guest"]
        finally:
            await client.close()

    async def refuse(self, server: Server, token: str) -> None:
        client = await Client.connect(server.ws)
        await client.send("hello", {"token": token})
        await client.expect_error("Authentication failed")
        await client.expect_close(4401)


class RESTFront:
    """`/api/v1`: the token is a bearer."""

    name = "rest"

    async def accept(self, server: Server, token: str, user: str) -> None:
        answer = await asyncio.to_thread(server.rest.with_token(token).get, "/api/v1/auth/me")
        assert answer.status == 200, answer.text
        assert (answer.json["username"], answer.json["is_guest"]) == (user, False)

    async def refuse(self, server: Server, token: str) -> None:
        answer = await asyncio.to_thread(server.rest.with_token(token).get, "/api/v1/auth/me")
        if len(token) > LONGEST_LINE:
            assert answer.status in (401, 431), answer.text
            return
        assert (answer.status, answer.detail) == (401, "Invalid token")
        assert answer.headers["www-authenticate"].startswith("Bearer")


class PhoenixFront:
    """`/socket/websocket`: the token is a connect param; a refusal comes before any upgrade."""

    name = "phoenix"
    def _target(self, token: str) -> str:
        return f"/socket/websocket?token={urllib.parse.quote(token, safe='')}&vsn=2.0.0"

    async def accept(self, server: Server, token: str, user: str) -> None:
        async with connect(f"ws://{server.address}{self._target(token)}", open_timeout=PATIENCE, proxy=None) as socket:
            topic = f"user:{user.lower()}"  # his own, which nobody else may join
            await socket.send(json.dumps(["1", "1", topic, "phx_join", {}]))
            async with asyncio.timeout(PATIENCE):
                while True:
                    _, ref, _, event, payload = json.loads(await socket.recv())
                    if (ref, event) == ("1", "phx_reply"):
                        break
            assert payload["status"] == "ok", payload

    async def refuse(self, server: Server, token: str) -> None:
        target = self._target(token)
        with pytest.raises(InvalidStatus) as refusal:
            async with connect(f"ws://{server.address}{target}", open_timeout=PATIENCE, proxy=None):
                pass
        response = refusal.value.response
        if len(target) > LONGEST_LINE:
            assert response.status_code in (403, 414, 431), response
        else:
            assert (response.status_code, response.body or b"") == (403, b"")


FRONTS = [JSONFront(), RESTFront(), PhoenixFront()]


@pytest.fixture(params=FRONTS, ids=lambda front: front.name)
def front(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(HOST.settings(tmp_path_factory.mktemp("host"))) as started:
        yield started


# Who gets in


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_good_token_logs_in(server: Server, front, algorithm: str):
    user = f"{front.name}-{algorithm}"
    await front.accept(server, HOST.library_token(algorithm, user, roles=["vip"], name="Zoë"), user)
    await front.accept(server, HOST.token(user, algorithm), user)
    await front.accept(server, HOST.token(user, algorithm, header={"kid": None}), user)


@pytest.mark.parametrize("algorithm", ALGORITHMS[:3])
async def test_the_shared_secret_is_the_text_as_it_is_written(server: Server, front, algorithm: str):
    await front.accept(server, HOST.text_token(algorithm, "77"), "77")


@pytest.mark.parametrize("reason", BAD_TOKENS)
async def test_a_bad_token_is_refused(server: Server, front, reason: str):
    await front.refuse(server, BAD_TOKENS[reason])


async def test_a_token_as_epochtalk_issues_it(another_server, front):
    server = another_server({names.JWT_SECRET: HOST.text, names.JWT_ALGORITHMS: "HS512",
                             names.JWT_ISSUER: "EpochtalkServer"})
    claims = {"iss": "EpochtalkServer", "aud": "EpochtalkServer", "typ": "access"}
    await front.accept(server, HOST.text_token("HS512", "7", **claims), "7")
    await front.refuse(server, HOST.text_token("HS256", "7", **claims))
    await front.refuse(server, HOST.text_token("HS512", "7", **{**claims, "iss": "Other"}))


async def test_without_keys_no_host_is_believed(another_server, front):
    await front.refuse(another_server(), HOST.text_token("HS512", "7"))


async def test_accounts_are_made_only_when_that_is_allowed(another_server, front, tmp_path):
    server = another_server({**HOST.settings(tmp_path), names.JWT_CREATE_ACCOUNTS: False})
    server.add_user("known")
    await front.accept(server, HOST.token("known"), "known")
    await front.refuse(server, HOST.token("unknown"))
    assert server.rest.form("/api/v1/auth/login", username="unknown", password="x").status == 401


async def test_a_disabled_or_deleted_account_stays_out(server: Server, front):
    name = f"{front.name}-leaver"
    await front.accept(server, HOST.token(name), name)
    server.command("user", "disable", name)
    await front.refuse(server, HOST.token(name))
    server.command("user", "enable", name)
    await front.refuse(server, HOST.token(name, iat=HOST.claims()["iat"] - 60))
    await front.accept(server, HOST.token(name, iat=HOST.claims()["iat"] + 2), name)
    server.command("user", "delete", name)
    await front.refuse(server, HOST.token(name))


# What becomes of them


async def test_disabling_ends_the_connections_of_a_host_login(world: World):
    client = await world.client()
    await client.hello(HOST.token("cut"))
    world.server.command("user", "disable", "cut")
    await client.expect_close(4401)


def test_name_and_roles_of_the_newest_token_count(server: Server):
    me = "/api/v1/auth/me"
    first = HOST.token("renamed", name="First", roles=["admin"], iat=HOST.claims()["iat"] - 60)
    assert server.rest.with_token(first).get(me).json["display_name"] == "First"
    second = HOST.token("renamed", name="Second")
    assert server.rest.with_token(second).get(me).json["display_name"] == "Second"
    assert server.rest.with_token(first).get(me).json["display_name"] == "Second"
    # A host's role is a word, not a right.
    assert server.rest.with_token(first).get("/api/v1/dashboard/users/").status == 403


def test_a_made_account_has_no_password(server: Server):
    assert server.rest.with_token(HOST.token("passless")).get("/api/v1/auth/me").status == 200
    for password in ("", "x", HOST.text):
        answer = server.rest.form("/api/v1/auth/login", username="passless", password=password)
        assert answer.status in (401, 422), answer.text


def test_a_host_token_is_not_traded_for_a_longer_one(server: Server):
    answer = server.rest.with_token(HOST.token("trader")).call("POST", "/api/v1/auth/refresh")
    assert answer.status == 403, answer.text


def test_logging_out_refuses_that_token_for_good(another_server, tmp_path):
    server = another_server(HOST.settings(tmp_path))
    tokens = [HOST.token("leaver"), HOST.token("leaver", jti=None)]
    other = HOST.token("leaver", exp=HOST.claims()["exp"] + 1, jti=None)
    for token in tokens:
        assert server.rest.with_token(token).call("POST", "/api/v1/auth/logout").status == 204
    for _ in range(2):
        assert [server.rest.with_token(token).get("/api/v1/auth/me").status for token in tokens] == [401, 401]
        assert server.rest.with_token(other).get("/api/v1/auth/me").status == 200
        server.restart()


async def test_logging_out_everywhere_ends_what_was_signed_before(server: Server, front):
    name = f"{front.name}-everywhere"
    now = HOST.claims()["iat"]
    used, other = HOST.token(name, iat=now - 9), HOST.token(name, iat=now - 5)
    for token in (used, other):
        await front.accept(server, token, name)
    server.command("user", "role", name, "moderator")
    await front.accept(server, other, name)  # a role is no reason to log in anew
    assert server.rest.with_token(used).call("POST", "/api/v1/auth/logout?everywhere=true").status == 204
    for token in (used, other, HOST.token(name, iat=None)):
        await front.refuse(server, token)
    await front.accept(server, HOST.token(name, iat=now + 20), name)


def test_nothing_of_keys_and_tokens_is_logged_or_shown(another_server, tmp_path):
    server = another_server({**HOST.settings(tmp_path), "log.level": "trace"})
    token = HOST.token("quiet")
    for shown in (token, *BAD_TOKENS.values()):
        server.rest.with_token(shown).get("/api/v1/auth/me")
    shown = server.command("settings").stdout + server.command("check").stdout
    assert "auth.jwt.secret: (hidden)" in shown
    server.stop()
    for text in (HOST.text, token, token.rpartition(".")[2], HOST.jwks()["keys"][0]["k"]):
        assert text not in server.log() and text not in shown
    assert "badSignature" in server.log(), "the reason of a refusal is there for the operator"


# Keys


async def test_keys_rotate_without_a_restart(another_server, tmp_path):
    file, log = tmp_path / "keys.json", "Keys for host tokens not read again"
    old, new = HostApplication(), HostApplication()
    server = another_server({**old.settings(tmp_path), names.JWT_SECRET: "none"})

    async def status(host: HostApplication) -> int:
        rest = server.rest.with_token(host.token("rotated", "ES256"))
        return (await asyncio.to_thread(rest.get, "/api/v1/auth/me")).status

    async def rotated() -> bool:
        return [await status(old), await status(new)] == [401, 200]

    assert [await status(old), await status(new)] == [200, 401]
    private_file(file, json.dumps(new.jwks()))
    server.process.send_signal(signal.SIGHUP)
    await eventually(rotated)
    # A file that cannot be used changes nothing.
    private_file(file, '{"keys": [')
    server.process.send_signal(signal.SIGHUP)
    await eventually(lambda: asyncio.to_thread(lambda: "Configuration not reloaded" in server.log()))
    assert await rotated()
    assert log not in server.log()


@pytest.mark.deadline(150)
async def test_a_changed_file_is_read_by_itself(another_server, tmp_path):
    old, new = HostApplication(), HostApplication()
    server = another_server({**old.settings(tmp_path), names.JWT_SECRET: "none"})
    private_file(tmp_path / "keys.json", json.dumps(new.jwks()))
    rest = server.rest.with_token(new.token("rotated", "RS256"))

    async def accepted() -> bool:
        return (await asyncio.to_thread(rest.get, "/api/v1/auth/me")).status == 200

    await eventually(accepted, seconds=100)


def test_check_tells_which_keys_cannot_be_used(server: Server, tmp_path):
    def check(settings: dict[str, object]):
        return server.command("check", environment={**server.environment(), **names.environment(settings)}, check=False)

    assert "host tokens: good (keys: 5)" in check({}).stdout
    keys = HOST.jwks()["keys"] + [{"kty": "EC", "kid": "big", "crv": "P-521", "x": "AA", "y": "AA"}]
    warned = check({names.JWT_JWKS_FILE: private_file(tmp_path / "more.json", json.dumps({"keys": keys})),
                    names.JWT_ALGORITHMS: "HS512,RS256,EdDSA"})
    assert warned.returncode == 0 and "('big') is passed over" in warned.stdout
    assert "uses the key 'ec-1'" in warned.stdout

    weak = "correct-horse-battery-staple-password"
    open_file = private_file(tmp_path / "open.json", json.dumps(HOST.jwks()), mode=0o644)
    for settings, part in [
        ({names.JWT_SECRET: weak}, "auth.jwt.secret: The secret is a known sample"),
        ({names.JWT_SECRET: "short"}, "5 bytes"),
        ({names.JWT_SECRET_FILE: private_file(tmp_path / "secret", weak)}, "auth.jwt.secret is given, too"),
        ({names.JWT_JWKS_FILE: open_file}, "chmod 600"),
        ({names.JWT_JWKS_FILE: private_file(tmp_path / "bad.json", "{}")}, "no JWKS document"),
        ({names.JWT_JWKS_FILE: tmp_path / "none.json"}, "cannot be opened"),
        ({names.JWT_ALGORITHMS: "HS256,none"}, "'none' is no algorithm"),
    ]:
        refused = check(settings)
        assert refused.returncode == BAD_CONFIGURATION, refused.stderr
        assert part in refused.stderr and weak not in refused.stderr, refused.stderr


def test_a_server_with_unusable_keys_does_not_start(another_server, tmp_path):
    file = private_file(tmp_path / "secret", "0123456789abcdef0123456789abcdef\n")
    with pytest.raises(StartFailure) as failure:
        another_server({names.JWT_SECRET_FILE: file})
    assert f"ended with {BAD_CONFIGURATION}" in str(failure.value)


def test_public_keys_in_pem_and_a_secret_in_a_file(another_server, tmp_path):
    pem = private_file(tmp_path / "forum.pem", HOST.rsa_pem.decode(), mode=0o644)
    secret = private_file(tmp_path / "secret", f"{HOST.text}\n")
    server = another_server({names.JWT_JWKS_FILE: pem, names.JWT_SECRET_FILE: secret, names.JWT_ISSUER: ISSUER,
                             names.JWT_AUDIENCE: AUDIENCE})
    for token, status in [(HOST.token("pem", "RS256", header={"kid": None}), 200),
                          (HOST.text_token("HS384", "pem"), 200), (HOST.token("pem", "RS256"), 401),
                          (BAD_TOKENS["public key as secret, no kid"], 401)]:
        assert server.rest.with_token(token).get("/api/v1/auth/me").status == status
