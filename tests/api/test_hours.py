"""Other software reads and sets when a branch is open."""

from typing import Any

import httpx
import pytest

from tests.api.office import Caller, Desk, Office

HOURS = {
    "zone": "Europe/Amsterdam",
    "weekdays": {
        "1": [["08:30", "12:30"], ["13:00", "17:30"]],
        "5": [["09:00", "24:00"]],
        "6": [],
    },
    "holidays": "BE",
    "exceptions": [
        {"date": "2026-12-24", "open": [["08:30", "12:00"]]},
        {"date": "2026-12-31", "open": []},
    ],
}


def put(caller: Caller, path: str, body: Any) -> httpx.Response:
    return caller.client.put(f"/api/v1{path}", json=body, headers=caller.headers)


def fields_told(office: Office) -> list[str]:
    sql = "SELECT facts ->> 'fields' FROM event_log WHERE kind = 'branch.changed'"
    return office.store.read(lambda conn: [row[0] for row in conn.execute(sql)])


def test_hours_are_set_and_read_back(office: Office, planning: Caller, tilburg: Desk) -> None:
    """A branch that has the same hours each day tells them by weekday, too."""
    path = f"/branches/{tilburg.branch_id}/hours"
    day = [["08:30", "12:30"], ["13:00", "17:30"]]
    assert planning.get(path).json() == {
        "zone": "Europe/Amsterdam",
        "weekdays": dict.fromkeys("12345", day),
        "holidays": "NL",
        "exceptions": [],
    }
    assert put(planning, path, HOURS).json() == HOURS
    assert planning.get(f"/branches/{tilburg.branch}/hours").json() == HOURS
    none = put(planning, path, {"holidays": None, "exceptions": []}).json()
    assert none == HOURS | {"holidays": None, "exceptions": []}
    assert len(fields_told(office)) == 2


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        (
            {"weekdays": {"1": [["08:30", "12:30"], ["12:00", "17:30"]]}},
            "weekdays",
            "On Monday the hours 08:30-12:30 and 12:00-17:30 overlap.",
        ),
        ({"weekdays": {"2": [["17:30", "08:30"]]}}, "weekdays", "On Tuesday the branch would"),
        ({"weekdays": {"2": [["08:30", "08:30"]]}}, "weekdays", "before it opens at 08:30"),
        ({"weekdays": {"2": [["8:30", "17:30"]]}}, "weekdays", "“8:30” is no time"),
        ({"weekdays": {"2": [["24:00", "08:30"]]}}, "weekdays", "“24:00” is no time"),
        ({"weekdays": {"8": []}}, "weekdays", "7 for Sunday"),
        ({"weekdays": {"1": [["08:30"]]}}, "weekdays", "from when until when"),
        ({"zone": "Mars/Olympus"}, "zone", "time zone"),
        ({"holidays": "XX"}, "holidays", "“XX”"),
        ({"exceptions": [{"date": "24-12-2026", "open": []}]}, "exceptions", "2026-12-24"),
        (
            {"exceptions": [{"date": "2026-12-24", "open": []}] * 2},
            "exceptions",
            "each day that differs once",
        ),
        (
            {"exceptions": [{"date": "2026-12-24", "open": [["12:00", "08:30"]]}]},
            "exceptions",
            "On 2026-12-24 the branch would close at 08:30",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused(
    planning: Caller, tilburg: Desk, wrong: dict[str, Any], field: str, says: str
) -> None:
    path = f"/branches/{tilburg.branch_id}/hours"
    before = planning.get(path).json()
    answer = put(planning, path, {"holidays": "DE", **wrong})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert says in answer.json()["detail"]
    assert planning.get(path).json() == before


def test_what_a_token_may_not_see_is_not_there(office: Office, tilburg: Desk, breda: Desk) -> None:
    """Neither to read nor to set."""
    only = office.caller(branch_id=tilburg.branch_id)
    for path in (f"/branches/{breda.branch_id}/hours", "/branches/nowhere/hours"):
        assert only.get(path).status_code == 404
        assert put(only, path, {}).status_code == 404
    assert only.get(f"/branches/{tilburg.branch_id}/hours").status_code == 200
