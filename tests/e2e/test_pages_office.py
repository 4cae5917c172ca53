"""The contact's card and the device page in a real browser."""

import re

from playwright.sync_api import Page, expect

from appliance.api.web.words import device_phrases
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store import lines
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.held import hold
from tests.e2e.listening import live

FATIMA = "Fatima El Idrissi"
FATIMAS = "+31612345611"
DENNIS = "+31 6 12345613"


def opened(page: Page, title: str) -> Page:
    page.locator("#list a.row", has_text=title).click()
    expect(page.locator("#thread-title")).to_have_text(title)
    live(page)
    return page


def test_the_office_gives_a_name_and_a_personnel_number(open_page: OpenPage) -> None:
    """The office's name shows in the list and the thread at once; the chosen name stays known."""
    page = opened(open_page(), FATIMA)
    page.get_by_label("Name at the office").fill("F. El Idrissi (avond)")
    page.get_by_label("Personnel number").fill("40721")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#contact-pane .saved")).to_be_visible()
    expect(page.locator("#contact-pane")).to_contain_text(f"Calls themself {FATIMA}")
    expect(page.locator("#list a.row[aria-current]")).to_contain_text("F. El Idrissi (avond)")
    expect(page.locator("#thread-title")).to_have_text("F. El Idrissi (avond)")
    expect(page).to_have_title(re.compile(r"F\. El Idrissi \(avond\) · Balie$"))
    page.reload()
    expect(page.get_by_label("Personnel number")).to_have_value("40721")
    expect(page.locator("#thread-title")).to_have_text("F. El Idrissi (avond)")


def test_what_somebody_is_at_stays_when_the_card_is_drawn_anew(
    open_page: OpenPage, place: Place
) -> None:
    """News of a contact changes the card around a sentence, a question or a field in use."""
    page = opened(open_page(), FATIMA)
    pane = page.locator("#contact-pane")
    page.get_by_text("Add a second number").click()
    page.get_by_label("Another number of this person").fill("0612345613")
    page.get_by_role("button", name="Add").click()
    expect(pane.locator(".ask")).to_contain_text("same person")
    page.get_by_label("Personnel number").fill("40721")
    place.desk.receive("Utrecht", "Fatima van Nieuw", FATIMAS, "Ik ben getrouwd!")
    expect(pane.locator("h2")).to_have_text("Fatima van Nieuw")
    expect(pane.locator(".ask")).to_contain_text("same person")
    expect(page.get_by_label("Personnel number")).to_have_value("40721")
    page.get_by_role("button", name="Save").click()
    expect(pane.locator(".saved")).to_be_visible()
    place.desk.receive("Utrecht", "Fatima Jansen", FATIMAS, "En nu weer anders.")
    expect(pane.locator("h2")).to_have_text("Fatima Jansen")
    expect(pane.locator(".saved")).to_be_visible()


def test_what_somebody_begins_to_type_stays_when_an_older_card_arrives(
    open_page: OpenPage, place: Place
) -> None:
    """The card was requested before they began: its answer does not remove their words."""
    page = opened(open_page(), FATIMA)
    held = hold(page, "**/contact?kept=asked")
    with page.expect_request("**/contact?kept=asked"):
        place.desk.receive("Utrecht", "Fatima van Nieuw", FATIMAS, "Ik ben getrouwd!")
    page.get_by_label("Personnel number").fill("40721")
    held.pop().continue_()
    expect(page.locator("#contact-pane h2")).to_have_text("Fatima van Nieuw")
    expect(page.get_by_label("Personnel number")).to_have_value("40721")
    expect(page.get_by_label("Personnel number")).to_be_focused()


def test_consent_is_shown_with_its_proof(open_page: OpenPage) -> None:
    """The card shows since when and by which words somebody may be written to, or no longer."""
    page = opened(open_page(), "Bart Kuipers")
    pane = page.locator("#contact-pane")
    expect(pane.locator(".flag")).to_contain_text("asked to stop")
    expect(pane.locator(".proofs li").first).to_contain_text("STOP")
    expect(pane.locator(".proofs li").last).to_contain_text("Wrote first")


