"""`/lists` and `/sends`: lists of people, a text to them, and what becomes of it."""

import pytest

from appliance.desk.access.tokens import Scope
from appliance.desk.lists import sends
from appliance.desk.lists.making import Maker
from tests.api.office import Caller, Desk, Office
from tests.api.test_groups import call

ANNA, BART, STRANGER = "+31687654321", "+31687654322", "+31687654323"
VARIANTS = ["Kun je zaterdag werken?", "Heb je zaterdag tijd?"]


@pytest.fixture
def night(office: Office, tilburg: Desk, planning: Caller) -> str:
    """A list of Anna and Bart."""
    for number in (ANNA, BART):
        office.writes(number, tilburg)
    body = {"name": "Nacht", "branch": tilburg.branch, "members": [ANNA, BART]}
    made = call(planning, "POST", "/lists", body)
    assert made.status_code == 201
    return str(made.json()["id"])


def test_a_list_is_made_changed_and_removed(tilburg: Desk, planning: Caller, night: str) -> None:
    kept = planning.get(f"/lists/{night}").json()
    assert planning.get("/lists").json() == {"items": [kept], "next": None}
    anna, bart = kept["members"]
    assert (kept["branch"], kept["count"], kept["rule"]) == (tilburg.branch_id, 2, None)
    fewer = call(planning, "PATCH", f"/lists/{night}", {"members": [bart], "name": "Laat"}).json()
    assert (fewer["members"], fewer["name"]) == ([bart], "Laat")
    rule = {"last_contact": {"within_days": 7}, "consent": "given"}
    ruled = call(planning, "PATCH", f"/lists/{night}", {"rule": rule}).json()
    assert (ruled["members"], ruled["count"]) == (None, 2)
    assert ruled["rule"]["last_contact"] == {"within_days": 7, "longer_ago_days": None}
    assert call(planning, "DELETE", f"/lists/{night}").status_code == 204
    assert planning.get(f"/lists/{night}").status_code == 404
    assert anna


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Nacht"}, 422),
        ({"name": "nacht", "branch": "Tilburg"}, 409),
        ({"name": "x", "branch": "Nowhere"}, 404),
        ({"name": "x", "branch": "Tilburg", "members": [STRANGER]}, 404),
        ({"name": "x", "branch": "Tilburg", "members": [ANNA], "rule": {}}, 422),
        ({"name": "x", "branch": "Tilburg", "rule": {"label": "unknown"}}, 404),
        ({"name": "x", "branch": "Tilburg", "rule": {"shoes": "42"}}, 422),
    ],
)
def test_what_is_no_list_is_refused(
    planning: Caller, night: str, body: dict[str, object], status: int
) -> None:
    del night
    assert call(planning, "POST", "/lists", body).status_code == status


def test_who_sees_a_list_and_its_sends(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, night: str
) -> None:
    """What one may not see is not there, and each right is a scope."""
    body = {"line": tilburg.number, "variants": VARIANTS}
    send = call(planning, "POST", f"/lists/{night}/send", body).json()["id"]
    elsewhere = office.caller(branch_id=breda.branch_id)
    assert elsewhere.get("/lists").json()["items"] == []
    for method, path, right in (
        ("GET", f"/lists/{night}", None),
        ("PATCH", f"/lists/{night}", {"name": "Dag"}),
        ("DELETE", f"/lists/{night}", None),
        ("POST", f"/lists/{night}/send", body),
        ("POST", f"/lists/{night}/send?dry_run=true", body),
        ("GET", f"/sends/{send}", None),
        ("POST", f"/sends/{send}/pause", None),
        ("POST", f"/sends/{send}/resume", None),
        ("POST", f"/sends/{send}/resend", {}),
        ("POST", f"/sends/{send}/cancel", None),
    ):
        assert call(elsewhere, method, path, right).status_code == 404, path
    reader = office.caller(frozenset({Scope.LISTS_READ}))
    assert reader.get(f"/sends/{send}").status_code == 200
    assert call(reader, "POST", f"/sends/{send}/pause").status_code == 403
    writer = office.caller(frozenset({Scope.LISTS_WRITE}))
    assert writer.get(f"/sends/{send}").status_code == 403


