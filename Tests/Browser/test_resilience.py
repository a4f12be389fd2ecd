"""Servers die and links break: nothing is lost, nothing is doubled, and little is said about it."""

from __future__ import annotations

from collections import Counter

import pytest
import seeding
from harness import Server
from playwright.sync_api import expect
from visitor import PATIENCE

LONG = 45_000  # milliseconds: the longest back-off and a start


def own(texts: list[str], prefix: str) -> list[str]:
    return [text for text in texts if text.startswith(prefix)]


@pytest.fixture(autouse=True)
def running(server: Server):
    """Every test begins with a server that runs."""
    if not server.alive:
        server.start()


def test_both_come_back_after_a_kill_and_nothing_is_lost_or_doubled(visit, server):
    ann, bob = visit().guest(), visit().guest()
    for number in range(5):
        ann.sent(f"before {number}")
    bob.sees("before 4")
    server.kill()
    for number in range(5):
        ann.send(f"while away {number}")
        bob.send(f"bob too {number}")
    expect(ann.page.locator(".state-clock")).to_have_count(5)
    server.start()
    for visitor in (ann, bob):
        for text in ("while away 4", "bob too 4"):
            expect(visitor.message(text)).to_have_count(1, timeout=LONG)
        expect(visitor.page.locator(".state-clock")).to_have_count(0, timeout=LONG)
    expected = Counter([f"before {n}" for n in range(5)] + [f"while away {n}" for n in range(5)]
                       + [f"bob too {n}" for n in range(5)])
    for visitor in (ann, bob):
        assert Counter(visitor.texts()) == expected
        assert own(visitor.texts(), "while away") == [f"while away {n}" for n in range(5)]
        visitor.page.reload()
        visitor.inside().sees("while away 4")
        assert Counter(visitor.texts()) == expected


def test_quiet_for_three_seconds_then_a_banner_with_a_countdown(visit, server):
    ann = visit().guest()
    banner = ann.page.locator(".banner")
    server.kill()
    ann.page.wait_for_timeout(1500)
    expect(banner).to_be_hidden()
    expect(banner).to_contain_text("Connection lost.", timeout=PATIENCE)
    expect(banner).to_contain_text("Trying again in", timeout=PATIENCE)
    server.start()
    expect(banner).to_be_hidden(timeout=LONG)
    ann.sent("Back again")


def test_browser_that_goes_offline_is_believed_when_the_server_is_silent(visit):
    ann = visit()
    is_silent = []

    def follow(route):
        server_side = route.connect_to_server()
        route.on_message(lambda text: None if is_silent else server_side.send(text))

    ann.page.route_web_socket("**/ws", follow)
    ann.open().guest().sent("Before the tunnel")
    ann.page.evaluate("dispatchEvent(new Event('offline'))")
    ann.page.wait_for_timeout(3500)
    expect(ann.page.locator(".banner")).to_be_hidden()
    is_silent.append(True)
    ann.page.evaluate("dispatchEvent(new Event('offline'))")
    # Without the browser's word it would take the better part of a minute.
    expect(ann.page.locator(".banner")).to_contain_text("Connection lost.", timeout=PATIENCE)


def test_now_does_not_wait_for_the_countdown(visit, server):
    ann = visit().guest()
    server.kill()
    expect(ann.page.locator(".banner")).to_be_visible(timeout=PATIENCE)
    ann.page.wait_for_timeout(6000)
    server.start()
    now = ann.page.get_by_role("button", name="Now", exact=True)
    if now.is_visible():
        now.click()
    expect(ann.page.locator(".banner")).to_be_hidden(timeout=LONG)


def test_what_happened_while_one_was_away_is_there_afterwards(visit, server):
    ann = visit()
    links = []

    def follow(route):
        server_side = route.connect_to_server()
        links.append((route, server_side))

    ann.page.route_web_socket("**/ws", follow)
    ann.open().guest().sent("Last thing before the tunnel")
    for route, _ in links:
        route.close()
    seeding.write(server, 1, [f"in the tunnel {number}" for number in range(30)])
    ann.sees("in the tunnel 29")
    assert own(ann.texts(), "in the tunnel") == [f"in the tunnel {number}" for number in range(30)]


def test_message_whose_acknowledgement_was_lost_is_written_once(visit):
    ann, bob = visit(), visit().guest()
    cut = []

    def cut_after_first_send(route):
        server_side = route.connect_to_server()

        def from_page(text):
            server_side.send(text)
            if '"chat_send"' in text and not cut:
                cut.append(text)

        def from_server(text):
            if cut and len(cut) == 1 and "only once" in text or '"type":"ack"' in text and len(cut) == 1:
                cut.append(text)
                route.close()
            elif len(cut) != 1:
                route.send(text)
        route.on_message(from_page)
        server_side.on_message(from_server)

    ann.page.route_web_socket("**/ws", cut_after_first_send)
    ann.open().guest().send("only once please")
    expect(ann.message("only once please").locator(".state-check")).to_be_visible(timeout=LONG)
    ann.sees("only once please")
    bob.sees("only once please")


def test_unsent_message_survives_a_reload(visit):
    ann = visit()
    is_down = []

    def maybe(route):
        if is_down:
            route.close()
        else:
            route.connect_to_server()

    links = []

    def follow(route):
        maybe(route)
        links.append(route)

    ann.page.route_web_socket("**/ws", follow)
    ann.open().guest().sent("Still online")
    is_down.append(True)
    links[-1].close()
    ann.send("Written in the dark")
    expect(ann.message("Written in the dark").locator(".state-clock")).to_be_visible()
    ann.page.reload()
    is_down.clear()
    expect(ann.message("Written in the dark")).to_have_count(1, timeout=LONG)
    expect(ann.page.locator(".state-clock")).to_have_count(0, timeout=LONG)
    visit().guest().sees("Written in the dark")
