"""Two people talk on the page."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from visitor import PATIENCE


def test_two_guests_open_the_page_and_talk_at_once(visit):
    ann, bob = visit().guest(), visit().guest()
    assert ann.page.locator(".room-head h1").inner_text() == "Lobby" and ann.room_number() == 1
    assert ann.name != bob.name
    ann.sent("Is anybody here?")
    bob.sees("Is anybody here?").sent("I am, hello")
    ann.sees("I am, hello")
    expect(ann.page.locator("#members")).to_contain_text(bob.name)


def test_own_message_is_shown_before_the_server_answers_and_then_as_sent(visit):
    ann = visit()
    held = []

    def hold(route):
        server = route.connect_to_server()
        route.on_message(server.send)

        def from_server(text):
            if '"type":"ack"' in text or "held back" in text:
                held.append((route, text))
            else:
                route.send(text)
        server.on_message(from_server)

    ann.page.route_web_socket("**/ws", hold)
    ann.open().guest().send("held back for a moment")
    expect(ann.message("held back for a moment").locator(".state-clock")).to_be_visible()
    assert ann.composer.input_value() == ""
    ann.page.wait_for_timeout(300)
    for route, text in held:
        route.send(text)
    expect(ann.message("held back for a moment").locator(".state-check")).to_be_visible()
    ann.sees("held back for a moment")


def test_refused_message_says_why_and_is_tried_again_under_the_same_id(visit):
    ann = visit()
    tried = []

    def refuse_first(route):
        server = route.connect_to_server()
        server.on_message(route.send)

        def from_page(text):
            found = re.search(r'"type":"chat_send","id":"([^"]+)"', text)
            if found:
                tried.append(found.group(1))
            if found and len(tried) == 1:
                route.send('{"type":"error","id":"e","timestamp":"2026-01-01T00:00:00.000Z","ref":"%s",'
                           '"payload":{"detail":"Failed to send message","code":"internal"}}' % found.group(1))
            else:
                server.send(text)
        route.on_message(from_page)

    ann.page.route_web_socket("**/ws", refuse_first)
    ann.open().guest().send("second time lucky")
    row = ann.message("second time lucky")
    expect(row.get_by_role("alert")).to_contain_text("Something went wrong on the server")
    row.get_by_role("button", name="Try again").click()
    expect(row.locator(".state-check")).to_be_visible()
    ann.sees("second time lucky")
    assert len(tried) == 2 and tried[0] == tried[1]


def test_discarded_message_is_gone(visit):
    ann = visit()

    def refuse(route):
        server = route.connect_to_server()
        server.on_message(route.send)

        def from_page(text):
            found = re.search(r'"type":"chat_send","id":"([^"]+)"', text)
            if found:
                route.send('{"type":"error","id":"e","timestamp":"2026-01-01T00:00:00.000Z","ref":"%s",'
                           '"payload":{"detail":"no","code":"forbidden"}}' % found.group(1))
            else:
                server.send(text)
        route.on_message(from_page)

    ann.page.route_web_socket("**/ws", refuse)
    ann.open().guest().send("never mind")
    ann.message("never mind").get_by_role("button", name="Discard").click()
    ann.sees("never mind", times=0)
    ann.page.reload()
    ann.inside().sees("never mind", times=0)


def test_reactions_are_seen_with_who_reacted(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.sent("React to this one")
    bob.sees("React to this one").act("React to this one", "React: Fire")
    chip = ann.message("React to this one").locator(".reaction")
    expect(chip).to_have_text("🔥1")
    expect(chip).to_have_attribute("aria-label", f"Fire: {bob.name}")
    expect(chip).to_have_attribute("aria-pressed", "false")
    chip.click()
    expect(chip).to_have_text("🔥2")
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    expect(chip).to_have_text("🔥1")
    bob.act("React to this one", "React: Love")
    expect(ann.message("React to this one").locator(".reaction")).to_have_text("😍1")


def test_edits_are_seen_by_others(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.sent("Meet at noon")
    bob.sees("Meet at noon")
    ann.act("Meet at noon", "Edit")
    expect(ann.composer).to_have_value("Meet at noon")
    ann.send("Meet at one")
    expect(bob.message("Meet at one")).to_contain_text("(edited)")
    bob.sees("Meet at noon", times=0)


def test_deleted_message_leaves_a_tombstone(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.sent("Said too much")
    bob.sees("Said too much")
    ann.act("Said too much", "Delete").confirm("Delete")
    bob.sees("Said too much", times=0)
    expect(bob.page.locator(".tombstone").last).to_have_text("Message deleted")


def test_one_cannot_edit_or_delete_what_others_wrote(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.sent("Hands off")
    row = bob.sees("Hands off").message("Hands off")
    row.hover()
    expect(row.get_by_role("button", name="Reply", exact=True)).to_be_visible()
    expect(row.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
    expect(row.get_by_role("button", name="Delete", exact=True)).to_have_count(0)


def test_reply_quotes_what_it_answers(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.sent("Who brings the cake?")
    bob.sees("Who brings the cake?").act("Who brings the cake?", "Reply").send("I do bring it")
    quote = ann.message("I do bring it").locator(".quote")
    expect(quote).to_contain_text("Who brings the cake?")
    quote.click()
    expect(ann.message("Who brings the cake?").first).to_be_focused()


def test_typing_is_shown_and_ends_with_the_message(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.page.locator(".member", has_text=bob.name).wait_for()
    bob.type("Let me think")
    expect(ann.page.locator(".typing")).to_have_text(f"{bob.name} is typing…")
    bob.composer.press("Enter")
    ann.sees("Let me think")
    expect(ann.page.locator(".typing")).to_have_text("")


def test_markup_is_shown_as_the_text_it_is(visit):
    ann, bob = visit().guest(), visit().guest()
    attacks = [
        "<img src=x onerror=window.pwned=1>",
        "<script>window.pwned=1</script>",
        '"><svg/onload=window.pwned=1>',
        "javascript:window.pwned=1",
        "https://example.org/\"onmouseover=window.pwned=1//",
    ]
    for attack in attacks:
        ann.sent(attack)
        bob.sees(attack)
    for visitor in (ann, bob):
        assert visitor.page.evaluate("window.pwned") is None
        assert visitor.page.locator(".text img, .text script, .text svg").count() == 0
        assert visitor.page.locator(".text a:not([href^='https://'])").count() == 0


def test_addresses_are_links_that_tell_nothing_about_us(visit):
    ann = visit().guest().sent("Read https://example.org/a?b=c.")
    link = ann.message("Read https").locator("a")
    expect(link).to_have_attribute("href", "https://example.org/a?b=c")
    expect(link).to_have_attribute("rel", re.compile("noopener.*noreferrer"))


def test_lines_are_kept_and_shift_enter_makes_one(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.type("first")
    ann.page.keyboard.press("Shift+Enter")
    ann.page.keyboard.insert_text("second")
    ann.page.keyboard.press("Enter")
    expect(bob.message("first").locator(".text")).to_have_text(re.compile("first\nsecond"), use_inner_text=True)


def test_unknown_commands_and_missing_targets_send_nothing(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.send("/frobnicate now")
    expect(ann.page.locator("#composer-fault")).to_contain_text("Unknown command")
    ann.send("/kick")
    expect(ann.page.locator("#composer-fault")).to_contain_text("/kick name [reason]")
    ann.sent(" /after a blank it is a message")
    bob.sees("/after a blank it is a message").sees("frobnicate", times=0)


def test_refused_command_says_why(visit):
    ann, bob = visit().guest(), visit().guest()
    ann.page.locator(".member", has_text=bob.name).wait_for()
    ann.send(f"/kick {bob.name} spam")
    notice = ann.page.locator(".notice.is-error")
    expect(notice).to_contain_text("You are not allowed to do that here.", timeout=PATIENCE)
