"""Reports in the API: JSON and comma-separated values, for who may read them."""

import csv
import io
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.access.tokens import Scope
from appliance.desk.reports import house
from appliance.desk.rounds.following import RoundFollower
from appliance.devices.protocol import Proof, Tick
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from tests.api.office import BOTH, Caller, Desk, Office
from tests.api.web.test_web_overview import FATIMA, begin_round
from tests.queue.counter import tapping

ANNA, BART = "+31687654321", "+31687654322"
KINDS = ("response", "volume", "sends", "busy", "rounds")
TODAY = {"from": "2026-03-02", "to": "2026-03-02T23:00:00Z"}


@pytest.fixture
def phone(office: Office, clock: ManualClock) -> QueueWork:
    del clock
    evidence = office.store.path.parent / "evidence"
    return QueueWork(office.store, office.gate, DEFAULT_PROFILE, evidence=evidence)


def answered(
    office: Office, desk: Desk, phone: QueueWork, clock: ManualClock, who: str, wait_s: int
) -> None:
    """Somebody writes and has an answer of a program on their phone after so long."""
    office.writes(who, desk)
    clock.advance(s=wait_s - 30)
    posted = office.caller().post({"line": desk.number, "to": who, "text": "Ja hoor."})
    assert posted.status_code == 202
    clock.advance(s=30)
    while leaves(desk, phone):
        pass


def of(caller: Caller, kind: str, **params: str) -> dict[str, Any]:
    answer = caller.get(f"/reports/{kind}", **{**TODAY, **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_report_holds_what_was_answered_until_now(
    office: Office, tilburg: Desk, phone: QueueWork, clock: ManualClock, planning: Caller
) -> None:
    answered(office, tilburg, phone, clock, ANNA, 300)
    found = of(planning, "response")
    (item,) = found["items"]
    assert (item["line"], item["name"]) == (tilburg.line_id, tilburg.number)
    quick = {"count": 1, "median_s": 300.0, "p90_s": 300.0, "within_target": 1}
    none = {"count": 0, "median_s": None, "p90_s": None, "within_target": 0}
    assert item["first_response"] == {"all": quick, "in_hours": quick, "out_of_hours": none}
    assert found["all"]["first_response"] == item["first_response"]
    assert (found["from"], found["to"], found["by"]) == ("2026-03-02", "2026-03-02", "line")
    assert found["until"] == "2026-03-02T08:35:00.000Z"
    (volume,) = of(planning, "volume")["items"]
    assert (volume["in"], volume["out"], volume["automatic"]) == (1, 1, 0)
    (sends,) = of(planning, "sends")["items"]
    assert (sends["sent"], sends["replies"], sends["hour"]) == (1, 1, {"most": 1, "ceiling": 80})
    assert [
        (each["weekday"], each["hour"], each["in"], each["out"])
        for each in of(planning, "busy")["items"]
    ] == [(1, 9, 1, 1)]


def test_rounds_are_told_with_their_minutes_and_their_yes(
    office: Office, tilburg: Desk, phone: QueueWork, clock: ManualClock, planning: Caller
) -> None:
    office.writes(FATIMA, tilburg)
    round_id = begin_round(office, tilburg, seats=1)
    while "werken" not in leaves(tilburg, phone):
        clock.advance(s=5)
    follow(office)
    clock.advance(s=12 * 60)
    follow(office)
    office.writes(FATIMA, tilburg, "ja")
    follow(office)
    found, took = of(planning, "rounds"), planning.get(f"/rounds/{round_id}").json()
    assert took["minutes_to_filled"] >= 12
    figures = {
        "rounds": 1,
        "filled": 1,
        "minutes_to_filled": dict.fromkeys(("median", "p90"), took["minutes_to_filled"]),
        "seats": 1,
        "taken": 1,
        "asked": 1,
        "yes": 1,
        "no": 0,
        "unclear": 0,
        "silent": 0,
        "yes_rate": 1.0,
    }
    assert found["all"] == figures
    assert found["items"] == [{"line": tilburg.line_id, "name": tilburg.number, **figures}]


def leaves(desk: Desk, phone: QueueWork) -> str:
    """What the phone sends now; empty where nothing is due."""
    task = phone.next_task(desk.device_id, BOTH)
    if not isinstance(task, QueueAttempt):
        return ""
    with tapping(task):
        pass
    phone.sent(task, Proof(tick=Tick.SENT))
    return task.outgoing.text


def follow(office: Office) -> None:
    follower = RoundFollower(office.store)
    while follower.catch_up() or follower.go_on():
        pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["line", "label", "time"])
def test_the_same_comes_as_a_table(
    office: Office,
    tilburg: Desk,
    phone: QueueWork,
    clock: ManualClock,
    planning: Caller,
    kind: str,
    by: str,
) -> None:
    """As many rows as items, and the same cells under the same names."""
    answered(office, tilburg, phone, clock, ANNA, 300)
    begin_round(office, tilburg)
    headers = planning.headers | {"Accept": "text/csv"}
    answer = planning.client.get(
        f"/api/v1/reports/{kind}", params={**TODAY, "by": by}, headers=headers
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    items = of(planning, kind, by=by)["items"]
    assert len(rows) == len(items) == (0 if by == "label" else 1)
    for row, item in zip(rows, items, strict=True):
        assert row[by] == item[by]
        plain = {name: each for name, each in item.items() if isinstance(each, int)}
        assert {name: int(row[name]) for name in plain} == plain


def test_a_branch_reads_its_own(
    office: Office,
    tilburg: Desk,
    breda: Desk,
    phone: QueueWork,
    clock: ManualClock,
) -> None:
    answered(office, tilburg, phone, clock, ANNA, 300)
    answered(office, breda, phone, clock, BART, 60)
    for desk in (tilburg, breda):
        begin_round(office, desk)
    own = office.caller(branch_id=breda.branch_id)
    for kind in KINDS:
        assert {each["line"] for each in of(own, kind)["items"]} == {breda.line_id}, kind
        assert own.get(f"/reports/{kind}", line=tilburg.number).status_code == 404
    both = of(office.caller(), "response")["items"]
    assert [each["name"] for each in both] == [tilburg.number, breda.number]
    (one,) = of(office.caller(), "response", line=breda.number)["items"]
    assert one["first_response"]["all"]["median_s"] == 60.0


def test_a_token_needs_the_scope_of_reports(office: Office, tilburg: Desk) -> None:
    without = office.caller(frozenset(Scope) - {Scope.REPORTS_READ})
    assert {without.get(f"/reports/{kind}").status_code for kind in KINDS} == {403}
    assert office.caller(frozenset({Scope.REPORTS_READ})).get("/reports/busy").status_code == 200


def test_colleagues_are_told_apart_only_where_the_company_wants_it(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    refused = [planning.get(f"/reports/{kind}", by="staff") for kind in KINDS]
    assert {each.status_code for each in refused} == {403}
    assert {each.json()["code"] for each in refused} == {"per-person-off"}
    assert "works council" in refused[0].json()["detail"]
    office.store.write(lambda tx: house.set_per_person(tx, on=True, staff_id="s"))
    assert {planning.get(f"/reports/{kind}", by="staff").status_code for kind in KINDS} == {200}


def test_a_wrong_question_is_refused(tilburg: Desk, planning: Caller) -> None:
    del tilburg
    for wrong in ({"from": "gisteren"}, {"to": "2026-02-30"}, {"by": "moon"}):
        assert planning.get("/reports/volume", **wrong).status_code == 422, wrong
