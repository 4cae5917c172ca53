"""The rules of the pages, checked on the real server without a browser."""

import re
from collections.abc import Iterator

from fastapi.routing import APIRoute

from appliance.api.app import create_app
from appliance.api.cloud.paths import NODE as CLOUD
from appliance.api.services import Services
from appliance.api.smsgate.paths import PREFIX as SMSGATE
from appliance.queue.gate import ConsentGate
from appliance.store import devices, lines
from appliance.store.feed import EventFeed
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office
from tests.api.web.one_thread import WORKER, conversation, message_of, stranger

__all__ = ["conversation", "stranger"]  # the fixtures


GROUP_POSTS = ("name", "picture", "rights", "guard", "members", "members/remove", "read", "leave")

HOUSE_POSTS = tuple(
    f"/settings/{each}"
    for each in ("team", "branches", "labels", "tokens", "webhooks", "home", "home/keys")
)
AUTOMATIC = ("", "/after-done", "/roster", "/roster/remove")
MEMBER_POSTS = ("name", "roles", "email", "disconnect", "link", "disable", "enable", "log-out")
THING_POSTS = (
    "branches/{}",
    "branches/{}/name",
    "labels/{}",
    "labels/{}/merge",
    "labels/{}/remove",
    "views/{}",
    "views/{}/remove",
    "tokens/{}/revoke",
    "tokens/{}/rotate",
    "tokens/{}/limit",
    "home/keys/{}/end",
    "webhooks/{}",
    *(f"webhooks/{{}}/{each}" for each in ("on", "off", "rotate", "test", "again", "replay")),
    "webhooks/{}/remove",
)

REQUEST_POSTS = ("checked", "longer", "done", "reopen", "file", "preview")
LIST_POSTS = ("", "/members", "/remove", "/send")
PERSON_POSTS = ("", "/numbers", "/block", "/join", "/apart", "/split", "/undo", "/hold")

OTHER_SOFTWARE = ("/api", SMSGATE, CLOUD)
"""Comes with a token in place of a session."""
OWN_POSTS = {f"/me/notifications{each}" for each in ("", "/house", "/browser", "/browser/end")}
OWN_POSTS |= {"/me/notifications/mail", "/me/notifications/mail/test"}
OWN_POSTS |= {"/me/absence", "/me/absence/end"}
OWN_POSTS |= {"/me/sessions/end-others", "/people/new", "/people/import", "/settings/views"}
OWN_POSTS |= {f"/me/passkeys{each}" for each in ("", "/options", "/{}/name", "/{}/remove")}
OWN_POSTS |= {"/overview/over-time/per-person", "/rounds/new", "/emergency", "/emergency/end"}
OWN_POSTS |= {"/privacy/requests/new", "/privacy/log/switch", "/privacy/consent/object"}
OWN_POSTS |= {"/privacy/archive", "/privacy/archive/folder"}
OWN_POSTS |= {"/privacy/retention", "/privacy/retention/run"}
OWN_POSTS |= {"/privacy/access/end"}
OWN_POSTS |= {f"/settings/updates/{each}" for each in ("check", "install", "seen")}
OWN_POSTS |= {f"/settings/backup/{each}" for each in ("copy", "check", "stick/forget")}
OWN_POSTS |= {f"/settings/office/{each}" for each in ("join", "privacy", "leave")}
"""Of the visitor's own things, or of nobody's yet."""

TEAM_POSTS = ("case", "notes", "note-files", "note-draft", "notes/seen", "here")


def addresses(office: Office, conversation: str) -> list[str]:
    """Every address to which a page can post, with its ids filled in."""
    waiting = message_of(office, "out")
    line_id = office.store.read(
        lambda conn: conn.execute(
            "SELECT line_id FROM conversation WHERE id = ?", (conversation,)
        ).fetchone()[0]
    )
    device_id = office.store.read(devices.devices)[0].id
    contact = office.store.read(
        lambda conn: conn.execute(
            "SELECT contact_id FROM conversation WHERE id = ?", (conversation,)
        ).fetchone()[0]
    )
    return [
        *_of_thread(conversation, waiting),
        *_of_lines_and_devices(line_id, device_id, waiting),
        *_of_house(contact, waiting),
    ]


