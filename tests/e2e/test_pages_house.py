"""Running the house in a real browser: a colleague is let in and let go, and keys are off."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.box import home_wish
from appliance.box.home_wish import HomeAnswer
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.listening import live

NEW = "een zin om te onthouden"


def test_a_colleague_is_let_in_by_a_link_and_let_go(
    open_page: OpenPage, guest_page: OpenPage, place: Place
) -> None:
    """The link opens on their own phone; when they are let go, the open inbox leads to the door."""
    page = open_page("/me", name="Marit Hoekstra")
    page.get_by_role("navigation", name="Settings").get_by_text("Colleagues").click()
    page.get_by_label("Name of the colleague").fill("Noor Nieuw")
    page.get_by_label("Where").select_option(label="Utrecht")
    page.get_by_role("button", name="Make a log-in link").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    link = page.locator(".secret").inner_text()
    theirs = guest_page(link.removeprefix(place.url), look=NARROW)
    theirs.get_by_label("Choose a password").fill(NEW)
    theirs.get_by_label("The same password again").fill(NEW)
    theirs.get_by_role("button", name="Save and log in").click()
    live(theirs)
    page.goto("/settings/team")
    page.get_by_role("link", name="Noor Nieuw").click()
    expect(page.get_by_text("Logged in in 1 browser")).to_be_visible()
    page.get_by_role("button", name="Let go").click()
    expect(page.get_by_text("may not log in")).to_be_visible()
    theirs.wait_for_url(re.compile("/login"))


def test_single_letters_are_no_keys_for_who_wants_none(open_page: OpenPage) -> None:
    """Arrows still move through the list."""
    page = open_page("/me")
    page.get_by_label("Off: nothing happens").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/inbox/all")
    live(page)
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(page.locator("#help")).to_be_hidden()
    expect(page.locator("body")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#rows .row").first).to_be_focused()


def test_a_colleague_takes_the_key_of_a_device_home(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator switches it on; this machine answers; a phone photographs its key, which the
    next look at the page does not have; and it ends.
    """
    answer = tmp_path / "home.json"
    monkeypatch.setattr(home_wish.answered, "__defaults__", (answer,))
    page = open_page("/me", name="Marit Hoekstra", look=NARROW)
    page.get_by_role("navigation", name="Settings").get_by_text("From home").click()
    page.get_by_label("Colleagues may come from home").check()
    page.get_by_label("Name or address of this office").fill("utrecht.example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("has not opened the way yet")).to_be_visible()
    key = base64.b64encode(bytes(range(32))).decode()
    answer.write_bytes(home_wish.answer_written(HomeAnswer(is_on=True, public_key=key)))
    page.reload()
    page.get_by_label("Which device").fill("Telefoon")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    expect(page.get_by_label("The same key as text")).to_have_value(re.compile("PrivateKey = "))
    page.goto("/settings/home")
    expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    page.locator("#own-devices").get_by_role("button", name="End it").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
