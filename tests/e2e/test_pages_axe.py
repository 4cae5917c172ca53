"""What axe finds on each page that the router has: small, in large text and in the dark."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import iter_route_contexts
from playwright.sync_api import Page

from appliance.api.app import create_app
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.views import InboxView
from appliance.desk.access.sight import Sight
from appliance.desk.contacts.importing import deciding
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import asking as erasing
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.privacy.requests import requests
from appliance.desk.privacy.requests.requests import (
    AskedHow,
    CheckedHow,
    NewRequest,
    RequestKind,
)
from appliance.desk.team import saved_views
from appliance.devices.protocol import DeviceState
from appliance.enrolment import ToDo
from appliance.identities import tel
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.runtime.import_watcher import ImportWatcher
from appliance.screen_rules import ScreenButton, UnknownScreen
from appliance.store import contacts, devices, import_folders, incidents, lines, webhooks
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx
from tests.api.office import send_to_lists
from tests.e2e import rounded
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.filled import fill
from tests.e2e.left_files import FOLDER, leave_file
from tests.e2e.lively import liven
from tests.e2e.plugged import PluggedPhones
from tests.e2e.test_pages_door import invited

NO_PAGES = {
    "/list",
    "/live",
    "/manifest.webmanifest",
    "/me/notifications/news",
    "/oidc/login",
    "/oidc/callback",
    "/service-worker.js",
    "/c/{conversation_id}/messages",
    "/c/{conversation_id}/contact",
    "/c/{conversation_id}/verdict",
    "/c/{conversation_id}/case",
    "/c/{conversation_id}/fate",
    "/command-bar",
    "/settings/company",
    "/devices/add",
    "/devices/{device_id}",
    *(f"/new/{each}" for each in ("people", "texts", "verdict")),
    "/chosen",
    "/c/{conversation_id}/texts",
    "/c/{conversation_id}/suggestions",
    "/c/{conversation_id}/suggestions/model",
    "/c/{conversation_id}/colleagues",
    "/settings/texts/often",
    "/attempts/{attempt_id}/{name}",
    "/emergency/notes",
    "/groups/people",
    "/media/{media_id}",
    "/media/{media_id}/thumbnail",
    "/media/{media_id}/people",
    "/overview/over-time/{kind}.csv",
    "/overview/over-time/after-done/answers.csv",
    "/people/export.csv",
    "/people/export.vcf",
    "/people/{contact}/card.vcf",
    "/privacy/archive/jobs",
    "/settings/backup/now",
    "/privacy/archive/{archive_id}/file",
    "/privacy/consent/proof.pdf",
    "/privacy/log/export.csv",
    "/settings/website/balie.js",
    *(f"/settings/website/{{line_id}}/{each}.svg" for each in ("poster", "code")),
    "/settings/website/{line_id}/poster.pdf",
    "/settings/website/{line_id}/card.vcf",
    "/rounds/{round_id}/people.csv",
    "/rounds/{round_id}/work.ics",
    "/devices/{device_id}/screen/picture",
    "/devices/screens/{screen_id}/picture",
}
"""Parts of pages, files, and the stream. All other addresses are pages, and are looked at."""
BEFORE_ALL = {"/setup"}
AT_DOOR = {"/login", "/login/{token}"}
ASIDE = {"/": ["#help-button", "#number-chip"], "/c/{conversation_id}": ["#contact-button"]}
"""What a button of the page shows."""
OPENED = ("Fatima El Idrissi", "Imani Jansen", "Bart Kuipers", "Grace Owusu")
"""Unread, in doubt, signed off, and failed on a number that was stopped."""
UNKNOWN = UnknownScreen(
    package="com.whatsapp",
    ids=frozenset({"android:id/message"}),
    text="Kies hoe je nevelkaart wordt gedeeld.",
    buttons=[ScreenButton(id="", text="Delen"), ScreenButton(id="", text="Later")],
)
# A path to each element costs a fifth of a look, and what is found is named by its HTML.
_AXE = (
    "axe.run({resultTypes: ['violations'], preload: false, selectors: false})"
    ".then(found => found.violations)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How somebody looks at a page. `text`: the size of letters, in percent."""

    width: int = 1280
    text: int = 100
    dark: bool = False


MODES = {
    "360 px": Mode(width=360),
    "200 % text": Mode(text=200),
    "dark": Mode(dark=True),
}