def _of_thread(conversation: str, waiting: str) -> list[str]:
    return [
        f"/c/{conversation}/messages",
        f"/c/{conversation}/files",
        f"/c/{conversation}/draft",
        f"/c/{conversation}/read",
        f"/c/{conversation}/contact",
        f"/c/{conversation}/contact/numbers",
        *(f"/c/{conversation}/group/{each}" for each in GROUP_POSTS),
        f"/c/{conversation}/group/tasks/{waiting}",
        *(f"/c/{conversation}/{each}" for each in TEAM_POSTS),
        f"/messages/{waiting}/missing",
        f"/messages/{waiting}/cancel",
        f"/messages/{waiting}/decide",
        f"/messages/{waiting}/near-stop",
        f"/messages/{waiting}/care",
        f"/c/{conversation}/texts/{waiting}",
    ]


def _of_lines_and_devices(line_id: str, device_id: str, waiting: str) -> list[str]:
    return [
        f"/lines/{line_id}/resume",
        f"/lines/{line_id}/settings",
        f"/lines/{line_id}/profile",
        f"/lines/{line_id}/handover",
        f"/lines/{line_id}/handover/away",
        *(f"/settings/automatic/{line_id}{each}" for each in AUTOMATIC),
        f"/settings/website/{line_id}",
        *(f"/settings/numbers/{line_id}/beside/{waiting}{each}" for each in ("", "/remove")),
        f"/settings/numbers/{line_id}/remove",
        *(f"/settings/calendars/{line_id}{each}" for each in ("", "/end")),
        f"/devices/{device_id}/screen/tap",
        f"/devices/{device_id}/screen/back",
        f"/devices/{device_id}/screen/end",
        f"/devices/screens/{waiting}",
        f"/devices/rules/{waiting}/remove",
        f"/devices/{device_id}/chats",
    ]


def _of_house(contact: str, waiting: str) -> list[str]:
    return [
        f"/privacy/care/{waiting}/hides",
        f"/privacy/care/removals/{waiting}/done",
        f"/new/texts/{waiting}",
        "/settings/texts",
        f"/settings/texts/{waiting}/remove",
        *(f"/people/{contact}{each}" for each in PERSON_POSTS),
        "/people/imports",
        *(f"/people/imports/{each}" for each in (waiting, f"folders/{waiting}")),
        f"/privacy/people/{contact}/erase",
        *(f"/rounds/{waiting}/{each}" for each in (f"answers/{contact}", "close", "cancel")),
        *(f"/privacy/requests/{waiting}/{each}" for each in REQUEST_POSTS),
        f"/privacy/people/{contact}/file",
        f"/privacy/people/{contact}/preview",
        *HOUSE_POSTS,
        *(f"/settings/team/{waiting}/{each}" for each in MEMBER_POSTS),
        *(f"/settings/{each.format(waiting)}" for each in THING_POSTS),
        "/groups",
        "/lists",
        "/lists/from-people",
        *(f"/lists/{waiting}{each}" for each in LIST_POSTS),
        f"/lists/{waiting}/sends/{waiting}",
        "/sms-length",
        "/chosen",
        "/chosen/undo",
    ]


FORM = {
    "text": "Hallo",
    "message": "x",
    "office_name": "F",
    "number": "+31655500299",
    "decision": "left",
    "answer": "leave",
    "do": "leave",
    "name": "Loods",
    "on": "on",
    "member": "x",
    "how": "number",
    "outcome": "given",
    "x": "0.5",
    "y": "0.5",
}


def test_no_post_works_without_its_token(office: Office, sanne: Browser, conversation: str) -> None:
    """A form from elsewhere, with the right cookie, is refused and changes nothing."""
    events = office.count("event")
    everything = [*addresses(office, conversation), "/new", "/logout", "/settings/look"]
    everything += OWN_POSTS
    everything += ["/devices/enrol", "/devices/enrol/release", "/recordings"]
    for address in everything:
        assert sanne.post(address, FORM, csrf=False).status_code == 403, address
        wrong = sanne.client.post(address, data=FORM | {"csrf": "guessed"})
        assert wrong.status_code == 403, address
    assert sanne.client.post("/login", data={"name": "Sanne", "password": "x"}).status_code == 403
    assert office.count("event") == events


