"""Calendar programs read rounds and duties at a secret address, and nothing beyond that."""

import html
import logging
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import httpx
import pytest
import recurring_ical_events
from icalendar import Calendar

from appliance.clock import ManualClock
from appliance.desk.access.accesses import Accessed
from appliance.desk.access.rights import grant_role
from appliance.desk.automatic import roster
from appliance.desk.automatic.calendar_file import CalendarShift
from appliance.desk.feeds import feeds
from appliance.desk.privacy.log import readers
from appliance.desk.team import staff
from appliance.store import lines
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office, WebServer, open_office

PAGE = "/settings/calendars"
ANNA = "+31687654321"
BEFORE, AFTER = "2026-03-28T07:30:00Z", "2026-03-30T06:30:00Z"
"""Half past eight in Tilburg, before and after the clocks change."""
MIDNIGHTS = "2026-04-01T22:00:00Z", "2026-04-02T22:00:00Z"


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def ms(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)


def bring_roster(office: Office, desk: Desk) -> None:
    """Sanne on both sides of the clock change, a whole day, and somebody whom nobody knows."""
    four_h = 4 * 3_600_000
    named = [("Sanne", ms(at), ms(at) + four_h) for at in (BEFORE, AFTER)]
    first, last = map(ms, MIDNIGHTS)
    named += [("Sanne", first, last), ("Invaller", ms(AFTER), ms(AFTER) + four_h)]
    shifts = [
        CalendarShift(starts_ms=begins, ends_ms=ends, who=who, emails=frozenset())
        for who, begins, ends in named
    ]
    line = office.store.read(lambda conn: lines.line(conn, desk.line_id))
    office.store.write(lambda tx: roster.bring(tx, line, "x.ics", shifts, staff_id=None))


def start_round(office: Office, desk: Desk, planning: Caller) -> None:
    """Anna, who comes to work."""
    office.writes(ANNA, desk, name="Anna Geheim")
    body = {
        "line": desk.number,
        "contacts": [ANNA],
        "variants": ["Kun je morgen werken?"],
        "seats": 2,
        "starts_at": "2026-03-03T07:00:00Z",
        "ends_at": "2026-03-03T15:00:00Z",
        "closes_at": "2026-03-02T15:00:00Z",
        "confirm_text": "Top!",
    }
    made = office.client.post("/api/v1/rounds", json=body, headers=planning.headers).json()
    path = f"/api/v1/rounds/{made['id']}/answers/{ANNA}"
    office.client.post(path, json={"answer": "yes"}, headers=planning.headers)


def make(browser: Browser, whose: str, **form: str) -> str:
    """The path of the new address."""
    page = browser.post(f"{PAGE}/{whose}", form, part=False).text
    found = re.search(r"https?://[^<\s]+(/calendar/[^<\s]+\.ics)", html.unescape(page))
    assert found
    return found[1]


def read(office: Office, path: str) -> Calendar:
    answer = office.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


def titles(found: Calendar) -> list[str]:
    return sorted(str(each["SUMMARY"]) for each in found.walk("VEVENT"))


