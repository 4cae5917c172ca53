"""When a message of the inbox leaves: after some seconds to think again, or at a chosen time."""

import pytest

from appliance.clock import ManualClock
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna."""
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


def sends(browser: Browser, conversation_id: str, **form: str) -> str:
    """The id of the message."""
    answer = browser.post(f"/c/{conversation_id}/messages", {"text": "Om zeven uur.", **form})
    assert answer.status_code == 204, answer.text
    return answer.headers["X-Message"]


def newest(planning: Caller, conversation_id: str) -> str:
    listed = planning.get(f"/conversations/{conversation_id}/messages", order="newest").json()
    return str(listed["items"][0]["id"])


def test_a_send_can_be_undone_for_five_seconds(
    office: Office, clock: ManualClock, planning: Caller, sanne: Browser, anna: str
) -> None:
    """The time stands in the database: a crash sends it no earlier."""
    message_id = sends(sanne, anna, undo="1")
    kept = planning.get(f"/messages/{message_id}").json()
    assert kept["not_before"] == "2026-03-02T08:30:05.000Z"
    assert sanne.post(f"/messages/{message_id}/cancel").status_code == 204
    assert planning.get(f"/messages/{message_id}").json()["state"] == "cancelled"


def test_who_takes_back_what_a_stop_has_withdrawn_is_told_nothing_wrong(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """It has not left, and it says why."""
    message_id = sends(sanne, anna, undo="1")
    office.writes(ANNA, tilburg, "STOP", name="Anna")
    assert sanne.post(f"/messages/{message_id}/cancel").status_code == 204
    kept = planning.get(f"/messages/{message_id}").json()
    assert (kept["state"], kept["reason"]) == ("cancelled", "opted-out")


def test_a_scheduled_message_is_seen_and_withdrawn_by_a_colleague(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    message_id = sends(sanne, anna, not_before="2026-03-05T14:30")
    assert planning.get(f"/messages/{message_id}").json()["not_before"] == (
        "2026-03-05T13:30:00.000Z"
    )
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    bart.client.headers["Accept-Language"] = "en"
    shown = bart.get(f"/c/{anna}").text
    assert "because it was planned for later" in shown
    assert "Withdraw" in shown
    assert bart.post(f"/messages/{message_id}/cancel").status_code == 204
    bart.client.close()


def test_tomorrow_is_the_branchs_tomorrow(planning: Caller, sanne: Browser, anna: str) -> None:
    message_id = sends(sanne, anna, not_before="tomorrow")
    kept = planning.get(f"/messages/{message_id}").json()
    assert kept["not_before"] == "2026-03-03T08:00:00.000Z"
    wrong = sanne.post(f"/c/{anna}/messages", {"text": "x", "not_before": "straks"})
    assert wrong.status_code == 422


def test_who_began_before_a_colleague_answered_is_asked_once_more(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """Their own messages ask nothing; what was accepted once is not asked about again."""
    began = newest(planning, anna)
    sends(sanne, anna, began=began, client_id="c1")
    sends(sanne, anna, began=began)
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    form = {"text": "Om acht uur.", "began": began}
    asked = bart.post(f"/c/{anna}/messages", form)
    assert asked.status_code == 409
    assert 'id="send-anyway"' in asked.text
    assert bart.post(f"/c/{anna}/messages", {**form, "anyway": "1"}).status_code == 204
    sends(sanne, anna, began=began, client_id="c1")
    bart.client.close()


def test_what_they_wrote_meanwhile_asks_nothing(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    began = newest(planning, anna)
    office.writes(ANNA, tilburg, "Nog iets")
    sends(sanne, anna, began=began)
