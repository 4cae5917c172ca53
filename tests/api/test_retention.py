"""Terms by the API: tried out before they are said, by who guards privacy everywhere."""

from typing import Any

import httpx

from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.store.terms import DAY_MS
from tests.api.office import Caller, Desk, Office

ANNA, BRAM = "+31687654321", "+31687654322"
NONE = {"texts": None, "media": None, "evidence": None, "calls": None}
PATH = "/api/v1/retention"


def put(caller: Caller, body: dict[str, Any], *, dry_run: bool = False) -> httpx.Response:
    params = {"dry_run": "true"} if dry_run else {}
    return caller.client.put(PATH, json=body, params=params, headers=caller.headers)


def run(caller: Caller, key: str | None = None) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post(f"{PATH}/run", headers=headers)


def grows_old(office: Office, days: int) -> None:
    """All that was written was written so long ago, and answered."""
    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET happened_ms = happened_ms - ?, state ="
            " iif(direction = 'out', 'cancelled', state)",
            (days * DAY_MS,),
        )
    )
    office.store.write(lambda tx: tx.conn.execute("UPDATE conversation SET waiting_ms = NULL"))


def test_terms_are_tried_before_they_are_said(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A dry run keeps nothing; what is said is all of it, in the form in which it is read."""
    office.writes(ANNA, tilburg, "Oud")
    grows_old(office, 40)
    office.writes(BRAM, tilburg, "Nieuw")
    first = planning.get("/retention").json()
    assert first == {
        "relations": dict.fromkeys(("any", "self", "candidate", "placed", "ended"), NONE),
        "audit": None,
        "saved_at": None,
    }
    body = {"relations": {"any": {"texts": 30}, "placed": {"media": 14}}, "audit": 90}
    tried = put(planning, body, dry_run=True)
    assert (tried.status_code, tried.json()["people"], tried.json()["media"]) == (200, 1, 0)
    assert tried.json()["messages"] >= 1
    assert planning.get("/retention").json() == first
    said = put(planning, body)
    assert said.status_code == 200
    assert said.json()["relations"]["any"] == {**NONE, "texts": 30}
    assert said.json()["relations"]["placed"] == {**NONE, "media": 14}
    assert (said.json()["audit"], said.json()["saved_at"] is None) == (90, False)
    assert planning.get("/retention").json() == said.json()
    assert planning.get("/retention", dry_run="true").json() == tried.json()
    kept = {name: said.json()[name] for name in ("relations", "audit")}
    assert put(planning, kept).json() == said.json()
    assert put(planning, {"relations": {}}).json()["audit"] is None


def test_wrong_terms_are_refused(office: Office, planning: Caller) -> None:
    """Nought days are none: who wants to keep things says null."""
    for wrong in (
        {"relations": {"any": {"texts": 0}}},
        {"relations": {"any": {"texts": -1}}},
        {"relations": {"any": {"texts": "30"}}},
        {"relations": {"any": {"letters": 30}}},
        {"relations": {"friends": {"texts": 30}}},
        {"relations": {}, "audit": 10**9},
    ):
        for dry_run in (True, False):
            assert put(planning, wrong, dry_run=dry_run).status_code == 422, wrong
    field = put(planning, {"relations": {"any": {"texts": 0}}}).json()["field"]
    assert field == "any.texts"


def test_a_run_is_asked_for(office: Office, planning: Caller) -> None:
    """202 with the run; while it is under way, it is that one again."""
    put(planning, {"relations": {"any": {"texts": 30}}})
    first, again, other = run(planning, "a"), run(planning, "a"), run(planning)
    assert (first.status_code, first.json()["state"]) == (202, "running")
    assert [each.json()["id"] for each in (again, other)] == [first.json()["id"]] * 2
    (listed,) = planning.get("/retention/runs").json()["items"]
    assert listed == planning.get(f"/retention/runs/{first.json()['id']}").json()


def test_terms_are_the_companys(office: Office, tilburg: Desk, breda: Desk) -> None:
    """A branch's token reads them and counts its own people; it says none. Others do not."""
    office.writes(ANNA, tilburg)
    grows_old(office, 40)
    body = {"relations": {"any": {"texts": 30}}}
    here, there = (office.caller(branch_id=each.branch_id) for each in (tilburg, breda))
    assert put(here, body, dry_run=True).json()["people"] == 1
    assert put(there, body, dry_run=True).json()["people"] == 0
    assert here.get("/retention").status_code == 200
    assert (put(here, body).status_code, run(here).status_code) == (404, 404)
    others = office.caller(ALL_SCOPES - {Scope.PRIVACY_WRITE})
    assert others.get("/retention").status_code == 403
    assert (put(others, body).status_code, run(others).status_code) == (403, 403)


def test_the_end_of_a_hold_is_a_day_that_there_is(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    body = {"on": True, "reason": "Claim", "until": "9999-12-31T23:59:59-14:00"}
    url, headers = f"/api/v1/contacts/{ANNA}/hold", planning.headers
    answer = planning.client.put(url, json=body, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "until")
