"""The command line, health and metrics, and configuration (product.md §1, §7)."""

import json
import os
import re
import stat
import subprocess

import pytest

from harness import PASSWORD, Server, StartFailure, World
from harness import settings as names
from harness.server import free_port

WRONG_USAGE = 64  # EX_USAGE of sysexits.h
BAD_CONFIGURATION = 78  # EX_CONFIG


# Accounts


async def test_user_add_on_a_running_server(world: World):
    server = world.server
    server.add_user("added")
    assert server.rest.login("added", PASSWORD)
    client = await world.client()
    hello = await client.hello(server.issue_token("added"))
    assert hello.payload["user"]["username"] == "added"


def test_user_add_takes_any_password_but_no_taken_or_illegal_name(server: Server):
    server.add_user("simple", password="x")
    assert server.rest.login("simple", "x")
    for name in ("simple", "SIMPLE", "Guest0001", "", "a" * 65, "with/slash"):
        again = server.command("user", "add", name, "--password-stdin", text="y\n", check=False)
        assert again.returncode != 0, name
        assert "atal error" not in again.stderr, again.stderr


def test_user_list_shows_accounts(server: Server):
    server.add_user("listed", role="moderator")
    lines = [line for line in server.command("user", "list").stdout.splitlines() if "listed" in line.split()]
    assert len(lines) == 1 and "moderator" in lines[0]


def test_user_passwd_changes_the_password(server: Server):
    server.add_user("changer")
    server.command("user", "passwd", "changer", "--password-stdin", text="Another8Horse\n")
    assert server.rest.form("/api/v1/auth/login", username="changer", password=PASSWORD).status == 401
    assert server.rest.login("changer", "Another8Horse")


def test_user_disable_ends_logins(server: Server):
    server.add_user("disabled")
    token = server.rest.login("disabled", PASSWORD)
    server.command("user", "disable", "disabled")
    assert server.rest.form("/api/v1/auth/login", username="disabled", password=PASSWORD).status == 401
    assert server.rest.with_token(token).get("/api/v1/auth/me").status == 401


@pytest.mark.parametrize("choice", ["keep", "anonymise", "remove"])
async def test_user_delete_treats_the_messages_as_told(world: World, choice: str):
    name = f"deleted-{choice}"
    alice, leaver = await world.old("alice"), await world.old(name)
    room = await world.room(alice, leaver)
    await leaver.say(room, "my words")
    world.server.command("user", "delete", name, "--messages", choice)
    await leaver.expect_close(4401)
    kept = [(frame.payload["sender"]["username"], frame.content) for frame in await world.history(room, "alice")]
    if choice == "keep":
        assert kept == [(name, "my words")]
    elif choice == "anonymise":
        assert [content for _, content in kept] == ["my words"] and kept[0][0] != name
    else:
        assert "my words" not in [content for _, content in kept]


@pytest.mark.parametrize(
    "arguments", [("passwd", "nobody", "--password-stdin"), ("disable", "nobody"), ("delete", "nobody")])
def test_unknown_accounts_are_an_error(server: Server, arguments: tuple[str, ...]):
    done = server.command("user", *arguments, text=PASSWORD + "\n", check=False)
    assert done.returncode != 0 and done.stderr.strip()


def test_accounts_can_be_made_while_the_server_is_stopped(another_server):
    server = another_server()
    server.stop()
    server.add_user("offline", role="admin")
    assert any("offline" in line.split() for line in server.command("user", "list").stdout.splitlines())
    token = server.issue_token("offline")
    server.start()
    assert server.rest.login("offline", PASSWORD)
    assert server.rest.with_token(token).get("/api/v1/dashboard/users/").status == 200


def test_token_issue_prints_the_token_alone(server: Server):
    server.token("alice")
    done = server.command("token", "issue", "alice", "--ttl", "1h")
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout)
    assert server.command("token", "issue", "nobody", check=False).returncode != 0
    assert server.command("token", "issue", "alice", "--ttl", "soon", check=False).returncode != 0
    assert server.command("token", "issue", "alice", "--ttl", "12", check=False).returncode == WRONG_USAGE


def test_a_new_role_counts_at_once(server: Server):
    server.add_user("riser")
    token = server.rest.login("riser", PASSWORD)
    server.command("user", "role", "riser", "admin")
    assert server.rest.with_token(token).get("/api/v1/auth/me").status == 401, "old tokens have the old role"
    token = server.rest.login("riser", PASSWORD)
    assert server.rest.with_token(token).get("/api/v1/dashboard/users/").status == 200
    assert server.command("user", "role", "riser", "king", check=False).returncode == WRONG_USAGE


