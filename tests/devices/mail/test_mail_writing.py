"""An answer as the bytes that leave."""

from email import message_from_bytes

import pytest

from appliance.devices.mail.channel import MAIL
from appliance.devices.mail.mailbox_settings import MailboxSettings
from appliance.devices.mail.writing import MailThread, written
from appliance.devices.protocol import Outgoing

SETTINGS = MailboxSettings(
    imap="imaps://mx.example.com",
    smtp="smtps://mx.example.com",
    user="u",
    address="utrecht@example.com",
)
OUTLOOKS = "<AM9PR04MB1234C5B6A7890123456789ABCDEF0@AM9PR04MB1234.eurprd04.prod.outlook.com>"


def written_in(thread: MailThread) -> bytes:
    outgoing = Outgoing(
        message_id="m",
        attempt_id="0190aaaa",
        channel=MAIL,
        number="mail:a@b.nl",
        text="Ja",
        started_ms=0,
    )
    return written(outgoing, SETTINGS, thread, now_ms=1_790_000_000_000)


def test_a_long_id_is_written_as_it_is() -> None:
    """Outlook's are longer than a line of the library, and a thread is found by nothing else."""
    about = MailThread(message_id=OUTLOOKS, subject="Werk", references=[OUTLOOKS, "<a@b.nl>"])
    content = written_in(about)
    assert b"In-Reply-To: " + OUTLOOKS.encode() + b"\r\n" in content
    found = message_from_bytes(content)
    assert found["References"].split() == [OUTLOOKS, "<a@b.nl>", OUTLOOKS]
    assert max(map(len, content.split(b"\r\n"))) < 998


@pytest.mark.parametrize("odd", ["<é@b.nl>", "<\x00@b.nl>"])
def test_an_id_that_no_header_can_hold_is_left_out(odd: str) -> None:
    assert b"In-Reply-To" not in written_in(MailThread(message_id=odd))
    kept = message_from_bytes(written_in(MailThread(message_id="<a@b.nl>", references=[odd])))
    assert kept["References"] == "<a@b.nl>"
