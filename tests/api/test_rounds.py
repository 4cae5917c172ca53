"""Other software starts rounds, follows them and decides in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from appliance.desk.access.tokens import Scope
from tests.api.office import Caller, Desk, Office

ANNA, BART, CHRIS, STRANGER = "+31687654321", "+31687654322", "+31687654323", "+31687654399"
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""As the office's clock has it."""


def ask(
    caller: Caller, path: str, body: Any = None, key: str = "", **params: str
) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post(f"/api/v1{path}", json=body, headers=headers, params=params)


def body(desk: Desk, **about: Any) -> dict[str, Any]:
    return {
        "line": desk.number,
        "contacts": [ANNA, BART, CHRIS, STRANGER],
        "variants": ["Kun je morgen werken?"],
        "seats": 1,
        "at_once": 2,
        "starts_at": (NOW + timedelta(hours=20)).isoformat(),
        "ends_at": (NOW + timedelta(hours=28)).isoformat(),
        "closes_at": (NOW + timedelta(hours=6)).isoformat(),
        "confirm_text": "Top!",
        **about,
    }


@pytest.fixture
def crew(office: Office, tilburg: Desk) -> Desk:
    for who in (ANNA, BART, CHRIS):
        office.writes(who, tilburg)
    return tilburg


def numbers(people: list[dict[str, Any]]) -> list[str]:
    return [each["number"] for each in people]


