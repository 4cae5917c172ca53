"""Duties are apart: who gives rights reads no messages, unless in an emergency that all see."""

import json
from collections.abc import Iterator

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.rights import rights_of
from appliance.desk.lines import live_screen
from appliance.desk.privacy import access
from appliance.desk.team import emergency, staff
from appliance.events import EventKind
from appliance.store import devices
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office
from tests.api.web.one_thread import WORKER, conversation
from tests.api.web.test_web_streams import frames

__all__ = ["conversation"]  # the fixture: Fatima wrote

WHY = "Iedereen is ziek, en er wacht een melding van een ongeluk"
MINUTE_MS = 60_000


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """An administrator who is not the first, so nothing but that."""
    office.store.write(lambda tx: staff.add(tx, "Beheer", role="admin", branch_id=None))
    browser = log_in(office, "Dirk", role="admin", branch_id=None)
    yield browser
    browser.client.close()


@pytest.fixture
def officer(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Petra", role="privacy", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def pass_by(office: Office, ms: int) -> None:
    assert isinstance(office.clock, ManualClock)
    office.clock.advance(ms=ms)


def take(boss: Browser, desk: Desk, *, minutes: int = 30, reason: str = WHY) -> int:
    form = {"branch": desk.branch_id, "minutes": str(minutes), "reason": reason}
    return boss.post("/emergency", form, part=False).status_code


def told(office: Office, kind: EventKind) -> list[dict[str, object]]:
    rows = office.store.read(
        lambda conn: conn.execute(
            "SELECT facts, staff_id FROM event_log WHERE kind = ? ORDER BY seq", (kind.value,)
        ).fetchall()
    )
    return [{**json.loads(row["facts"]), "staff": row["staff_id"]} for row in rows]


def test_an_administrator_reads_for_as_long_as_they_said(
    office: Office, tilburg: Desk, breda: Desk, boss: Browser, conversation: str
) -> None:
    """In that branch and no other, as a colleague; then it ends by itself, to the millisecond."""
    thread = f"/c/{conversation}"
    assert boss.get(thread).status_code == 404
    assert take(boss, tilburg, minutes=15) == 303
    assert boss.get(thread).status_code == 200
    assert boss.post(f"{thread}/messages", {"text": "Ik kijk even mee"}).status_code == 204
    assert boss.get("/privacy").status_code == 404
    began = told(office, EventKind.EMERGENCY_BEGAN)[0]
    assert began["staff"] == boss.staff_id
    assert WHY not in json.dumps(began)
    pass_by(office, 15 * MINUTE_MS - 1)
    assert boss.get(thread).status_code == 200
    pass_by(office, 1)
    assert boss.get(thread).status_code == 404
    assert boss.post(f"{thread}/messages", {"text": "Nog iets"}).status_code == 404


def test_it_needs_a_reason_an_end_and_somebody_who_gives_rights(
    office: Office, tilburg: Desk, boss: Browser, sanne: Browser, conversation: str
) -> None:
    assert take(boss, tilburg, reason="  zomaar ") == 422
    assert take(boss, tilburg, minutes=14) == 422
    assert take(boss, tilburg, minutes=481) == 422
    assert take(sanne, tilburg) == 404
    assert not told(office, EventKind.EMERGENCY_BEGAN)
    assert take(boss, tilburg) == 303
    assert take(boss, tilburg) == 422, "they read already"


def test_everybody_concerned_sees_it(
    office: Office, tilburg: Desk, breda: Desk, boss: Browser, sanne: Browser, officer: Browser
) -> None:
    """The branch's colleagues while it lasts, and whoever guards its privacy ever after."""
    elsewhere = log_in(office, "Youssef", role="privacy", branch_id=breda.branch_id)
    take(boss, tilburg)
    assert "/emergency/end" in boss.get("/me").text
    assert WHY in sanne.get("/me").text
    assert WHY not in elsewhere.get("/me").text
    assert WHY not in elsewhere.get("/privacy/access").text
    elsewhere.client.close()
    assert boss.post("/emergency/end", part=False).status_code == 303
    assert WHY not in sanne.get("/me").text
    assert WHY in officer.get("/privacy/access").text
    assert [each["by"] for each in told(office, EventKind.EMERGENCY_ENDED)] == ["person"]


def test_an_open_page_ends_with_it_and_what_they_had_is_nobodys(
    office: Office, tilburg: Desk, boss: Browser, conversation: str
) -> None:
    take(boss, tilburg)
    boss.post(f"/c/{conversation}/case", {"what": "mine"})
    with boss.client.stream("GET", "/live", params={"after": "0"}) as answer:
        lines = answer.iter_lines()
        frames(lines, until="message")
        pass_by(office, 30 * MINUTE_MS)
        office.store.write(emergency.end_due)
        frames(lines, until="emergency")
        office.writes(WORKER, tilburg, "Niet voor Dirk")
        office.store.write(lambda tx: staff.disable(tx, boss.staff_id))
        assert "event: message" not in list(lines)
    left = office.store.read(
        lambda conn: conn.execute("SELECT assignee_id FROM casework").fetchall()
    )
    assert [row["assignee_id"] for row in left if row["assignee_id"]] == []


def test_it_ends_with_the_right_to_take_it(
    office: Office, tilburg: Desk, boss: Browser, conversation: str
) -> None:
    """Who is no administrator any more reads nothing there."""
    take(boss, tilburg)
    thread = f"/c/{conversation}"
    assert boss.get(thread).status_code == 200
    office.store.write(lambda tx: staff.give_role(tx, boss.staff_id, "branch-it", None))
    assert boss.get(thread).status_code == 404
    assert [each["by"] for each in told(office, EventKind.EMERGENCY_ENDED)] == ["rights"]


def test_an_officer_ends_one_where_they_guard_privacy(
    office: Office, tilburg: Desk, breda: Desk, boss: Browser, officer: Browser, conversation: str
) -> None:
    take(boss, tilburg)
    row = office.store.read(lambda conn: conn.execute("SELECT id FROM emergency").fetchone())
    form = {"emergency_id": row["id"]}
    elsewhere = log_in(office, "Youssef", role="privacy", branch_id=breda.branch_id)
    for each in (elsewhere, boss):
        assert each.post("/privacy/access/end", form, part=False).status_code == 404
    elsewhere.client.close()
    assert row["id"] in officer.get("/privacy/access").text
    assert officer.post("/privacy/access/end", form, part=False).status_code == 303
    assert boss.get(f"/c/{conversation}").status_code == 404
    assert row["id"] not in officer.get("/privacy/access").text
    (ended,) = told(office, EventKind.EMERGENCY_ENDED)
    assert (ended["by"], ended["staff"]) == (f"staff:{officer.staff_id}", boss.staff_id)


def test_who_gives_themselves_a_role_stands_on_the_officers_page(
    office: Office, tilburg: Desk, boss: Browser, officer: Browser, conversation: str
) -> None:
    """Granting is an event; several roles in one place are possible."""
    address = f"/settings/team/{boss.staff_id}/roles"
    form = {"role-": "admin", "also_role": "staff", "also_branch": ""}
    assert boss.post(address, form, part=False).status_code == 303
    assert boss.get(f"/c/{conversation}").status_code == 200
    last = told(office, EventKind.STAFF_CHANGED)[-1]
    assert last["given"] == [{"role": "staff", "branch": None}]
    assert (last["by"], last["staff"]) == (boss.staff_id, boss.staff_id)
    boss.post("/settings/tokens", {"name": "planning", "scope": ["messages:read"]})
    boss.post(f"/settings/team/{officer.staff_id}/link")
    page = officer.get("/privacy/access").text
    assert "Het programma planning kreeg van Dirk een token" in page
    assert "Dirk maakte een link waarmee iemand als Petra binnenkomt" in page
    assert "gaf zichzelf de rol Collega" in page
    assert boss.post(address, {"role-": ["admin", "staff"]}, part=False).status_code == 303
    changes = [each for each in told(office, EventKind.STAFF_CHANGED) if "given" in each]
    assert changes[-1] == last, "the same again is no grant"


def test_every_way_in_stands_on_the_officers_page_and_none_hides_another(
    office: Office, tilburg: Desk, breda: Desk, boss: Browser, officer: Browser
) -> None:
    """What is done a hundred times stands once; what is of other branches takes no place."""
    boss.post(f"/settings/team/{boss.staff_id}/roles", {"role-": ["admin", "staff"]})
    boss.post(f"/settings/team/{officer.staff_id}/email", {"email": "dirk@example.com"})
    device_id = office.store.read(devices.devices)[0].id

    def work(tx: Tx) -> None:
        staff.disable(tx, officer.staff_id)
        staff.enable(tx, officer.staff_id, by_staff_id=boss.staff_id)
        for _ in range(120):
            staff.add_login_link(tx, boss.staff_id, by_staff_id=boss.staff_id)
        for nth in range(access.MOST):
            staff.add(tx, f"Nieuw {nth}", role="staff", branch_id=breda.branch_id)
        nobody = staff.add(tx, "Koos", role="branch-it", branch_id=None)
        for who in (nobody, boss.staff_id):
            looked = live_screen.find(tx.conn, rights_of(tx.conn, who), device_id)
            live_screen.began(tx, looked, "look", who)

    office.store.write(work)
    session = office.store.write(lambda tx: sessions.begin(tx, officer.staff_id))
    officer.client.cookies.set("balie_session", session.token)
    page = officer.get("/privacy/access").text
    for each in (
        "Dirk gaf zichzelf de rol Collega",
        "Dirk wijzigde het e-mailadres waarvan het account als Petra binnenkomt",
        "Petra mag van Dirk weer inloggen",
        "Koos leest geen berichten en keek op het scherm van een telefoon (Tilburg)",
    ):
        assert each in page, each
    assert "Dirk leest geen berichten" not in page
    assert page.count("als Dirk binnenkomt") == 1
    assert "120×" in page


def test_the_first_administrator_has_every_duty_and_the_second_one(office: Office) -> None:
    """A fresh house works at once; each role can be taken away again."""
    first = log_in(office, "Anna", role="admin", branch_id=None)
    second = log_in(office, "Bram", role="admin", branch_id=None)
    for path in ("/people", "/privacy", "/settings/team", "/overview"):
        assert first.get(path).status_code == 200, path
    assert [second.get(path).status_code for path in ("/people", "/privacy", "/settings/team")] == [
        404,
        404,
        200,
    ]
    roles = {"role-": ["admin", "lead"]}
    assert first.post(f"/settings/team/{first.staff_id}/roles", roles).status_code == 204
    assert first.get("/privacy").status_code == 404
    first.client.close()
    second.client.close()
