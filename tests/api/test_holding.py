"""Holds by the API: with a reason, by who guards privacy, and only of people whom they see."""

from typing import Any

import httpx

from appliance.desk.access.tokens import ALL_SCOPES, Scope
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
HOLD = {"on": True, "reason": "Geschil over uren"}


def put(caller: Caller, contact: str, body: dict[str, Any]) -> httpx.Response:
    path = f"/api/v1/contacts/{contact}/hold"
    return caller.client.put(path, json=body, headers=caller.headers)


def test_a_person_is_held_and_let_go(office: Office, tilburg: Desk, planning: Caller) -> None:
    """By id or number; a second time changes nothing, and nobody is held without a reason."""
    office.writes(ANNA, tilburg)
    none = planning.get(f"/contacts/{ANNA}/hold").json()
    assert none == {"on": False, "reason": None, "since": None, "until": None, "by": None}
    assert put(planning, ANNA, {"on": True}).status_code == 422
    assert put(planning, ANNA, {**HOLD, "until": "2001-01-01T00:00:00Z"}).status_code == 422
    first = put(planning, ANNA, {**HOLD, "until": "2999-01-01T00:00:00Z"})
    assert (first.status_code, first.json()["until"]) == (200, "2999-01-01T00:00:00.000Z")
    assert planning.get(f"/contacts/{ANNA}/hold").json() == first.json()
    changed = put(planning, ANNA, HOLD).json()
    assert (changed["on"], changed["until"], changed["since"]) == (
        True,
        None,
        first.json()["since"],
    )
    assert put(planning, ANNA, {"on": False}).json() == none


def test_a_hold_is_for_who_guards_privacy(office: Office, tilburg: Desk, breda: Desk) -> None:
    """Another scope is not enough, and a person of another branch is not there."""
    office.writes(ANNA, tilburg)
    others = office.caller(ALL_SCOPES - {Scope.PRIVACY_WRITE})
    assert put(others, ANNA, HOLD).status_code == 403
    assert others.get(f"/contacts/{ANNA}/hold").status_code == 403
    elsewhere = office.caller(branch_id=breda.branch_id)
    assert put(elsewhere, ANNA, HOLD).status_code == 404
    assert put(office.caller(branch_id=tilburg.branch_id), ANNA, HOLD).status_code == 200
