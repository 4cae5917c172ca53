"""The rules of the pages, checked on the real server without a browser."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from fastapi.routing import APIRoute

from appliance.api.app import create_app
from appliance.api.services import Services
from appliance.api.web.streams import MOST
from appliance.clock import ManualClock
from appliance.desk.access import passwords
from appliance.desk.team import staff
from appliance.queue.gate import ConsentGate
from appliance.store import devices, lines
from appliance.store.feed import EventFeed
from appliance.store.store import Tx
from tests import http_calls
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31655500201"


@pytest.fixture
def stranger(office: Office, breda: Desk) -> Iterator[Browser]:
    """A colleague of another branch."""
    browser = log_in(office, "Youssef", role="staff", branch_id=breda.branch_id)
    yield browser
    browser.client.close()


@pytest.fixture
def conversation(office: Office, tilburg: Desk) -> str:
    office.writes(WORKER, tilburg, name="Fatima")
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )


def message_of(office: Office, direction: str) -> str:
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM message WHERE direction = ? ORDER BY id DESC", (direction,)
            ).fetchone()[0]
        )
    )


GROUP_POSTS = ("name", "picture", "rights", "guard", "members", "members/remove", "read", "leave")

HOUSE_POSTS = tuple(f"/settings/{each}" for each in ("team", "branches", "labels", "tokens"))
MEMBER_POSTS = ("name", "roles", "email", "link", "disable", "enable", "log-out")
THING_POSTS = (
    "branches/{}",
    "branches/{}/name",
    "labels/{}",
    "labels/{}/merge",
    "labels/{}/remove",
    "views/{}",
    "views/{}/remove",
    "tokens/{}/revoke",
)

PERSON_POSTS = ("", "/numbers", "/block", "/join", "/apart", "/split", "/undo")

OWN_POSTS = {f"/me/notifications{each}" for each in ("", "/house", "/browser", "/browser/end")}
OWN_POSTS |= {"/me/sessions/end-others", "/people/new", "/people/import", "/settings/views"}
OWN_POSTS |= {f"/me/passkeys{each}" for each in ("", "/options", "/{}/remove")}
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
        f"/lines/{line_id}/resume",
        f"/lines/{line_id}/settings",
        f"/lines/{line_id}/profile",
        f"/lines/{line_id}/handover",
        f"/lines/{line_id}/handover/away",
        f"/devices/{device_id}/screen/tap",
        f"/devices/{device_id}/screen/back",
        f"/devices/{device_id}/screen/end",
        f"/devices/screens/{waiting}",
        f"/devices/rules/{waiting}/remove",
        f"/devices/{device_id}/chats",
        f"/c/{conversation}/texts/{waiting}",
        "/settings/texts",
        f"/settings/texts/{waiting}/remove",
        *(f"/people/{contact}{each}" for each in PERSON_POSTS),
        *HOUSE_POSTS,
        *(f"/settings/team/{waiting}/{each}" for each in MEMBER_POSTS),
        *(f"/settings/{each.format(waiting)}" for each in THING_POSTS),
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
        if "POST" in (route.methods or ()) and not route.path.startswith("/api")
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


def test_nobody_is_sent_to_the_login_and_a_script_is_told(office: Office, sanne: Browser) -> None:
    """A page leads to the log-in and back; a part answers 401 with the address to go to."""
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        page = client.get("/c/1?line=2")
        assert (page.status_code, page.headers["location"]) == (
            303,
            "/login?next=%2Fc%2F1%3Fline%3D2",
        )
        part = client.get(
            "/list",
            headers={"HX-Request": "true", "HX-Current-URL": "http://b.test/c/9?show=unread"},
        )
        assert part.status_code == 401
        assert part.headers["hx-redirect"] == "/login?next=%2Fc%2F9%3Fshow%3Dunread"
        assert client.get("/live").status_code == 303


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_the_login_leads_only_inside(office: Office, sanne: Browser, wanted: str) -> None:
    """The log-in does not lead to an address of another site."""
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        page = client.get("/login", params={"next": wanted}).text
    assert 'name="next" value="/"' in page


@pytest.mark.parametrize("wanted", ["/☃", "//[", "/c/é?x=☃", "/\r\nEvil: 1"])
def test_an_odd_address_breaks_no_login(office: Office, wanted: str) -> None:
    """The next address goes into a header: what it cannot carry is encoded or left out."""
    hashed = passwords.hash_password("een lange zin")
    office.store.write(lambda tx: staff.add_first_admin(tx, "Mieke", hashed))
    with httpx.Client(base_url=office.url, timeout=60) as client:
        page = client.get("/login", params={"next": wanted}).text
        token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        form = {"name": "Mieke", "password": "een lange zin", "csrf": token, "next": wanted}
        answer = client.post("/login", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert "evil" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/list?chosen=1&open=x%0d%0aEvil:%201",
        "/list?chosen=1&open=%E2%98%83",
        "/c/x%0d%0aEvil:%201/contact",
        "/c/%E2%98%83/contact",
    ],
)
def test_an_address_puts_no_line_into_the_headers(sanne: Browser, path: str) -> None:
    """Any text in a link is answered, and stays inside one header."""
    answer = sanne.get(path)
    assert answer.status_code in {200, 404}
    assert "evil" not in answer.headers


def test_a_page_that_is_no_address_leads_to_the_inbox(office: Office) -> None:
    with httpx.Client(base_url=office.url, timeout=http_calls.PATIENCE_S) as client:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
        answer = client.get("/list", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_without_scripts_a_message_still_goes(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """A plain form sends and returns to the thread; a refused one keeps the text on the page."""
    sent = sanne.post(
        f"/c/{conversation}/messages",
        {"text": "Ja, om acht uur.\r\nTot dan"},
        part=False,
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/c/{conversation}")
    text = office.store.read(
        lambda conn: conn.execute(
            "SELECT text FROM message WHERE id = ?", (message_of(office, "out"),)
        ).fetchone()[0]
    )
    assert text == "Ja, om acht uur.\nTot dan"
    long = sanne.post(f"/c/{conversation}/messages", {"text": "w" * 5000}, part=False)
    assert long.status_code == 422
    assert "5000" in long.text
    assert "w" * 5000 in long.text


def test_the_same_client_id_is_one_message(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """A browser that asks again because an answer was lost sends nothing twice."""
    before = office.count("message")
    for _ in range(3):
        answer = sanne.post(
            f"/c/{conversation}/messages", {"text": "Eén keer", "client_id": "abc-1"}
        )
        assert answer.status_code == 204
    assert office.count("message") == before + 1


def test_a_client_id_hides_no_other_message(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """With a used id, another text or another person is refused and not swallowed."""
    office.writes("+31655500202", tilburg)
    other = office.store.read(
        lambda conn: conn.execute("SELECT max(id) FROM conversation").fetchone()[0]
    )
    before = office.count("message")
    for about, text, status in (
        (conversation, "Voor Fatima", 204),
        (conversation, "Iets anders", 422),
        (other, "Voor Fatima", 422),
    ):
        form = {"text": text, "client_id": "abc-2"}
        assert sanne.post(f"/c/{about}/messages", form).status_code == status
    assert office.count("message") == before + 1


@pytest.mark.parametrize("text", ["", "  \n ", "a\x00b", "x" * 4097])
def test_what_no_phone_can_send_is_refused_in_words(
    office: Office, sanne: Browser, conversation: str, text: str
) -> None:
    """Each bad text gets a sentence at the field; nothing is stored and the draft stays."""
    sanne.post(f"/c/{conversation}/draft", {"text": "concept"})
    before = office.count("message")
    answer = sanne.post(f"/c/{conversation}/messages", {"text": text})
    assert answer.status_code == 422
    assert 'data-code="text"' in answer.text
    assert office.count("message") == before
    assert office.count("draft") == 1


def test_a_number_that_is_not_theirs_is_not_written_to(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """The form may only choose between the contact's own numbers."""
    sanne.post(f"/c/{conversation}/messages", {"text": "Hoi", "to": "+31655599999"})
    number = office.store.read(
        lambda conn: conn.execute(
            "SELECT value FROM message WHERE id = ?", (message_of(office, "out"),)
        ).fetchone()[0]
    )
    assert number == WORKER


