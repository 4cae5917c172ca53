"""*Not arrived*: nothing that failed stays unseen."""

import re
from collections.abc import Mapping

import pytest

from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


def sent(office: Office, planning: Caller, tilburg: Desk, *states: MessageState) -> str:
    """The id of a message to Anna that went through these states."""
    office.writes(ANNA, tilburg, name="Anna")
    made = planning.post({"line": tilburg.number, "to": ANNA, "text": "Om zeven uur."}).json()

    def work(tx: Tx) -> None:
        for state in states:
            messages.move(tx, made["id"], state, reason=Reason.PERMANENT)

    office.store.write(work)
    return str(made["id"])


def listed(browser: Browser) -> list[str]:
    return re.findall(r'id="x-([0-9a-f-]+)"', browser.get("/list?view=not-arrived").text)


def beside(browser: Browser, line: str = "") -> Mapping[str, str]:
    """The numbers beside the views, by the name of the view."""
    page = browser.get(f"/inbox/all{line}").text
    found = re.findall(r'data-view="([a-z-]+)"(?:\s+data-count="([^"]+)")?', page)
    return dict(found)


def test_the_views_say_how_much_is_to_do(
    office: Office, planning: Caller, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """On the lines that are shown, of what one may see; a view with nothing to do says nothing."""
    assert beside(sanne) == {"waiting": "", "mine": "", "not-arrived": ""}
    message_id = sent(office, planning, tilburg, MessageState.SENDING, MessageState.FAILED)
    conversation = planning.get("/conversations").json()["items"][0]["id"]
    sanne.post(f"/c/{conversation}/case", {"do": "claim"})
    assert beside(sanne) == {"waiting": "1", "mine": "1", "not-arrived": "1"}
    loes = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert beside(loes) == {"waiting": "", "mine": "", "not-arrived": ""}
    loes.client.close()
    lead = log_in(office, "Piet", role="lead", branch_id=None)
    assert beside(lead) == {"waiting": "1", "mine": "", "not-arrived": "1"}
    assert beside(lead, f"?line={breda.line_id}")["not-arrived"] == ""
    lead.client.close()
    sanne.post(f"/messages/{message_id}/missing", {"do": "seen"})
    assert beside(sanne)["not-arrived"] == ""


@pytest.mark.parametrize(
    "states",
    [
        (MessageState.SENDING, MessageState.FAILED),
        (MessageState.EXPIRED,),
        (MessageState.REFUSED,),
        (MessageState.SENDING, MessageState.UNCONFIRMED),
        (MessageState.SENDING, MessageState.SENT, MessageState.FAILED),
    ],
)
def test_what_did_not_arrive_stands_there_with_its_reason(
    office: Office,
    planning: Caller,
    tilburg: Desk,
    sanne: Browser,
    states: tuple[MessageState, ...],
) -> None:
    message_id = sent(office, planning, tilburg, *states)
    assert listed(sanne) == [message_id]
    shown = sanne.get("/list?view=not-arrived").text
    assert "because it was refused for good" in shown
    assert "Nobody has this conversation" in shown


def test_what_leaves_after_all_goes_from_there(
    office: Office, planning: Caller, tilburg: Desk, sanne: Browser
) -> None:
    """And nobody can send again what is in doubt."""
    message_id = sent(office, planning, tilburg, MessageState.SENDING, MessageState.UNCONFIRMED)
    refused = sanne.post(f"/messages/{message_id}/missing", {"do": "again"})
    assert refused.status_code == 409
    office.store.write(lambda tx: messages.move(tx, message_id, MessageState.SENT))
    assert listed(sanne) == []


def test_it_is_sent_again_as_a_message_of_its_own(
    office: Office, planning: Caller, tilburg: Desk, sanne: Browser
) -> None:
    """Once: a second colleague is told that somebody was quicker."""
    message_id = sent(office, planning, tilburg, MessageState.SENDING, MessageState.FAILED)
    assert sanne.post(f"/messages/{message_id}/missing", {"do": "again"}).status_code == 204
    assert listed(sanne) == []
    (waiting,) = [
        each
        for each in planning.get("/messages", state="queued").json()["items"]
        if each["author"] == "Sanne"
    ]
    assert waiting["text"] == "Om zeven uur."
    assert sanne.post(f"/messages/{message_id}/missing", {"do": "again"}).status_code == 409


def test_somebody_who_asked_to_stop_gets_it_not_again(
    office: Office, planning: Caller, tilburg: Desk, sanne: Browser
) -> None:
    message_id = sent(office, planning, tilburg, MessageState.SENDING, MessageState.FAILED)
    office.writes(ANNA, tilburg, "STOP")
    refused = sanne.post(f"/messages/{message_id}/missing", {"do": "again"})
    assert (refused.status_code, 'data-code="opted-out"' in refused.text) == (409, True)
    assert listed(sanne) == [message_id]
    assert sanne.post(f"/messages/{message_id}/missing", {"do": "seen"}).status_code == 204
    assert listed(sanne) == []


def test_another_branch_sees_nothing_of_it(
    office: Office, planning: Caller, tilburg: Desk, breda: Desk
) -> None:
    message_id = sent(office, planning, tilburg, MessageState.SENDING, MessageState.FAILED)
    stranger = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert listed(stranger) == []
    assert stranger.post(f"/messages/{message_id}/missing", {"do": "seen"}).status_code == 404
    stranger.client.close()
