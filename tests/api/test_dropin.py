"""APIs in the shape of another product: who comes in, and how a problem is told there."""

import base64
import logging

import httpx
import pytest

from appliance.api.limits import MAX_BODY
from appliance.desk.access.tokens import Scope
from tests.api.office import Office

DEVICES = "/3rdparty/v1/devices"


def basic(password: str, user: str = "any") -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_token_comes_in_as_bearer_and_as_a_password(office: Office) -> None:
    """Whatever name the client goes by."""
    token = office.token().token
    for headers in (bearer(token), basic(token), basic(token, ""), basic(token, "planning")):
        assert office.client.get(DEVICES, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {},
        basic(""),
        {"Authorization": "Bearer"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Digest x"},
    ],
)
def test_who_shows_no_token_is_asked_for_one(office: Office, given: dict[str, str]) -> None:
    answer = office.client.get(DEVICES, headers=given)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_wrong_password_leaves_the_trace_of_a_wrong_token(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log by address, and never with what was tried."""
    with caplog.at_level(logging.WARNING):
        answer = office.client.get(DEVICES, headers=basic("geheim"))
    assert answer.status_code == 401
    assert "wrong token from 127.0.0.1" in caplog.text
    assert "geheim" not in caplog.text
    assert 'balie_wrong_tries_total{what="token"} 1.0' in office.client.get("/metrics").text


def check_form(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body.keys() == {"message", "code", "data"}
    assert (answer.status_code, body["code"], body["data"]["code"]) == (status, status, code)


def test_no_answer_there_is_problem_json(office: Office) -> None:
    """Whoever finds it: the route, the framework, or what counts the bytes of a body."""
    headers = basic(office.token(frozenset({Scope.MESSAGES_READ})).token)
    check_form(office.client.get(DEVICES, headers=headers), 403, "forbidden")
    page = headers | {"Accept": "text/html"}
    check_form(office.client.get("/3rdparty/v1/nothing", headers=page), 404, "not-found")
    check_form(office.client.put(DEVICES, headers=headers), 405, "method-not-allowed")
    big = office.client.post("/3rdparty/v1/messages", content=b" " * (MAX_BODY + 1))
    check_form(big, 413, "too-large")


def test_the_json_api_keeps_to_bearer(office: Office) -> None:
    answer = office.client.get("/api/v1/lines", headers=basic(office.token().token))
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
