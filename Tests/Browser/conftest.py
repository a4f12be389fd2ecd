"""Fixtures of the browser tests: the real server, the real page, Chromium.

Run them as a process of their own (`pytest Tests/Browser`): the browser driver owns the thread's event loop.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Interop"))

from harness import BINARY, Server  # noqa: E402

from visitor import Visitor  # noqa: E402

ARTEFACTS = Path(__file__).parent / "artefacts"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session", autouse=True)
def requirements() -> None:
    """Says what is missing instead of passing without having tested anything."""
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run `swift build` (or script/test) first", returncode=2)
    if not CHROMIUM:
        pytest.exit("Chromium is missing: install Debian's package `chromium`, or name it in CHROMIUM", returncode=2)
    ARTEFACTS.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
    yield started
    started.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The server of the module."""
    with Server() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Opens the page in a browser context of its own; what the page did wrong fails the test at its end."""
    visitors: list[Visitor] = []

    def open_page(base: str | None = None, **context) -> Visitor:
        visitor = Visitor(browser, base or server.base, **context)
        visitors.append(visitor)
        return visitor.open()

    yield open_page
    faults = [fault for visitor in visitors for fault in visitor.faults()]
    for visitor in visitors:
        visitor.close()
    assert faults == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Keeps a picture of every page of a failed test, and shows the end of the server's log."""
    report = yield
    if report.failed and report.when == "call" and isinstance(item, pytest.Function):
        for value in item.funcargs.values():
            if isinstance(value, Server):
                report.sections.append(("server log", "\n".join(value.log().splitlines()[-40:])))
        for number, visitor in enumerate(Visitor.living):
            visitor.picture(ARTEFACTS / f"failed-{item.name}-{number}.png")
    return report
