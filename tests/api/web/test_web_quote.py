"""A message of the inbox that answers another one of the thread."""

import pytest

from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna."""
    office.writes(ANNA, tilburg, "Hoe laat begint het?", name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


@pytest.fixture
def question(planning: Caller, anna: str) -> str:
    return str(planning.get(f"/conversations/{anna}/messages").json()["items"][0]["id"])


def test_what_is_quoted_is_kept_with_the_draft_and_sent(
    office: Office, planning: Caller, sanne: Browser, anna: str, question: str
) -> None:
    """Also before a word is typed; a sent message takes it away."""
    sanne.post(f"/c/{anna}/draft", {"text": "", "quotes": question})
    field = f'name="quotes" value="{question}"'
    assert field in sanne.get(f"/c/{anna}").text
    sent = sanne.post(f"/c/{anna}/messages", {"text": "Om acht uur", "quotes": question})
    assert sent.status_code == 204
    shown = sanne.get(f"/c/{anna}").text
    assert field not in shown
    items = planning.get(f"/conversations/{anna}/messages").json()["items"]
    assert [each["quotes"] for each in items if each["text"] == "Om acht uur"] == [question]
    sanne.post(f"/c/{anna}/draft", {"text": "", "quotes": ""})
    assert office.count("draft") == 0


def test_a_message_of_another_conversation_is_not_quoted(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    office.writes("+31687654322", tilburg, "Ander gesprek")
    other = planning.get("/messages", contact="+31687654322").json()["items"][0]["id"]
    sanne.client.headers["Accept-Language"] = "en"
    refused = sanne.post(f"/c/{anna}/messages", {"text": "Ja", "quotes": other})
    assert (refused.status_code, "Take the quote off" in refused.text) == (422, True)
    sanne.post(f"/c/{anna}/draft", {"text": "Ja", "quotes": other})
    assert "Ander gesprek" not in sanne.get(f"/c/{anna}").text.partition('id="scroller"')[2]
