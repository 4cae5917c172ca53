"""Files over the WhatsApp Cloud API, and what it tells of numbers."""

import hashlib
import logging

import httpx
import pytest

from appliance.api.cloud import ids
from appliance.desk.access.tokens import Scope
from tests.api.cloud.test_cloud_errors import error
from tests.api.cloud.test_cloud_sending import ANNA, kept, post, text
from tests.api.office import Caller, Desk, Office
from tests.media import samples

PHOTO = samples.photo()


def upload(caller: Caller, desk: Desk, content: bytes = PHOTO, name: str = "foto.jpg") -> str:
    path = f"/v21.0/{desk.number[1:]}/media"
    form = {"messaging_product": "whatsapp"}
    answer = caller.client.post(
        path, data=form, files={"file": (name, content)}, headers=caller.headers
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def get(caller: Caller, path: str, **asked: str) -> httpx.Response:
    return caller.client.get(path, headers=caller.headers, params=asked)


def test_a_file_is_sent_up_told_of_and_had(tilburg: Desk, planning: Caller) -> None:
    """Its id is of digits alone, because clients know an id by that."""
    file = upload(planning, tilburg)
    assert file.isdecimal()
    told = get(planning, f"/v13.0/{file}", phone_number_id=tilburg.number[1:]).json()
    url = told.pop("url")
    assert told == {
        "messaging_product": "whatsapp",
        "mime_type": "image/jpeg",
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "file_size": len(PHOTO),
        "id": file,
    }
    assert get(planning, url).content == PHOTO
    assert error(httpx.get(url)) == (401, 190)


def test_a_file_goes_by_its_id_under_the_name_that_is_said(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Under its own where none is said; sound takes no caption along."""
    office.writes(ANNA, tilburg)
    sheet, sound = upload(planning, tilburg, samples.PDF, "a.pdf"), samples.voice()
    voice = upload(planning, tilburg, sound, "note.ogg")
    for kind, given, words, names in (
        ("document", {"id": sheet, "caption": "Rooster"}, "Rooster", ["a.pdf"]),
        ("document", {"id": sheet, "filename": "week 12.pdf"}, "", ["week 12.pdf"]),
        ("document", {"id": int(voice)}, "", ["note.ogg"]),
        ("audio", {"id": voice, "caption": "x"}, "", ["note.ogg"]),
    ):
        message = kept(office, post(planning, tilburg, text(type=kind) | {kind: given}))
        shown = planning.get(f"/messages/{message['id']}").json()
        assert (shown["text"], [each["name"] for each in shown["media"]]) == (words, names)


def test_a_file_that_is_let_go_is_gone_unless_it_was_written(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A client lets go of what it has sent; the message keeps it. Nobody lets go of another's."""
    office.writes(ANNA, tilburg)
    unused, sent = upload(planning, tilburg, samples.PDF, "a.pdf"), upload(planning, tilburg)
    message = kept(office, post(planning, tilburg, text(type="image", image={"id": sent})))
    other = office.caller()
    for file in (unused, sent):
        path = f"/v21.0/{file}"
        assert error(other.client.delete(path, headers=other.headers)) == (400, 100)
        gone = planning.client.delete(path, headers=planning.headers)
        assert (gone.status_code, gone.json()) == (200, {"success": True})
        assert error(planning.client.delete(path, headers=planning.headers)) == (400, 100)
    assert error(get(planning, f"/v21.0/{unused}")) == (400, 100)
    (file,) = planning.get(f"/messages/{message['id']}").json()["media"]
    assert file["state"] == "here"
    assert get(planning, f"/v21.0/{ids.file_to(file['id'])}").status_code == 200


def test_a_number_tells_of_itself(office: Office, tilburg: Desk, breda: Desk) -> None:
    """By the name of its branch, and only what is asked for; an account is a number, too."""
    caller = office.caller(frozenset({Scope.MESSAGES_WRITE}), branch_id=tilburg.branch_id)
    node = tilburg.number[1:]
    told = get(caller, f"/v21.0/{node}").json()
    assert (told["id"], told["verified_name"]) == (node, "Tilburg")
    assert (told["display_phone_number"], told["status"]) == ("+31 6 12345678", "CONNECTED")
    asked = get(caller, f"/v21.0/{node}/", fields="id,name,timezone_id,nothing").json()
    assert asked == {"id": node, "name": "Tilburg", "timezone_id": "Europe/Amsterdam"}
    for account in (node, "102290129340398"):
        found = get(caller, f"/v21.0/{account}/phone_numbers").json()["data"]
        assert [each["id"] for each in found] == [node]
    everything = get(office.caller(), "/v21.0/1/phone_numbers").json()["data"]
    assert [each["id"] for each in everything] == [node, breda.number[1:]]


def test_a_token_in_the_address_opens_reads_and_stands_in_no_log(
    office: Office, tilburg: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    token = office.token().token
    path = f"/v14.0/{tilburg.number[1:]}"
    with caplog.at_level(logging.DEBUG):
        templates = office.client.get(f"{path}/message_templates", params={"access_token": token})
        assert (templates.status_code, templates.json()) == (200, {"data": []})
        wrong = office.client.get(f"{path}/message_templates", params={"access_token": "x1y2z3"})
        assert error(wrong) == (401, 190)
        fields = {"fields": "code_verification_status", "access_token": token}
        told = office.client.get(path, params=fields).json()
        assert told["code_verification_status"] == "VERIFIED"
    # What pytest hears of the server's own log of requests nobody hears in life: it is off.
    heard = [each for each in caplog.records if each.name.startswith("appliance.")]
    assert heard
    for record in heard:
        assert token not in record.getMessage()
        assert "x1y2z3" not in record.getMessage()
