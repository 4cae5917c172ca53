"""Other software reads and sets what a line says by itself."""

from typing import Any

import httpx
import pytest

from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
OFF = {"on": False, "variants": []}
RULES = {
    "welcome": OFF,
    "outside_hours": {"on": True, "variants": ["We zijn dicht, {voornaam}.", "We zijn dicht."]},
    "nobody_logged_in": {"on": True, "variants": ["Er is niemand."]},
    "all_busy": {"on": True, "after_min": 30, "variants": []},
    "every_hours": 6,
}


def put(caller: Caller, path: str, body: Any) -> httpx.Response:
    return caller.client.put(f"/api/v1{path}", json=body, headers=caller.headers)


def test_minutes_that_cannot_be_are_refused_with_their_own_sentence(
    planning: Caller, tilburg: Desk
) -> None:
    answer = put(planning, f"/lines/{tilburg.line_id}/rules", {"all_busy": {"after_min": 0}})
    assert answer.json()["detail"] == "The minutes that somebody waits are 1 to 720."


def fields_told(office: Office) -> list[str]:
    sql = "SELECT facts ->> 'fields' FROM event_log WHERE kind = 'line.changed'"
    return office.store.read(lambda conn: [row[0] for row in conn.execute(sql)])


def test_a_line_welcomes_and_says_nothing_else_until_it_is_told(
    planning: Caller, tilburg: Desk
) -> None:
    """The line may be named by its number."""
    kept = planning.get(f"/lines/{tilburg.number}/rules").json()
    assert kept == {
        "welcome": {"on": True, "variants": []},
        "outside_hours": OFF,
        "nobody_logged_in": OFF,
        "all_busy": {"on": False, "after_min": 15, "variants": []},
        "every_hours": 12,
    }


def test_rules_are_set_and_read_back(office: Office, planning: Caller, tilburg: Desk) -> None:
    """One event names what is other now; what is left out stays."""
    path = f"/lines/{tilburg.line_id}/rules"
    assert put(planning, path, RULES).json() == planning.get(path).json() == RULES
    assert put(planning, path, RULES).status_code == 200
    part = put(planning, path, {"all_busy": {"after_min": 45}}).json()
    assert part == RULES | {"all_busy": {"on": True, "after_min": 45, "variants": []}}
    told = fields_told(office)
    assert len(told) == 2
    assert "niemand" not in str(told)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"outside_hours": {"on": True, "variants": ["Dag {weekdag}"]}}, "outside_hours"),
        ({"outside_hours": {"on": True, "variants": ["Dag {voor naam}"]}}, "outside_hours"),
        ({"welcome": {"on": True, "variants": [" "]}}, "welcome"),
        ({"welcome": {"on": True, "variants": ["x" * 1_600]}}, "welcome"),
        ({"all_busy": {"on": True, "after_min": 0}}, "all_busy"),
        ({"all_busy": {"after_min": 721}}, "all_busy"),
        ({"every_hours": -1}, "every_hours"),
        ({"every_hours": "soon"}, "every_hours"),
        ({"birthday": OFF}, "birthday"),
        ({"welcome": {"on": "yes"}}, "welcome"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    planning: Caller, tilburg: Desk, wrong: dict[str, Any], field: str
) -> None:
    """With the field and a sentence; nothing of it is kept."""
    path = f"/lines/{tilburg.line_id}/rules"
    before = planning.get(path).json()
    answer = put(planning, path, wrong)
    assert answer.status_code == 422
    assert answer.json()["field"].startswith(field)
    assert planning.get(path).json() == before


def test_what_a_token_may_not_see_is_not_there(office: Office, tilburg: Desk, breda: Desk) -> None:
    """Neither to read nor to set."""
    only = office.caller(branch_id=tilburg.branch_id)
    for path in (f"/lines/{breda.line_id}/rules", "/lines/+31600000009/rules"):
        assert only.get(path).status_code == 404
        assert put(only, path, {}).status_code == 404
    assert only.get(f"/lines/{tilburg.line_id}/rules").status_code == 200


def test_rules_are_tried(office: Office, planning: Caller, tilburg: Desk) -> None:
    """What somebody would get who writes then, and why; a time has its zone."""
    path = f"/lines/{tilburg.line_id}/rules"
    put(planning, path, RULES | {"all_busy": OFF})
    night = planning.get(f"{path}/trial", at="2026-03-07T22:00:00+01:00", name="Anna de Wit")
    assert night.json() == {
        "at": "2026-03-07T21:00:00.000Z",
        "is_open": False,
        "opens_at": "2026-03-09T07:30:00.000Z",
        "answers": [
            {
                "after_min": 0,
                "rule": "outside-hours",
                "why": "outside-hours",
                "text": "We zijn dicht, Anna.",
            }
        ],
    }
    day = planning.get(f"{path}/trial", at="2026-03-04T10:00:00Z", there="true").json()
    assert [each["why"] for each in day["answers"]] == ["nothing-to-say"]
    for wrong in ("2026-03-07T22:00:00", "Saturday"):
        assert planning.get(f"{path}/trial", at=wrong).status_code == 422
    for far in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2028-03-03T10:00:00Z"):
        refused = planning.get(f"{path}/trial", at=far)
        assert refused.status_code == 422
        assert "more than two years from now" in refused.text
    assert office.count("rule_turn") == 0
