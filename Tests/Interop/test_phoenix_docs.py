"""The chapter of `docs/phoenix.md` for forums, run as it stands against the real process.

Its shell blocks go to one shell, in order, in an empty directory; its files are written under the names in their first
lines; the server is started by the chapter's own command. Only the port is another one.
"""

import asyncio
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import BINARY, PATIENCE, PhoenixClient, Rest, eventually
from harness.description import section, snippets
from harness.server import free_port

TITLE = "Replacing a forum's Phoenix user channel in an afternoon"
DOCUMENTED = "127.0.0.1:8080"
USER = "42"


class Shell:
    """One bash that runs a block after the other and keeps its variables and functions."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["bash", "-euo", "pipefail"], cwd=directory, env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.watchdog = threading.Timer(6 * PATIENCE, self.process.kill)
        self.watchdog.start()

    def run(self, block: str) -> str:
        """Runs a block, each command of which has to succeed, and returns what it wrote."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{block}\necho; echo '--- done'\n")
        self.process.stdin.flush()
        written = []
        for line in self.process.stdout:
            if line == "--- done\n":
                return "".join(written).rstrip("\n")
            written.append(line)
        raise AssertionError(f"failed: {block}\n{''.join(written)}")

    def value(self, name: str) -> str:
        return self.run(f'printf %s "${name}"')

    def close(self) -> None:
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait()