def test_a_text_is_judged_sent_paused_resumed_and_cancelled(
    office: Office, tilburg: Desk, planning: Caller, night: str
) -> None:
    office.writes(BART, tilburg, "STOP")
    body = {"line": tilburg.number, "variants": VARIANTS}
    before = office.count("message")
    dry = call(planning, "POST", f"/lists/{night}/send?dry_run=true", body)
    assert dry.status_code == 200
    assert office.count("message") == before
    first, second = dry.json()["items"]
    assert (first["verdict"], first["text"]) == ("goes", VARIANTS[0])
    assert (second["verdict"], second["text"], second["why"]) == ("refused", None, "opted-out")
    assert dry.json()["done_by"] == first["expected_at"]
    key = {"Idempotency-Key": "saturday"}
    answer = call(planning, "POST", f"/lists/{night}/send", body, **key)
    assert answer.status_code == 202
    assert call(planning, "POST", f"/lists/{night}/send", body, **key).json() == answer.json()
    send = answer.json()
    assert (send["state"], send["counts"]["waiting"]) == ("running", 1)
    assert planning.get(f"/sends/{send['id']}").json()["items"] == send["items"]
    message = send["items"][0]["message"]
    paused = call(planning, "POST", f"/sends/{send['id']}/pause").json()
    assert (paused["state"], paused["items"][0]["why"]) == ("paused", "paused")
    assert planning.get(f"/messages/{message}").json()["reason"] == "paused"
    assert call(planning, "POST", f"/sends/{send['id']}/resume").json()["state"] == "running"
    ended = call(planning, "POST", f"/sends/{send['id']}/cancel").json()
    assert (ended["state"], ended["items"][0]["verdict"]) == ("cancelled", "refused")
    assert call(planning, "POST", f"/sends/{send['id']}/resume").status_code == 409
    assert planning.get(f"/messages/{message}").json()["state"] == "cancelled"
    again = call(planning, "POST", f"/sends/{send['id']}/resend", {}).json()
    assert [each["verdict"] for each in again["items"]] == ["goes", "refused"]
    assert again["resends"] == send["id"]


def test_nobody_is_written_to_by_two_lists_a_day(
    tilburg: Desk, planning: Caller, night: str
) -> None:
    body = {"line": tilburg.number, "variants": VARIANTS}
    call(planning, "POST", f"/lists/{night}/send", body)
    refused = call(planning, "POST", f"/lists/{night}/send", body).json()
    assert {each["why"] for each in refused["items"]} == {"listed-today"}
    late = {**body, "deliver_until": "2020-01-01T00:00:00Z"}
    wrong = call(planning, "POST", f"/lists/{night}/send", late)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "deliver_until")


def test_a_text_to_many_is_answered_before_its_messages_are_made(
    office: Office,
    tilburg: Desk,
    planning: Caller,
    night: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two are many here. The answer says of each what becomes of it; the key gives it again."""
    monkeypatch.setattr(sends, "FEW", 1)
    office.writes(BART, tilburg, "STOP")
    body = {"line": tilburg.number, "variants": VARIANTS}
    dry = call(planning, "POST", f"/lists/{night}/send?dry_run=true", body).json()
    key = {"Idempotency-Key": "sunday"}
    before = office.count("message")
    answer = call(planning, "POST", f"/lists/{night}/send", body, **key)
    send = answer.json()
    assert (answer.status_code, send["state"], send["items"]) == (202, "running", dry["items"])
    assert send["done_by"] == dry["done_by"]
    assert planning.get(f"/sends/{send['id']}").json() == send
    assert call(planning, "POST", f"/lists/{night}/send", body, **key).json() == send
    assert (office.count("list_send"), office.count("message")) == (1, before)
    maker = Maker(office.store)
    assert maker.make_some()
    made = planning.get(f"/sends/{send['id']}").json()
    assert (made["items"][0]["state"], made["items"][1]["state"]) == ("queued", None)
    assert made["counts"] == send["counts"]
    assert not maker.make_some()
    late = {**body, "deliver_until": "2020-01-01T00:00:00Z"}
    assert call(planning, "POST", f"/lists/{night}/send", late).status_code == 422
