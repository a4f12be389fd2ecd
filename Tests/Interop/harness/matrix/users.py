"""Acts of and on users: logging in, guests, who is online, signals; and what product.md names and nobody has yet."""

from __future__ import annotations

from ..server import PASSWORD
from .acts import NO_REQUEST, NO_REST, Act, NotOffered, Way, by_phoenix, no_call, no_event, no_frame
from .facts import ALL, HIM, ROLES, Fact, Told, told
from .stage import Stage

_HOST = NotOffered("the host application's, with its API key")
_BY_REST = NotOffered("by REST")
_NOBODY = "nobody-of-this-name"


# Logging in


async def _logs_in_json(stage: Stage) -> Fact:
    client = await stage.actor.on_json(joins=False)
    user = client.greeting.payload["user"]
    return {"user": user["username"], "guest": user["is_guest"]}


async def _logs_in_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix(joins=False)
    await client.join("user:public")
    return {"user": client.name}


async def _logs_in_rest(stage: Stage) -> Fact:
    user = stage.rest(stage.actor.name).get("/api/v1/auth/me").json
    return {"user": user["username"], "guest": user["is_guest"]}


def _tells_login(stage: Stage) -> list[Told]:
    stage.newcomers.add(stage.actor.name)
    return [] if stage.front == "rest" else [told("connected", ALL, user=stage.actor.name)]


async def _guest_json(stage: Stage) -> Fact:
    client = await stage.world.client()
    await client.hello()
    return await _guest_enters(stage, client)


async def _guest_rest(stage: Stage) -> Fact:
    token = stage.world.server.rest.call("POST", "/api/v1/auth/guest").json["access_token"]
    client = await stage.world.client()
    await client.hello(token)
    return await _guest_enters(stage, client)


async def _guest_enters(stage: Stage, client) -> Fact:
    stage.welcome(client.greeting.payload["user"]["id"])
    await client.join(stage.room.number)
    return {"guest": client.greeting.payload["user"]["is_guest"]}


async def _guest_phoenix(stage: Stage) -> Fact:
    client = await stage.world.socket()
    user = (await client.join(stage.room.channel))["user"]
    stage.welcome(user["id"])
    return {"guest": user["is_guest"]}


# Who is online


async def _online_json(stage: Stage) -> Fact:
    answer = await (await stage.actor.on_json()).do("presence_get", {"usernames": ["tom", _NOBODY]})
    return {"online": {user["username"]: user["online"] for user in answer.payload["users"]}}


async def _online_phoenix(stage: Stage) -> Fact:
    client = await stage.actor.on_phoenix()
    answers = [await client.do(f"user:{client.name}", "is_online", {"user_id": user}) for user in ("tom", _NOBODY)]
    return {"online": {answer["id"]: answer["online"] for answer in answers}}


# Signals


def _signals(to: object, event: str, payload: dict) -> dict:
    async def do(stage: Stage) -> Fact:
        return {"status": stage.world.signal(to, event, payload, stage.key).status}

    return {"json": _HOST, "phoenix": _HOST, "relay": NO_REQUEST, "rest": Way(do, ("status",))}


def _signal(act: str, to: object, audience: str, event: str, payload: dict) -> Act:
    named = to if isinstance(to, str) else "user"
    return Act(act, _signals(to, event, payload),
               lambda s: [told("signal", audience, to=named, event=event, payload=payload)], concerned="tom",
               answer=lambda s: {"status": 202})


async def _logs_out(stage: Stage) -> Fact:
    """One of the user's logins ends, which none of the watchers uses."""
    server = stage.world.server
    stage.token = server.rest.login("tom", PASSWORD)
    return {"status": server.rest.with_token(stage.token).post("/api/v1/auth/logout", {}).status}


def _tells_logout(stage: Stage) -> list[Told]:
    return [told("signal", HIM, to="user", event="logout", payload={"token": stage.token})]


