"""The page of a group, as somebody in the office uses it."""

import sqlite3

import pytest
from playwright.sync_api import Page, expect

from appliance.desk.groups import guarding, outcomes
from appliance.devices.group_protocol import GroupPerson
from appliance.identities import tel
from appliance.store import contacts, groups
from appliance.store.groups import ChatGroup
from appliance.store.store import Tx
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.listening import live

CREW = "Ploeg Nieuwegein"


def crew(place: Place) -> ChatGroup:
    def find(conn: sqlite3.Connection) -> ChatGroup:
        row = conn.execute("SELECT id FROM chat_group").fetchone()
        return groups.find(conn, row["id"])

    return place.store.read(find)


@pytest.fixture
def page(open_page: OpenPage, place: Place) -> Page:
    """The group's page on a small screen, after the phone has read its members."""

    def read(tx: Tx) -> None:
        people = [
            GroupPerson(name="Ahmed", number="+31612345811", is_admin=True),
            GroupPerson(name="Joke", number=None),
        ]
        contacts.ensure(tx, tel("+31612345811"))
        outcomes.keep_people(tx, crew(place), people)

    place.store.write(read)
    page = open_page(f"/c/{place.desk.filled.conversations[CREW]}/group", look=NARROW)
    live(page)
    return page


def test_a_group_is_guarded_and_its_changes_show_by_themselves(place: Place, page: Page) -> None:
    """Nothing is wider than a small screen, and nobody loads the page again."""
    expect(page.get_by_role("heading", name=CREW)).to_be_visible()
    page.get_by_role("button", name="Guard the name").click()
    expect(page.get_by_role("button", name="Stop guarding")).to_be_visible()
    live(page)
    place.store.write(lambda tx: guarding.shown_as(tx, crew(place), "Feest", by="Joke"))
    expect(page.locator("#group")).to_contain_text("Joke changed the name")
    expect(page.locator("#group")).to_contain_text(f"Call it “{CREW}”")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0


def test_somebody_who_never_wrote_is_not_added(page: Page) -> None:
    """The page says why, and what would change it."""
    page.get_by_label("Search people by name or number").fill("06 12 34 58 99")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("has not written to this number")
    page.get_by_label("Name of the group").fill("Ploeg Zuid")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("#group")).to_contain_text("Call it “Ploeg Zuid”")


def test_a_stop_disturbs_nobody_who_reads_a_group(place: Place, page: Page) -> None:
    """A group has no card, so none is asked for when a person's consent changes."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/c/{place.desk.filled.conversations[CREW]}")
    live(page)
    with page.expect_response("**/verdict"):
        place.desk.stop("Fatima El Idrissi")
    assert not [url for url in asked if "/contact?" in url]
