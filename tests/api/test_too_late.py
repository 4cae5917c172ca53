"""A message that the phone has in hand: the page and the API say that it cannot be withdrawn."""

from collections.abc import Iterator

import pytest

from appliance.messages import MessageState
from appliance.store import lines, messages
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

WORKER = "+31655500601"


@pytest.fixture
def sanne(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Sanne", role="admin", branch_id=None)
    yield browser
    browser.client.close()


@pytest.fixture
def sending(office: Office, tilburg: Desk, planning: Caller) -> str:
    office.writes(WORKER, tilburg)
    body = {"line": tilburg.number, "to": WORKER, "text": "Kom je morgen?"}
    message_id = str(planning.post(body).json()["id"])
    office.store.write(lambda tx: messages.move(tx, message_id, MessageState.SENDING))
    return message_id


def test_the_api_says_that_it_is_too_late(planning: Caller, sending: str) -> None:
    """409 with a sentence, and nothing is changed."""
    answer = planning.delete(f"/messages/{sending}")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot-cancel")
    assert "being sent now" in answer.json()["detail"]
    assert planning.get(f"/messages/{sending}").json()["state"] == "sending"


def test_the_page_says_that_it_is_too_late(office: Office, sanne: Browser, sending: str) -> None:
    """A sentence replaces the button; an older page gets the answer in words."""
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    page = sanne.get(f"/c/{conversation}", **{"Accept-Language": "en"}).text
    assert "can no longer be withdrawn" in page
    assert f"/messages/{sending}/cancel" not in page
    dutch = sanne.get(f"/c/{conversation}", **{"Accept-Language": "nl"}).text
    assert "kan niet meer worden ingetrokken" in dutch
    answer = sanne.post(f"/messages/{sending}/cancel")
    assert (answer.status_code, 'data-code="cannot-cancel"' in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("code", "english", "dutch"),
    [
        ("sim-missing", "The SIM card is missing", "De simkaart ontbreekt"),
        ("no-credit", "has no credit left", "Het beltegoed van de simkaart is op"),
        ("WhatsApp is closed.", "WhatsApp is closed.", "WhatsApp is closed."),
    ],
)
def test_a_stopped_number_says_why(
    office: Office, tilburg: Desk, sanne: Browser, code: str, english: str, dutch: str
) -> None:
    """The page says it in the reader's language if it can, with what to do."""
    office.store.write(lambda tx: lines.stop_line(tx, tilburg.line_id, code))
    assert english in sanne.get("/devices", **{"Accept-Language": "en"}).text
    assert dutch in sanne.get("/devices", **{"Accept-Language": "nl"}).text
