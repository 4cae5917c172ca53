"""A message that a page posts: once, to their own number, in words where no phone could send it."""

import pytest

from tests.api.browser import Browser
from tests.api.office import Desk, Office
from tests.api.web.one_thread import WORKER, conversation, message_of, stranger

__all__ = ["conversation", "stranger"]  # the fixtures


def test_without_scripts_a_message_still_goes(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """A plain form sends and returns to the thread; a refused one keeps the text on the page."""
    sent = sanne.post(
        f"/c/{conversation}/messages",
        {"text": "Ja, om acht uur.\r\nTot dan"},
        part=False,
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/c/{conversation}")
    text = office.store.read(
        lambda conn: conn.execute(
            "SELECT text FROM message WHERE id = ?", (message_of(office, "out"),)
        ).fetchone()[0]
    )
    assert text == "Ja, om acht uur.\nTot dan"
    long = sanne.post(f"/c/{conversation}/messages", {"text": "w" * 5000}, part=False)
    assert long.status_code == 422
    assert "5000" in long.text
    assert "w" * 5000 in long.text


def test_the_same_client_id_is_one_message(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """A browser that asks again because an answer was lost sends nothing twice."""
    before = office.count("message")
    for _ in range(3):
        answer = sanne.post(
            f"/c/{conversation}/messages", {"text": "Eén keer", "client_id": "abc-1"}
        )
        assert answer.status_code == 204
    assert office.count("message") == before + 1


def test_a_client_id_hides_no_other_message(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """With a used id, another text or another person is refused and not swallowed."""
    office.writes("+31655500202", tilburg)
    other = office.store.read(
        lambda conn: conn.execute("SELECT max(id) FROM conversation").fetchone()[0]
    )
    before = office.count("message")
    for about, text, status in (
        (conversation, "Voor Fatima", 204),
        (conversation, "Iets anders", 422),
        (other, "Voor Fatima", 422),
    ):
        form = {"text": text, "client_id": "abc-2"}
        assert sanne.post(f"/c/{about}/messages", form).status_code == status
    assert office.count("message") == before + 1


@pytest.mark.parametrize("text", ["", "  \n ", "a\x00b", "x" * 4097])
def test_what_no_phone_can_send_is_refused_in_words(
    office: Office, sanne: Browser, conversation: str, text: str
) -> None:
    """Each bad text gets a sentence at the field; nothing is stored and the draft stays."""
    sanne.post(f"/c/{conversation}/draft", {"text": "concept"})
    before = office.count("message")
    answer = sanne.post(f"/c/{conversation}/messages", {"text": text})
    assert answer.status_code == 422
    assert 'data-code="text"' in answer.text
    assert office.count("message") == before
    assert office.count("draft") == 1


def test_a_number_that_is_not_theirs_is_not_written_to(
    office: Office, sanne: Browser, conversation: str
) -> None:
    """The form may only choose between the contact's own numbers."""
    sanne.post(f"/c/{conversation}/messages", {"text": "Hoi", "to": "+31655599999"})
    number = office.store.read(
        lambda conn: conn.execute(
            "SELECT value FROM message WHERE id = ?", (message_of(office, "out"),)
        ).fetchone()[0]
    )
    assert number == WORKER


def test_a_line_of_another_branch_is_not_measured(
    office: Office, sanne: Browser, stranger: Browser, tilburg: Desk
) -> None:
    """The count of SMS is for people who may write from the line; for others it does not exist."""
    form = {"line": tilburg.line_id, "to": WORKER, "text": "a" * 161}
    assert "als sms: 2 berichten" in sanne.post("/sms-length", form).text
    assert stranger.post("/sms-length", form).status_code == 404
    assert sanne.post("/sms-length", form | {"text": "a" * 5000}).text.strip() == ""