class Afternoon:
    """The chapter, its blocks in order, and what has been run of them."""

    def __init__(self, directory: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        text = section(TITLE).replace(DOCUMENTED, self.address)
        self.blocks = snippets(text)
        self.directory = directory
        (directory / "bin").mkdir()
        (directory / "bin/parley").symlink_to(BINARY)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
        self.environment["PATH"] = f"{directory / 'bin'}:{self.environment['PATH']}"
        self.shell = Shell(directory, self.environment)
        self.server: subprocess.Popen | None = None

    def files(self) -> list[str]:
        """Writes the files of the chapter: blocks whose first line names one."""
        written = []
        for _, content in self.blocks:
            if name := re.match(r"(?:#|//) (\S+\.\w+)\n", content):
                (self.directory / name[1]).write_text(content)
                written.append(name[1])
        return written

    def commands(self) -> Iterator[str]:
        """The shell blocks, in order."""
        return (content for language, content in self.blocks if language == "sh")

    def start(self, command: str) -> None:
        """Starts the server by the chapter's own words, in a terminal of its own."""
        log = (self.directory / "server.log").open("w")
        self.server = subprocess.Popen(
            ["bash", "-c", f"exec {command.strip()}"], cwd=self.directory, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    @property
    def log(self) -> str:
        return (self.directory / "server.log").read_text()

    async def ready(self) -> None:
        assert self.server
        rest = Rest(f"http://{self.address}")

        async def answers() -> bool:
            assert self.server and self.server.poll() is None, self.log
            return await asyncio.to_thread(rest.status, "/readyz") == 200

        await eventually(answers)

    async def socket(self, token: str | None = None) -> PhoenixClient:
        return await PhoenixClient.connect(
            f"ws://{self.address}", params={} if token is None else {"token": token})

    def refused(self, token: str) -> bool:
        """Whether a socket with this token gets 403."""
        answer = Rest(f"http://{self.address}").call(
            "GET", f"/socket/websocket?vsn=2.0.0&token={token}", headers={
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
        return answer.status == 403

    def close(self) -> None:
        self.shell.close()
        if self.server:
            self.server.kill()
            self.server.wait()


@pytest.fixture
def afternoon(tmp_path: Path) -> Iterator[Afternoon]:
    chapter = Afternoon(tmp_path)
    yield chapter
    chapter.close()


def shown_frames(chapter: Afternoon) -> list:
    """The frames that the chapter shows."""
    (block,) = (content for language, content in chapter.blocks if language == "json")
    return [json.loads(line) for line in block.splitlines()]


@pytest.mark.deadline(180)
async def test_the_afternoon(afternoon: Afternoon):
    """Each block does what the chapter says: the server starts, the token logs in, the key signals, the browsers get the
    frames that are shown, and the logout ends what it has to."""
    assert {"parley.yaml", "forum_token.py", "user-channel.js"} <= set(afternoon.files())
    secret, serve, login, key, one, five, logout = afternoon.commands()
    shell = afternoon.shell
    shell.run(secret)
    assert (afternoon.directory / "forum.secret").stat().st_mode & 0o077 == 0
    afternoon.start(serve)
    await afternoon.ready()

    me = json.loads(shell.run(login))
    assert (me["username"], me["display_name"], me["is_guest"]) == (USER, "Alice", False)
    token = shell.value("TOKEN")
    shell.run(key)
    assert shell.value("KEY").startswith("parley_")

    anybody, tab, other = await afternoon.socket(), await afternoon.socket(token), await afternoon.socket(token)
    for client in (tab, other):
        for topic in ("user:public", "user:role", f"user:{USER}"):
            assert await client.join(topic) == {}
    assert await anybody.join("user:public") == {}
    assert await anybody.do("user:public", "is_online", {"user_id": 42}) == {"id": 42, "online": True}

    assert json.loads(shell.run(one)) == {"accepted": True}
    shell.run(one)  # the same Idempotency-Key: not sent again
    answers = shell.run(five)
    assert answers.replace("\n", "") == '{"accepted":true}' * 5
    shown = shown_frames(afternoon)
    assert shown[-1][4]["token"].startswith("eyJ") and token.startswith("eyJ")
    shown[-1][4]["token"] = token
    for client in (tab, other):
        for frame in shown:
            got = await client.next()
            assert got.raw == frame
    assert (await anybody.next()).raw == shown[0]
    await anybody.silent()

    assert not afternoon.refused(token)
    shell.run(logout)
    for client in (tab, other):
        await client.wait_for("logout", f"user:{USER}", token=token)
        for topic in ("user:role", f"user:{USER}"):
            await client.wait_for("phx_close", topic)
    assert afternoon.refused(token)
    for client in (anybody, tab, other):
        await client.close()


@pytest.mark.deadline(120)
async def test_the_rows_of_refused_signals(afternoon: Afternoon):
    """The statuses that the chapter lists: 401, 404, 409, 413, 422."""
    afternoon.files()
    secret, serve, login, key, *_ = afternoon.commands()
    afternoon.shell.run(secret)
    afternoon.start(serve)
    await afternoon.ready()
    afternoon.shell.run(login)
    afternoon.shell.run(key)
    rest = Rest(f"http://{afternoon.address}")

    def status(body: object, api_key: str = afternoon.shell.value("KEY"), **more: str) -> int:
        headers = {"Content-Type": "application/json", "X-API-Key": api_key, **more}
        return rest.call("POST", "/api/v1/signals", json.dumps(body).encode(), headers).status

    def signal(to: object, event: str, payload: object) -> dict:
        return {"to": to, "event": event, "payload": payload}

    assert status(signal({"user": 42}, "newMessage", {})) == 202
    assert status(signal("all", "of_the_forum", {})) == 202
    assert status(signal("all", "announcement", {}), api_key="parley_x") == 401
    assert status(signal({"user": 43}, "newMessage", {})) == 404
    assert status(signal("all", "announcement", {"n": 1}), **{"Idempotency-Key": "k"}) == 202
    assert status(signal("all", "announcement", {"n": 2}), **{"Idempotency-Key": "k"}) == 409
    assert status(signal("all", "announcement", {"x": "y" * 9000})) == 413
    for wrong in (signal("role", "permissionsChanged", {}), signal("all", "phx_close", {}),
                  signal("all", "presence_diff", {}), signal("all", "heartbeat", {}), signal("all", "announcement", [])):
        assert status(wrong) == 422, wrong