def test_a_round_is_started_once_and_shown(crew: Desk, planning: Caller) -> None:
    """Everybody stands in one place; whom nobody knows is refused and costs the others nothing."""
    asked = body(crew)
    first, again = (ask(planning, "/rounds", asked, key="r-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    made = first.json()
    assert made["state"] == "running"
    assert numbers(made["silent"]) == numbers(made["asked"]) == [ANNA, BART]
    assert numbers(made["not_asked"]) == [CHRIS]
    assert made["refused"] == [
        {"contact": {"id": None, "number": STRANGER, "name": None}, "why": "consent-required"}
    ]
    assert planning.get(f"/rounds/{made['id']}").json() == made
    assert planning.get("/rounds").json() == {"items": [made], "next": None}


def test_the_people_of_a_saved_list_are_asked(crew: Desk, planning: Caller) -> None:
    """In its order; one list or one row of people, not both."""
    kept = {"name": "Nacht", "branch": "Tilburg", "members": [CHRIS, ANNA]}
    list_id = ask(planning, "/lists", kept).json()["id"]
    made = ask(planning, "/rounds", body(crew, contacts=None, list=list_id))
    assert numbers(made.json()["asked"]) == [CHRIS, ANNA]
    both = ask(planning, "/rounds", body(crew, list=list_id))
    assert (both.status_code, both.json()["field"]) == (422, "contacts")


def test_a_dry_run_keeps_nothing(office: Office, crew: Desk, planning: Caller) -> None:
    """It says by when how many can be asked today, and what another line would change."""
    answer = ask(planning, "/rounds", body(crew), dry_run="true")
    assert answer.status_code == 200
    shown = answer.json()
    assert office.count("round") == 0
    assert numbers(shown["not_asked"]) == [ANNA, BART, CHRIS]
    assert numbers([each["contact"] for each in shown["refused"]]) == [STRANGER]
    assert all(set(each) == {"by", "count"} for each in shown["askable"])
    counts = [each["count"] for each in shown["askable"]]
    assert counts == sorted(counts)


def test_a_person_decides(crew: Desk, planning: Caller) -> None:
    """A yes beyond the seats goes to the reserve list; a seat that is taken back moves it up."""
    path = f"/rounds/{ask(planning, '/rounds', body(crew)).json()['id']}"
    filled = ask(planning, f"{path}/answers/{ANNA}", {"answer": "yes"}).json()
    assert (filled["state"], numbers(filled["yes"])) == ("filled", [ANNA])
    assert numbers(filled["asked"]) == [], "her question is withdrawn, too"
    assert numbers(filled["not_asked"]) == [BART, CHRIS], "what waited is withdrawn"
    reserved = ask(planning, f"{path}/answers/{BART}", {"answer": "yes"}).json()
    assert numbers(reserved["reserve"]) == [BART]
    moved = ask(planning, f"{path}/answers/{ANNA}", {"answer": "no"}).json()
    assert (moved["state"], numbers(moved["yes"]), numbers(moved["no"])) == (
        "filled",
        [BART],
        [ANNA],
    )
    for who, answer, status in ((STRANGER, "yes", 404), (ANNA, "maybe", 422)):
        assert ask(planning, f"{path}/answers/{who}", {"answer": answer}).status_code == status


def test_a_round_is_closed_or_called_off(crew: Desk, planning: Caller, office: Office) -> None:
    """What waits is withdrawn; a second time changes nothing."""
    path = f"/rounds/{ask(planning, '/rounds', body(crew)).json()['id']}"
    for _ in range(2):
        assert ask(planning, f"{path}/close").json()["state"] == "closed"
    assert ask(planning, f"{path}/cancel").json()["state"] == "cancelled"
    waiting = planning.get("/messages", state="queued", direction="out").json()["items"]
    assert [each["text"] for each in waiting if each["text"].startswith("Kun je")] == []
    assert ask(planning, f"{path}/answers/{ANNA}", {"answer": "yes"}).status_code == 409


def test_a_round_as_files(crew: Desk, planning: Caller) -> None:
    """A table for Excel, and an entry of a calendar without numbers."""
    path = f"/rounds/{ask(planning, '/rounds', body(crew)).json()['id']}"
    ask(planning, f"{path}/answers/{ANNA}", {"answer": "yes"})
    table = planning.get(f"{path}/people.csv").text.removeprefix("\ufeff").splitlines()
    assert table[0] == "name;number;state;why;asked_at;answered_at;answer"
    assert table[1] == f";'{ANNA};yes;;;;"
    assert len(table) == 5
    entry = planning.get(f"{path}/calendar.ics")
    assert entry.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Tilburg (1/1)" in entry.text
    assert ANNA not in entry.text


def test_what_cannot_be_is_said_by_field(crew: Desk, planning: Caller) -> None:
    """Nothing is kept."""
    past = NOW - timedelta(hours=1)
    for field, wrong in (
        ("seats", {"seats": 0}),
        ("ends_at", {"ends_at": body(crew)["starts_at"]}),
        ("closes_at", {"closes_at": past.isoformat()}),
        ("variants", {"variants": ["Hoi {achternaam}"]}),
        ("variants", {"variants": ["Hoi {voor naam}"]}),
        ("starts_at", {"starts_at": "0001-01-01T00:00:00+14:00"}),
        ("ends_at", {"ends_at": "9999-12-31T23:59:59-14:00"}),
        ("confirm_text", {"confirm_text": ""}),
        ("confirm_text", {"confirm_text": "Top} {naam}"}),
        ("reserve_text", {"reserve_text": " "}),
        ("filled_text", {"filled_text": " "}),
        ("contacts", {"contacts": [""]}),
        ("line", {"lines": [crew.number]}),
        ("contacts", {"contacts": []}),
        ("label", {"order": "label"}),
        ("label", {"order": "label", "label": "heftruck"}),
    ):
        answer = ask(planning, "/rounds", body(crew, **wrong))
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert planning.get("/rounds").json()["items"] == []


def test_one_sees_of_a_round_whom_one_may_see(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """On the board, in the list of rounds and in both files; seats are counted for all."""
    office.writes(ANNA, tilburg)
    office.writes(BART, breda)
    both = {"line": None, "lines": [tilburg.number, breda.number]}
    asked = body(tilburg, contacts=[ANNA, BART], seats=2, **both)
    path = f"/rounds/{ask(planning, '/rounds', asked).json()['id']}"
    for who in (ANNA, BART):
        ask(planning, f"{path}/answers/{who}", {"answer": "yes"})
    till = office.caller(branch_id=tilburg.branch_id)
    shown = till.get(path).json()
    assert numbers(shown["yes"]) == [ANNA]
    assert shown["minutes_to_filled"] == 0
    assert till.get("/rounds").json()["items"] == [shown]
    assert BART not in till.get(f"{path}/people.csv").text
    assert ask(till, f"{path}/answers/{BART}", {"answer": "no"}).status_code == 404


def test_who_may_only_start_rounds_is_told_no_names(crew: Desk, office: Office) -> None:
    """Neither by a dry run nor by any answer; ids tell people apart."""
    writer = office.caller(frozenset({Scope.ROUNDS_WRITE}))
    known = [ANNA, BART, CHRIS]
    dry = ask(writer, "/rounds", body(crew, contacts=known), dry_run="true")
    made = ask(writer, "/rounds", body(crew, contacts=known))
    path = f"/rounds/{made.json()['id']}"
    said = ask(writer, f"{path}/answers/{ANNA}", {"answer": "yes"})
    closed = ask(writer, f"{path}/close")
    for answer in (dry, made, said, closed):
        assert answer.is_success
        assert [who for who in known if who in answer.text] == []
    assert len({each["id"] for each in dry.json()["not_asked"]}) == len(known)


def test_another_branch_sees_nothing_of_it(crew: Desk, planning: Caller, office: Office) -> None:
    """And a token needs the scope."""
    round_id = ask(planning, "/rounds", body(crew)).json()["id"]
    other = office.desk("Breda", "+31600000077")
    stranger = office.caller(branch_id=other.branch_id)
    assert stranger.get(f"/rounds/{round_id}").status_code == 404
    assert stranger.get("/rounds").json()["items"] == []
    assert ask(stranger, f"/rounds/{round_id}/close").status_code == 404
    assert ask(stranger, "/rounds", body(crew)).status_code == 404
    reader = office.caller(frozenset({Scope.ROUNDS_READ}))
    assert reader.get(f"/rounds/{round_id}").status_code == 200
    assert ask(reader, f"/rounds/{round_id}/close").status_code == 403
