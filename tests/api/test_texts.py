"""Other software keeps the texts that the office has ready, and fills them for somebody."""

from typing import Any

import httpx
import pytest

from tests.api.office import Caller, Desk, Office

ANNA, BO = "+31687654321", "+31687654322"
LOON = {
    "shortcut": "loon",
    "title": "Wanneer komt het loon?",
    "variants": ["Hoi {voornaam}, je loon komt {dag}.", "Dag {naam}, {dag} is het er."],
    "branch": None,
    "language": "nl",
}


def ask(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return caller.client.request(
        method, f"/api/v1{path}", json=body, headers={**caller.headers, **headers}
    )


@pytest.fixture
def loon(planning: Caller) -> str:
    made = ask(planning, "POST", "/texts", LOON)
    assert made.status_code == 201
    return str(made.json()["id"])


def test_a_text_is_kept_changed_and_removed(planning: Caller, office: Office, loon: str) -> None:
    """Each change is one event."""
    kept = planning.get(f"/texts/{loon}").json()
    assert {name: kept[name] for name in LOON} == LOON
    assert [each["id"] for each in planning.get("/texts").json()["items"]] == [loon]
    changed = ask(planning, "PATCH", f"/texts/{loon}", {"title": "Loon"})
    assert (changed.status_code, changed.json()["title"]) == (200, "Loon")
    assert changed.json()["variants"] == LOON["variants"]
    assert ask(planning, "DELETE", f"/texts/{loon}").status_code == 204
    assert planning.get(f"/texts/{loon}").status_code == 404
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT facts ->> 'what' FROM event_log WHERE kind = 'text.changed'"
        ).fetchall()
    )
    assert [row[0] for row in told] == ["added", "changed", "removed"]


def test_the_same_key_makes_one_text(planning: Caller) -> None:
    key = {"Idempotency-Key": "t-1"}
    first, again = (ask(planning, "POST", "/texts", LOON, **key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert len(planning.get("/texts").json()["items"]) == 1


def test_what_nobody_can_fill_is_told(
    office: Office, tilburg: Desk, planning: Caller, loon: str
) -> None:
    """Variants are taken in turn; a name that is not known is missing, too."""
    office.writes(ANNA, tilburg, name="Anna de Wit")
    office.writes(BO, tilburg)
    path = f"/texts/{loon}/render"
    texts = [ask(planning, "POST", path, {"contact": ANNA}).json()["text"] for _ in range(3)]
    assert texts == [
        "Hoi Anna, je loon komt {dag}.",
        "Dag Anna de Wit, {dag} is het er.",
        "Hoi Anna, je loon komt {dag}.",
    ]
    assert ask(planning, "POST", path, {"contact": ANNA, "variant": 1}).json() == {
        "text": "Dag Anna de Wit, {dag} is het er.",
        "missing": ["dag"],
    }
    assert ask(planning, "POST", path, {"contact": BO, "variant": 0}).json()["missing"] == [
        "voornaam",
        "dag",
    ]
    for body in ({"contact": ANNA, "variant": 2}, {"contact": ANNA, "variant": -1}, {}):
        assert ask(planning, "POST", path, body).status_code == 422
    assert ask(planning, "POST", path, {"contact": "+31600000000"}).status_code == 404


def test_a_branch_has_its_own_texts(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, loon: str
) -> None:
    """It sees those of all branches, too, and changes its own alone."""
    here, there = (office.caller(branch_id=each.branch_id) for each in (tilburg, breda))
    own = ask(here, "POST", "/texts", LOON).json()
    assert own["branch"] == tilburg.branch_id
    assert {each["id"] for each in here.get("/texts").json()["items"]} == {loon, own["id"]}
    assert [each["id"] for each in there.get("/texts").json()["items"]] == [loon]
    assert there.get(f"/texts/{own['id']}").status_code == 404
    assert ask(here, "PATCH", f"/texts/{loon}", {"title": "x"}).status_code == 404
    assert ask(here, "DELETE", f"/texts/{loon}").status_code == 404
    assert ask(here, "POST", "/texts", {**LOON, "branch": breda.branch}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"shortcut": "twee woorden"},
        {"shortcut": ""},
        {"title": " "},
        {"variants": []},
        {"variants": [""]},
        {"variants": ["Hoi {voor naam}"]},
        {"variants": ["Hoi {naam"]},
        {"language": "Nederlands"},
        {"colour": "red"},
        {"shortcut": "LOON"},
    ],
)
def test_what_is_not_right_is_said(planning: Caller, loon: str, wrong: dict[str, Any]) -> None:
    """The last one is taken already."""
    answer = ask(planning, "POST", "/texts", {**LOON, **wrong})
    assert answer.status_code == 422
    assert answer.json()["field"].split(".")[0] in wrong
