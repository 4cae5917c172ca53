"""`/views`: saved lists of conversations."""

import pytest

from tests.api.office import Caller, Desk, Office
from tests.api.test_groups import call

FILTER = {"label": "ziek", "waiting": True, "sort": "waiting"}


def test_a_view_is_saved_changed_and_removed(office: Office, planning: Caller) -> None:
    made = call(planning, "POST", "/views", {"name": "Ziek", "shared": True, "filter": FILTER})
    assert made.status_code == 201
    view = made.json()
    assert (view["name"], view["shared"], view["filter"]) == ("Ziek", True, FILTER)
    assert planning.get("/views").json() == {"items": [view], "next": None}
    changed = call(planning, "PATCH", f"/views/{view['id']}", {"filter": {"state": "done"}})
    assert changed.json()["filter"] == {"state": "done"}
    assert changed.json()["name"] == "Ziek"
    assert call(planning, "DELETE", f"/views/{view['id']}").status_code == 204
    assert planning.get("/views").json()["items"] == []


def test_the_same_view_asked_twice_is_one(planning: Caller) -> None:
    body, key = {"name": "Ziek", "filter": FILTER}, {"Idempotency-Key": "v"}
    first = call(planning, "POST", "/views", body, **key)
    assert call(planning, "POST", "/views", body, **key).json() == first.json()
    assert len(planning.get("/views").json()["items"]) == 1


def test_who_sees_a_view(office: Office, tilburg: Desk, breda: Desk, planning: Caller) -> None:
    """An own one its maker, a shared one its branch, and what one may not see is not there."""
    mine = call(planning, "POST", "/views", {"name": "Van mij", "filter": {}}).json()
    of_tilburg = office.caller(branch_id=tilburg.branch_id)
    of_breda = office.caller(branch_id=breda.branch_id)
    theirs = call(of_tilburg, "POST", "/views", {"name": "x", "shared": True, "filter": {}}).json()
    assert theirs["branch"] == tilburg.branch_id
    assert [each["id"] for each in planning.get("/views").json()["items"]] == [
        mine["id"],
        theirs["id"],
    ]
    assert of_breda.get("/views").json()["items"] == []
    for view in (mine, theirs):
        assert call(of_breda, "PATCH", f"/views/{view['id']}", {"name": "y"}).status_code == 404
        assert call(of_breda, "DELETE", f"/views/{view['id']}").status_code == 404


def test_a_view_of_all_branches_is_changed_by_its_maker_and_by_who_sees_them_all(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    body = {"name": "Ziek", "shared": True, "filter": {}}
    view = call(planning, "POST", "/views", body).json()
    of_tilburg, other = office.caller(branch_id=tilburg.branch_id), office.caller()
    assert of_tilburg.get("/views").json()["items"] == [view]
    assert call(of_tilburg, "PATCH", f"/views/{view['id']}", {"name": "y"}).status_code == 404
    assert call(of_tilburg, "DELETE", f"/views/{view['id']}").status_code == 404
    assert call(other, "PATCH", f"/views/{view['id']}", {"name": "y"}).status_code == 200
    assert call(planning, "DELETE", f"/views/{view['id']}").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "filter": {"colour": "red"}},
        {"name": "x", "filter": {"state": "closed"}},
        {"name": " ", "filter": {}},
        {"name": "x", "filter": {}, "public": True},
        {"name": "x"},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(planning: Caller, body: dict[str, object]) -> None:
    assert call(planning, "POST", "/views", body).status_code == 422