def test_without_a_terminal_the_password_must_be_said_to_be_generated(server: Server):
    refused = server.command("user", "add", "scripted", check=False)
    assert refused.returncode == WRONG_USAGE and "--generate" in refused.stderr
    done = server.command("user", "add", "scripted", "--generate")
    (password,) = re.findall(r"^password: (\S+)$", done.stdout, re.MULTILINE)
    assert server.rest.login("scripted", password)


@pytest.mark.parametrize("arguments", [
    ("user", "list"), ("room", "list"), ("token", "issue", "alice"), ("user", "passwd", "alice", "--generate")])
def test_commands_make_no_data_directory(tmp_path, server: Server, arguments: tuple[str, ...]):
    absent = tmp_path / "absent"
    done = server.command(*arguments, "--data", str(absent), check=False)
    assert done.returncode == 1 and f"there is no store in {absent}" in done.stderr
    assert not absent.exists()


def test_the_first_account_can_be_made_before_the_first_start(tmp_path, server: Server):
    fresh = tmp_path / "fresh"
    server.command("user", "add", "early", "--password-stdin", "--data", str(fresh), text=PASSWORD + "\n")
    assert "early" in server.command("user", "list", "--data", str(fresh)).stdout


# Health


def test_version_and_status(server: Server):
    assert re.search(r"\d+\.\d+\.\d+", server.command("version").stdout)
    assert server.command("status").returncode == 0


def test_status_of_a_stopped_server_is_a_failure(another_server):
    server = another_server()
    server.stop()
    assert server.command("status", check=False).returncode != 0


def test_check_verifies_store_and_configuration(another_server):
    server = another_server()
    server.token("alice")
    assert server.command("check").returncode == 0
    server.stop()
    assert server.command("check").returncode == 0
    broken = {**server.environment(), names.variable(names.MESSAGE_RATE): "fast"}
    assert server.command("check", check=False, environment=broken).returncode == BAD_CONFIGURATION


def test_check_finds_a_damaged_store(another_server):
    server = another_server()
    server.token("alice")
    server.stop()
    database = max(server.data.rglob("*.db"), key=lambda path: path.stat().st_size)
    with open(database, "r+b") as file:
        file.seek(100)
        file.write(os.urandom(database.stat().st_size - 100))
    assert server.command("check", check=False).returncode != 0


def test_health_and_metrics(server: Server):
    assert server.rest.get("/healthz").status == 200
    assert server.rest.get("/readyz").status == 200
    metrics = server.rest.get("/metrics")
    assert metrics.status == 200 and metrics.headers["content-type"].startswith("text/plain")
    sample = re.compile(r'[a-zA-Z_:][\w:]*(\{[^}]*\})? (-?[\d.]+(e[+-]?\d+)?|[+-]Inf|NaN)( \d+)?', re.IGNORECASE)
    lines = [line for line in metrics.text.splitlines() if line and not line.startswith("#")]
    assert lines and all(sample.fullmatch(line) for line in lines)


def test_a_stopped_server_answers_nobody(another_server):
    server = another_server()
    server.stop()
    assert server.rest.status("/healthz") is None and server.rest.status("/readyz") is None


def test_first_start_prints_the_addresses_and_the_admin_password(another_server):
    server = another_server()
    log = server.log()
    assert str(server.port) in log
    assert "password" in log.lower()
    server.restart()
    assert "password" not in server.log()[len(log):].lower(), "it is told on the first start only"


def test_logs_carry_no_secrets(another_server):
    server = another_server()
    token = server.token("alice")
    server.rest.with_token(token).get("/api/v1/auth/me")
    server.rest.get("/api/v1/auth/me", token=token)
    assert token not in server.log() and PASSWORD not in server.log()


# Configuration


def started(tmp_path, file: str | None, environment: str | None, flag: str | None, listening: str) -> None:
    """Starts a server that is told its address in up to three places and checks on which it listens."""
    server = Server()
    arguments: list[str] = []
    variables = {**server.environment(), names.variable("http"): environment or ""}
    if environment is None:
        del variables[names.variable("http")]
    if file is not None:
        (tmp_path / "parley.yaml").write_text(names.yaml({"http": file, names.HISTORY_ON_JOIN: 7}))
        arguments += ["--config", str(tmp_path / "parley.yaml")]
    if flag is not None:
        arguments += ["--http", flag]
    server.port = int(listening.rpartition(":")[2])
    server.arguments = tuple(arguments)
    server.environment = lambda: variables
    try:
        server.start()
    finally:
        server.close()


@pytest.mark.parametrize("told", ["file", "file environment", "file environment flag", "environment flag", "flag"])
def test_flag_wins_over_environment_wins_over_file(tmp_path, told: str):
    places = {place: f"127.0.0.1:{free_port()}" for place in told.split()}
    winner = next(places[place] for place in ("flag", "environment", "file") if place in places)
    started(tmp_path, places.get("file"), places.get("environment"), places.get("flag"), winner)


