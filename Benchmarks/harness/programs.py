"""The processes of a run: building them, starting them, waiting for them, ending them."""

import contextlib
import ctypes
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

from . import settings

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = os.path.join(ROOT, "Benchmarks")
OUTPUT = os.path.join(ROOT, ".build", "bench")
C_FLAGS = ["-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Werror"]
START_SECONDS = 60
_libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """A run that has no result; the text says why, with what the processes printed."""


def log(text):
    print(text, file=sys.stderr, flush=True)


# Building


def build_c():
    """Compiles the load generator and the bare loop when a source is newer than they are."""
    compiler = next((c for c in ("gcc", "cc", "clang") if shutil.which(c)), None)
    if compiler is None:
        raise BenchError("no C compiler: install gcc")
    os.makedirs(OUTPUT, exist_ok=True)
    shared = sorted(glob.glob(os.path.join(SOURCES, "common", "*.c")))
    headers = glob.glob(os.path.join(SOURCES, "*", "*.h"))
    for name in ("loadgen", "bare"):
        sources = sorted(glob.glob(os.path.join(SOURCES, name, "*.c"))) + shared
        target = program(name)
        newest = max(os.path.getmtime(path) for path in sources + headers)
        if os.path.exists(target) and os.path.getmtime(target) >= newest:
            continue
        command = [compiler, *C_FLAGS, "-I" + os.path.join(SOURCES, "common"), "-o", target, *sources]
        subprocess.run(command, check=True)


def build_server(build):
    """The release executable, built unless `build` is false."""
    if build:
        subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "parley"], cwd=ROOT, check=True, stdout=sys.stderr)
    binary = os.path.join(ROOT, ".build", "release", "parley")
    if not os.path.exists(binary):
        raise BenchError(f"{binary} does not exist; run without --no-build")
    return binary


def program(name):
    return os.path.join(OUTPUT, name)


# Processes


def _end_with_parent():
    """Runs in the child: the kernel kills it when this script ends, however it ends."""
    _libc.prctl(1, signal.SIGKILL, 0, 0, 0)


def free_port():
    """A port below the range that outgoing connections take theirs from."""
    for _ in range(200):
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise BenchError("no free port from 20000 to 30000")


def tail(path, lines=40):
    with contextlib.suppress(OSError):
        with open(path, errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    return ""


class Process:
    """A server process of one run, with what it prints in a file."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.command = command
        self.folder = folder
        self.environment = environment or dict(os.environ)
        self.errors = os.path.join(folder, f"{name}.stderr")
        self.process = None
        self.port = None

    @property
    def pid(self):
        return self.process.pid

    def spawn(self):
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                preexec_fn=_end_with_parent)

    def wait_until_ready(self, probe):
        """Asks again and again until `probe()` is true; returns the seconds since now."""
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended with status {self.process.returncode}\n{tail(self.errors)}")
            if probe():
                return time.monotonic() - began
            time.sleep(0.001)
        raise BenchError(f"{self.name} did not answer in {START_SECONDS} s\n{tail(self.errors)}")

    @contextlib.contextmanager
    def held(self):
        """Stops the process meanwhile, so that its timers do not disturb the other server's turn."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)
            time.sleep(1)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def stop(self):
        """Ends it in order; kills it when that takes longer than 10 s."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.kill()

    def rss(self):
        return self.memory("Rss")

    def memory(self, field):
        """Bytes of `Rss`, `Pss` or `Anonymous`, 0 when the kernel does not tell."""
        with contextlib.suppress(OSError):
            with open(f"/proc/{self.pid}/smaps_rollup") as file:
                for line in file:
                    if line.startswith(field + ":"):
                        return int(line.split()[1]) * 1024
        return 0


# Load


class Loadgen:
    """Runs the load generator and reads its result."""

    def __init__(self, tokens=None):
        self.tokens = tokens

    def command(self, server, mode, anonymous=False, **arguments):
        """The command line; `anonymous` clients have no tokens."""
        command = [program("loadgen"), mode]
        if server is not None:
            command += ["--port", str(server.port), "--pid", str(server.pid)]
            if self.tokens and not anonymous:
                command += ["--tokens", self.tokens]
        for name, value in arguments.items():
            flag = "--" + name.replace("_", "-")
            if value is True:
                command.append(flag)
            elif value is not None and value is not False:
                command += [flag, str(value)]
        return command

    def run(self, server, mode, limit=600, **arguments):
        """The mode's result as a dictionary."""
        command = self.command(server, mode, **arguments)
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit, preexec_fn=_end_with_parent)
        except subprocess.TimeoutExpired:
            raise BenchError(f"loadgen {mode} took longer than {limit} s") from None
        if done.returncode != 0 or not done.stdout.strip():
            said = f"\nthe server said\n{tail(server.errors)}" if server else ""
            raise BenchError(f"{' '.join(command)}: status {done.returncode}\n{done.stderr.strip()}{said}")
        if done.stderr.strip():
            log("    " + done.stderr.strip())
        result = json.loads(done.stdout.strip().splitlines()[-1])
        result["server"] = server.name if server else None
        return result

    def start(self, server, mode, **arguments):
        """Starts it and goes on."""
        return subprocess.Popen(
            self.command(server, mode, **arguments), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent)