def test_a_second_number_is_joined_after_a_question(open_page: OpenPage, place: Place) -> None:
    """A number of another contact is named first; then two conversations become one."""
    page = opened(open_page(), FATIMA)
    page.get_by_text("Add a second number").click()
    page.get_by_label("Another number of this person").fill("geen nummer")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#contact-pane .note")).to_contain_text("not a telephone number")
    page.get_by_label("Another number of this person").fill("0612345613")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#contact-pane .ask")).to_contain_text("same person")
    expect(page.locator("#list a.row", has_text=DENNIS)).to_have_count(1)
    page.get_by_role("button", name="Yes, join them").click()
    expect(page.locator("#contact-pane .numbers")).to_contain_text(DENNIS)
    expect(page.locator("#list a.row", has_text=DENNIS)).to_have_count(0)
    expect(page.locator("#messages li.line", has_text="met Dennis")).to_have_count(1)
    assert place.count("SELECT count(*) FROM contact WHERE joined_into IS NOT NULL") == 1


def test_a_number_of_another_branch_is_not_told(open_page: OpenPage, place: Place) -> None:
    """A person whom only Rotterdam knows is neither named to Utrecht nor joined: the page says the
    same as of a number that nobody has.
    """
    page = opened(open_page(), FATIMA)
    page.get_by_text("Add a second number").click()
    page.get_by_label("Another number of this person").fill("0612345621")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#contact-pane .saved")).to_contain_text("Saved")
    expect(page.locator("#contact-pane .numbers")).to_contain_text("+31 6 12345621")
    expect(page.locator("#contact-pane")).not_to_contain_text("Milan")
    assert place.count("SELECT count(*) FROM contact WHERE joined_into IS NOT NULL") == 0


def test_who_writes_to_two_numbers_chooses_one(open_page: OpenPage, place: Place) -> None:
    """A person with two numbers is answered on the one they last wrote from, or on a chosen one."""
    page = opened(open_page(), FATIMA)
    place.desk.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO contact_identity (value, scheme, contact_id, created_ms)"
            " SELECT '+31612345619', scheme, contact_id, 1 FROM contact_identity"
            " WHERE value = '+31612345611'"
        )
    )
    page.reload()
    expect(page.locator("#composer select[name=to]")).to_have_value("+31612345611")


def test_each_trouble_of_a_device_has_its_remedy(open_page: OpenPage, place: Place) -> None:
    """The device page says live what is wrong and what a person should do."""
    page = open_page("/devices")
    live(page)
    device = page.locator(".device")
    expect(device.locator(".state")).to_have_text("Ready")
    expect(page.locator(".panel")).to_have_count(1)
    for reason in device_phrases.DEVICE_REASONS.keys() - {Reason.NONE}:
        place.desk.device_state("Utrecht", DeviceState.DEGRADED, reason)
        expect(device.locator(".state")).to_have_text("Needs attention")
        sentence, remedy = device_phrases.about("phone", reason)
        expect(device).to_contain_text(sentence)
        expect(device.locator(".remedy")).to_contain_text(remedy)


def test_a_stopped_number_waits_for_a_person(open_page: OpenPage, place: Place) -> None:
    """The composer and the device page show a stop; a person who manages devices lifts it."""
    line_id = place.desk.filled.lines["Utrecht"]
    place.store.write(lambda tx: lines.stop_line(tx, line_id, "WhatsApp shows a warning."))
    page = opened(open_page(), FATIMA)
    expect(page.locator(".composer .note.warn")).to_contain_text("was stopped")
    page.goto("/devices")
    expect(page.locator(".panel .note")).to_contain_text("WhatsApp shows a warning.")
    expect(page.get_by_role("button", name="I looked at it")).to_have_count(0)
    admin = open_page("/devices", name="Marit Hoekstra")
    admin.get_by_role("button", name="I looked at it").click()
    expect(page.locator(".panel .note")).to_have_count(0)
    assert place.count("SELECT count(*) FROM line WHERE stopped IS NOT NULL") == 0