async def test_settings_of_the_file_are_in_force(tmp_path):
    path = tmp_path / "parley.yaml"
    path.write_text(names.yaml({names.STRICT: True, names.HISTORY_ON_JOIN: 2}))
    with Server(arguments=("--config", str(path))) as server:
        world = World(server)
        alice = await world.old("alice")
        room = await world.room(alice)
        for number in range(4):
            await alice.say(room, f"n{number}")
        assert [frame.content for frame in await world.history(room, "alice")] == ["n2", "n3"]
        await alice.send("chat_send", {"channel_id": room, "content": "x" * 201})
        await alice.expect_error("Invalid message format")


BROKEN_FILES = {
    "not YAML": "limits: [1, 2\n",
    "not a mapping": "- 1\n- 2\n",
    "an unknown key": "limits:\n  no_such_limit: 7\n",
    "an unknown group": "nonsense:\n  a: 1\n",
    "a wrong type": "limits:\n  message_rate: fast\n",
    "a negative limit": "limits:\n  message_burst: -1\n",
    "a bad address": "http: nowhere\n",
    "a bad choice": "accounts:\n  signup: perhaps\n",
    "a bad store": "store:\n  url: carrier-pigeon://x\n",
}


@pytest.mark.parametrize("text", BROKEN_FILES.values(), ids=BROKEN_FILES.keys())
def test_a_broken_file_ends_with_78_and_one_clear_line(tmp_path, text: str):
    path = tmp_path / "parley.yaml"
    path.write_text(text)
    code, output = run_to_the_end("--config", str(path))
    assert code == BAD_CONFIGURATION, output
    assert "parley.yaml" in output, "the file is named"
    assert "atal error" not in output and "Trace" not in output, output


def test_a_missing_file_ends_with_78(tmp_path):
    code, output = run_to_the_end("--config", str(tmp_path / "absent.yaml"))
    assert code == BAD_CONFIGURATION and "absent.yaml" in output


@pytest.mark.parametrize(
    "key, value",
    [(names.MESSAGE_RATE, "fast"), (names.STRICT, "perhaps"), (names.DURABILITY, "hopeful"), ("http", "x")],
)
def test_a_broken_variable_ends_with_78_and_names_it(key: str, value: str):
    code, output = run_to_the_end(environment={names.variable(key): value})
    assert code == BAD_CONFIGURATION, output
    assert names.variable(key) in output or key in output


def run_to_the_end(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Starts a server that should refuse to start; returns its exit code and output."""
    server = Server()
    try:
        server.process = server.spawn(*arguments, environment={**server.environment(), **(environment or {})})
        return server.wait(), server.log()
    except subprocess.TimeoutExpired:
        raise AssertionError(f"the server started\n{server.log()}") from None
    finally:
        server.close()


def test_an_occupied_port_is_said(server: Server):
    code, output = run_to_the_end("--http", server.address)
    assert code != 0 and str(server.port) in output


def secrets(server: Server):
    return [path for path in server.data.rglob("*") if path.is_file() and "secret" in path.name.lower()]


def test_the_generated_secret_is_private_and_a_readable_one_is_refused(another_server):
    server = another_server()
    token = server.token("alice")
    (path,) = secrets(server)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    server.restart()
    assert server.rest.with_token(token).get("/api/v1/auth/me").status == 200, "the secret was kept"
    server.stop()
    path.chmod(0o644)
    with pytest.raises(StartFailure) as failure:
        server.start()
    assert path.name in str(failure.value)
    path.chmod(0o600)
    server.start()


def test_the_data_directory_is_private(server: Server):
    assert stat.S_IMODE(server.data.stat().st_mode) & 0o077 == 0


def test_two_servers_do_not_share_one_data_directory(server: Server):
    port = free_port()
    code, output = run_to_the_end("--data", str(server.data), "--http", f"127.0.0.1:{port}")
    assert code != 0 and output.strip()
    assert server.rest.status("/readyz") == 200


# The page and the public list


def test_the_page_has_a_strict_policy_and_no_inline_script(server: Server):
    page = server.rest.get("/")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "'self'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert page.headers["server"].startswith("Parley")


def test_no_path_leads_out_of_the_pages(server: Server):
    for path in ("/../Package.swift", "/%2e%2e/Package.swift", "/..%2fPackage.swift", "/%00", "/%ff", "//etc/passwd"):
        answer = server.rest.get(path)
        assert answer.status in (400, 404), path
        assert b"swift-tools-version" not in answer.body and b"root:" not in answer.body


def test_public_rooms_are_listed(server: Server):
    answer = server.rest.get("/api/v1/rooms")
    assert answer.status == 200
    assert "lobby" in json.dumps(answer.json)
