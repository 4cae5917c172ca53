"""Who may come where: every route states it, and every role has its own routes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from appliance.api.app import create_app
from appliance.api.cloud.paths import NODE as CLOUD
from appliance.api.json.callers import identify
from appliance.api.services import Services
from appliance.api.smsgate.paths import PREFIX as SMSGATE
from appliance.api.web.visit import checked_guest, checked_visit, guest_of, visit_of
from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.queue.gate import ConsentGate
from appliance.store.feed import EventFeed
from appliance.store.store import Tx
from tests.api.office import Desk, Office

WORKER = "+31655500301"
OPEN = {"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/static"}
OPEN |= {"/static/sheets/{name}.css", "/manifest.webmanifest", "/service-worker.js", "/offline"}
OPEN |= {"/public/{digits}.json", "/calendar/{token}.ics"}
"""Open to anybody: nothing in these is about a person."""
DOOR = {"/login", "/login/{token}", "/setup"}
DOOR |= {"/oidc/login", "/oidc/callback", "/login-passkey", "/login-passkey/options"}

DROP_INS = (SMSGATE, CLOUD)
VERSION = "{version:graph_version}"
OPEN_DROP_INS = {f"{SMSGATE}/health"}
OPEN_DROP_INS |= {f"{SMSGATE}/health/{each}" for each in ("live", "ready", "startup")}


def routes_of(office: Office) -> list[Route | Mount]:
    services = Services(
        store=office.store,
        gate=ConsentGate(),
        clock=office.clock,
        feed=EventFeed(office.store),
        planned=lambda: None,
        ready=tuple,
        data_dir=office.store.path.parent,
    )
    return list(flat(create_app(services).routes))


def flat(routes: Sequence[Any]) -> Iterator[Route | Mount]:
    for route in routes:
        if isinstance(route, Route | Mount):
            yield route
        else:
            yield from flat(route.original_router.routes)


def calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)


def test_no_route_is_without_a_mark_of_who_may_come(office: Office) -> None:
    """A page asks for the visitor, and for the form's token when it changes something. The JSON API
    asks for a token with a scope. Routes that ask for neither are named here, and hold nothing.
    """
    seen = set()
    for route in routes_of(office):
        seen.add(route.path)
        if route.path in OPEN or not isinstance(route, APIRoute):
            assert route.path in OPEN, route.path
            continue
        asked = set(calls(route.dependant))
        reads = (route.methods or set()) <= {"GET", "HEAD"}
        if route.path in DOOR:
            assert (guest_of if reads else checked_guest) in asked, route.path
        elif route.path.startswith("/api/"):
            assert identify in asked, route.path
            assert any(each.own_oauth_scopes for each in route.dependant.dependencies), route.path
        elif route.path.startswith(DROP_INS):
            continue
        else:
            assert (visit_of if reads else checked_visit) in asked, route.path
    assert seen >= OPEN | DOOR


def test_no_drop_in_answers_without_a_token(office: Office) -> None:
    """Its routes read the token themselves; those without are open to anybody."""
    found = [each for each in routes_of(office) if each.path.startswith(DROP_INS)]
    assert found
    for route in found:
        assert isinstance(route, Route)
        path = re.sub(r"\{\w+(:digits)?\}", "1", route.path).replace(VERSION, "v21.0")
        for method in route.methods or ():
            answer = office.client.request(method, path, json={})
            is_open = route.path in OPEN_DROP_INS
            assert (answer.status_code == 401) is not is_open, (method, route.path)


@dataclass(frozen=True, slots=True)
class Ids:
    conversation: str
    message: str
    line: str
    branch: str


@pytest.fixture
def ids(office: Office, tilburg: Desk) -> Ids:
    office.writes(WORKER, tilburg, name="Fatima")
    # A program wrote it, because a colleague's answer takes back the welcome that waits.
    answer = {"line": tilburg.number, "to": WORKER, "text": "Tot zo"}
    sent = office.caller().post(answer)

    def read(sql: str) -> str:
        return office.store.read(lambda conn: str(conn.execute(sql).fetchone()[0]))

    return Ids(
        conversation=read("SELECT id FROM conversation"),
        message=sent.json()["id"],
        line=tilburg.line_id,
        branch=tilburg.branch_id,
    )


INBOX = {
    "GET /c/{conversation}",
    "GET /c/{conversation}/messages",
    "GET /c/{conversation}/contact",
    "GET /c/{conversation}/verdict",
    "GET /list?line={line}",
    "POST /c/{conversation}/read message=x",
}
WRITE = {
    "POST /c/{conversation}/messages text=Hallo",
    "POST /c/{conversation}/draft text=Hal",
    "POST /new line={line}&number=%2B31655500301&text=Hallo",
    "GET /new",
    "GET /new/verdict?line={line}&number=%2B31655500301",
    "GET /new/texts?line={line}",
    "GET /lists",
    "GET /groups/new",
    "GET /groups/people?line={line}",
    "POST /sms-length line={line}&to=%2B31655500301&text=Hallo",
    "POST /messages/{message}/cancel",
}
EDIT = {
    "POST /c/{conversation}/contact office_name=F",
    "POST /c/{conversation}/contact/numbers number=%2B31655500399",
}
ENROL = {"GET /devices/enrol"}
MANAGE = {"POST /lines/{line}/resume", "POST /lines/{line}/settings fallback_after_min=5"}
MANAGE |= {"GET /settings/numbers/{line}"}
COMPANY = {
    "GET /settings/office",
    "GET /setup/branch",
    "GET /setup/line",
    "GET /setup/team",
    "POST /setup/branch name=Nieuw",
    "POST /setup/team name=Collega",
    "POST /setup/line/look number=0612345699",
    "POST /setup/line branch=Tilburg&number=%2B31612345699&device=modem:/dev/ttyUSB9",
}
STAFF = {"GET /settings/team", "POST /settings/team name=Nieuw&branch={branch}"}
STAFF |= {"GET /settings/website?line={line}", "GET /settings/website/{line}/poster.svg"}
OWN = {"GET /settings", "GET /devices", "POST /settings/look theme=dark", "GET /me"}
LEAD = {"GET /overview", "GET /overview?wall=1", "GET /overview/over-time"}
LEAD |= {"GET /overview/over-time/volume.csv"}
SWITCH = {"POST /overview/over-time/per-person on=1"}
FOLDER = {"POST /privacy/archive/folder folder="}
MACHINE = {"GET /settings/updates", "POST /settings/updates/seen"}
MACHINE |= {"GET /settings/backup", "GET /settings/backup/now"}
DUTIES = MACHINE | MANAGE | ENROL | COMPANY | STAFF | OWN | SWITCH
"""Of an administrator who is not the first."""
OFFICER_ANYWHERE = {"GET /privacy", "GET /privacy/requests/new", "GET /privacy/access"}
OFFICER_ANYWHERE |= {"GET /privacy/log", "GET /privacy/retention"}
OFFICER_ANYWHERE |= {"GET /privacy/archive", "GET /privacy/archive/jobs"}
OFFICER_ANYWHERE |= {"GET /privacy/consent", "GET /privacy/public-text"}
ARCHIVE = {"POST /privacy/archive whose={line}&period=2026"}
OFFICER_ANYWHERE |= {"GET /privacy/care"}
OFFICER = OFFICER_ANYWHERE | {"POST /privacy/care/{branch}/hides kind=bsn"}
COUNTERS = {"GET /new", "GET /lists", "GET /groups/new"}
"""Show what one has, also where that is nothing."""
ALARM = {"GET /emergency"}
EVERYTHING = LEAD | SWITCH | FOLDER | OFFICER | ARCHIVE | INBOX | WRITE | EDIT
EVERYTHING |= MACHINE | MANAGE | ENROL | COMPANY | STAFF | OWN | ALARM

MAY: dict[tuple[str, str], set[str]] = {
    ("staff", "here"): INBOX | WRITE | EDIT | OWN,
    ("lead", "here"): INBOX | WRITE | EDIT | OWN | LEAD,
    ("branch-it", "here"): MANAGE | ENROL | OWN,
    ("privacy", "here"): INBOX | EDIT | OWN | LEAD | OFFICER | ARCHIVE,
    ("admin", "here"): EVERYTHING - MACHINE - COMPANY - SWITCH - FOLDER,
    ("admin", "everywhere"): EVERYTHING,
    ("second-admin", "here"): DUTIES - MACHINE - COMPANY - SWITCH | ALARM,
    ("second-admin", "everywhere"): DUTIES | ALARM,
    ("second-admin", "elsewhere"): OWN | ENROL | ALARM | {"GET /settings/team"},
    ("staff", "elsewhere"): OWN | COUNTERS,
    ("admin", "elsewhere"): OWN
    | ENROL
    | LEAD
    | OFFICER_ANYWHERE
    | COUNTERS
    | ALARM
    | {"GET /settings/team"},
    ("branch-it", "elsewhere"): OWN | ENROL,
}


@pytest.mark.parametrize(("role", "where"), MAY)
def test_every_role_has_its_own_doors(
    office: Office, tilburg: Desk, breda: Desk, ids: Ids, role: str, where: str
) -> None:
    """What a role may not see does not exist: 404 for each of them, and nothing is written."""
    branch = {"here": tilburg.branch_id, "elsewhere": breda.branch_id, "everywhere": None}[where]

    def enter(tx: Tx) -> sessions.NewSession:
        if role == "second-admin":
            staff.add(tx, "Eerste", role="admin", branch_id=None)
        name = role.removeprefix("second-")
        return sessions.begin(tx, staff.add(tx, "Iemand", role=name, branch_id=branch))

    session = office.store.write(enter)
    cookies = {"balie_session": session.token}
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
        for address in sorted(EVERYTHING, key=lambda each: each not in MAY[role, where]):
            before = office.count("event")
            answer = ask(client, session.csrf, address, ids)
            if address in MAY[role, where]:
                assert answer.status_code in {200, 204, 303}, (address, answer.status_code)
            else:
                assert answer.status_code == 404, (address, answer.status_code)
                assert office.count("event") == before, address


def ask(client: httpx.Client, csrf: str, address: str, ids: Ids) -> httpx.Response:
    filled = address.format(
        conversation=ids.conversation, message=ids.message, line=ids.line, branch=ids.branch
    )
    method, path, *form = filled.split(" ")
    headers = {"X-CSRF-Token": csrf, "Content-Type": "application/x-www-form-urlencoded"}
    return client.request(method, path, content="".join(form), headers=headers)


def test_nobody_comes_further_than_the_door(office: Office, ids: Ids) -> None:
    """Without a session, or with one that somebody made up, each page leads to the log-in."""
    events = office.count("event")
    for cookies in ({}, {"balie_session": "x" * 43}, {"balie_session": "' OR 1=1 --"}):
        with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
            for address in EVERYTHING:
                answer = ask(client, "x", address, ids)
                assert answer.status_code == 303, address
                assert answer.headers["location"].startswith("/login"), address
    assert office.count("event") == events


def test_a_log_in_gives_a_session_of_its_own(office: Office, tilburg: Desk) -> None:
    """A cookie that somebody set beforehand opens nothing after the log-in. No script and no other
    site can read the real one.
    """
    link = office.store.write(
        lambda tx: staff.add_login_link(
            tx, staff.add(tx, "Mieke", role="staff", branch_id=tilburg.branch_id)
        )
    )
    planted = "p" * 43
    cookies = {"balie_session": planted}
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
        page = client.get(f"/login/{link}").text
        token = page.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": token, "password": "een lange zin", "again": "een lange zin"}
        answer = client.post(f"/login/{link}", data=form)
    given = [each for each in answer.headers.get_list("set-cookie") if "balie_session=" in each]
    assert len(given) == 1
    assert planted not in given[0]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(given[0].split("; "))
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as other:
        assert other.get("/settings").status_code == 303
