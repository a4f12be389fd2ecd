"""Rooms: making, finding, joining, moderating, and what is unread in them."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from visitor import PATIENCE


def test_created_room_is_found_joined_and_talked_in(visit):
    ann = visit().sign_up("gunnar").create_room("Bicycles")
    bob = visit().sign_up("hedda")
    bob.page.get_by_role("button", name="Browse public rooms").click()
    bob.page.get_by_role("dialog").get_by_label("Search rooms").fill("bicy")
    bob.page.get_by_role("dialog").get_by_role("button", name=re.compile("Bicycles")).click()
    bob.in_room("Bicycles").sent("Found it")
    ann.sees("Found it")


def test_room_is_renamed_for_everybody(visit):
    ann = visit().sign_up("ivar").create_room("Old name")
    number = ann.room_number()
    bob = visit().sign_up("jonna").open(f"/#{number}")
    bob.page.reload()
    bob.in_room("Old name")
    ann.page.get_by_role("button", name=re.compile("Old name")).last.click()
    ann.page.get_by_role("dialog").get_by_label("Name").fill("New name")
    ann.confirm("Save")
    ann.in_room("New name")
    bob.in_room("New name")


def test_request_to_join_waits_until_somebody_lets_one_in(visit):
    ann = visit().sign_up("karin").create_room("Book circle", access="private")
    ann.sent("Only for members")
    bob = visit().sign_up("lars").open(f"/#{ann.room_number()}")
    bob.page.reload()
    expect(bob.page.locator(".composer-note")).to_have_text("Your request to join is waiting for approval.")
    ann.page.locator(".member", has_text="lars").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Let in").click()
    # The server's word opens the room; the page asks by itself only twice a minute.
    expect(bob.page.locator(".room-head h1")).to_have_text("Book circle", timeout=PATIENCE)
    bob.inside().sent("Thank you for letting me in")
    ann.sees("Thank you for letting me in")


def test_reload_keeps_the_topic_and_who_is_there(visit):
    ann = visit().sign_up("wanda").create_room("Choir")
    bob = visit().sign_up("xaver").open(f"/#{ann.room_number()}")
    bob.page.reload()
    bob.in_room("Choir").sent("Here I am")
    ann.page.locator(".room-head .room-name").click()
    ann.page.get_by_role("dialog").get_by_label("Topic").fill("Songs for the spring")
    ann.confirm("Save")
    expect(bob.page.locator(".topic")).to_have_text("Songs for the spring")
    for visitor in (bob, ann):
        visitor.page.reload()
        visitor.in_room("Choir").sees("Here I am")
        expect(visitor.page.locator(".topic")).to_have_text("Songs for the spring")
        expect(visitor.page.locator(".members-head h2")).to_have_text("People 2")
        expect(visitor.page.locator(".member .presence.is-here")).to_have_count(2)
        assert visitor.texts() == ["Here I am"]
    bob.sent("Still here")
    ann.sees("Still here")
    assert ann.texts() == bob.texts() == ["Here I am", "Still here"]


def test_guest_who_would_make_a_room_is_shown_the_way_to_an_account(visit):
    guest = visit().guest()
    guest.page.get_by_role("button", name="Create a room").click()
    dialog = guest.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Create account")).to_be_visible()
    expect(dialog.get_by_label("Who gets in")).to_have_count(0)


def test_new_rooms_are_not_by_invitation(visit):
    ann = visit().sign_up("yngve")
    ann.page.get_by_role("button", name="Create a room").click()
    access = ann.page.get_by_role("dialog").get_by_label("Who gets in")
    assert len(access.locator("option").all()) == 3
    expect(access).not_to_contain_text("invitation")


def test_only_moderators_write_announcements(visit):
    ann = visit().sign_up("maria").create_room("News", kind="channel")
    ann.sent("Version 1 is out")
    bob = visit().sign_up("nils").open(f"/#{ann.room_number()}")
    bob.page.reload()
    bob.in_room("News").sees("Version 1 is out")
    expect(bob.page.locator(".composer-note")).to_have_text("Only moderators write in this announcement room.")


def test_unread_messages_and_mentions_are_counted_until_read(visit):
    ann = visit().sign_up("olof").create_room("Tea room")
    bob = visit().sign_up("petra").open(f"/#{ann.room_number()}")
    bob.page.reload()
    bob.in_room("Tea room").sent("Hello")
    bob.go_to("Lobby")
    ann.sees("Hello").sent("One for the count").sent("@petra this is for you")
    badge = bob.room("Tea room").locator(".badge")
    expect(badge).to_contain_text("@2", timeout=PATIENCE)
    expect(bob.page).to_have_title(re.compile(r"^\(@1\) "))
    bob.go_to("Tea room")
    expect(bob.page.locator(".unread-line")).to_have_count(1)
    expect(bob.message("One for the count").locator(".unread-line")).to_have_count(1)
    expect(bob.message("this is for you").locator(".mention.is-me")).to_have_text("@petra")
    expect(badge).to_have_count(0)
    bob.page.keyboard.press("Escape")
    expect(bob.page.locator(".unread-line")).to_have_count(0)


def test_reading_on_one_device_clears_the_count_on_the_other(visit):
    ann = visit().sign_up("quirin").create_room("Two devices")
    phone = visit().sign_up("rosa").open(f"/#{ann.room_number()}")
    phone.page.reload()
    phone.in_room("Two devices").go_to("Lobby")
    desk = visit().log_in("rosa")
    expect(desk.room("Two devices")).to_be_visible()
    desk.go_to("Lobby")
    ann.sent("Read me anywhere")
    expect(phone.room("Two devices").locator(".badge")).to_contain_text("1")
    expect(desk.room("Two devices").locator(".badge")).to_contain_text("1")
    desk.go_to("Two devices").sees("Read me anywhere")
    expect(phone.room("Two devices").locator(".badge")).to_have_count(0, timeout=PATIENCE)


def test_muted_member_cannot_write_and_kicked_one_is_out(visit):
    ann = visit().sign_up("sven").create_room("Strict club")
    bob = visit().sign_up("tilda").open(f"/#{ann.room_number()}")
    bob.page.reload()
    bob.in_room("Strict club").sent("Spam")
    ann.sees("Spam").send("/mute @Tilda 2h too loud")
    expect(bob.page.locator(".composer-note")).to_contain_text("You are muted here until")
    expect(bob.page.locator(".composer-note")).to_contain_text("Reason: too loud")
    ann.send("/unmute tilda")
    expect(bob.composer).to_be_visible()
    ann.page.locator(".member", has_text="tilda").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Remove from the room…").click()
    ann.page.get_by_role("dialog").get_by_label("Reason").fill("enough")
    ann.confirm("Remove")
    expect(bob.page.locator(".notice.is-error")).to_contain_text("Reason: enough")
    bob.in_room("Lobby")
    assert bob.room_number() == 1
    expect(bob.room("Strict club").and_(bob.page.locator("[data-act=open]"))).to_have_count(0)


def test_left_room_leaves_the_list(visit):
    ann = visit().sign_up("ulla").create_room("Passing through")
    number = ann.room_number()
    bob = visit().sign_up("viktor").open(f"/#{number}")
    bob.page.reload()
    bob.in_room("Passing through")
    bob.page.locator(".room-head .room-name").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Leave room").click()
    expect(bob.room("Passing through").and_(bob.page.locator("[data-act=open]"))).to_have_count(0)
    bob.in_room("Lobby")
    assert bob.room_number() == 1
    ann.page.locator(".room-head .room-name").click()
    ann.confirm("Leave room")
    expect(ann.page.get_by_role("dialog")).to_contain_text("You are the last owner")
    ann.confirm("Leave room")
    ann.in_room("Lobby")
