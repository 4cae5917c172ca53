"""An administrator reads along in an emergency, and everybody there sees it."""

import os
import re

from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, Look, OpenPage, Place
from tests.e2e.listening import live
from tests.e2e.test_pages_inbox import FATIMA, row

WHY = "Iedereen is ziek, en er wacht een melding van een ongeluk"


def test_an_emergency_begins_and_ends_on_every_open_page(open_page: OpenPage, place: Place) -> None:
    """In Dutch. The colleague's page says it without being loaded anew; when it ends, the page with
    the conversation leaves it by itself.
    """
    place.desk.member("Dirk Beheer", role="admin")
    sanne = open_page("/inbox/all")
    live(sanne)
    dirk = open_page("/emergency", name="Dirk Beheer", look=Look(locale="nl-NL"))
    expect(dirk.get_by_role("link", name="Inbox")).to_have_count(0)
    dirk.get_by_label("Waar", exact=True).select_option(label="Utrecht")
    dirk.get_by_label("Hoe lang").select_option(label="15 minuten")
    dirk.get_by_label("Waarom").fill(WHY)
    folder = os.environ.get("SHOTS")
    if folder:
        dirk.screenshot(path=f"{folder}/emergency-form.png")
    dirk.get_by_role("button", name="Noodtoegang nemen").click()
    expect(dirk.locator("#emergency")).to_contain_text("noodtoegang tot Utrecht")
    expect(sanne.locator("#emergency")).to_contain_text(WHY)
    expect(row(dirk, FATIMA)).to_be_visible()
    row(dirk, FATIMA).click()
    expect(dirk.locator("#thread-title")).to_have_text(FATIMA)
    live(dirk)
    other = dirk.context.new_page()
    other.goto(place.url + "/me")
    if folder:
        dirk.screenshot(path=f"{folder}/emergency-own.png")
        sanne.screenshot(path=f"{folder}/emergency-seen.png")
        small = open_page("/inbox/all", name="Dirk Beheer", look=NARROW)
        small.screenshot(path=f"{folder}/emergency-small.png")
        dark = open_page("/settings/team", name="Marit Hoekstra", look=Look(dark=True))
        dark.screenshot(path=f"{folder}/emergency-team.png")
        officer = open_page(
            "/privacy/access", name="Marit Hoekstra", look=Look(locale="nl-NL", height=1600)
        )
        officer.screenshot(path=f"{folder}/emergency-officer.png")
        tokens = open_page(
            "/settings/tokens", name="Marit Hoekstra", look=Look(locale="nl-NL", height=1200)
        )
        tokens.screenshot(path=f"{folder}/tokens.png")
        member = open_page(
            f"/settings/team/{place.desk.filled.staff['Marit Hoekstra']}",
            name="Marit Hoekstra",
            look=Look(locale="nl-NL", height=1200),
        )
        member.screenshot(path=f"{folder}/member.png")
    other.get_by_role("button", name="Nu beëindigen").click()
    expect(dirk).to_have_url(re.compile("/emergency$"))
    expect(dirk.locator("#emergency")).not_to_contain_text("noodtoegang")
    expect(sanne.locator("#emergency")).not_to_contain_text(WHY)
