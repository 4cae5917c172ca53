"""The log-in in a real browser: the first start, logging in and out, links, and the brake."""

import dataclasses
import re

from playwright.sync_api import Page, expect

from appliance.api.services import PluggedIn
from appliance.clock import ManualClock
from appliance.desk.team import staff
from appliance.store import devices
from appliance.store.store import Tx
from tests.e2e.conftest import SETUP_CODE, Look, OpenPage, Place
from tests.e2e.filler import PASSWORD

LOGIN = re.compile(r"/login(\?|$)")
DUTCH = Look(locale="nl-NL")
NEW = "een zin onthoud je best"
CARD_HOLDS_IT = """each => each.getBoundingClientRect().right
  <= each.closest(".card").getBoundingClientRect().right"""


def log_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_the_first_start_makes_an_administrator_and_a_branch(
    guest_page: OpenPage, empty: Place
) -> None:
    """A person with the set-up code becomes the administrator; then come branch and number."""
    page = guest_page("/")
    page.wait_for_url("**/setup")
    fill_setup(page, code="geraden")
    expect(page.locator(".note")).to_have_attribute("data-code", "wrong-setup-code")
    assert empty.count("SELECT count(*) FROM staff") == 0
    fill_setup(page, code=SETUP_CODE.upper())
    page.wait_for_url("**/setup/branch")
    page.get_by_label("Name of the branch").fill("  Den   Bosch ")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/setup/line")
    page.get_by_text("On the console of Balie").click()
    command = page.locator(".command").first
    expect(command).to_contain_text('balie line add --branch "Den Bosch"')
    expect(command).to_contain_text(f'--data "{empty.services.data_dir}"')
    assert command.evaluate(CARD_HOLDS_IT)
    page.get_by_role("link", name="To the inbox").click()
    page.wait_for_url("**/setup/line")
    assert empty.count("SELECT count(DISTINCT permission) FROM staff_grant") == 7


def fill_setup(page: Page, *, code: str) -> None:
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("Your name").fill("Marit Hoekstra")
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Continue").click()


def test_the_door_says_why_a_browser_has_no_passkeys(guest_page: OpenPage, place: Place) -> None:
    """To an administrator who needs one; a password asks for no such words."""
    page = guest_page("/login?passkey=1")
    expect(page.locator("[data-hindrance=address]")).to_be_visible()
    expect(page.locator("[data-hindrance]:visible")).to_have_count(1)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    expect(page.get_by_role("button", name="Log in")).to_have_count(1)


def test_the_wizard_is_closed_once_somebody_exists(guest_page: OpenPage, place: Place) -> None:
    """A second visitor of the wizard is sent to the log-in, even with the right code."""
    page = guest_page("/setup")
    page.wait_for_url("**/login")
    before = place.count("SELECT count(*) FROM staff")
    token = page.locator("meta[name=csrf]").get_attribute("content") or ""
    answer = page.request.post(
        "/setup",
        form={"csrf": token, "code": SETUP_CODE, "name": "X", "password": NEW, "again": NEW},
    )
    assert answer.url.endswith("/login")
    assert place.count("SELECT count(*) FROM staff") == before


def test_login_brings_back_to_where_one_was(guest_page: OpenPage, place: Place) -> None:
    """After the log-in the requested address opens; scripts cannot read the session cookie."""
    conversation_id = place.desk.filled.conversations["Piotr Nowak"]
    page = guest_page(f"/c/{conversation_id}")
    log_in(page, "sanne de wit", PASSWORD)
    expect(page.locator("#thread-title")).to_have_text("Piotr Nowak")
    cookie = next(each for each in page.context.cookies() if each["name"] == "balie_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert "balie_session" not in page.evaluate("document.cookie")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(LOGIN)  # the stream may end first, and it remembers the place
    assert place.count("SELECT count(*) FROM session") == 0
    page.goto("/")
    page.wait_for_url("**/login")


def test_login_leads_nowhere_else(guest_page: OpenPage, place: Place) -> None:
    """A crafted address cannot lead to another site after the log-in."""
    page = guest_page("/login?next=//evil.example/x")
    log_in(page, "Sanne de Wit", PASSWORD)
    page.wait_for_url(place.url + "/")


def test_wrong_passwords_are_slowed_down_in_words(guest_page: OpenPage, place: Place) -> None:
    """After some mistakes the page says how long to wait, and counts no more meanwhile."""
    clock = ManualClock(place.services.clock.now_ms())
    with place.web.serving(dataclasses.replace(place.services, clock=clock)):
        page = guest_page("/login")
        log_in(page, "Sanne de Wit", "wrong")
        expect(page.locator(".note")).to_contain_text("The name or the password is not right.")
        expect(page.get_by_label("Your name")).to_have_value("Sanne de Wit")
        for _ in range(5):
            log_in(page, "Sanne de Wit", "wrong again")
        expect(page.locator(".note")).to_have_attribute("data-code", "too-many-tries")
        expect(page.locator(".note")).to_contain_text("Try again in")


def test_a_login_link_works_once_and_sets_the_password(guest_page: OpenPage, place: Place) -> None:
    """A new colleague chooses a password by the link and is logged in; then the link is used up."""
    address = f"/login/{invited(place, 'Noor Nieuw')}"
    page = guest_page(address)
    expect(page.get_by_role("heading")).to_contain_text("Noor Nieuw")
    page.get_by_label("Choose a password").fill("kort maar")
    page.get_by_label("Choose a password").evaluate("e => e.removeAttribute('minlength')")
    page.get_by_label("The same password again").fill("kort maar")
    page.get_by_role("button", name="Save and log in").click()
    expect(page.locator(".note")).to_contain_text("at least 10 characters")
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("The same password again").fill(NEW + " niet")
    page.get_by_role("button", name="Save and log in").click()
    expect(page.locator(".note")).to_contain_text("differ")
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Save and log in").click()
    expect(page.locator("#list")).to_be_visible()
    again = guest_page(address)
    expect(again.get_by_role("heading")).to_contain_text("nothing here")


def invited(place: Place, name: str) -> str:
    """The token of the link that an administrator makes for a new colleague."""

    def invite(tx: Tx) -> str:
        branch_id = place.desk.filled.branches["Utrecht"]
        return staff.add_login_link(tx, staff.add(tx, name, role="staff", branch_id=branch_id))

    return place.store.write(invite)


def test_language_and_light_follow_the_browser_and_the_person(open_page: OpenPage) -> None:
    """Dutch in a Dutch browser, English when chosen; dark when chosen, whatever the system says."""
    page = open_page("/settings", look=DUTCH)
    expect(page.get_by_role("heading", level=1)).to_have_text("Instellingen")
    page.get_by_label("English").check()
    page.get_by_label("Donker").check()
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Light", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_changing_the_password_logs_the_others_out(open_page: OpenPage) -> None:
    """The browser that changes it stays logged in; all others of this person are logged out."""
    other = open_page()
    page = open_page("/settings")
    page.get_by_label("Your password now").fill("not this")
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator(".note")).to_contain_text("not right")
    page.get_by_label("Your password now").fill(PASSWORD)
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("The same password again").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator(".saved")).to_be_visible()
    page.goto("/")
    expect(page.locator("#list")).to_be_visible()
    other.goto("/")
    other.wait_for_url(LOGIN)


