"""Scrolling back through a long room."""

from __future__ import annotations

import pytest
import seeding
from harness import Server
from playwright.sync_api import expect
from visitor import PATIENCE, Visitor

MOST_ROWS = 300

# Scrolls by pixels, and reports where a message stood before and stands after more history has come in: the text
# that is on the screen must not move by itself.
SCROLL_BACK = """
async () => {
    const scroller = document.querySelector('.scroller');
    const rows = () => [...document.querySelectorAll('.row')];
    const frame = () => new Promise(requestAnimationFrame);
    const seen = [];
    let worst = 0;
    let most = 0;
    for (let step = 0; step < 4000; step += 1) {
        for (const row of rows()) {
            const number = Number(/line (\\d+)/.exec(row.textContent)?.[1]);
            if (number && !seen.includes(number)) seen.push(number);
        }
        most = Math.max(most, rows().length);
        if (scroller.scrollTop === 0 && document.querySelector('.beginning')) break;
        scroller.scrollTop -= 240;
        await frame();
        const top = scroller.getBoundingClientRect().top;
        const anchor = rows().map((row) => row.querySelector('.text'))
            .find((text) => text.getBoundingClientRect().top > top + 40);
        const key = anchor.closest('.row').dataset.key;
        const before = anchor.getBoundingClientRect().top;
        const first = rows()[0].dataset.key;
        for (let wait = 0; wait < 60 && rows()[0].dataset.key === first; wait += 1) {
            if (scroller.scrollTop > 900 || document.querySelector('.beginning')) break;
            await frame();
        }
        await frame();
        const after = rows().find((row) => row.dataset.key === key)?.querySelector('.text').getBoundingClientRect().top;
        if (after !== undefined) worst = Math.max(worst, Math.abs(after - before));
    }
    return { seen: seen.sort((a, b) => a - b), worst, most, isAtStart: Boolean(document.querySelector('.beginning')) };
}
"""


@pytest.fixture(scope="module")
def long_room(server: Server) -> int:
    """The lobby with 400 numbered lines of different heights."""
    texts = [f"line {number}" + " and more of it" * (number % 7 * 5) for number in range(1, 401)]
    seeding.write(server, 1, texts)
    return 1


def newest(visitor: Visitor, number: int) -> None:
    expect(visitor.page.locator(".row .text").last).to_contain_text(f"line {number}", timeout=PATIENCE)


def test_scrolling_back_does_not_move_what_one_reads(visit, long_room):
    ann = visit().guest()
    newest(ann, 400)
    result = ann.page.evaluate(SCROLL_BACK)
    assert result["isAtStart"]
    assert result["worst"] <= 1
    assert result["seen"] == list(range(1, 401))
    assert result["most"] <= MOST_ROWS


def test_scrolling_forward_again_reaches_the_newest(visit, long_room):
    ann = visit().guest()
    ann.page.evaluate(SCROLL_BACK)
    last = ann.page.locator(".row .text").last
    assert "line 400" not in last.inner_text()
    for _ in range(200):
        ann.page.evaluate("document.querySelector('.scroller').scrollTop += 2000")
        ann.page.wait_for_timeout(30)
        if "line 400" in last.inner_text():
            break
    newest(ann, 400)
    assert ann.page.locator(".row").count() <= MOST_ROWS


def test_one_press_leads_back_to_the_present(visit, long_room):
    ann = visit().guest()
    ann.page.evaluate(SCROLL_BACK)
    ann.page.get_by_role("button", name="Latest").click()
    newest(ann, 400)
    expect(ann.page.get_by_role("button", name="Latest")).to_be_hidden()


def test_new_message_does_not_move_a_reader_who_is_further_up(visit, long_room, server):
    ann = visit().guest()
    newest(ann, 400)
    ann.page.evaluate("document.querySelector('.scroller').scrollTop -= 1500")
    ann.page.wait_for_timeout(500)
    row = "() => { const y = document.querySelector('.scroller').getBoundingClientRect().top;" \
          "const t = [...document.querySelectorAll('.text')].find((t) => t.getBoundingClientRect().top > y + 10);" \
          "return [t.textContent, t.getBoundingClientRect().top]; }"
    before = ann.page.evaluate(row)
    seeding.write(server, 1, ["news from below"])
    expect(ann.page.get_by_role("button", name="1 new message")).to_be_visible()
    after = ann.page.evaluate(row)
    assert after[0] == before[0] and abs(after[1] - before[1]) <= 1


def test_days_are_told_apart(visit, long_room):
    ann = visit().guest()
    expect(ann.page.get_by_role("separator", name="Today").first).to_be_attached()