def pages(place: Place) -> set[str]:
    """The paths of the router that are pages."""
    routes = iter_route_contexts(create_app(place.services).routes)
    return {
        str(route.path)
        for route in routes
        if isinstance(route.original_route, PageRoute) and "GET" in (route.methods or ())
    } - NO_PAGES


ASKED = {"/settings/webhooks/{webhook_id}/replay": "?since=2026-01-05T08:00"}
"""What stands behind the address of pages that show nothing without it."""


def addresses(place: Place, path: str) -> Iterator[str]:
    """Where to look; a page with a parameter that is not known here fails."""
    filled = place.desk.filled
    if path.endswith("/group"):
        yield path.format(conversation_id=filled.conversations["Ploeg Nieuwegein"])
    elif "{conversation_id}" in path:
        for each in OPENED:
            yield path.format(conversation_id=filled.conversations[each])
    elif "{view}" in path:
        yield from (path.format(view=each.value) for each in InboxView)
        yield path.format(view=kept_view(place))
    elif "{token}" in path:
        yield path.format(token=invited(place, "Noor Nieuw"))
    elif "{list_id}" in path:
        list_id, send_id = lists_of(place)
        yield path.format(list_id=list_id, send_id=send_id)
    elif name := next((each for each in MADE if f"{{{each}}}" in path), ""):
        yield path.format(**{name: MADE[name](place)}) + ASKED.get(path, "")
    elif "{" in path:
        line_id, contact = place.store.read(line_and_person)
        yield path.format(
            line_id=line_id,
            contact=contact,
            device_id=phone_of(place),
            staff_id=filled.staff["Sanne de Wit"],
            branch_id=filled.branches["Utrecht"],
        )
    else:
        yield path


def lists_of(place: Place) -> tuple[str, str]:
    """A list of everybody, and a text to it; the same ones each time."""

    def work(tx: Tx) -> tuple[str, str]:
        row = tx.conn.execute("SELECT list_id, id FROM list_send").fetchone()
        filled = place.desk.filled
        about = (filled.branches["Utrecht"], filled.lines["Utrecht"])
        return tuple(row) if row else send_to_lists(tx, *about)

    return place.store.write(work)


def asked_to_be_erased(place: Place) -> str:
    """The id of the erasure of somebody whom no other page shows."""

    def work(tx: Tx) -> str:
        contact_id = contacts.ensure(tx, tel("+31655598765"))
        by = Author(staff_id=place.desk.filled.staff["Marit Hoekstra"])
        wish = ErasureWish(reason="Op verzoek, per brief", typed=erasing.WORD)
        return erasing.ask(tx, Sight(None), contact_id, wish, by).id

    return place.store.write(work)


def asked_to_see(place: Place) -> str:
    """The id of a request of a person who is known, and whom somebody made sure of."""

    def work(tx: Tx) -> str:
        by = Author(staff_id=place.desk.filled.staff["Marit Hoekstra"])
        asked = NewRequest(
            kind=RequestKind.ACCESS,
            contact_id=line_and_person(tx.conn)[1],
            branch_id=place.desk.filled.branches["Utrecht"],
            asked_by="Fatima El Idrissi",
            asked_how=AskedHow.MAIL,
            asked_on=date(2026, 1, 5),
        )
        taken = requests.take(tx, Sight(None), asked, by)
        one = requests.one(tx.conn, Sight(None), taken, tx.now_ms)
        requests.check(tx, one, CheckedHow.NUMBER, by)
        return taken

    return place.store.write(work)


def file_of_people(place: Place) -> str:
    """The id of a file that waits in a watched folder."""
    base = place.services.import_folder
    assert base is not None
    leave_file(base)
    by = Author(staff_id=place.desk.filled.staff["Marit Hoekstra"])
    branch_id = place.desk.filled.branches["Utrecht"]
    place.store.write(lambda tx: deciding.watch(tx, base, FOLDER, branch_id=branch_id, by=by))
    ImportWatcher(place.store, place.services.gate, base).catch_up()
    return place.store.read(import_folders.newest_runs)[0].id


def kept_view(place: Place) -> str:
    """The id of a saved view that all have."""
    of = Author(staff_id=place.desk.filled.staff["Sanne de Wit"])
    return place.store.write(
        lambda tx: saved_views.add(
            tx, of, name="Ziek, wacht", shared=True, filters={"waiting": True}, branch_id=None
        )
    )


def line_and_person(conn: sqlite3.Connection) -> tuple[str, str]:
    """The ids of a line and of a person who has a conversation on it."""
    sql = "SELECT line_id, contact_id FROM conversation WHERE contact_id IS NOT NULL ORDER BY id"
    line_id, contact = conn.execute(sql).fetchone()
    return str(line_id), str(contact)


