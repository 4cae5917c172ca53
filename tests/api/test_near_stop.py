"""A message that resembles STOP, on the pages of people who may answer it."""

import pytest

from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

WORKER = "+31655500401"
ASKS = "Do they want no more messages?"
VRAAGT = "Wil deze persoon geen berichten meer?"


def one(office: Office, sql: str) -> str:
    return office.store.read(lambda conn: str(conn.execute(sql).fetchone()[0]))


@pytest.fixture
def message(office: Office, tilburg: Desk) -> str:
    office.writes(WORKER, tilburg, name="Fatima")
    office.writes(WORKER, tilburg, "graag geen berichten meer")
    return one(office, "SELECT message_id FROM near_stop")


def thread(office: Office, browser: Browser, language: str = "en") -> str:
    conversation = one(office, "SELECT id FROM conversation")
    return browser.get(f"/c/{conversation}", **{"Accept-Language": language}).text


def test_the_question_stands_at_the_message(office: Office, sanne: Browser, message: str) -> None:
    """It is in the reader's language, with two buttons; the list shows it, too."""
    page = thread(office, sanne)
    assert ASKS in page
    assert page.count(f"/messages/{message}/near-stop") == 2
    assert VRAAGT in thread(office, sanne, "nl")
    assert "wants to stop?" in sanne.get("/", **{"Accept-Language": "en"}).text


def test_who_may_only_read_has_no_buttons(office: Office, message: str) -> None:
    """The privacy officer sees the question but may not answer it."""
    petra = log_in(office, "Petra", role="privacy", branch_id=None)
    page = thread(office, petra)
    assert ASKS in page
    assert "near-stop" not in page.replace('class="decide near-stop"', "")
    answer = petra.post(f"/messages/{message}/near-stop", {"answer": "sign-off"})
    assert answer.status_code == 404
    petra.client.close()


def test_signing_off_by_the_button(office: Office, sanne: Browser, message: str) -> None:
    """The opt-out has the colleague's name and is confirmed, and nobody writes to them any more."""
    answer = sanne.post(f"/messages/{message}/near-stop", {"answer": "sign-off"})
    assert answer.status_code == 204
    page = thread(office, sanne)
    assert ASKS not in page
    assert "Sanne signed them off because of this message." in page
    assert one(office, "SELECT recorded_by FROM consent ORDER BY seq DESC").endswith(sanne.staff_id)
    assert one(office, "SELECT rule FROM message WHERE class = 'confirmation'") == "stop"
    conversation = one(office, "SELECT id FROM conversation")
    refused = sanne.post(f"/c/{conversation}/messages", {"text": "Toch nog iets"})
    assert (refused.status_code, 'data-code="opted-out"' in refused.text) == (409, True)


def test_leaving_it_by_the_button(office: Office, sanne: Browser, message: str) -> None:
    """The message shows who decided, and a second answer is refused in words."""
    path = f"/messages/{message}/near-stop"
    assert sanne.post(path, {"answer": "leave"}, part=False).status_code == 303
    page = thread(office, sanne)
    assert "Sanne saw no wish to stop in this message." in page
    assert "wants to stop?" not in page
    again = sanne.post(path, {"answer": "sign-off"})
    assert (again.status_code, 'data-code="nothing-to-decide"' in again.text) == (409, True)


def test_no_button_takes_a_question_back(office: Office, sanne: Browser, message: str) -> None:
    """An answer that only the desk itself gives is no answer of a form."""
    path = f"/messages/{message}/near-stop"
    assert sanne.post(path, {"answer": "overtaken"}).status_code == 404


def test_what_waits_meanwhile_says_why(
    office: Office, planning: Caller, sanne: Browser, message: str
) -> None:
    """The page says it in words and the API as a code; nobody knows how long it will wait."""
    line = one(office, "SELECT number FROM line")
    posted = planning.post({"line": line, "to": WORKER, "text": "Kun je morgen werken?"}).json()
    assert (posted["reason"], posted["expected_at"]) == ("near-stop", None)
    waits = "Waits, because they may want no more messages and somebody has to decide."
    assert waits in thread(office, sanne)
    assert "iemand moet dat beslissen" in thread(office, sanne, "nl")
