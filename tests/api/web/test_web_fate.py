"""What the composer says of a text before it is sent."""

import re
from html import unescape

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import new_line
from appliance.devices.protocol import DeviceState, Status
from appliance.queue.gate import ConsentGate
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna, whose branch has its phone."""
    both = frozenset({Channel.WHATSAPP, Channel.SMS})
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=both))
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


def fate(browser: Browser, conversation_id: str) -> str:
    answer = browser.get(f"/c/{conversation_id}/fate", **{"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(unescape(re.sub("<[^>]+>", "", answer.text)).split())


def test_an_answer_leaves_now_over_the_way_on_which_they_wrote(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    assert fate(sanne, anna) == "Leaves now, as WhatsApp"
    clock.advance(s=60)
    office.writes(ANNA, tilburg, "Via sms", channel=Channel.SMS)
    assert fate(sanne, anna) == "Leaves now, as SMS"


def test_it_says_since_when_the_phone_is_out(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    office.phone_is_away(tilburg)
    clock.advance(s=3600)
    assert fate(sanne, anna) == "Waits: the phone or modem is not plugged in, since 09:30"


def test_it_says_that_the_modem_sends_and_signs(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    """At first not before the line has waited for its phone."""
    modem = office.store.write(lambda tx: new_line.add_fallback(tx, tilburg.line_id, "/dev/ttyU0"))
    ready = Status(state=DeviceState.READY, channels=frozenset({Channel.SMS}))
    Reception(office.store, ConsentGate()).status(modem, ready)
    office.phone_is_away(tilburg)
    signed = "as SMS over the modem, signed with the branch's name"
    assert fate(sanne, anna).startswith(f"Leaves at 09:40, {signed}: ")
    clock.advance(s=1200)
    assert fate(sanne, anna) == f"Leaves now, {signed}"


def test_what_nobody_waits_for_leaves_when_the_branch_is_open(
    office: Office, tilburg: Desk, anna: str, clock: ManualClock
) -> None:
    clock.advance(s=36 * 3600)
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    bart.client.headers["Accept-Language"] = "en"
    said = fate(bart, anna)
    assert said.startswith("Leaves tomorrow at ")
    assert said.endswith("as WhatsApp: the branch is closed until then")
    bart.client.close()


def test_where_nothing_may_be_sent_the_reason_stands_there_alone(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    office.writes(ANNA, tilburg, "STOP")
    assert fate(sanne, anna) == ""
    stopped = sanne.get(f"/c/{anna}").text
    assert "This person asked to stop." in stopped
    assert ('id="text"' in stopped, 'id="note-text"' in stopped) == (False, True)


def test_start_gives_the_field_back_with_its_draft(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    sanne.post(f"/c/{anna}/draft", {"text": "Neem je pas mee"})
    office.writes(ANNA, tilburg, "STOP")
    assert "Neem je pas mee</textarea>" not in sanne.get(f"/c/{anna}").text
    office.writes(ANNA, tilburg, "START")
    assert "Neem je pas mee</textarea>" in sanne.get(f"/c/{anna}").text


def test_who_is_blocked_is_not_written_to_and_the_composer_says_so(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller, anna: str
) -> None:
    """Before anybody types, and the card says it of the numbers."""
    body = {"blocked": True}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    assert fate(sanne, anna) == ""
    assert "<strong>The office has blocked this person.</strong>" in sanne.get(f"/c/{anna}").text
    as_part = {"HX-Request": "true"}
    assert "may be written to" not in sanne.get(f"/c/{anna}/contact", **as_part).text
    body = {"blocked": False}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    assert fate(sanne, anna) == "Leaves now, as WhatsApp"
    assert "may be written to" in sanne.get(f"/c/{anna}/contact", **as_part).text
