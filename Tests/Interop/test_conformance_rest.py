"""Conformance cases 58-62: the REST companion (json-chat.md §1.10)."""

import pytest

from harness import PASSWORD, Rest, World

USERS = "/api/v1/dashboard/users/"
SIGNUP = "/api/v1/auth/signup"
LOGIN = "/api/v1/auth/login"


@pytest.fixture
def anyone(server) -> Rest:
    return server.rest


@pytest.fixture
def admin(server) -> Rest:
    return server.rest.with_token(server.admin_token())


def member(server, name: str) -> Rest:
    return server.rest.with_token(server.token(name))


def user_id(rest: Rest) -> object:
    answer = rest.get("/api/v1/auth/me")
    assert answer.status == 200, answer.text
    return answer.json["id"]


def test_case_58_sign_up_answers_the_new_user(anyone: Rest):
    answer = anyone.post(SIGNUP, {"username": "newcomer", "password": PASSWORD})
    assert answer.status == 201
    assert set(answer.json) >= {"id", "username", "is_guest", "created_at"}
    assert (answer.json["username"], answer.json["is_guest"]) == ("newcomer", False)


@pytest.mark.parametrize(
    "name, password",
    [
        ("al", PASSWORD),
        ("a" * 31, PASSWORD),
        ("weak-short", "Ab1"),
        ("weak-long", "Ab1" * 100),
        ("weak-lower", "alllower1"),
        ("weak-upper", "ALLUPPER1"),
        ("weak-letters", "OnlyLetters"),
    ],
)
def test_case_58_names_and_passwords_that_break_the_rules(anyone: Rest, name: str, password: str):
    answer = anyone.post(SIGNUP, {"username": name, "password": password})
    assert answer.status == 422
    assert all({"type", "loc", "msg"} <= set(problem) for problem in answer.detail)


@pytest.mark.parametrize("name", ["Guest0001", "taken", "Taken", "TAKEN"])
def test_case_58_reserved_and_taken_names(server, anyone: Rest, name: str):
    server.token("taken")
    assert anyone.post(SIGNUP, {"username": name, "password": PASSWORD}).status == 409


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"username":7,"password":8}', b'{"username":"x"}'])
def test_case_58_malformed_bodies(anyone: Rest, body: bytes):
    assert anyone.call("POST", SIGNUP, body, {"Content-Type": "application/json"}).status in (400, 422)


def test_case_59_login_takes_a_form_and_says_when_the_token_ends(server, anyone: Rest):
    server.token("taken")
    assert anyone.post(LOGIN, {"username": "taken", "password": PASSWORD}).status == 422
    answer = anyone.form(LOGIN, username="taken", password=PASSWORD)
    assert answer.status == 200
    assert answer.json["access_token"]
    assert answer.json["token_type"] == "bearer"
    assert answer.json["expires_in"] > 0


@pytest.mark.parametrize("name, password", [("taken", "Wrong7Horse"), ("nobody-here", PASSWORD)])
def test_case_59_wrong_credentials_look_alike(server, anyone: Rest, name: str, password: str):
    server.token("taken")
    answer = anyone.form(LOGIN, username=name, password=password)
    assert (answer.status, answer.detail) == (401, "Incorrect username or password")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_case_60_members_have_no_dashboard_but_their_own_record(server, admin: Rest):
    pat, rita = member(server, "pat"), member(server, "rita")
    assert pat.get(USERS, page=1, page_size=10).status == 403
    assert pat.send("PATCH", f"{USERS}{user_id(rita)}", {"username": "rita2"}).status == 403
    assert pat.call("DELETE", f"{USERS}{user_id(rita)}").status == 403
    own = f"{USERS}{user_id(pat)}"
    assert pat.send("PATCH", own, {"username": "pat"}).status == 200
    assert pat.send("PATCH", own, {"password": "Another8Horse"}).status in (400, 401, 403, 422)