def phone_of(place: Place) -> str:
    found = place.store.read(devices.carrying)
    return next(each.id for each in found if each.kind == "phone")


def put(page: Page, mode: Mode) -> None:
    page.set_viewport_size({"width": mode.width, "height": 740})
    page.emulate_media(color_scheme="dark" if mode.dark else "light", reduced_motion="reduce")
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", f"{mode.text}%")


def wrong(page: Page) -> Iterator[str]:
    """What axe finds, minor or grave, with the elements."""
    for each in page.evaluate(_AXE):
        shown = [node["html"][:160] for node in each["nodes"]]
        yield f"{each['id']} ({each['impact']}): {shown}"


def looked_at(page: Page, path: str) -> Iterator[str]:
    page.evaluate(Axe().axe_script)
    for name, mode in MODES.items():
        put(page, mode)
        yield from (f"{path} at {name}: {each}" for each in wrong(page))
        for button in ASIDE.get(path, ()):
            if not page.locator(button).is_visible():
                continue
            page.locator(button).click()
            yield from (f"{path} {button} at {name}: {each}" for each in wrong(page))
            page.keyboard.press("Escape")


def visited(page: Page, place: Place, path: str) -> Iterator[str]:
    for address in addresses(place, path):
        answer = page.goto(address)
        assert answer is not None
        assert (answer.status, page.url) == (200, place.url + address), f"{path} shows no page"
        yield from looked_at(page, path)


def plugged() -> PluggedPhones:
    """One that works, one that can be set up, and one that a person has to do something with."""
    phones = PluggedPhones()
    phones.put("R58N5601XK", ToDo.NUMBER)
    phones.put("R58NEW1", ToDo.NUMBER)
    phones.put("R58NEW2", ToDo.SECOND_SWITCH)
    return phones


def troubled(place: Place) -> None:
    """What only shows when something is wrong."""
    place.desk.device_state("Rotterdam", DeviceState.DEGRADED, Reason.NOT_ALLOWED)
    line_id = place.desk.filled.lines["Rotterdam"]
    place.store.write(lambda tx: lines.stop_line(tx, line_id, "WhatsApp shows a warning."))
    Reception(place.store, ConsentGate()).screen_unknown(phone_of(place), UNKNOWN)
    hot = {"reason": "too-hot", "stops": ["sms", "whatsapp"]}
    phone_id = place.desk.filled.devices["Rotterdam"]
    place.store.write(
        lambda tx: incidents.open_incident(tx, IncidentKind.HOT, device_id=phone_id, facts=hot)
    )


def webhook_of(place: Place) -> str:
    """One that nothing arrives at, with what was posted there."""

    def work(tx: Tx) -> str:
        known = webhooks.endpoints(tx.conn)
        if known:
            return known[0].id
        url, by = "https://planning.example.com/balie", webhooks.WebhookBy()
        made = webhooks.add(tx, dialect="standard", url=url, events_wanted=["*"], by=by)
        webhooks.note_failing(tx, made.id, tx.now_ms)
        return made.id

    return place.store.write(work)


MADE: Mapping[str, Callable[[Place], str]] = {
    "request_id": asked_to_see,
    "erasure_id": asked_to_be_erased,
    "round_id": rounded.half_full,
    "run_id": file_of_people,
    "webhook_id": webhook_of,
}
"""What has to be made for a look, by the parameter that names it in an address."""


@pytest.mark.timeout(900)
def test_axe_finds_nothing_on_any_page(
    guest_page: OpenPage, empty: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page has a violation, minor or grave: at 360 px, with letters of twice the size, in the
    dark; nor what its buttons show, nor a page that is not there.
    """
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # no phone is asked for its picture
    page = guest_page("/setup")
    found = [each for path in BEFORE_ALL for each in visited(page, empty, path)]
    empty.desk = fill(empty.store)
    liven(empty)
    troubled(empty)
    every = pages(empty)
    with empty.web.serving(replace(empty.services, enrolment=plugged())):
        for path in AT_DOOR:
            found += visited(page, empty, path)
        page = guest_page("/", name="Marit Hoekstra")
        for path in sorted(every - BEFORE_ALL - AT_DOOR):
            found += visited(page, empty, path)
        page.goto("/nowhere")
        found += looked_at(page, "/nowhere")
    assert found == []
