"""Signing up, logging in, and what a reload keeps."""

from __future__ import annotations

from playwright.sync_api import expect


def test_sign_up_then_log_out_then_log_in(visit):
    ann = visit().sign_up("annika")
    assert ann.name == "annika"
    ann.page.locator(".account").click()
    ann.confirm("Log out")
    ann.log_in("annika")
    assert ann.name == "annika"


def test_what_is_wrong_is_said_in_words(visit):
    page = visit()
    page.fill_in("nobody-here", "Wrong7Horse").press("Log in")
    expect(page.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.page.get_by_role("button", name="Sign up").click()
    page.fill_in("bertil", "short").press("Create account")
    expect(page.page.locator("form .fault")).to_be_visible()
    expect(page.page.locator("form .fault")).to_have_text(
        "The password needs at least 8 characters.")
    page.fill_in("bertil", "longenough7").press("Create account")
    expect(page.page.locator("form .fault")).to_have_text("The password needs at least one upper-case letter.")


def test_name_that_is_taken_is_refused(visit):
    visit().sign_up("cecilia")
    other = visit()
    other.page.get_by_role("button", name="Sign up").click()
    other.fill_in("cecilia", "Correct7Horse").press("Create account")
    expect(other.page.locator("form .fault")).to_contain_text("taken")


def test_reload_restores_session_room_and_draft(visit):
    ann = visit().sign_up("doris").create_room("Garden club")
    ann.sent("Before the reload").type("half a thou")
    ann.page.reload()
    ann.in_room("Garden club").sees("Before the reload")
    assert ann.name == "doris"
    expect(ann.composer).to_have_value("half a thou")


def test_guest_is_the_same_after_a_reload(visit):
    guest = visit().guest()
    name = guest.name
    guest.sent("I wrote this as a guest")
    guest.page.reload()
    guest.inside().sees("I wrote this as a guest")
    assert guest.name == name


def test_session_stays_on_the_device_only_when_asked(visit):
    brief, staying = visit().sign_up("edwin"), visit().sign_up("frida", stay=True)
    for visitor, is_kept in ((brief, False), (staying, True)):
        visitor.page.close()
        visitor.page = visitor.new_page()
        visitor.open()
        if is_kept:
            visitor.inside()
        else:
            expect(visitor.page.get_by_role("heading", name="Welcome to Parley")).to_be_visible()
