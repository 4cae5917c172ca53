"""`POST /api/v1/lists/send`: the dry run, the promise, and a line that is full."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from appliance.api.json import bodies
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.room import Room
from tests.api.office import Caller, Desk, Office, WebServer

ANNA, BART, STRANGER = "+31687654321", "+31687654322", "+31687654323"
TEXTS = ["Kun je zaterdag werken?", "Heb je zaterdag tijd?"]


def send(
    caller: Caller, desk: Desk, *to: str, key: str | None = None, **query: object
) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    body = {"line": desk.number, "to": to, "texts": TEXTS}
    params = {name: str(value) for name, value in query.items()}
    return caller.client.post("/api/v1/lists/send", params=params, json=body, headers=headers)


def test_a_dry_run_tells_and_keeps_nothing(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg)
    before = office.count("message")
    answer = send(planning, tilburg, ANNA, STRANGER, dry_run="true")
    assert answer.status_code == 200
    found = bodies.ListOut.model_validate_json(answer.content)
    assert (found.dry_run, found.accepted, found.refused) == (True, 1, 1)
    assert [(each.verdict, each.id) for each in found.recipients] == [
        ("accepted", None),
        ("refused", None),
    ]
    assert found.recipients[1].reason == "consent-required"
    assert found.first_at == found.recipients[0].expected_at
    assert office.count("message") == before


@pytest.mark.parametrize(
    "written", ["\u202a+31687654321\u202c", "06\u201387654321", "(06) 87654321"]
)
def test_a_number_in_a_list_is_read_as_people_copy_it(
    office: Office, tilburg: Desk, planning: Caller, written: str
) -> None:
    """The answer shows it as the author wrote it."""
    office.writes(ANNA, tilburg)
    answer = send(planning, tilburg, written, ANNA, dry_run="true")
    first, second = bodies.ListOut.model_validate_json(answer.content).recipients
    assert (first.verdict, first.to) == ("accepted", written)
    assert second.reason == "twice"


def test_a_list_is_accepted_at_once_with_a_message_for_each(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    office.writes(BART, tilburg)
    answer = send(planning, tilburg, ANNA, BART)
    assert answer.status_code == 202
    found = bodies.ListOut.model_validate_json(answer.content)
    assert [each.text for each in found.recipients] == TEXTS
    for each in found.recipients:
        message = planning.get(f"/messages/{each.id}").json()
        assert (message["kind"], message["state"], message["author"]) == (
            "list",
            "queued",
            "planning",
        )
    assert office.planned


def test_the_same_key_sends_a_list_once(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg)
    first = send(planning, tilburg, ANNA, key="zaterdag")
    count = office.count("message")
    again = send(planning, tilburg, ANNA, key="zaterdag")
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert office.count("message") == count


def test_a_list_needs_the_right_to_write_and_a_line_in_sight(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    elsewhere = office.caller(branch_id=breda.branch_id)
    assert send(elsewhere, tilburg, ANNA).status_code == 404
    assert send(office.caller(frozenset({Scope.MESSAGES_READ})), tilburg, ANNA).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"to": [], "texts": ["Hoi"]},
        {"to": [ANNA], "texts": []},
        {"to": [ANNA], "texts": ["Hoi {achternaam}"]},
        {"to": ANNA, "texts": ["Hoi"]},
        {"to": [ANNA] * 10_001, "texts": ["Hoi"]},
    ],
)
def test_a_list_that_is_not_right_is_refused_with_the_field(
    tilburg: Desk, planning: Caller, body: dict[str, object]
) -> None:
    answer = planning.client.post(
        "/api/v1/lists/send", json={"line": tilburg.number, **body}, headers=planning.headers
    )
    assert answer.status_code == 422
    assert answer.json()["field"] in {"to", "texts"}


def test_dry_run_is_true_or_false(tilburg: Desk, planning: Caller) -> None:
    assert send(planning, tilburg, ANNA, dry_run="maybe").json()["field"] == "dry_run"


def test_a_full_line_says_when_to_come_back(
    web_server: WebServer, office: Office, tilburg: Desk, planning: Caller
) -> None:
    """503 with a reason and Retry-After, for a message and for a list; a 503 is never kept."""
    assert isinstance(web_server.app, FastAPI)
    state = web_server.app.state
    state.services = replace(state.services, room=Room(2))
    office.writes(ANNA, tilburg)  # its welcome waits
    office.writes(BART, tilburg)
    for key in ("a", "a"):
        body = {"line": tilburg.number, "to": ANNA, "text": "Hoi"}
        answer = planning.post(body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (503, "line-full")
        assert int(answer.headers["Retry-After"]) >= 60
    assert send(planning, tilburg, ANNA).json()["code"] == "line-full"
