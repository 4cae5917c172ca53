"""People whom another system keeps, too: entered by their personnel number, and told back."""

from typing import Any

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.desk.contacts import joining, table
from appliance.desk.outgoing.sending import Author
from appliance.identities import tel
from appliance.store import contacts, events
from tests.api.office import Caller, Desk, Office
from tests.api.test_erasing import erase, finish

ANNA, BRAM, CARL = "+31687654321", "+31687654322", "+31687654323"
LONG_AGO = "1970-01-01T00:00:00Z"


def put(caller: Caller, number: str, **body: Any) -> httpx.Response:
    path = f"/api/v1/contacts/by/{number}"
    return caller.client.put(path, json=body, headers=caller.headers)


def put_all(caller: Caller, *items: dict[str, Any]) -> httpx.Response:
    body = {"items": list(items)}
    return caller.client.put("/api/v1/contacts/by", json=body, headers=caller.headers)


def told(office: Office) -> list[str]:
    log = office.store.read(lambda conn: events.after(conn, 0))
    return [each.kind.value for each in log if each.kind.value.startswith("contact.")]


def numbers(answer: httpx.Response) -> list[str]:
    return [each["number"] for each in answer.json()["numbers"]]


def since(caller: Caller, at: str, **asked: str | int) -> list[dict[str, Any]]:
    """All pages of it."""
    found: list[dict[str, Any]] = []
    while True:
        answer = caller.get("/contacts", updated_since=at, **asked)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        asked["after"] = answer.json()["next"]


