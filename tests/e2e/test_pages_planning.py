"""A duty roster in a browser; and what a planner and a lead use most, in Dutch."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.alone import alone
from tests.e2e.conftest import Look, OpenPage, Place
from tests.e2e.filled import UTRECHT
from tests.e2e.rounded import half_full

DUTCH = Look(locale="nl-NL")
LEAD = "Marit Hoekstra"


def roster(place: Place, **shifts: timedelta) -> bytes:
    """An hour ago each of them began; until when, from now on. A name is a title with `_`."""
    now = datetime.fromtimestamp(place.services.clock.now_ms() / 1000, UTC)
    events = [
        "BEGIN:VEVENT\r\n"
        f"UID:{title}\r\n"
        f"DTSTART:{now - timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{now + ends:%Y%m%dT%H%M%SZ}\r\n"
        f"SUMMARY:{title.replace('_', ' ')}\r\n"
        "END:VEVENT\r\n"
        for title, ends in shifts.items()
    ]
    whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n"
    return whole.encode()


def test_a_roster_says_who_is_on_duty(open_page: OpenPage, place: Place) -> None:
    """It is brought as a calendar file, names whom it does not know, and can be removed."""
    page = open_page(
        f"/settings/automatic?line={place.desk.filled.lines[UTRECHT]}#roster", name=LEAD
    )
    raw = roster(place, Sanne_de_Wit=timedelta(hours=2), Invaller=timedelta(hours=3))
    section = page.locator("#roster")
    section.get_by_label("Calendar file (.ics)").set_input_files(
        {"name": "dienst.ics", "mimeType": "text/calendar", "buffer": raw}
    )
    section.get_by_role("button", name="Bring a roster").click()
    expect(section.locator(".shifts > li", has_text="Sanne de Wit")).to_be_visible()
    expect(section.locator(".shifts > li", has_text="Invaller")).to_contain_text(
        "no colleague of this name"
    )
    expect(section.locator(".warn")).to_contain_text("Invaller")
    desk = open_page("/inbox/all")
    expect(desk.locator(".on-duty")).to_contain_text("On duty until")
    expect(desk.locator(".on-duty")).to_contain_text("Sanne de Wit")
    section.get_by_role("button", name="Remove the roster").click()
    expect(section.locator(".shifts")).to_have_count(0)
    desk.reload()
    expect(desk.locator(".on-duty")).to_have_count(0)


def test_lists_rounds_and_the_overview_speak_dutch(open_page: OpenPage, place: Place) -> None:
    """Who did not get a text to a list is looked at anew before it goes once more."""
    round_id = half_full(place)
    page = open_page("/people", look=DUTCH)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    writes_to_a_list(page)
    fills(page, round_id)
    lead = open_page("/overview", name=LEAD, look=DUTCH)
    expect(lead.get_by_role("heading", name="Wie het langst wacht")).to_be_visible()
    expect(lead.locator("#overview")).to_contain_text(alone("2 van 2"))
    lead.get_by_role("link", name="Door de tijd").click()
    rounds = lead.locator("#rounds")
    expect(rounds.get_by_role("img", name="Tijd tot een uitvraag vol is, per dag")).to_be_visible()
    expect(rounds.get_by_role("img", name="Aandeel ja, per dag")).to_be_visible()
    expect(rounds).to_contain_text("1 uitvraag begonnen. 1 vol: de helft binnen")
    rounds.get_by_text("De cijfers").click()
    expect(rounds.get_by_role("columnheader", name="Plekken bezet")).to_be_visible()
    with lead.expect_download() as saved:
        rounds.get_by_role("link", name="CSV Uitvragen").click()
    assert saved.value.suggested_filename.startswith("rounds-")


def writes_to_a_list(page: Page) -> None:
    """Sent, what waits is cancelled, and looked at for those who did not get it."""
    page.get_by_text("Maak een verzendlijst van deze mensen").click()
    page.get_by_label("Naam van de lijst").fill("Iedereen")
    page.get_by_role("button", name="Maak de lijst").click()
    page.get_by_role("link", name="Schrijf aan deze lijst").click()
    page.get_by_label("Bericht").fill("Hoi {voornaam}, kun je zaterdag?")
    page.get_by_role("button", name="Eerst controleren").click()
    looked = page.locator(".looked")
    expect(looked.get_by_role("heading", level=2)).to_contain_text("klaar")
    expect(looked.locator(".left-out")).to_contain_text("het contact heeft zich afgemeld")
    looked.get_by_role("button", name="Stuur aan").click()
    page.get_by_role("button", name="Annuleer de rest").click()
    page.get_by_role("link", name="Stuur opnieuw aan wie het niet kreeg").click()
    expect(page.get_by_text("Alleen voor wie de tekst van")).to_be_visible()
    expect(looked.get_by_role("heading", level=2)).to_contain_text("klaar")
    expect(looked.locator(".example").first).to_contain_text(", kun je zaterdag?")
    expect(looked.get_by_role("button", name="Stuur aan")).to_be_visible()


def fills(page: Page, round_id: str) -> None:
    """What was not plain is decided."""
    page.goto(f"/rounds/{round_id}")
    score = page.locator(".round-score")
    expect(score).to_contain_text(alone("1 van 2"))
    page.locator(".round-unclear").get_by_role("button", name="Ja").click()
    expect(score).to_contain_text(alone("2 van 2"))
    expect(score).to_contain_text("Vol")
