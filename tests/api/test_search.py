"""Other software searches over `GET /search`."""

import pytest

from appliance.desk.access.tokens import Scope
from appliance.desk.search import following
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def said(office: Office, tilburg: Desk, breda: Desk) -> Office:
    office.writes(ANNA, tilburg, "Is mijn loonstrook er al? 👍", name="Łukasz")
    office.writes(ANNA, breda, "Loonstrook graag")
    while following.catch_up(office.store):
        pass
    return office


def test_a_hit_says_what_it_is_and_where(said: Office, planning: Caller, tilburg: Desk) -> None:
    """`marks` are code points, `link` leads to the message in its thread."""
    found = planning.get("/search", q="loonstrook is:received line:tilburg").json()
    (hit,) = found["items"]
    assert found["next"] is None
    assert hit["kind"] == "message"
    assert hit["line"] == tilburg.line_id
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["loonstrook"]
    assert hit["link"] == f"/c/{hit['conversation']}#m-{hit['id']}"
    assert planning.get(f"/messages/{hit['id']}").status_code == 200


def test_a_page_leads_to_the_next(said: Office, planning: Caller) -> None:
    first = planning.get("/search", q="loonstrook", kind="message", limit=1).json()
    second = planning.get(
        "/search", q="loonstrook", kind="message", limit=1, after=first["next"]
    ).json()
    assert [each["items"][0]["snippet"] for each in (first, second)] == [
        "Loonstrook graag",
        "Is mijn loonstrook er al? 👍",
    ]
    assert second["next"] is None


def test_people_stand_before_messages(said: Office, planning: Caller) -> None:
    found = planning.get("/search", q="lukasz").json()["items"]
    assert [each["kind"] for each in found] == ["contact", "conversation", "conversation"]
    assert {each["title"] for each in found} == {"Łukasz"}


def test_a_branch_finds_its_own(said: Office, breda: Desk) -> None:
    found = said.caller(branch_id=breda.branch_id).get("/search", q="loonstrook")
    assert [each["snippet"] for each in found.json()["items"]] == ["Loonstrook graag"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 422),
        ({"q": " "}, 422),
        ({"q": "before:morgen"}, 422),
        ({"q": "foo:bar"}, 422),
        ({"q": "label:nergens"}, 422),
        ({"q": "werk", "kind": "pet"}, 422),
        ({"q": "werk", "after": "x"}, 422),
        ({"q": '"*" NEAR(a b) -x {y}'}, 200),
        ({"q": "\x00"}, 200),
        ({"q": "x" * 501}, 422),
    ],
)
def test_what_cannot_be_asked_is_said(
    said: Office, planning: Caller, params: dict[str, str], status: int
) -> None:
    answer = planning.get("/search", **params)
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["code"] == "invalid-input"


def test_a_search_is_for_who_may_read_messages(said: Office) -> None:
    caller = said.caller(frozenset({Scope.CONTACTS_READ}))
    assert caller.get("/search", q="loonstrook").status_code == 403