def test_a_line_has_its_roster_and_its_rounds(
    office: Office, boss: Browser, tilburg: Desk, planning: Caller
) -> None:
    """In the branch's time with its rules, on both sides of a clock change; nobody's name who comes
    to work until the page's switch says so.
    """
    bring_roster(office, tilburg)
    start_round(office, tilburg, planning)
    path = make(boss, tilburg.line_id)
    found = read(office, path)
    assert titles(found) == ["Invaller", "Sanne", "Sanne", "Sanne", "Tilburg (1/2)"]
    assert [str(each["TZID"]) for each in found.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    for day in (date(2026, 3, 28), date(2026, 3, 30)):
        each = next(iter(recurring_ical_events.of(found).at(day)))
        assert each["DTSTART"].dt.isoformat()[11:16] == "08:30"
        assert each["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    (whole,) = recurring_ical_events.of(found).at(date(2026, 4, 2))
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (date(2026, 4, 2), date(2026, 4, 3))
    assert "Geheim" not in office.client.get(path).text
    named = make(boss, tilburg.line_id, names="on")
    assert "Anna Geheim" in office.client.get(named).text


def test_the_same_calendar_is_sent_once(
    office: Office, boss: Browser, tilburg: Desk, planning: Caller
) -> None:
    """Until something in it is other than before."""
    path = make(boss, tilburg.line_id)
    tag = office.client.get(path).headers["etag"]
    unchanged = office.client.get(path, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    start_round(office, tilburg, planning)
    assert office.client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_colleague_has_their_own_duties_and_what_they_may_see(
    office: Office, sanne: Browser, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """Her duties and the rounds of her branch, as far as her rights reach now."""
    bring_roster(office, tilburg)
    start_round(office, tilburg, planning)
    start_round(office, breda, planning)
    path = make(sanne, "me")
    assert titles(read(office, path)) == ["Tilburg (1/2)", *["Tilburg +31 6 12345678"] * 3]
    office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
    office.store.write(lambda tx: staff.enable(tx, sanne.staff_id))
    assert office.client.get(path).status_code == 404, "for good"


def test_an_address_ends_when_it_is_ended_or_made_anew(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    first = make(boss, tilburg.line_id)
    second = make(boss, tilburg.line_id)
    assert office.client.get(first).status_code == 404
    assert office.client.get(second).status_code == 200
    boss.post(f"{PAGE}/{tilburg.line_id}/end")
    gone, wrong = office.client.get(second), office.client.get("/calendar/x.ics")
    assert (gone.status_code, gone.content) == (404, wrong.content)
    third = make(boss, tilburg.line_id)
    office.store.write(lambda tx: lines.remove_line(tx, tilburg.line_id))
    assert office.client.get(third).status_code == 404


def test_a_line_s_calendar_ends_with_the_rights_of_who_gave_it_out(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    """It was theirs to give; who is let go leaves no address behind."""
    path, theirs = make(boss, tilburg.line_id, names="on"), (boss.staff_id,)
    marit = log_in(office, "Marit B", role="admin", branch_id=tilburg.branch_id)
    office.store.write(
        lambda tx: tx.conn.execute("DELETE FROM staff_grant WHERE staff_id = ?", theirs)
    )
    assert office.client.get(path).status_code == 404
    assert "There is an address since" not in marit.get(PAGE, **{"Accept-Language": "en"}).text
    marit.client.close()
    office.store.write(lambda tx: grant_role(tx, boss.staff_id, "admin", tilburg.branch_id))
    assert office.client.get(path).status_code == 200
    office.store.write(lambda tx: staff.disable(tx, boss.staff_id))
    office.store.write(lambda tx: staff.enable(tx, boss.staff_id))
    assert office.client.get(path).status_code == 404, "for good"


def test_the_log_of_reading_names_the_address(
    web_server: WebServer, tmp_path: Path, clock: ManualClock
) -> None:
    """Nobody knows who has it, so nobody is said to have read."""
    told: list[Accessed] = []
    with open_office(web_server, tmp_path, clock, accessed=told.append) as office:
        desk = office.desk("Tilburg", "+31612345678")
        start_round(office, desk, office.caller())
        boss = log_in(office, "Marit", role="admin", branch_id=None)
        path = make(boss, desk.line_id, names="on")
        boss.client.close()
        told.clear()
        assert "Anna Geheim" in office.client.get(path).text
        assert [each.who.name.partition(":")[0] for each in told] == ["feed"]
        names = office.store.read(lambda conn: readers.names_of(conn, {told[0].who.name}))
        assert list(names.values()) == ["ICS +31612345678"]


def test_others_make_none(
    office: Office, sanne: Browser, boss: Browser, tilburg: Desk, breda: Desk
) -> None:
    """Who does not manage the line finds none."""
    for browser, desk in ((sanne, tilburg), (boss, breda)):
        assert browser.post(f"{PAGE}/{desk.line_id}").status_code == 404
        assert browser.post(f"{PAGE}/{desk.line_id}/end").status_code == 404
    assert tilburg.line_id not in sanne.get(PAGE).text


def test_the_address_stands_nowhere_else(
    office: Office,
    boss: Browser,
    tilburg: Desk,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not in the database, not in events, and not in the log when its calendar cannot be made."""
    path = make(boss, tilburg.line_id)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in boss.get(PAGE).text
    for each in office.store.path.parent.glob("balie.db*"):
        assert token.encode() not in each.read_bytes()
    caplog.set_level(logging.DEBUG)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(feeds, "opened", broken)
    with httpx.Client(base_url=office.url) as client:
        assert client.get(path).status_code == 500
    logged = [each.getMessage() for each in caplog.records if each.name.startswith("appliance")]
    assert any("/calendar/{token}.ics" in each for each in logged)
    assert not any(token in each for each in logged)
