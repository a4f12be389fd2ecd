"""Everything without a mouse."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect
from visitor import Visitor


_numbers = itertools.count(1)


@pytest.fixture
def ann(visit) -> Visitor:
    """Somebody in three rooms."""
    visitor = visit().sign_up(f"keys{next(_numbers)}")
    return visitor.create_room("Alpha").create_room("Beta")


def test_switcher_finds_a_room_by_a_few_letters(ann):
    ann.page.keyboard.press("Control+k")
    ann.page.keyboard.type("alp")
    ann.page.keyboard.press("Enter")
    ann.in_room("Alpha")


def test_alt_arrows_go_through_the_rooms(ann):
    ann.page.keyboard.press("Alt+ArrowUp")
    ann.in_room("Alpha")
    ann.page.keyboard.press("Alt+ArrowDown")
    ann.in_room("Beta")


def test_arrow_up_edits_the_last_own_message_and_escape_gives_up(ann):
    ann.sent("A tpyo")
    ann.composer.focus()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.composer).to_have_value("A tpyo")
    ann.page.keyboard.press("Escape")
    expect(ann.composer).to_have_value("")
    ann.page.keyboard.press("ArrowUp")
    ann.composer.fill("A typo")
    ann.page.keyboard.press("Enter")
    ann.sees("A typo")
    expect(ann.message("A typo")).to_contain_text("(edited)")


def test_messages_are_reached_and_acted_on_by_keys(ann):
    ann.sent("Like me")
    ann.log.focus()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.message("Like me")).to_be_focused()
    ann.page.keyboard.press("Enter")
    ann.page.get_by_role("dialog").get_by_role("button", name="React: Thumbs up").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.message("Like me").locator(".reaction")).to_have_text("👍1")


def test_dialogs_close_with_escape_and_give_the_focus_back(ann):
    ann.page.get_by_role("button", name="Create a room").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    expect(ann.page.get_by_role("button", name="Create a room")).to_be_focused()


def test_question_mark_lists_the_keys(ann):
    ann.page.get_by_role("button", name="Create a room").focus()
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog", name="Keys and commands")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.composer.focus()
    ann.page.keyboard.press("Control+/")
    expect(ann.page.get_by_role("dialog", name="Keys and commands")).to_be_visible()


def test_question_mark_in_the_composer_is_a_question_mark(ann):
    ann.composer.focus()
    ann.page.keyboard.type("?")
    expect(ann.composer).to_have_value("?")