def frames(lines: Iterator[str], *, until: str) -> list[tuple[str, str]]:
    """The name and id of each hint, up to and including the first called `until`."""
    found: list[tuple[str, str]] = []
    cursor = ""
    for line in lines:
        if line.startswith("id: "):
            cursor = line.removeprefix("id: ")
        if line.startswith("event: "):
            found.append((line.removeprefix("event: "), cursor))
            if found[-1][0] == until:
                return found
    raise AssertionError(found)


def test_the_stream_goes_on_after_the_last_hint(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """A browser that reconnects with the last id gets the hints since then, and none twice."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        seen = frames(answer.iter_lines(), until="message")
    office.writes(WORKER, tilburg, "Nog iets")
    last = seen[-1][1]
    with sanne.client.stream("GET", "/live", headers={"Last-Event-ID": last}) as answer:
        after = frames(answer.iter_lines(), until="message")
    assert int(after[-1][1].rpartition(":")[2]) > int(last.rpartition(":")[2])


@pytest.mark.parametrize("cursor", ["other-epoch:4", "999999", "nonsense", ""])
def test_a_cursor_that_cannot_be_gone_on_from_is_said(
    office: Office, sanne: Browser, conversation: str, cursor: str
) -> None:
    """After a restore, or with an id that makes no sense, the page is told to draw itself anew."""
    with sanne.client.stream("GET", "/live", params={"after": cursor}) as answer:
        assert frames(answer.iter_lines(), until="stale")


def test_the_stream_of_who_is_disabled_ends(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """Later events are told to nobody who may not see them any more."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        lines = answer.iter_lines()
        frames(lines, until="message")
        office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
        office.writes(WORKER, tilburg, "Niet voor Sanne")
        rest = "".join(lines)
    assert message_of(office, "in") not in rest


def test_one_session_has_a_few_streams_and_no_more(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """One stream too many ends the oldest at its next frame; the newest ones go on."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(sanne.client.stream("GET", "/live", params={"after": "0"}))
            for _ in range(MOST + 1)
        ]
        lines = [answer.iter_lines() for answer in opened]
        for each in lines[1:]:
            frames(each, until="message")
        office.writes(WORKER, tilburg, "Nog iets")
        frames(lines[-1], until="message")
        told = list(lines[0])  # a stream that went on would have no end
    assert told.count("event: message") < MOST


def test_the_stream_tells_no_texts_and_no_numbers(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """A hint about a message holds ids; the page asks for the data, within the reader's rights."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        told = ""
        for line in answer.iter_lines():
            told += line
            if message_of(office, "in") in line:
                break
    assert conversation in told
    assert "Fatima" not in told
    assert WORKER[1:] not in told


def test_sessions_end_when_nobody_uses_them(
    office: Office, clock: ManualClock, sanne: Browser
) -> None:
    """Each use moves the end; after twelve idle hours the browser is at the log-in."""
    clock.advance(s=11 * 3600)
    assert sanne.get("/settings").status_code == 200
    clock.advance(s=11 * 3600)
    assert sanne.get("/settings").status_code == 200
    clock.advance(s=13 * 3600)
    assert sanne.get("/settings").status_code == 303


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


def test_a_line_of_another_branch_is_not_measured(
    office: Office, sanne: Browser, stranger: Browser, tilburg: Desk
) -> None:
    """The count of SMS is for people who may write from the line; for others it does not exist."""
    form = {"line": tilburg.line_id, "to": WORKER, "text": "a" * 161}
    assert "als sms: 2 berichten" in sanne.post("/sms-length", form).text
    assert stranger.post("/sms-length", form).status_code == 404
    assert sanne.post("/sms-length", form | {"text": "a" * 5000}).text.strip() == ""


def test_a_log_in_link_ends_the_session_that_the_browser_had(
    office: Office, sanne: Browser
) -> None:
    """A person who uses a link where a colleague was logged in replaces the colleague."""

    def invite(tx: Tx) -> str:
        anouk = staff.add(tx, "Anouk", role="staff", branch_id=None)
        return staff.add_login_link(tx, anouk)

    path = f"/login/{office.store.write(invite)}"
    guest = sanne.get(path).cookies["balie_guest"]
    password = "een fiets met drie wielen"
    form = {"csrf": guest, "password": password, "again": password}
    answer = sanne.client.post(path, data=form)
    assert answer.status_code == 303
    new = answer.cookies["balie_session"]

    def lands(token: str) -> int:
        return http_calls.get(office.url, cookies={"balie_session": token}).status_code

    assert (lands(sanne.token), lands(new)) == (303, 200)


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
