"""Every error of the Cloud API, in its form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
from fastapi import FastAPI

from appliance.api.cloud import ids
from appliance.api.limits import MAX_BODY
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.room import Room
from tests.api.cloud.test_cloud_sending import ANNA, post, text
from tests.api.office import Caller, Desk, Office, WebServer
from tests.media import samples

UNKNOWN_FILE = ids.file_to("01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77")


def error(answer: httpx.Response) -> tuple[int, int]:
    """The status and the number; the form is that which clients read."""
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()["error"]
    assert told.keys() == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert told["message"].startswith(f"(#{told['code']}) ")
    assert told["error_data"]["details"]
    assert told["fbtrace_id"]
    return answer.status_code, told["code"]


REFUSED = (
    (text(messaging_product="sms"), (400, 131009)),
    ({"to": "31687654321", "text": {"body": "Dag"}}, (400, 131009)),
    (text(to="12"), (400, 131009)),
    (text(to=""), (400, 131009)),
    (text(to="NL.1"), (400, 131009)),
    (text(to="groep@g.us", recipient_type="group"), (400, 131009)),
    (text(body=" "), (400, 131009)),
    (text(body="x" * 4097), (400, 131009)),
    (text(text=None), (400, 131009)),
    (text(text="Dag"), (400, 131009)),
    (text(biz_opaque_callback_data="x" * 513), (400, 131009)),
    (text(type="image", image={"id": UNKNOWN_FILE}), (400, 131009)),
    (text(type="image", image={"id": "7"}), (400, 131009)),
    (text(type="image", image={}), (400, 131009)),
    (text(type="image"), (400, 131009)),
    (text(type="template", template={"name": "hello_world"}), (404, 132001)),
    *((text(type=each), (400, 131051)) for each in ("sticker", "reaction", "location")),
    *((text(type=each), (400, 131051)) for each in ("contacts", "interactive", "status")),
    ([], (400, 131009)),
)


def test_a_wrong_message_is_told_by_number(office: Office, tilburg: Desk, planning: Caller) -> None:
    """And nothing of it is kept."""
    office.writes(ANNA, tilburg)
    for body, wanted in REFUSED:
        assert error(post(planning, tilburg, body)) == wanted, body
    assert office.count("cloud_message") == 0


def test_nobody_is_written_to_without_consent(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Who never wrote, and who wrote STOP; what the refusal says a colleague understands."""
    answer = post(planning, tilburg, text())
    assert error(answer) == (400, 131047)
    assert "never wrote" in answer.json()["error"]["error_data"]["details"]
    office.writes(ANNA, tilburg)
    office.writes(ANNA, tilburg, "STOP")
    assert error(post(planning, tilburg, text())) == (400, 131050)


def test_a_number_that_the_token_does_not_see_is_not_there(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    office.writes(ANNA, tilburg)
    elsewhere = office.caller(branch_id=breda.branch_id)
    assert error(post(elsewhere, tilburg, text())) == (400, 100)
    for path in (f"/v21.0/{tilburg.number[1:]}", "/v21.0/31600000000", f"/v21.0/{UNKNOWN_FILE}"):
        assert error(elsewhere.client.get(path, headers=elsewhere.headers)) == (400, 100)


def test_a_token_needs_its_scope(office: Office, tilburg: Desk) -> None:
    reader = office.caller(frozenset({Scope.MESSAGES_READ}))
    assert error(post(reader, tilburg, text())) == (403, 10)
    number = f"/v21.0/{tilburg.number[1:]}"
    for method, path in (
        ("GET", number),
        ("GET", f"{number}/phone_numbers"),
        ("POST", f"{number}/media"),
        ("POST", f"{number}/register"),
        ("GET", f"/v21.0/{UNKNOWN_FILE}"),
        ("GET", f"/v21.0/{UNKNOWN_FILE}/file"),
        ("DELETE", f"/v21.0/{UNKNOWN_FILE}"),
    ):
        answer = reader.client.request(method, path, headers=reader.headers)
        assert error(answer) == (403, 10), path


def test_without_a_token_nobody_comes_in(office: Office, tilburg: Desk) -> None:
    """A token in the address is for what is only read."""
    path = f"/v21.0/{tilburg.number[1:]}/messages"
    token = office.token().token
    for headers, asked in (
        ({}, {}),
        ({"Authorization": "Bearer falsch"}, {}),
        ({"Authorization": f"Basic {token}"}, {}),
        ({}, {"access_token": token}),
    ):
        answer = office.client.post(path, json=text(), headers=headers, params=asked)
        assert error(answer) == (401, 190)


def test_what_is_no_request_is_told_in_the_same_form(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    number = f"/v21.0/{tilburg.number[1:]}"
    page: Mapping[str, Any] = planning.headers | {"Accept": "text/html"}
    client = planning.client
    assert error(client.get("/v21.0/nothing/at/all", headers=page)) == (400, 100)
    assert error(client.put(f"{number}/messages", headers=planning.headers)) == (400, 100)
    path = f"{number}/messages"
    assert error(client.post(path, content=b"{", headers=planning.headers)) == (400, 100)
    big = client.post(path, content=b" " * (MAX_BODY + 1), headers=planning.headers)
    assert error(big) == (400, 131053)
    form = {"file": ("x.exe", b"MZ\x90\x00" + bytes(200))}
    answer = client.post(f"{number}/media", files=form, headers=planning.headers)
    assert error(answer) == (400, 131053)
    answer = client.post(f"{number}/media", data={"type": "image/png"}, headers=planning.headers)
    assert error(answer) == (400, 131009)


def test_a_file_has_to_be_of_the_kind_that_is_said(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    form = {"file": ("rooster.jpg", samples.PDF)}
    path = f"/v21.0/{tilburg.number[1:]}/media"
    file = planning.client.post(path, files=form, headers=planning.headers).json()["id"]
    answer = post(planning, tilburg, text(type="image", image={"id": file}))
    assert error(answer) == (400, 131053)


def test_a_full_line_says_when_to_try_again(
    web_server: WebServer, office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    assert isinstance(web_server.app, FastAPI)
    state = web_server.app.state
    state.services = replace(state.services, room=Room(0))
    answer = post(planning, tilburg, text())
    assert error(answer) == (429, 130429)
    assert int(answer.headers["Retry-After"]) >= 60
