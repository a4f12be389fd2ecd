"""The real `parley serve` process, started and stopped by tests."""

from __future__ import annotations

import atexit
import ctypes
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

from . import settings as names
from .rest import Rest

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("PARLEY_BIN", REPOSITORY / ".build/debug/parley"))
START_DEADLINE = 60.0  # seconds; generous, because a debug build may start beside a compiler
STOP_DEADLINE = 30.0
PASSWORD = "Correct7Horse"  # fits the sign-up rules: 8-30 characters, both cases, a digit

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_running: set[Server] = set()


class StartFailure(AssertionError):
    """The server ended, or did not become ready, before its deadline."""


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """A port nobody listens on, below the range the kernel gives to outgoing connections."""
    for _ in range(200):
        port = random.SystemRandom().randrange(18000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port found")


class Server:
    """One server with its own data directory; the directory outlives kills and restarts.

    Start it from the main thread only: it is told to die with the thread that started it, so that a killed
    test run leaves nothing behind.
    """

    def __init__(self, settings: dict[str, object] | None = None, arguments: tuple[str, ...] = (),
                 unlimited: bool = True) -> None:
        self.settings = {**(names.UNLIMITED if unlimited else {}), **(settings or {})}
        self.arguments = arguments
        self.root = Path(tempfile.mkdtemp(prefix="parley-test-"))
        self.data = self.root / "data"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._log: deque[str] = deque(maxlen=2000)
        self._reader: threading.Thread | None = None
        self._tokens: dict[str, str] = {}
        self._room = 1000

    # Addresses

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"http://{self.address}"

    @property
    def ws(self) -> str:
        return f"ws://{self.address}/ws"

    @property
    def rest(self) -> Rest:
        return Rest(self.base)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def environment(self) -> dict[str, str]:
        """What every command of this server gets: where its data and its port are, and the settings."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
        return {
            **inherited,
            "PARLEY_DATA": str(self.data),
            "PARLEY_HTTP": self.address,
            **names.environment(self.settings),
        }

    # Life and death

    def start(self) -> Server:
        """Starts the process and returns when `/readyz` says ready. A lost race for the port is tried again."""
        for attempt in range(3):
            try:
                return self._start_once()
            except StartFailure:
                if attempt == 2 or "in use" not in self.log():
                    raise
                self.port = free_port()
        raise AssertionError("unreachable")

    def _start_once(self) -> Server:
        self.process = self.spawn()
        _running.add(self)
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                self._join_reader()
                raise StartFailure(f"server ended with {self.process.returncode} before it was ready\n{self.log()}")
            if self.rest.status("/readyz") == 200:
                return self
            time.sleep(0.02)
        self.kill()
        raise StartFailure(f"server not ready after {START_DEADLINE} s\n{self.log()}")

    def spawn(self, *extra: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Starts `parley serve` without waiting for anything; its output goes to `log()`."""
        # SIGXFSZ stays ignored as Python has it (restore_signals=False): a file size limit then fails a write
        # instead of killing the process. Output goes through a pipe, which such a limit does not touch.
        process = subprocess.Popen(
            [str(BINARY), "serve", *self.arguments, *extra],
            env=environment or self.environment(),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            restore_signals=False,
            preexec_fn=_die_with_parent,
        )
        self._reader = threading.Thread(target=self._drain, args=(process,), daemon=True)
        self._reader.start()
        return process

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._log.append(line.decode(errors="replace").rstrip("\n"))

    def _join_reader(self) -> None:
        if self._reader is not None:
            self._reader.join(5)

    def log(self) -> str:
        """The newest output of the process, standard output and standard error together."""
        return "\n".join(self._log)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """`kill -9`, and waits until the process is gone."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self._join_reader()
        _running.discard(self)

    def terminate(self) -> None:
        """Sends `SIGTERM` and does not wait."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait(self, timeout: float = STOP_DEADLINE) -> int:
        """The exit code, once the process has ended."""
        assert self.process is not None
        code = self.process.wait(timeout)
        self._join_reader()
        _running.discard(self)
        return code

    def stop(self) -> int:
        """A clean stop; returns the exit code."""
        self.terminate()
        return self.wait()

    def restart(self) -> Server:
        """A clean stop and a start on the same data and port."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """Ends the process whatever its state and removes its data."""
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Server:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    # Figures and faults

    def resident_bytes(self) -> int:
        """Memory of the process that is in RAM (VmRSS)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def descriptors(self) -> int:
        """Open file descriptors of the process."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def fail_file_writes(self) -> None:
        """From now on every write to a regular file fails with EFBIG."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, hard))

    def allow_file_writes(self) -> None:
        """Ends what `fail_file_writes` began."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard, hard))

    # Accounts and rooms

    def command(self, *arguments: str, text: str = "", check: bool = True,
                environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs `parley ARGUMENTS` against this server's data."""
        done = subprocess.run(
            [str(BINARY), *arguments], env=environment or self.environment(), cwd=self.root, input=text,
            capture_output=True, text=True, timeout=60, check=False,
        )
        if check and done.returncode != 0:
            output = done.stdout + done.stderr
            raise AssertionError(f"parley {' '.join(arguments)} ended with {done.returncode}\n{output}")
        return done

    def add_user(self, name: str, role: str | None = None, password: str = PASSWORD) -> None:
        """Adds an account by the command line."""
        extra = ("--role", role) if role else ()
        self.command("user", "add", name, "--password-stdin", *extra, text=password + "\n")

    def issue_token(self, name: str, ttl: str | None = None) -> str:
        """A token by the command line."""
        extra = ("--ttl", ttl) if ttl else ()
        return self.command("token", "issue", name, *extra).stdout.strip()

    def token(self, name: str) -> str:
        """A token of the account `name`, which signs up by REST when it is asked for the first time."""
        if name not in self._tokens:
            self.rest.signup(name, PASSWORD)
            self._tokens[name] = self.rest.login(name, PASSWORD)
        return self._tokens[name]

    def admin_token(self, name: str = "root-admin") -> str:
        """A token of a server administrator."""
        if name not in self._tokens:
            self.add_user(name, role="admin")
            self._tokens[name] = self.rest.login(name, PASSWORD)
        return self._tokens[name]

    def forget_tokens(self) -> None:
        """After the accounts have gone: the next `token` signs up again."""
        self._tokens.clear()

    def new_room(self) -> int:
        """A room number that no test of this server has used."""
        self._room += 1
        return self._room


@atexit.register
def _kill_leftovers() -> None:
    for server in list(_running):
        server.close()
