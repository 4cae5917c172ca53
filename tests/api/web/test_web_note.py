"""Notes for colleagues in the inbox: never sent, and unlike a message."""

import re
from collections.abc import Iterator

import pytest

from appliance.clock import ManualClock
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.media import samples

ANNA = "+31687654321"
PHOTO, OTHER = samples.photo(400, 300), samples.photo(300, 400)


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna."""
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


@pytest.fixture
def bart(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def test_a_note_stands_in_the_thread_and_no_message_is_made(
    office: Office, sanne: Browser, bart: Browser, anna: str
) -> None:
    """An open page is given the thread anew, because a note comes between messages."""
    before = office.count("message")
    assert sanne.post(f"/c/{anna}/notes", {"text": "Belt morgen terug"}).status_code == 204
    shown = bart.get(f"/c/{anna}").text
    assert 'aria-label="note by Sanne"' in shown
    assert "Belt morgen terug" in shown
    assert "Belt morgen terug" in bart.get(f"/c/{anna}/messages").text
    assert office.count("message") == before
    empty = bart.post(f"/c/{anna}/notes", {"text": " "})
    assert (empty.status_code, "A note has 1 to 4096 characters." in empty.text) == (422, True)


def test_a_note_that_is_posted_twice_is_one(office: Office, sanne: Browser, anna: str) -> None:
    """The browser names it, with files, too; other words or files under that name are refused."""
    note = {"text": "Belt morgen terug", "client_id": "n-1"}
    for status in (204, 204):
        assert sanne.post(f"/c/{anna}/notes", note).status_code == status
    assert office.count("note") == 1
    other = sanne.post(f"/c/{anna}/notes", {**note, "text": "Anders"})
    assert (other.status_code, "De notitie was al bewaard." in other.text) == (422, True)
    with_file = {"text": "Zijn pas", "client_id": "n-2"}
    for file, status in ((PHOTO, 204), (PHOTO, 204), (OTHER, 422)):
        answer = sanne.client.post(
            f"/c/{anna}/note-files",
            data=with_file,
            files={"file": ("pas.jpg", file, "image/jpeg")},
            headers={"X-CSRF-Token": sanne.csrf, "HX-Request": "true"},
        )
        assert answer.status_code == status
    assert (office.count("note"), office.count("note_media")) == (2, 1)


def test_who_is_named_sees_it_in_the_list_until_they_open_it(
    sanne: Browser, bart: Browser, anna: str
) -> None:
    sanne.post(f"/c/{anna}/notes", {"text": "@Bart, kijk jij?"})
    assert "names you" in bart.get("/list?view=all").text
    assert bart.post(f"/c/{anna}/notes/seen").status_code == 204
    assert "names you" not in bart.get("/list?view=all").text


def test_who_is_named_finds_it_among_their_own_also_when_it_is_done(
    office: Office, sanne: Browser, bart: Browser, anna: str
) -> None:
    """It counts once, whoever has it; who names themselves is told nothing."""
    row = f'id="r-{anna}"'
    for do in ("claim", "done"):
        assert sanne.post(f"/c/{anna}/case", {"do": do}).status_code == 200
    sanne.post(f"/c/{anna}/notes", {"text": "@Bart en @Sanne, kijk jij?"})
    mine = bart.get("/list?view=mine").text
    assert row in mine
    assert re.search('data-view="mine"\\s+data-count="1"', bart.get("/inbox/mine").text)
    assert row not in sanne.get("/list?view=mine").text
    bart.post(f"/c/{anna}/notes/seen")
    assert row not in bart.get("/list?view=mine").text


def test_an_at_sign_finds_colleagues_who_may_see_it(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser, bart: Browser, anna: str
) -> None:
    """By any word of their name; nobody of another branch, and not whoever writes."""
    others = [
        log_in(office, name, role="staff", branch_id=desk.branch_id)
        for name, desk in (("Anne de Boer", tilburg), ("Bo van Breda", breda))
    ]
    assert 'data-name="Anne de Boer"' in sanne.get(f"/c/{anna}/colleagues?q=bo").text
    assert "Bo van Breda" not in sanne.get(f"/c/{anna}/colleagues?q=bo").text
    everybody = sanne.get(f"/c/{anna}/colleagues").text
    assert ('data-name="Bart"' in everybody, 'data-name="Sanne"' in everybody) == (True, False)
    assert others[1].get(f"/c/{anna}/colleagues").status_code == 404
    for each in others:
        each.client.close()


def test_a_page_is_told_of_what_a_colleague_makes_ones_own(
    clock: ManualClock, sanne: Browser, bart: Browser, anna: str
) -> None:
    """Named in a note or handed a conversation; nothing of that to who did it."""
    address = f"/me/notifications/news?conversation={anna}"
    assert bart.get(f"{address}&why=named").status_code == 204
    clock.advance(s=5)
    sanne.post(f"/c/{anna}/notes", {"text": "@Bart, kijk jij?"})
    said = bart.get(f"{address}&why=named").json()
    assert said["body"] == "A colleague names you in a note"
    assert sanne.get(f"{address}&why=named").status_code == 204
    clock.advance(s=5)
    given = {"do": "hand-over", "to": bart.staff_id}
    assert sanne.post(f"/c/{anna}/case", given).status_code == 200
    said = bart.get(f"{address}&why=handed").json()
    assert said["body"] == "A colleague hands you a conversation"
    assert sanne.get(f"{address}&why=handed").status_code == 204
    clock.advance(s=3600)
    assert bart.get(f"{address}&why=handed").status_code == 204


def test_the_draft_of_a_note_is_kept_apart_from_that_of_a_message(
    sanne: Browser, bart: Browser, anna: str
) -> None:
    sanne.post(f"/c/{anna}/draft", {"text": "Hoi Anna"})
    sanne.post(f"/c/{anna}/note-draft", {"text": "Anna klaagt weer"})
    shown = sanne.get(f"/c/{anna}").text
    assert ">Hoi Anna</textarea>" in shown
    assert ">Anna klaagt weer</textarea>" in shown
    assert "Anna klaagt weer" not in bart.get(f"/c/{anna}").text
    sanne.post(f"/c/{anna}/notes", {"text": "Anna klaagt weer"})
    assert ">Anna klaagt weer</textarea>" not in sanne.get(f"/c/{anna}").text


def test_a_note_about_somebody_who_asked_to_stop_can_still_be_written(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    office.writes(ANNA, tilburg, "STOP")
    assert 'id="note-text"' in sanne.get(f"/c/{anna}").text
    assert sanne.post(f"/c/{anna}/notes", {"text": "Bellen"}).status_code == 204


def test_another_branch_has_no_way_to_it(office: Office, breda: Desk, anna: str) -> None:
    stranger = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    for path in ("notes", "note-draft", "notes/seen"):
        assert stranger.post(f"/c/{anna}/{path}", {"text": "x"}).status_code == 404
    stranger.client.close()
