"""A code for the line: only on the page of people who manage its devices."""

from collections.abc import Iterator

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.lines import line_codes
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

CODE = "Your WhatsApp code: 123-456"
SECRET = "123-456"
WORKER = "+31655500501"
NOTICE = "A code came for"


@pytest.fixture
def code(office: Office, tilburg: Desk) -> None:
    office.writes(WORKER, tilburg, "Hoi, is er werk?")
    office.writes("WhatsApp", tilburg, CODE, channel=Channel.SMS)


@pytest.fixture
def ids(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ids", role="branch-it", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


@pytest.fixture
def sanne(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Sanne", role="lead", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def page(browser: Browser, path: str, language: str = "en") -> str:
    return browser.get(path, **{"Accept-Language": language}).text


@pytest.mark.usefixtures("code")
def test_who_manages_devices_reads_it(ids: Browser, clock: ManualClock) -> None:
    """The page says until when it can be read, and shows it only until then."""
    shown = page(ids, "/devices")
    assert CODE in shown
    assert "A code for this number came from WhatsApp." in shown
    assert "Er kwam een code voor dit nummer van WhatsApp." in page(ids, "/devices", "nl")
    clock.advance(s=600)
    assert SECRET not in page(ids, "/devices")


@pytest.mark.usefixtures("code")
def test_who_manages_another_branch_does_not(office: Office, breda: Desk) -> None:
    other = log_in(office, "Otto", role="branch-it", branch_id=breda.branch_id)
    shown = page(other, "/devices")
    assert SECRET not in shown
    assert NOTICE not in shown
    other.client.close()


@pytest.mark.usefixtures("code")
def test_the_others_are_told_that_one_came(
    office: Office, sanne: Browser, clock: ManualClock
) -> None:
    """In the inbox and on the page of the devices, until it is erased; never its text or sender."""
    conversation = office.store.read(
        lambda conn: conn.execute("SELECT id FROM conversation").fetchone()[0]
    )
    for path in ("/", "/list", "/devices", f"/c/{conversation}"):
        shown = page(sanne, path)
        assert SECRET not in shown, path
        assert NOTICE in shown, path
    assert "Er kwam een code voor" in page(sanne, "/", "nl")
    clock.advance(s=600)
    line_codes.forget_old(office.store)
    assert NOTICE not in page(sanne, "/")


@pytest.mark.usefixtures("code")
def test_no_token_reads_it(office: Office, tilburg: Desk, planning: Caller) -> None:
    """It is no message, conversation, contact, line, device or call."""
    for path in ("/messages", "/conversations", "/contacts", "/lines", "/devices", "/calls"):
        answer = planning.get(path)
        assert answer.status_code == 200, path
        assert SECRET not in answer.text, path
        assert "WhatsApp" not in answer.text, path
    assert len(planning.get("/messages", direction="in").json()["items"]) == 1
    assert planning.get("/contacts/WhatsApp").status_code == 404
    facts = office.store.read(
        lambda conn: [str(dict(row)) for row in conn.execute("SELECT * FROM event_log")]
    )
    assert not any(SECRET in each for each in facts)
    assert any("line.code" in each for each in facts)
