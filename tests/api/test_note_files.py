"""Files of notes for colleagues: seen by who may see the note, and never sent."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.test_media import upload
from tests.media import samples

ANNA = "+31687654321"
PHOTO = samples.photo(400, 300)


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna."""
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


@pytest.fixture
def loes(office: Office, breda: Desk) -> Iterator[Browser]:
    """Of another branch."""
    browser = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    yield browser
    browser.client.close()


def uploaded(caller: Caller) -> str:
    return str(upload(caller, PHOTO, "pas.jpg").json()["id"])


def note(
    caller: Caller, conversation_id: str, *, text: str = "", media: list[str]
) -> tuple[int, Any]:
    path = f"/api/v1/conversations/{conversation_id}/notes"
    body = {"text": text, "media": media}
    answer = caller.client.post(path, json=body, headers=caller.headers)
    return answer.status_code, answer.json()


def test_a_file_of_a_note_is_seen_by_who_may_see_the_note(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, loes: Browser, anna: str
) -> None:
    """Not even its bytes are for anybody else."""
    file = uploaded(planning)
    status, made = note(planning, anna, media=[file])
    assert (status, [each["id"] for each in made["media"]]) == (201, [file])
    assert planning.get(f"/conversations/{anna}/notes").json()["items"] == [made]
    assert f"/media/{file}/thumbnail" in sanne.get(f"/c/{anna}").text
    assert sanne.get(f"/media/{file}").status_code == 200
    assert loes.get(f"/media/{file}").status_code == 404
    here = office.caller(branch_id=tilburg.branch_id)
    assert here.get(f"/media/{file}").status_code == 200


def test_a_file_of_a_note_is_never_sent(
    office: Office, tilburg: Desk, planning: Caller, anna: str
) -> None:
    """Nor is it a group's picture; and what is in a message is no note's."""
    file = uploaded(planning)
    note(planning, anna, media=[file])
    before = office.count("message")
    refused = planning.post({"line": tilburg.number, "to": ANNA, "text": "x", "media": [file]})
    assert (refused.status_code, refused.json()["field"]) == (422, "media")
    assert "never sent" in refused.json()["detail"]
    group = {"line": tilburg.number, "name": "Ploeg", "picture": file, "members": [ANNA]}
    made = planning.client.post("/api/v1/groups", json=group, headers=planning.headers)
    assert (made.status_code, made.json()["field"]) == (422, "picture")
    assert office.count("message") == before
    status, problem = note(planning, anna, media=[file])
    assert (status, problem["field"]) == (422, "media")


def test_a_note_takes_files_of_its_author_alone(
    office: Office, planning: Caller, anna: str
) -> None:
    other = office.caller()
    for wrong in ([uploaded(other)], ["x"], [uploaded(planning)] * 2):
        status, problem = note(planning, anna, text="Pas", media=wrong)
        assert (status, problem["field"]) == (422, "media")


def test_a_note_with_files_is_written_on_the_page(
    office: Office, sanne: Browser, anna: str
) -> None:
    """With or without words; what Balie cannot keep is said."""
    before = office.count("message")

    def post(name: str, content: bytes, text: str) -> int:
        return sanne.client.post(
            f"/c/{anna}/note-files",
            data={"text": text},
            files={"file": (name, content)},
            headers={"X-CSRF-Token": sanne.csrf, "HX-Request": "true"},
        ).status_code

    assert post("pas.jpg", PHOTO, "Haar pas") == 204
    assert post("pas.jpg", PHOTO, "") == 204
    assert post("x.exe", samples.PROGRAM, "") == 422
    assert (office.count("note"), office.count("note_media")) == (2, 2)
    assert office.count("message") == before
    assert "Haar pas" in sanne.get(f"/c/{anna}").text
