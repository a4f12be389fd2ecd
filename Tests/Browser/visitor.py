"""Somebody who uses the page: what a person does, in a person's words."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import ClassVar

from playwright.sync_api import Browser, Error, Locator, Page, expect

PATIENCE = 15_000  # milliseconds; generous, for a debug build beside a compiler
PASSWORD = "Correct7Horse"

# Kept on the window because a violation is reported to the page alone.
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""

# What the browser says by itself while a server is away; everything else on the console is a fault.
EXPECTED = ("WebSocket connection to", "net::ERR_", "Failed to load resource")


class Visitor:
    """One page in a browser context of its own."""

    living: ClassVar[list[Visitor]] = []

    def __init__(self, browser: Browser, base: str, **context) -> None:
        context.setdefault("viewport", {"width": 1280, "height": 800})
        self.base = base
        self.context = browser.new_context(**context)
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(WATCH)
        self._faults: list[str] = []
        self.page: Page = self.new_page()
        Visitor.living.append(self)

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._faults.append(f"uncaught: {error}"))
        return page

    def _on_console(self, message) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in EXPECTED):
            self._faults.append(f"console: {message.text}")

    def faults(self) -> list[str]:
        """What the page did wrong: errors, warnings, and what the content security policy stopped."""
        with contextlib.suppress(Error):
            self._faults += self.page.evaluate("window.violations ?? []")
        return self._faults

    def picture(self, path: Path) -> None:
        with contextlib.suppress(Error):
            self.page.screenshot(path=path)

    def close(self) -> None:
        Visitor.living.remove(self)
        self.context.close()

    # Coming in

    def open(self, path: str = "/") -> Visitor:
        self.page.goto(self.base + path)
        return self

    def guest(self) -> Visitor:
        self.page.get_by_role("button", name="Continue as guest").click()
        return self.inside()

    def sign_up(self, name: str, password: str = PASSWORD, stay: bool = False) -> Visitor:
        self.page.get_by_role("button", name="Sign up").click()
        return self.fill_in(name, password, stay).press("Create account").inside()

    def log_in(self, name: str, password: str = PASSWORD, stay: bool = False) -> Visitor:
        return self.fill_in(name, password, stay).press("Log in").inside()

    def fill_in(self, name: str, password: str, stay: bool = False) -> Visitor:
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_label("Stay signed in").set_checked(stay)
        return self

    def press(self, label: str) -> Visitor:
        self.page.locator("form").get_by_role("button", name=label, exact=True).click()
        return self

    def inside(self) -> Visitor:
        """Waits until a room is on the page with its history."""
        expect(self.page.locator("#composer:visible, .composer-note:visible")).to_be_visible(timeout=PATIENCE)
        expect(self.page.locator(".edge[data-kind=loading]")).to_have_count(0, timeout=PATIENCE)
        return self

    @property
    def name(self) -> str:
        """Who one is, by the account button."""
        label = self.page.locator(".account").get_attribute("aria-label")
        assert label is not None
        return label.removeprefix("Account: ")

    # The conversation

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def message(self, text: str) -> Locator:
        """The row that shows exactly this text."""
        return self.page.locator(".row").filter(has=self.page.locator(".text", has_text=text))

    def texts(self) -> list[str]:
        """The texts of all rows, from the first to the last."""
        return self.page.locator(".row .text").all_inner_texts()

    def type(self, text: str) -> Visitor:
        self.composer.click()
        self.page.keyboard.insert_text(text)
        return self

    def send(self, text: str) -> Visitor:
        self.composer.fill(text)
        self.composer.press("Enter")
        return self

    def sent(self, text: str) -> Visitor:
        """Sends and waits until the server has it."""
        self.send(text)
        expect(self.message(text).locator(".state-check")).to_be_visible(timeout=PATIENCE)
        return self

    def sees(self, text: str, times: int = 1) -> Visitor:
        expect(self.message(text)).to_have_count(times, timeout=PATIENCE)
        return self

    def act(self, text: str, label: str) -> Visitor:
        """Uses a button of the bar that floats over a message."""
        row = self.message(text)
        row.hover()
        row.get_by_role("button", name=label, exact=True).click()
        return self

    def confirm(self, label: str) -> Visitor:
        self.page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()
        return self

    # Rooms

    def create_room(self, title: str, access: str | None = None, kind: str | None = None) -> Visitor:
        self.page.get_by_role("button", name="Create a room").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(title)
        if access:
            dialog.get_by_label("Who gets in").select_option(access)
        if kind:
            dialog.get_by_label("Who writes").select_option(kind)
        dialog.get_by_role("button", name="Create room").click()
        return self.in_room(title)

    def in_room(self, title: str) -> Visitor:
        expect(self.page.locator(".room-head h1")).to_have_text(title, timeout=PATIENCE)
        return self.inside()

    def room(self, title: str) -> Locator:
        return self.page.get_by_role("navigation").locator(".room").filter(has_text=title)

    def go_to(self, title: str) -> Visitor:
        self.room(title).click()
        return self.in_room(title)

    def room_number(self) -> int:
        """The number of the current room, from the page's address."""
        return int(self.page.evaluate("location.hash.slice(1)"))
