"""The two servers that are compared, and the first words with them."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from . import settings
from .programs import BenchError, Process, free_port, log, program

UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def _masked_text(text):
    """A client's text frame with the mask 0 (RFC 6455 §5.2), at most 65,535 bytes."""
    body = text.encode()
    length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
    return b"\x81" + length + b"\0\0\0\0" + body


def _read_until(connection, wanted):
    got = b""
    while wanted not in got:
        more = connection.recv(65536)
        if not more:
            return False
        got += more
    return True


def says_hello(port, token=None):
    """Whether a client that connects now is greeted."""
    payload = f'{{"token":"{token}"}}' if token else "{}"
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(UPGRADE.format(port=port).encode())
            if not _read_until(connection, b"\r\n\r\n"):
                return False
            connection.sendall(_masked_text(f'{{"type":"hello","payload":{payload}}}'))
            return _read_until(connection, b'"hello"')
    return False


def is_ready(port):
    """Whether `/readyz` answers 200."""
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    return False


class Bare(Process):
    """The bare loop."""

    def __init__(self, folder, frame_bytes, name="bare", gather=False):
        port = free_port()
        command = [program("bare"), "--port", str(port), "--frame-bytes", str(frame_bytes)] + ["--gather"] * gather
        super().__init__(name, command, folder)
        self.port = port

    def start(self):
        self.spawn()
        self.wait_until_ready(lambda: says_hello(self.port))
        return self


class Parley(Process):
    """The server under test on a data folder of its own."""

    def __init__(self, binary, folder, environment, token):
        port = free_port()
        data = os.path.join(folder, "data")
        command = [binary] + [part.format(data=data, port=port) for part in settings.SERVE]
        super().__init__("parley", command, folder, environment)
        self.port = port
        self.token = token

    def start(self):
        self.spawn()
        self.wait_until_ready(lambda: says_hello(self.port, self.token))
        return self


class Subject:
    """Makes servers under test: Parley with accounts, or the bare loop in its place to try the suite itself."""

    def __init__(self, binary, folder, accounts, extra_environment=None):
        self.binary = binary
        self.folder = folder
        self.accounts = accounts
        self.extra_environment = extra_environment or {}
        self.tokens = []
        self.token_file = None
        self.count = 0

    def prepare(self):
        """Makes the accounts and tokens, once, in a data folder that every server starts with a copy of."""
        if self.binary is None:
            return
        began = time.monotonic()
        template = os.path.join(self.folder, "template")
        os.makedirs(os.path.join(template, "data"), mode=0o700)
        for number in range(1, self.accounts + 1):
            name = f"bench{number}"
            self._run(template, [part.format(name=name) for part in settings.ADD_ACCOUNT], settings.PASSWORD + "\n")
            said = self._run(template, [part.format(name=name) for part in settings.ISSUE_TOKEN], "")
            self.tokens.append(said.strip().splitlines()[-1].strip() if said.strip() else "")
            if not self.tokens[-1]:
                raise BenchError("the command that issues a token printed nothing")
        self.token_file = os.path.join(self.folder, "tokens")
        with open(self.token_file, "w") as file:
            file.write("\n".join(self.tokens) + "\n")
        log(f"{self.accounts} accounts in {time.monotonic() - began:.1f} s")

    def _environment(self, folder):
        data = os.path.join(folder, "data")
        return {**os.environ, **settings.SERVER_ENVIRONMENT, "PARLEY_DATA": data, **self.extra_environment}

    def _run(self, folder, arguments, text):
        done = subprocess.run(
            [self.binary, *arguments], cwd=folder, env=self._environment(folder), input=text, capture_output=True, text=True,
            timeout=60)
        if done.returncode != 0:
            raise BenchError(f"parley {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def fresh_folder(self):
        """A folder with a data folder that no server has used yet."""
        self.count += 1
        folder = os.path.join(self.folder, f"run{self.count}")
        template = os.path.join(self.folder, "template")
        if os.path.isdir(template):
            shutil.copytree(template, folder)
        else:
            os.makedirs(os.path.join(folder, "data"))
        return folder

    def server(self, folder):
        """A server on the folder, not started."""
        if self.binary is None:
            return Bare(folder, 300, name="parley")
        return Parley(self.binary, folder, self._environment(folder), self.tokens[0])

    @contextlib.contextmanager
    def running(self):
        """A started server on a fresh folder; both are gone afterwards."""
        folder = self.fresh_folder()
        server = self.server(folder)
        try:
            yield server.start()
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
