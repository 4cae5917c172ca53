"""Codes for the line itself: kept apart from messages, and gone after ten minutes."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.desk.lines import line_codes
from appliance.desk.lines.line_codes import LineCode
from appliance.devices.modem_protocol import IncomingPart
from appliance.devices.protocol import Group
from appliance.events import EventKind
from appliance.runtime.jobs import Jobs
from appliance.store.store import Store
from tests.queue.counter import ANNA, SMS, Counter

CODE = "Your WhatsApp code: 123-456. Don't share this code with others"
SECRET = b"123-456"


def readable(counter: Counter, *, with_text: bool = True) -> list[LineCode]:
    now_ms = counter.clock.now_ms()
    return list(
        counter.store.read(
            lambda conn: line_codes.readable(
                conn, counter.line_id, now_ms=now_ms, with_text=with_text
            )
        )
    )


def comes(counter: Counter, text: str = CODE, sender: str = "WhatsApp", key: str = "sms:1") -> None:
    counter.hears(text, sender, channel=SMS, key=key)


def test_a_code_is_no_message(counter: Counter) -> None:
    """It makes no contact, conversation, consent or welcome, and nobody waits for an answer."""
    comes(counter)
    for table in ("message", "contact", "contact_identity", "conversation", "consent", "welcome"):
        assert counter.all(f"SELECT * FROM {table}") == [], table  # noqa: S608 -- our own words
    (code,) = readable(counter)
    assert (code.service, code.text) == ("WhatsApp", CODE)


def test_a_code_from_a_number_is_none_either(counter: Counter) -> None:
    """WhatsApp sends from numbers of many countries, and nobody should answer them."""
    comes(counter, sender="+447700900123")
    assert counter.all("SELECT * FROM contact") == []
    assert len(readable(counter)) == 1


def test_it_is_told_without_its_text(counter: Counter) -> None:
    """The event names the line and the code; the notice shows neither text nor sender."""
    comes(counter)
    (event,) = counter.events(EventKind.LINE_CODE)
    (code,) = readable(counter, with_text=False)
    assert event.line_id == counter.line_id
    assert dict(event.facts) == {"code": code.id, "gone": False}
    assert (code.text, code.sender) == (None, "")
    said = str(counter.all("SELECT * FROM event"))
    assert "123-456" not in said
    assert "123456" not in said


def test_it_comes_once(counter: Counter) -> None:
    """A second report of the same code adds nothing, even after its text is erased."""
    comes(counter)
    comes(counter)
    assert len(readable(counter)) == 1
    counter.clock.advance(s=601)
    line_codes.forget_old(counter.store)
    comes(counter)
    assert readable(counter) == []
    assert len(counter.all("SELECT 1 FROM line_code")) == 1


def test_after_ten_minutes_it_is_erased(counter: Counter, tmp_path: Path) -> None:
    """Readers lose it at once; the next look erases it from the file."""
    comes(counter)
    counter.clock.advance(s=599)
    line_codes.forget_old(counter.store)
    assert len(readable(counter)) == 1
    counter.clock.advance(s=1)
    assert readable(counter) == []
    line_codes.forget_old(counter.store)
    row = counter.one("SELECT text, sender FROM line_code")
    assert (row["text"], row["sender"]) == (None, "")
    assert [event.facts["gone"] for event in counter.events(EventKind.LINE_CODE)] == [False, True]
    counter.store.close()
    with sqlite3.connect(tmp_path / "balie.db") as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    for file in tmp_path.glob("balie.db*"):
        assert SECRET not in file.read_bytes()


def test_codes_that_cannot_be_erased_are_told_once(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that takes no writes is not reported at each look; the end of it is reported, too."""
    comes(counter)
    counter.clock.advance(s=601)
    caplog.set_level(logging.INFO, logger="appliance.runtime.jobs")
    path = counter.store.path
    with closing(Store(path, counter.clock, busy_timeout_s=0.01)) as store:
        jobs = Jobs(store, lambda: None)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(5):
                jobs._forget_codes()
            other.execute("ROLLBACK")
        jobs._forget_codes()
    failed, over = [each for each in caplog.messages if each.startswith("codes for lines")]
    assert "is locked by another program" in failed
    assert "well again" in over


def test_a_clock_that_is_put_back_keeps_none(counter: Counter) -> None:
    """A code from after now counts as old."""
    counter.clock.advance(s=3600)
    comes(counter)
    counter.clock.advance(s=-1800)
    assert readable(counter) == []
    line_codes.forget_old(counter.store)
    assert counter.one("SELECT text FROM line_code")["text"] is None


def test_a_copy_of_the_database_holds_no_code(counter: Counter, tmp_path: Path) -> None:
    """It would live longer than its minutes there; the code itself stays readable."""
    comes(counter)
    counter.store.copy_to(tmp_path / "copy.db")
    assert SECRET not in (tmp_path / "copy.db").read_bytes()
    assert not (tmp_path / "copy.db-wal").exists()
    assert len(readable(counter)) == 1


def test_a_code_in_two_parts(counter: Counter) -> None:
    """Put together it is a code, and the texts of the parts are erased."""
    for part, text in enumerate((CODE[:30], CODE[30:]), start=1):
        counter.reception.received_parts(
            counter.device_id,
            [
                IncomingPart(
                    key=f"part:{part}",
                    sender="WhatsApp",
                    text=text,
                    at_ms=counter.clock.now_ms(),
                    reference=7,
                    wide=False,
                    part=part,
                    total=2,
                )
            ],
        )
    assert [code.text for code in readable(counter)] == [CODE]
    assert counter.all("SELECT * FROM message") == []
    assert {row["units"] for row in counter.all("SELECT units FROM long_sms_part")} == {b""}


@pytest.mark.parametrize("text", ["ik kom 1730", "personeelsnummer 123456", "mijn code is 123456"])
def test_a_person_s_digits_are_a_message(counter: Counter, text: str) -> None:
    """They are answered like anybody."""
    comes(counter, text, ANNA)
    assert readable(counter) == []
    assert [row["rule"] for row in counter.outgoing()] == ["welcome"]


def test_a_group_has_no_codes(counter: Counter) -> None:
    """The whole group has read what was posted there."""
    counter.hears(CODE, "+0", group=Group(jid="1@g.us", name="Loods"))
    assert readable(counter) == []
    assert counter.one("SELECT text FROM message")["text"] == CODE


def test_no_log_holds_a_code(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    comes(counter)
    counter.clock.advance(s=601)
    line_codes.forget_old(counter.store)
    assert "123-456" not in caplog.text
    assert "123456" not in caplog.text