LOGINS = [
    Act("log in", {"json": Way(_logs_in_json, ("user", "guest")), "phoenix": Way(_logs_in_phoenix, ("user",)),
                   "relay": NotOffered("a relay channel is on a socket that has logged in"),
                   "rest": Way(_logs_in_rest, ("user", "guest"))},
        _tells_login, silent="a token is no connection", actor="", concerned="tom", enters=True,
        answer=lambda s: {"user": s.actor.name, "guest": False}),
    Act("guest", {"json": Way(_guest_json, ("guest",)), "phoenix": Way(_guest_phoenix, ("guest",)),
                  "relay": NotOffered("the relay is for accounts"), "rest": Way(_guest_rest, ("guest",))},
        lambda s: [told("arrived", user=s.guest)], concerned="tom", access="public",
        answer=lambda s: {"guest": True}, enters=True),
]

ONLINE = [
    Act("is online", {"json": Way(_online_json, ("online",)), "phoenix": Way(_online_phoenix, ("online",)),
                      "relay": NO_REQUEST, "rest": no_call("GET", "/users/{user}/presence")},
        silent="what one asks concerns nobody else", concerned="tom",
        answer=lambda s: {"online": {"tom": True, _NOBODY: False}}),
    Act("broadcast", {
        "json": NotOffered("typed JSON has no frame for it"),
        "phoenix": by_phoenix("broadcast", lambda s: {"event": "cursor", "payload": {"x": [1, None]}}),
        "relay": NO_REQUEST, "rest": NO_REST,
    }, lambda s: [told("broadcast", event="cursor", payload={"x": [1, None]})]),
]

SIGNALS = [
    _signal("signal all", "all", ALL, "announcement", {"motd": "message"}),
    _signal("signal role", "role", ROLES, "permissionsChanged", {"lookup": "editor"}),
    _signal("signal user", {"user": "tom"}, HIM, "reauthenticate", {}),
    _signal("own signal", {"user": "tom"}, HIM, "badge_earned", {"badge": "ü"}),
    Act("log out", {"json": _BY_REST, "phoenix": _BY_REST, "relay": NO_REQUEST, "rest": Way(_logs_out, ("status",))},
        _tells_logout, concerned="tom", answer=lambda s: {"status": 204}),
]

# What product.md §4 names and the server does not have. The rows say so until somebody builds it.
NOT_YET = [
    Act("invite", {"json": no_frame("invite_create", user="tom"), "phoenix": no_event("invite_create", user="tom"),
                   "relay": NO_REQUEST, "rest": no_call("POST", "/invitations", {"room": "lobby", "user": "tom"})}),
    Act("answer invite", {"json": no_frame("invite_accept", id="x"), "phoenix": no_event("invite_accept", id="x"),
                          "relay": NO_REQUEST, "rest": no_call("POST", "/invitations/x/accept")}),
    Act("cancel invite", {"json": no_frame("invite_cancel", id="x"), "phoenix": no_event("invite_cancel", id="x"),
                          "relay": NO_REQUEST, "rest": no_call("DELETE", "/invitations/x")}),
    Act("inbox", {"json": no_frame("notifications", limit=20), "phoenix": no_event("notifications", limit=20),
                  "relay": NO_REQUEST, "rest": no_call("GET", "/notifications")}),
    Act("dismiss", {"json": no_frame("notification_act", id="x"), "phoenix": no_event("notification_act", id="x"),
                    "relay": NO_REQUEST, "rest": no_call("POST", "/notifications/x")}),
    Act("escalate", {"json": no_frame("direct_escalate", user="x"), "phoenix": no_event("direct_escalate", user="x"),
                     "relay": NO_REQUEST, "rest": no_call("POST", "/direct/{user}/escalate")}),
    Act("upload", {"json": _BY_REST, "phoenix": _BY_REST, "relay": NO_REQUEST, "rest": no_call("POST", "/files")}),
]