def test_case_60_missing_and_bad_tokens(server, anyone: Rest):
    missing = anyone.get(USERS)
    assert (missing.status, missing.detail) == (401, "Not authenticated")
    assert missing.headers["www-authenticate"] == "Bearer"
    bad = anyone.with_token("a.b.c").get(USERS)
    assert (bad.status, bad.detail) == (401, "Invalid token")


def test_case_60_admin_reads_users_and_channels(server, admin: Rest):
    server.token("pat")
    listed = admin.get(USERS, page=1, page_size=100).json
    names = [user["username"] for user in listed["users"]]
    assert "pat" in names and listed["total_users"] >= len(names)
    assert admin.get(f"{USERS}{user_id(member(server, 'pat'))}").json["username"] == "pat"
    assert admin.get(f"{USERS}no-such-user-id").status in (404, 422)


async def test_case_60_active_channels_and_their_members(world: World, admin: Rest):
    alice = await world.old("alice")
    room = await world.room(alice)
    active = admin.get("/api/v1/dashboard/channels/active").json
    assert room in [channel["id"] for channel in active["channels"]]
    assert active["count"] == len(active["channels"])
    members = admin.get(f"/api/v1/dashboard/channels/members/{room}").json
    assert [user["username"] for user in members["users"]] == ["alice"]
    absent = admin.get("/api/v1/dashboard/channels/members/2000000000")
    assert (absent.status, absent.detail) == (404, "Channel doesn't exist")


@pytest.mark.parametrize("choice", ["anonymise", "remove", "keep"])
async def test_case_61_admin_deletes_a_user_who_wrote(world: World, admin: Rest, choice: str):
    name = f"leaver-{choice}"
    alice, leaver = await world.old("alice"), await world.old(name)
    room = await world.room(alice, leaver)
    await leaver.say(room, "my words")
    target = user_id(member(world.server, name))
    assert admin.call("DELETE", f"{USERS}{target}?messages={choice}").status == 204
    await leaver.expect_close(4401)
    kept = [(frame.payload["sender"]["username"], frame.content) for frame in await world.history(room, "alice")]
    if choice == "keep":
        assert kept == [(name, "my words")]
    elif choice == "anonymise":
        assert [content for _, content in kept] == ["my words"] and kept[0][0] != name
    else:
        assert "my words" not in [content for _, content in kept]
    assert admin.call("DELETE", f"{USERS}{target}").status == 204


def test_case_62_paging_is_bounded_and_search_is_literal(server, admin: Rest):
    server.token("percent_under")
    assert admin.get(USERS, page=0).status == 422
    assert admin.get(USERS, page_size=0).status == 422
    assert admin.get(USERS, page_size="x").status == 422
    huge = admin.get(USERS, page_size=100_000)
    assert huge.status == 422 or len(huge.json["users"]) <= 100
    assert admin.get(USERS, search="%").json["users"] == []
    assert [user["username"] for user in admin.get(USERS, search="T_U").json["users"]] == ["percent_under"]
    assert admin.get(USERS.rstrip("/")).status in (200, 307)


def test_refresh_and_logout(server, anyone: Rest):
    server.token("taken")
    token = anyone.login("taken", PASSWORD)
    mine = anyone.with_token(token)
    assert mine.get("/api/v1/auth/me").json["username"] == "taken"
    assert mine.call("POST", "/api/v1/auth/logout").status in (200, 204)
    assert mine.get("/api/v1/auth/me").status == 401


async def test_guest_token_logs_in_as_that_guest(world: World):
    answer = world.server.rest.call("POST", "/api/v1/auth/guest")
    assert answer.status in (200, 201)
    assert answer.json["token_type"] == "bearer" and answer.json["expires_in"] > 0
    client = await world.client()
    hello = await client.hello(answer.json["access_token"])
    assert hello.payload["user"]["is_guest"] is True
    assert hello.payload["user"]["username"] == answer.json["user"]["username"]
