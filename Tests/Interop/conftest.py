"""Fixtures: one server per module, one world of clients per test; asynchronous tests run by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import resource
from collections.abc import Callable, Iterator

import pytest

from harness import BINARY, PhoenixWorld, Server, World, matrix

DEFAULT_DEADLINE = 120.0  # seconds for one test; `@pytest.mark.deadline(n)` gives another


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "deadline(seconds): how long an asynchronous test may take")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs `async def` tests on an event loop of their own and closes the clients before the loop ends."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    marker = pyfuncitem.get_closest_marker("deadline")
    deadline = marker.args[0] if marker else DEFAULT_DEADLINE
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def run() -> None:
        limit = asyncio.timeout(deadline)
        try:
            async with limit:
                await pyfuncitem.obj(**arguments)
        except TimeoutError:
            if not limit.expired():
                raise
            raise AssertionError(f"the test did not end within {deadline} s") from None
        finally:
            for value in pyfuncitem.funcargs.values():
                if isinstance(value, World):
                    with contextlib.suppress(Exception):
                        await value.aclose()

    asyncio.run(run())
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Adds the end of the server's log to the report of a failed test."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for server in item.funcargs.values():
            if isinstance(server, Server):
                tail = "\n".join(server.log().splitlines()[-40:])
                report.sections.append(("server log", tail))
    return report


def pytest_terminal_summary(terminalreporter) -> None:
    """Prints what tests measured, also of those that passed."""
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])]
    lines = [f"{report.nodeid.rpartition('/')[2]}: {text}" for report in reports
             for name, text in getattr(report, "user_properties", []) if name == "figure"]
    if lines:
        terminalreporter.section("figures")
        for line in sorted(set(lines)):
            terminalreporter.write_line(line)
    _print_matrix(terminalreporter, reports)


def _print_matrix(terminalreporter, reports: list) -> None:
    """Prints the table of acts, fronts and observers, as far as it was run."""
    notes = [(matrix.Note.load(text), report.failed) for report in reports
             for name, text in getattr(report, "user_properties", []) if name == matrix.PROPERTY]
    if notes:
        terminalreporter.section("acts × fronts × observers")
        for line in matrix.render(notes):
            terminalreporter.write_line(line)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes a measured value for the summary at the end of the run."""
    return lambda text: request.node.user_properties.append(("figure", text))


@pytest.fixture(scope="session", autouse=True)
def binary() -> None:
    """Says what to do when there is nothing to test."""
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run `swift build` (or script/test) first", returncode=2)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server of the module, with the module's `SETTINGS` and `ARGUMENTS` where it has them."""
    settings = getattr(request.module, "SETTINGS", None)
    arguments = getattr(request.module, "ARGUMENTS", ())
    with Server(settings, arguments) as started:
        yield started


@pytest.fixture
def world(server: Server) -> World:
    """The clients of this test on the module's server."""
    return World(server)


@pytest.fixture
def phoenix(server: Server) -> PhoenixWorld:
    """The same with Phoenix clients."""
    return PhoenixWorld(server)


@pytest.fixture
def another_server() -> Iterator[Callable[..., Server]]:
    """Starts servers for one test alone; takes the arguments of `Server`."""
    servers: list[Server] = []

    def start(settings: dict[str, object] | None = None, arguments: tuple[str, ...] = (), **options) -> Server:
        server = Server(settings, arguments, **options)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.close()