def test_what_a_browser_says_comes_from_another_site_is_refused(
    sanne: Browser, conversation: str
) -> None:
    """This holds even with the right token."""
    address, form = f"/c/{conversation}/draft", {"csrf": sanne.csrf, "text": "Hallo"}
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 204)):
        answer = sanne.client.post(address, data=form, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == status, site


def test_a_form_is_taken_whatever_host_a_proxy_asks_for(sanne: Browser, conversation: str) -> None:
    """Many proxies send this machine's own address, so it says nothing of the page's origin."""
    headers = {"Origin": "http://balie.example", "Host": "127.0.0.1:8400"}
    form = {"csrf": sanne.csrf, "text": "Hallo"}
    answer = sanne.client.post(f"/c/{conversation}/draft", data=form, headers=headers)
    assert answer.status_code == 204


def test_every_post_of_the_pages_is_named_here(office: Office, conversation: str) -> None:
    """A new address for posts must be added to the tests of tokens and rights."""
    services = Services(
        store=office.store,
        gate=ConsentGate(),
        clock=office.clock,
        feed=EventFeed(office.store),
        planned=lambda: None,
        ready=tuple,
        data_dir=office.store.path.parent,
    )
    found = {
        route.path
        for route in _routes(create_app(services).routes)
        if "POST" in (route.methods or ()) and not route.path.startswith(OTHER_SOFTWARE)
    }
    tried = {re.sub(r"[0-9a-f-]{36}", "{}", address) for address in addresses(office, conversation)}
    known = tried | {"/new", "/logout", "/settings/look", "/settings/password", "/login"}
    known |= OWN_POSTS
    known |= {"/setup", "/setup/branch", "/setup/line", "/setup/line/look", "/login/{}"}
    known |= {"/setup/team", "/login-passkey", "/login-passkey/options"}
    known |= {"/devices/enrol", "/devices/enrol/release", "/recordings"}
    assert {re.sub(r"{\w+}", "{}", path) for path in found} == known


def _routes(routes: object) -> Iterator[APIRoute]:
    for route in routes if isinstance(routes, list) else []:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _routes(getattr(getattr(route, "original_router", None), "routes", []))


def test_another_branch_does_not_exist(
    office: Office, stranger: Browser, conversation: str
) -> None:
    """Without rights in a branch, each read and each write of it answers 404."""
    events = office.count("event")
    for address in (f"/c/{conversation}", f"/c/{conversation}/messages"):
        assert stranger.get(address).status_code == 404
    assert stranger.get(f"/c/{conversation}/contact", **{"HX-Request": "true"}).status_code == 404
    for address in addresses(office, conversation):
        assert stranger.post(address, FORM).status_code == 404, address
    assert "Fatima" not in stranger.get("/").text
    assert office.count("event") == events


def test_who_may_only_read_cannot_write(office: Office, tilburg: Desk, conversation: str) -> None:
    """The privacy officer reads the thread and has no field to write in."""
    browser = log_in(office, "Petra", role="privacy", branch_id=None)
    assert 'id="composer"' not in browser.get(f"/c/{conversation}").text
    assert browser.post(f"/c/{conversation}/messages", FORM).status_code == 404
    assert (
        browser.post("/new", {"line": tilburg.line_id, "number": WORKER, "text": "x"}).status_code
        == 404
    )
    browser.client.close()


def test_who_manages_devices_only_has_no_inbox(office: Office, tilburg: Desk) -> None:
    """The IT staff of a branch see the state of the phone, and nobody's messages."""
    browser = log_in(office, "Ivo", role="branch-it", branch_id=tilburg.branch_id)
    assert browser.get("/").headers["location"] == "/devices"
    assert tilburg.number[-4:] in browser.get("/devices").text
    browser.client.close()


def test_a_message_that_was_tried_is_shown_with_its_proof(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """With any evidence of its attempt, or none, the conversation opens."""
    sanne.post(f"/c/{conversation}/messages", {"text": "Kom je morgen?"})

    def try_it(tx: Tx) -> None:
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms)"
            " SELECT ?, m.id, d.id, 'whatsapp', m.created_ms FROM message m, device d"
            " WHERE m.direction = 'out' AND m.class = 'reply' LIMIT 1",
            (tx.new_id(),),
        )

    office.store.write(try_it)
    assert office.count("attempt") == 1
    page = sanne.get(f"/c/{conversation}")
    assert page.status_code == 200
    assert "Kom je morgen?" in page.text


def test_two_numbers_of_a_branch_are_told_apart(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """By how they end, beside the branch that both have."""
    office.store.write(
        lambda tx: lines.add_line(tx, branch_id=tilburg.branch_id, number="+31612349876")
    )
    page = sanne.get("/").text
    assert f"Tilburg …{tilburg.number[-4:]}" in page
    assert "Tilburg …9876" in page
