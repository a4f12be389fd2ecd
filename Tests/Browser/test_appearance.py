"""Narrow and wide, light and dark; the pictures go to `artefacts/` to be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
import seeding
from harness import Server
from playwright.sync_api import expect
from visitor import Visitor

ARTEFACTS = Path(__file__).parent / "artefacts"
SIZES = {"320": (320, 640), "360": (360, 740), "768": (768, 1024), "1440": (1440, 900)}

# Text whose colour does not stand out from what is behind it by 4.5 (large text 3), as WCAG 2.1 computes it.
FAINT = """
() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const parse = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
    };
    const faint = [];
    for (const element of document.querySelectorAll('body *')) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!hasText || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest('.visually-hidden, :disabled')) continue;
        const style = getComputedStyle(element);
        const back = behind(element);
        const front = over(parse(style.color), back);
        const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        if (ratio >= (isLarge ? 3 : 4.5)) continue;
        faint.push(`${element.className}: ${element.textContent.trim()} ${ratio.toFixed(2)}`);
    }
    return faint;
}
"""

# Controls that a finger would miss; links within text are exempt (WCAG 2.5.5).
SMALL = """
() => [...document.querySelectorAll('button, input, select, textarea')]
    .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest('[inert]'))
    .map((control) => (control.matches('[type=checkbox], [type=radio]') ? control.closest('label') : control))
    .map((control) => [control.getAttribute('aria-label') ?? control.textContent, control.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && box.right > 0 && box.left < innerWidth)
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)
"""

OVERFLOW = """
() => {
    const log = document.querySelector('.scroller');
    return {
        page: document.documentElement.scrollWidth - innerWidth,
        log: log ? log.scrollWidth - log.clientWidth : 0,
    };
}
"""


@pytest.fixture(scope="module")
def lived_in(server: Server) -> None:
    """A lobby that looks as if people talked there."""
    first = ["Morning all. The storage branch is ready for review, the group commit is in.",
             "Numbers are in the README. Short version: one fsync for every batch, so ten senders cost about as much "
             "as one."]
    second = ["Nice! I will look at it after lunch.\n\nOne question: what happens to messages that wait when the disk "
              "is full? See https://www.sqlite.org/rescode.html#full for what we get back.",
              "averyveryverylongwordwithoutanyplacetobreakit" * 6, "👏👏"]
    seeding.write(server, 1, first, server.token("tom"))
    seeding.write(server, 1, second, server.token("ines"))
    third = ["They are refused before anybody sees them, and the sender is told."]
    seeding.write(server, 1, third, server.token("tom"))


def arrive(visit, size: str, scheme: str) -> Visitor:
    width, height = SIZES[size]
    is_narrow = width < 700
    return visit(viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=is_narrow,
                 is_mobile=is_narrow, device_scale_factor=2 if is_narrow else 1)


def check(visitor: Visitor, is_touch: bool) -> None:
    overflow = visitor.page.evaluate(OVERFLOW)
    assert overflow["page"] <= 0 and overflow["log"] <= 0
    assert visitor.page.evaluate(FAINT) == []
    if is_touch:
        assert visitor.page.evaluate(SMALL) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_page_fits_its_screen_and_can_be_read(visit, lived_in, size, scheme):
    visitor = arrive(visit, size, scheme)
    is_narrow = int(size) < 700
    expect(visitor.page.get_by_role("heading", name="Welcome to Parley")).to_be_visible()
    check(visitor, is_narrow)
    visitor.picture(ARTEFACTS / f"welcome-{size}-{scheme}.png")
    visitor.guest().sent("@tom thank you, this is clear now.")
    visitor.page.wait_for_timeout(300)
    check(visitor, is_narrow)
    visitor.picture(ARTEFACTS / f"conversation-{size}-{scheme}.png")
    if not is_narrow:
        return
    for drawer, button in (("rooms", "Show rooms"), ("members", "Members")):
        visitor.page.get_by_role("button", name=button, exact=True).click()
        visitor.page.wait_for_timeout(400)
        check(visitor, is_narrow)
        visitor.picture(ARTEFACTS / f"{drawer}-{size}-{scheme}.png")
        visitor.page.go_back()
        visitor.page.wait_for_timeout(400)
    visitor.page.locator(".row .text").last.tap()
    expect(visitor.page.get_by_role("dialog")).to_be_visible()
    visitor.page.wait_for_timeout(300)
    check(visitor, is_narrow)
    visitor.picture(ARTEFACTS / f"sheet-{size}-{scheme}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_can_be_read(visit, lived_in, scheme):
    visitor = arrive(visit, "1440", scheme).guest()
    openers = {
        "browse": lambda: visitor.page.get_by_role("button", name="Browse public rooms").click(),
        "create": lambda: visitor.page.get_by_role("button", name="Create a room").click(),
        "account": lambda: visitor.page.locator(".account").click(),
        "switcher": lambda: visitor.page.keyboard.press("Control+k"),
        "help": lambda: visitor.page.keyboard.press("Control+/"),
        "room": lambda: visitor.page.locator(".room-head .room-name").click(),
    }
    for name, opener in openers.items():
        opener()
        expect(visitor.page.get_by_role("dialog")).to_be_visible()
        visitor.page.wait_for_timeout(300)
        assert visitor.page.evaluate(FAINT) == [], name
        visitor.picture(ARTEFACTS / f"{name}-{scheme}.png")
        visitor.page.keyboard.press("Escape")
        expect(visitor.page.get_by_role("dialog")).to_have_count(0)


def test_chosen_theme_holds_from_the_first_paint(visit):
    visitor = visit(color_scheme="light").guest()
    visitor.page.locator(".account").click()
    visitor.page.get_by_role("radio", name="Dark").check(force=True)
    background = "getComputedStyle(document.documentElement).backgroundColor"
    dark = visitor.page.evaluate(background)
    visitor.context.add_init_script("""
        new MutationObserver((_, observer) => {
            if (!document.body) return;
            window.atFirst = getComputedStyle(document.documentElement).colorScheme;
            observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
    """)
    visitor.page.reload()
    assert visitor.page.evaluate("window.atFirst") == "dark"
    assert visitor.page.evaluate(background) == dark


def test_back_button_closes_a_drawer_before_it_leaves_the_page(visit):
    visitor = arrive(visit, "360", "light").guest()
    visitor.page.get_by_role("button", name="Show rooms").click()
    expect(visitor.page.locator(".shell")).to_have_attribute("data-drawer", "rooms")
    visitor.page.go_back()
    expect(visitor.page.locator(".shell")).to_have_attribute("data-drawer", "")
    expect(visitor.composer).to_be_visible()


def test_page_has_the_landmarks_of_its_parts(visit):
    visitor = visit().guest()
    expect(visitor.page.get_by_role("navigation", name="Rooms")).to_be_visible()
    expect(visitor.page.get_by_role("main", name="Conversation")).to_be_visible()
    expect(visitor.page.get_by_role("complementary", name="Members")).to_be_visible()
    expect(visitor.page.get_by_role("log")).to_have_attribute("aria-live", "off")
    nameless = visitor.page.evaluate("""() => [...document.querySelectorAll('button')]
        .filter((button) => !(button.getAttribute('aria-label') ?? button.textContent).trim()).length""")
    assert nameless == 0


def test_screen_readers_hear_new_messages_and_no_history(visit, lived_in):
    ann, bob = visit().guest(), visit().guest()
    heard = ann.page.locator("body > [aria-live=polite].visually-hidden")
    expect(heard).to_have_text("")
    bob.sent("Hear this")
    expect(heard).to_have_text(f"{bob.name}: Hear this")
