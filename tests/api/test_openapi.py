"""The OpenAPI document is complete and true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from appliance.api.json import (
    archive,
    bodies,
    examples,
    forms,
    group_bodies,
    office_bodies,
    posting,
)
from appliance.api.problems import CATALOGUE
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks import event_names
from appliance.runtime import kinds
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
PARTS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)


@pytest.fixture
def document(office: Office) -> dict[str, Any]:
    answer = office.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_contract_is_all_there(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {(method, path.removeprefix("/api/v1")) for method, path, _ in operations(document)} >= {
        ("post", "/messages"),
        ("get", "/messages"),
        ("get", "/messages/{message_id}"),
        ("delete", "/messages/{message_id}"),
        ("post", "/lists/send"),
        ("get", "/lines"),
        ("get", "/contacts"),
        ("get", "/conversations"),
        ("get", "/groups"),
        ("get", "/devices"),
        ("get", "/calls"),
        ("get", "/events"),
        ("get", "/healthz"),
        ("get", "/readyz"),
        ("get", "/metrics"),
    }


def test_every_operation_is_named_once_and_explained(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for _, _, operation in operations(document))


def test_every_body_has_an_example_and_every_operation_problems(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        contents = [("request", operation.get("requestBody", {}).get("content", {}))]
        contents += [
            (status, each.get("content", {})) for status, each in operation["responses"].items()
        ]
        for where, content in contents:
            for media_type, entry in content.items():
                assert entry.get("example") or entry.get("examples"), (path, where, media_type)
        assert any(
            "application/problem+json" in each.get("content", {})
            for each in operation["responses"].values()
        ), (method, path)


def test_the_file_of_an_archive_comes_as_one_of_the_types_that_are_named(
    document: dict[str, Any],
) -> None:
    answer = document["paths"]["/api/v1/archive/{archive_id}/file"]["get"]["responses"]["200"]
    assert set(answer["content"]) >= set(archive.MEDIA_TYPES.values())


def test_what_needs_a_token_says_which_scope(document: dict[str, Any]) -> None:
    scheme = document["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all(scope.value in scheme["description"] for scope in Scope)
    for _, path, operation in operations(document):
        if path.startswith("/api/"):
            (requirement,) = operation["security"]
            (scope,) = requirement["token"]
            assert scope in {each.value for each in Scope}
            assert {"401", "403"} <= operation["responses"].keys()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= schemas.keys()
    assert "HTTPValidationError" not in text


def test_examples_are_true_to_the_models() -> None:
    for sample in examples.MESSAGES_IN.values():
        bodies.MessageIn.model_validate_json(json.dumps(sample["value"]))
    for sample in examples.LISTS_IN.values():
        bodies.ListIn.model_validate_json(json.dumps(sample["value"]))
    for model, sample in (
        (bodies.ListOut, examples.LIST_PREVIEW),
        (bodies.ListOut, examples.LIST_ACCEPTED),
        (bodies.AcceptedOut, examples.ACCEPTED),
        (bodies.MessageOut, examples.MESSAGE),
        (bodies.MessageDetailOut, examples.MESSAGE_DETAIL),
        (bodies.CancelledOut, examples.CANCELLED),
        (office_bodies.LineOut, examples.LINE),
        (office_bodies.ContactOut, examples.CONTACT),
        (office_bodies.ConversationOut, examples.CONVERSATION),
        (group_bodies.GroupOut, examples.GROUP),
        (office_bodies.DeviceOut, examples.DEVICE),
        (bodies.EventOut, examples.EVENT),
    ):
        model.model_validate_json(json.dumps(sample))


def test_every_problem_is_one_of_the_catalogue(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            problems = answer.get("content", {}).get("application/problem+json", {})
            for code, sample in problems.get("examples", {}).items():
                assert CATALOGUE[code].status == int(status) == sample["value"]["status"]


@PARTS
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "line": st.just("+31612345678") | st.text(max_size=70) | st.none() | st.integers(),
            "to": st.just(ANNA) | st.text(max_size=70) | st.lists(st.integers(), max_size=2),
            "text": st.text(max_size=40) | st.booleans() | st.dictionaries(st.text(), st.text()),
            "channel": st.sampled_from(["auto", "whatsapp", "sms", "fax", "", None, 1]),
            "ttl_s": st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(max_size=3)
            | st.none(),
            "not_before": st.datetimes().map(str) | st.text(max_size=30) | st.none(),
            "media": st.none() | st.text(max_size=3),
            "extra": st.none(),
        },
    )
)
def test_no_body_whatever_makes_balie_stumble(
    office: Office, tilburg: Desk, planning: Caller, body: dict[str, object]
) -> None:
    """Each body is accepted or answered with a problem, never with a 500."""
    answer = planning.post(body)
    if answer.status_code == 202:
        bodies.AcceptedOut.model_validate_json(answer.content)
    else:
        assert answer.status_code in {400, 404, 409, 422}
        problem = bodies.ProblemOut.model_validate_json(answer.content)
        assert problem.status == answer.status_code
        assert problem.detail


@PARTS
@given(
    path=st.sampled_from(["/messages", "/contacts", "/lines", "/conversations", "/devices"]),
    params=st.dictionaries(
        st.sampled_from(["after", "limit", "line", "contact", "state", "direction", "order", "x"]),
        st.text(max_size=40),
        max_size=4,
    ),
)
def test_no_query_whatever_makes_balie_stumble(
    planning: Caller, path: str, params: dict[str, str]
) -> None:
    assert planning.get(path, **params).status_code in {200, 404, 422}


def test_what_each_scope_opens_when_stolen_is_said() -> None:
    """SECURITY.md has a row that names it."""
    said = (Path(__file__).parents[2] / "SECURITY.md").read_text("utf-8")
    rows = "\n".join(line.split("|")[1] for line in said.splitlines() if line.startswith("| `"))
    assert [scope.value for scope in Scope if f"`{scope.value}`" not in rows] == []


def test_each_form_stands_beside_the_models(document: dict[str, Any]) -> None:
    """A list's recipient and a person's number are models, and no texts of some form."""
    schemas = document["components"]["schemas"]
    assert all("pattern" in schemas[name] for name in forms.named())
    assert {"verdict", "expected_at"} <= schemas["Recipient"]["properties"].keys()
    assert "on_whatsapp" in schemas["Number"]["properties"]


@PARTS
@given(st.data())
def test_whom_the_document_names_can_be_written_to(data: st.DataObject) -> None:
    """Else a client that makes its requests by the document is refused."""
    kinds.load()
    form = forms.named()["WhomTo"]["pattern"]
    posting.recipient_of(data.draw(st.from_regex(form, fullmatch=True)))


@pytest.mark.parametrize(
    "to",
    ["+31612345678", "+380501234567", "+905321234567", "9876543210@lid", "telegram:4711"],
)
def test_the_document_names_whom_people_write_to(to: str) -> None:
    """A gateway that holds requests against the document lets them through."""
    kinds.load()
    assert re.search(forms.named()["WhomTo"]["pattern"], to)


@pytest.mark.parametrize("given", [0, 0.5, "0.5", "1772440200"])
def test_a_time_is_no_number(planning: Caller, given: object) -> None:
    """The document asks for a date and a time; a number would be read as seconds since 1970."""
    with pytest.raises(ValidationError):
        TypeAdapter(forms.Time).validate_python(given)
    asked = planning.get("/contacts", updated_since=str(given))
    assert (asked.status_code, asked.json()["field"]) == (422, "updated_since")


def test_a_webhook_may_name_what_the_document_names(
    planning: Caller, document: dict[str, Any]
) -> None:
    """Also what it may not, so that a client knows before it asks."""
    said = document["components"]["schemas"]["WebhookIn"]["properties"]["events"]
    assert said["minItems"] == 1
    form = re.compile(said["items"]["pattern"])
    for each in event_names.WANTED:
        assert form.search(each), each
        assert event_names.checked([each])
    for events in ([], [""], ["message"], ["message.received "]):
        assert not any(form.search(each) for each in events)
        body = {"url": "https://planning.example.com/balie", "events": events}
        answer = planning.client.post("/api/v1/webhooks", json=body, headers=planning.headers)
        assert (answer.status_code, answer.json()["field"]) == (422, "events")


def test_a_dry_run_takes_no_key_that_the_document_refuses(planning: Caller) -> None:
    for path in ("/rounds", "/retention/run"):
        answer = planning.client.post(
            f"/api/v1{path}?dry_run=true",
            json={},
            headers={**planning.headers, "Idempotency-Key": "a b"},
        )
        assert answer.status_code == 422, path
        assert answer.json()["field"] == "Idempotency-Key", path


def test_an_empty_day_is_as_if_it_were_left_out(planning: Caller, document: dict[str, Any]) -> None:
    """And the document says so."""
    assert planning.get("/reports/volume", to="").status_code == 200
    asked = document["paths"]["/api/v1/reports/volume"]["get"]["parameters"]
    (to,) = (each["schema"] for each in asked if each["name"] == "to")
    assert re.search(to["anyOf"][0]["pattern"], "")