def test_the_wizard_lists_what_is_plugged_in(guest_page: OpenPage, place: Place) -> None:
    """A number is added with a connected phone or modem, and a modem that takes over. The form says
    what is not possible, and keeps what was chosen.
    """
    port = "/dev/serial/by-id/usb-HUAWEI"
    there = [
        PluggedIn(kind="phone", address="R58M999", state="ready"),
        PluggedIn(kind="modem", address=port, state="plugged-in"),
    ]
    services = dataclasses.replace(place.services, plugged_in=lambda: there)
    with place.web.serving(services):
        page = guest_page("/devices", name="Marit Hoekstra")
        page.get_by_role("link", name="Add a number").click()
        page.get_by_label("Number of the SIM card").fill("0612345601")
        page.get_by_label("Phone or modem that has it").select_option(label="Phone R58M999")
        page.get_by_label("Modem that takes over").select_option(label="usb-HUAWEI")
        page.get_by_role("button", name="Add the number").click()
        expect(page.locator(".note")).to_contain_text("This number is here already.")
        expect(page.get_by_label("Modem that takes over")).to_have_value(port)
        page.get_by_label("Number of the SIM card").fill("0612345609")
        page.get_by_role("button", name="Add the number").click()
        page.wait_for_url("**/devices")
        panel = page.locator(".panel", has_text="+31 6 12345609")
        expect(panel.locator(".device")).to_have_count(2)
        expect(panel.locator(".device", has_text="takes over")).to_contain_text(port)
        page.goto("/setup/line")
        expect(page.get_by_label("Phone or modem that has it")).to_contain_text("Nothing new")
        expect(page.get_by_label("Modem that takes over")).to_contain_text("usb-HUAWEI")


def test_looking_again_says_what_was_found(guest_page: OpenPage, place: Place) -> None:
    """It looks at what is plugged in now, says so, and keeps what was typed; Enter still adds."""
    there: list[PluggedIn] = []
    services = dataclasses.replace(place.services, plugged_in=lambda: there)
    with place.web.serving(services):
        page = guest_page("/setup/line", name="Marit Hoekstra")
        page.get_by_label("Number of the SIM card").fill("0612345609")
        page.get_by_role("button", name="look again").click()
        expect(page.get_by_role("status")).to_contain_text("nothing is plugged in")
        there += [
            PluggedIn(kind="phone", address="R58M999", state="ready"),
            PluggedIn(kind="phone", address="R58M997", state="unauthorized"),
        ]
        page.get_by_role("button", name="look again").click()
        found = page.get_by_role("status").get_by_role("listitem")
        expect(found.nth(0)).to_have_text("Phone R58M999 is new")
        expect(found.nth(1)).to_contain_text("tap Allow")
        expect(page.get_by_role("status")).to_be_focused()
        expect(page.get_by_label("Number of the SIM card")).to_have_value("0612345609")
        page.get_by_label("Phone or modem that has it").select_option(label="Phone R58M999")
        page.get_by_label("Number of the SIM card").press("Enter")
        page.wait_for_url("**/devices")
        page.goto("/setup/line")
        page.get_by_role("button", name="look again").click()
        expect(found.nth(0)).to_have_text("Phone R58M999 has a number already")


def test_what_was_enrolled_without_a_number_may_get_one(guest_page: OpenPage, place: Place) -> None:
    """`balie device enrol` makes a phone known; the form offers it until it carries a number."""
    place.store.write(lambda tx: devices.enrol(tx, kind="phone", address="R58M998"))
    there = [PluggedIn(kind="phone", address="R58M998", state="ready")]
    services = dataclasses.replace(place.services, plugged_in=lambda: there)
    with place.web.serving(services):
        page = guest_page("/setup/line", name="Marit Hoekstra")
        page.get_by_label("Number of the SIM card").fill("0612345609")
        page.get_by_label("Phone or modem that has it").select_option(label="Phone R58M998")
        page.get_by_role("button", name="Add the number").click()
        page.wait_for_url("**/devices")
        page.goto("/setup/line")
        expect(page.get_by_label("Phone or modem that has it")).to_contain_text("Nothing new")
