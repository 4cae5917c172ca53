"""The marks beside a message on a conversation's page: who speaks, and when it was written."""

import pytest

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import Incoming
from appliance.messages import Origin
from appliance.queue.gate import ConsentGate
from tests.api.browser import Browser
from tests.api.office import Desk, Office

HOUR_MS = 3_600_000


def page(office: Office, browser: Browser, language: str) -> str:
    (row,) = office.store.read(lambda conn: conn.execute("SELECT id FROM conversation").fetchall())
    return browser.get(f"/c/{row['id']}", **{"Accept-Language": language}).text


def comes(office: Office, desk: Desk, *, origin: Origin, sender: str, late_ms: int = 0) -> None:
    incoming = Incoming(
        channel=Channel.SMS,
        key="key",
        sender=sender,
        text="Voicemail: 1",
        at_ms=office.clock.now_ms() - late_ms,
        origin=origin,
    )
    Reception(office.store, ConsentGate()).received(desk.device_id, [incoming])


@pytest.mark.parametrize(
    ("origin", "english", "dutch"),
    [
        (
            Origin.NOTICE,
            "Automatic notice, not from a person",
            "Automatisch bericht, niet van een persoon",
        ),
        (
            Origin.TECHNICAL,
            "Technical message, for equipment",
            "Technisch bericht, voor apparatuur",
        ),
    ],
)
def test_what_no_person_wrote_is_marked(
    office: Office, tilburg: Desk, sanne: Browser, origin: Origin, english: str, dutch: str
) -> None:
    """It cannot be answered, and its sender is a name and no number."""
    comes(office, tilburg, origin=origin, sender="“+31655500401”")
    shown = page(office, sanne, "en")
    assert english in shown
    assert "It cannot be answered." in shown
    assert "“+31655500401”" in shown
    assert dutch in page(office, sanne, "nl")


def test_when_it_was_written_stands_at_what_came_late(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """No other message shows it."""
    sender = "+31655500401"
    comes(office, tilburg, origin=Origin.PERSON, sender=sender, late_ms=26 * HOUR_MS)
    assert "geschreven " in page(office, sanne, "nl")
    office.writes(sender, tilburg)
    assert page(office, sanne, "en").count('<span class="written">') == 1