def test_a_person_is_put_by_their_personnel_number(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """New once; the same again is no event; zeros in front stay; nobody agreed to anything."""
    body = {"office_name": "Anna de Wit", "numbers": ["06-87654321"], "branch": "Tilburg"}
    first, again = put(planning, "00123", **body), put(planning, "00123", **body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["personnel_number"], numbers(first)) == ("00123", [ANNA])
    assert told(office) == ["contact.created"]
    assert put(planning, "123", **{**body, "numbers": [BRAM]}).status_code == 201
    changed = put(planning, "00123", state="placed", labels=[], fields={"Maat": "XL"})
    assert (changed.status_code, changed.json()["state"]) == (200, "placed")
    assert changed.json()["office_name"] == "Anna de Wit"
    refused = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert refused.json()["code"] == "consent-required"


def test_numbers_are_added_and_none_is_taken_away(planning: Caller) -> None:
    put(planning, "a/1", name="Anna", numbers=[ANNA])
    assert numbers(put(planning, "A/1", numbers=[BRAM])) == [ANNA, BRAM]
    assert numbers(put(planning, "a/1", numbers=[BRAM])) == [ANNA, BRAM]
    assert numbers(put(planning, "a/1", notes="x")) == [ANNA, BRAM]


def test_who_wrote_first_is_the_person(office: Office, tilburg: Desk, planning: Caller) -> None:
    """They have the number and no personnel number yet: no second card, and their consent stays."""
    office.writes(ANNA, tilburg, name="Annie")
    found = put(planning, "7", office_name="Anna de Wit", numbers=[ANNA])
    assert (found.status_code, found.json()["chosen_name"]) == (200, "Annie")
    assert len(planning.get("/contacts").json()["items"]) == 1
    sent = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert sent.status_code == 202


def test_another_persons_number_is_refused_with_both(office: Office, planning: Caller) -> None:
    """Nothing is changed, and both are named for whoever wants to join them."""
    anna, bram = (
        put(planning, number, name=number, numbers=[phone]).json()["id"]
        for number, phone in (("1", ANNA), ("2", BRAM))
    )
    before = office.count("event")
    crossed = put(planning, "1", name="Other", numbers=[BRAM])
    assert (crossed.status_code, crossed.json()["code"]) == (409, "number-taken")
    assert (crossed.json()["contact"], crossed.json()["other"]) == (anna, bram)
    stranger = put(planning, "3", numbers=[BRAM])
    assert (stranger.status_code, stranger.json()["contact"]) == (409, None)
    both = put(planning, "3", numbers=[ANNA, BRAM]).json()
    assert {both["contact"], both["other"]} == {anna, bram}
    assert office.count("event") == before


def test_what_cannot_be_is_told_by_its_field(office: Office, planning: Caller) -> None:
    wrong = {
        "personnel_number": put(planning, "1", personnel_number="2", numbers=[ANNA]),
        "numbers": put(planning, "1", name="Nobody yet"),
        "shoe": put(planning, "1", shoe=42),
    }
    said = {name: (each.status_code, each.json()["field"]) for name, each in wrong.items()}
    assert said == {name: (422, name) for name in wrong}
    assert put(planning, "x" * 41, numbers=[ANNA]).status_code == 422
    assert put(planning, "%20", numbers=[ANNA]).status_code == 422
    may_not = office.caller(ALL_SCOPES - {Scope.CONTACTS_WRITE})
    assert put(may_not, "1", numbers=[ANNA]).status_code == 403
    blind = office.caller(frozenset({Scope.CONTACTS_WRITE}))
    assert put(blind, "1", numbers=[ANNA]).json().keys() == {"id"}


def test_a_branch_has_personnel_numbers_of_its_own(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """Its token neither changes nor learns of another branch's person with that number."""
    theirs = put(planning, "1", name="Anna", numbers=[ANNA], branch="Tilburg").json()["id"]
    here = office.caller(branch_id=breda.branch_id)
    mine = put(here, "1", name="Bram", numbers=[BRAM])
    assert (mine.status_code, mine.json()["id"] == theirs) == (201, False)
    assert put(here, "2", numbers=[CARL], branch="Tilburg").status_code == 404
    twice = put(planning, "1", name="Who?")
    assert {twice.json()["contact"], twice.json()["other"]} == {theirs, mine.json()["id"]}


def test_who_goes_to_another_branch_is_known_there(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """Once, as one event; the branch of before knows them, too."""
    put(planning, "1", name="Anna", numbers=[ANNA], branch="Tilburg")
    here = office.caller(branch_id=breda.branch_id)
    assert here.get("/contacts").json()["items"] == []
    for _ in range(2):
        assert put(planning, "1", branch="Breda").status_code == 200
    assert told(office) == ["contact.created", "contact.changed"]
    for caller in (here, office.caller(branch_id=tilburg.branch_id)):
        assert [each["name"] for each in caller.get("/contacts").json()["items"]] == ["Anna"]


def test_many_are_put_at_once(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Each has its verdict, and one that is refused holds up no other."""
    items = [
        {"personnel_number": f"{each:05}", "name": f"P{each}", "numbers": [f"+3168000{each:04}"]}
        for each in range(250)
    ]
    crossed = {"personnel_number": "00001", "numbers": ["+31680000002"]}
    wrong = {"personnel_number": "00002", "numbers": ["12"]}
    first = put_all(planning, *items, crossed, wrong)
    assert first.status_code == 200, first.text
    said = [each["verdict"] for each in first.json()["items"]]
    assert said == ["new"] * 250 + ["refused"] * 2
    taken, no_number = first.json()["items"][250:]
    assert (taken["code"], taken["other"]) == (
        "number-taken",
        first.json()["items"][2]["contact"],
    )
    assert (no_number["code"], no_number["contact"]) == ("invalid-input", None)
    again = put_all(planning, *items[:3], {**items[3], "state": "ended"})
    assert [each["verdict"] for each in again.json()["items"]] == ["same"] * 3 + ["update"]
    assert put_all(planning, *(items * 3)[:501]).status_code == 422
    assert put_all(planning).status_code == 422


def test_software_is_told_who_changed_since(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock
) -> None:
    """Page by page, the oldest first; who changes meanwhile comes again, and nobody is missed."""
    for number, phone in (("1", ANNA), ("2", BRAM), ("3", CARL)):
        put(planning, number, name=number, numbers=[phone])
        clock.advance(ms=1_000)
    everybody = since(planning, LONG_AGO, limit=2)
    assert [each["name"] for each in everybody] == ["1", "2", "3"]
    last = everybody[-1]["updated_at"]
    assert [each["name"] for each in since(planning, last)] == ["3"]
    clock.advance(ms=1_000)
    page = planning.get("/contacts", updated_since=LONG_AGO, limit=1).json()
    put(planning, "1", notes="changed while it was read")
    rest = since(planning, LONG_AGO, limit=1, after=page["next"])
    assert [each["name"] for each in rest] == ["2", "3", "1"]
    clock.advance(ms=1_000)
    office.writes(BRAM, tilburg, name="Brammetje")
    assert [each["name"] for each in since(planning, rest[-1]["updated_at"])] == ["1", "2"]
    seen = since(planning, LONG_AGO)[-1]["updated_at"]
    clock.advance(ms=1_000)
    for _ in range(2):
        office.store.write(lambda tx: contacts.remember_whatsapp(tx, tel(CARL), on_whatsapp=True))
    assert [each["name"] for each in since(planning, seen)] == ["2", "3"]
    for wrong in ({"updated_since": "yesterday"}, {"updated_since": LONG_AGO, "after": "x"}):
        assert planning.get("/contacts", **wrong).status_code == 422
    assert [each["name"] for each in since(planning, LONG_AGO, personnel_number="3")] == ["3"]
    assert since(planning, "2030-01-01T00:00:00Z", personnel_number="3") == []


@pytest.fixture(params=["few", "many"])
def of_tilburg(
    office: Office, tilburg: Desk, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """Its software, where it sees few people and where it sees many."""
    if request.param == "many":
        monkeypatch.setattr(table, "FEW", 0)
    return office.caller(branch_id=tilburg.branch_id)


def test_who_is_gone_is_told_too(
    office: Office, breda: Desk, planning: Caller, of_tilburg: Caller, clock: ManualClock
) -> None:
    """Erased, or part of another contact; a branch's software is told of its own alone."""
    ids = [
        put(planning, number, name=number, numbers=[phone], branch=branch).json()["id"]
        for number, phone, branch in (
            ("1", ANNA, "Tilburg"),
            ("2", BRAM, "Tilburg"),
            ("3", CARL, "Tilburg"),
            ("4", "+31687654324", "Breda"),
        )
    ]
    clock.advance(ms=1_000)
    at = "2026-03-02T08:30:01Z"
    assert since(planning, at) == []
    for each in (ids[0], ids[3]):
        assert erase(planning, each).status_code == 202
    finish(office)
    clock.advance(ms=1_000)
    by = Author(rule="test")
    office.store.write(lambda tx: joining.join_by(tx, ids[1], ids[2], by))
    gone = {each["id"]: each for each in since(of_tilburg, at)}
    assert gone.keys() == set(ids[:3])
    assert gone[ids[0]].keys() == {"id", "updated_at", "erased_at"}
    assert gone[ids[2]] == {
        "id": ids[2],
        "updated_at": "2026-03-02T08:30:02.000Z",
        "joined_into": ids[1],
    }
    assert gone[ids[1]]["personnel_number"] == "2"
    assert {each["id"] for each in since(planning, at)} == set(ids)
