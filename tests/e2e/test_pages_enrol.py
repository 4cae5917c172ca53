"""The page that follows plugged phones, in a real browser: it leaves its reader in peace."""

from dataclasses import replace

from playwright.sync_api import Page, Response, expect

from appliance.enrolment import ToDo
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.plugged import PluggedPhones

DONE, NEW, NEXT = "R58N5601XK", "R58NEW1", "R58NEW2"


def card(page: Page, address: str) -> str:
    return f"[id='p-{address}']"


def test_what_somebody_opened_and_where_they_are_stays(guest_page: OpenPage, place: Place) -> None:
    """The steps of a phone that works are folded. While other phones come and go, what is open
    stays open and the focus where it is; while nothing changes, nothing is drawn anew.
    """
    phones = PluggedPhones()
    phones.put(DONE, ToDo.NUMBER)
    phones.put(NEW, ToDo.NUMBER)
    with place.web.serving(replace(place.services, enrolment=phones)):
        page = guest_page("/devices/enrol", name="Marit Hoekstra")
        done = page.locator(card(page, DONE))
        expect(done.locator("ol")).not_to_be_visible()
        done.locator("summary").click()
        expect(done.locator("ol")).to_be_visible()
        done.get_by_role("button", name="Set this phone up").focus()
        phones.put(NEXT, ToDo.UNLOCK)
        expect(page.locator(card(page, NEXT))).to_be_visible()
        del phones.there[NEW]
        expect(page.locator(card(page, NEW))).to_have_count(0)
        expect(done.locator("ol")).to_be_visible()
        expect(done.get_by_role("button", name="Set this phone up")).to_be_focused()
        statuses: list[int] = []
        page.on("response", lambda answer: statuses.append(status_of(answer)))
        page.wait_for_event("response", lambda answer: status_of(answer) == 304)
        assert set(statuses) <= {0, 304}


def test_whoever_sets_a_phone_up_is_at_its_card_afterwards(
    guest_page: OpenPage, place: Place
) -> None:
    """It may stand below others, and its form is gone while Balie works."""
    phones = PluggedPhones()
    phones.put(DONE, ToDo.NUMBER)
    phones.put(NEW, ToDo.NUMBER)
    with place.web.serving(replace(place.services, enrolment=phones)):
        page = guest_page("/devices/enrol", name="Marit Hoekstra")
        new = page.locator(card(page, NEW))
        new.get_by_label("Its number").select_option(label="A new number in Utrecht")
        new.get_by_label("If it is new").fill("06 1234 5603")
        new.get_by_role("button", name="Set up and test").click()
        expect(new.get_by_role("status")).to_contain_text("Balie")
        expect(new.get_by_role("button", name="Set up and test")).to_have_count(0)
        expect(new).to_be_focused()


def status_of(answer: Response) -> int:
    return answer.status if answer.url.endswith("/devices/enrol") else 0
