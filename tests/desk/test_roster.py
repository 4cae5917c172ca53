"""A duty roster is a calendar file; it says who is on duty, and an ugly one what is wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from appliance.desk.access import sessions
from appliance.desk.automatic import absence, presence, roster
from appliance.desk.automatic.calendar_file import CalendarShift, shifts_of
from appliance.desk.automatic.calendar_reading import read_calendar
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store import lines
from tests.desk.automatic_line import logs_in, said, told
from tests.queue.counter import ANNA, BART, HOUR_S, MONDAY, Counter, at
from tests.queue.inbox_reader import Colleague

ZONE = "Europe/Amsterdam"
WEEKLY = """BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Amsterdam:20260105T083000
DTEND;TZID=Europe/Amsterdam:20260105T123000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU
EXDATE;TZID=Europe/Amsterdam:20260616T083000
SUMMARY:Dienst: Piet Jansen
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Amsterdam:20260622T083000
DTSTART;TZID=Europe/Amsterdam:20260622T100000
DTEND;TZID=Europe/Amsterdam:20260622T123000
SUMMARY:Ruilt: Sanne
END:VEVENT"""


def calendar(*events: str) -> bytes:
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *events, "END:VCALENDAR", ""]
    return "\r\n".join("\n".join(whole).split("\n")).encode()


def event(*lines_of: str) -> str:
    """They all have one id, as some programs make them."""
    return "\n".join(["BEGIN:VEVENT", "UID:x", *lines_of, "END:VEVENT"])


def read(raw: bytes) -> Sequence[CalendarShift]:
    return shifts_of(raw, ZONE, MONDAY)


def bring(counter: Counter, raw: bytes) -> None:
    shifts = shifts_of(raw, ZONE, counter.clock.now_ms())
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    counter.store.write(lambda tx: roster.bring(tx, line, "dienst.ics", shifts, staff_id=None))


def on_duty(counter: Counter, when: str) -> list[str]:
    found = counter.store.read(lambda conn: presence.on_duty(conn, counter.line_id, at(when)))
    return [each.shown for each in found]


def utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%m-%d %H:%M")


def test_shifts_that_repeat_are_read_for_a_year() -> None:
    """Without those left out, with those that were moved, and over a change of the clock."""
    found = read(calendar(WEEKLY))
    assert [(utc(each.starts_ms), each.who) for each in found[:4]] == [
        ("06-15 06:30", "Dienst: Piet Jansen"),
        ("06-22 08:00", "Ruilt: Sanne"),
        ("06-23 06:30", "Dienst: Piet Jansen"),
        ("06-29 06:30", "Dienst: Piet Jansen"),
    ]
    winter = next(each for each in found if utc(each.starts_ms).startswith("11-02"))
    assert utc(winter.starts_ms) == "11-02 07:30"
    assert 100 < len(found) < 110


def test_days_and_times_without_a_zone_are_the_branch_s() -> None:
    """A shift of a season is kept in pieces, one that was called off is none."""
    found = read(
        calendar(
            event("DTSTART;VALUE=DATE:20260616", "SUMMARY:Anna"),
            event("DTSTART:20260617T180000", "DURATION:PT2H", "SUMMARY:Bart"),
            event("DTSTART:20260618T180000Z", "DTEND:20260618T190000Z", "SUMMARY:Chris"),
            event("DTSTART:20260619", "STATUS:CANCELLED", "SUMMARY:Dirk"),
            event("DTSTART:20260801T000000", "DTEND:20261001T000000", "SUMMARY:Zomer"),
        )
    )
    assert [(utc(each.starts_ms), utc(each.ends_ms), each.who) for each in found] == [
        ("06-15 22:00", "06-16 22:00", "Anna"),
        ("06-17 16:00", "06-17 18:00", "Bart"),
        ("06-18 18:00", "06-18 19:00", "Chris"),
        ("07-31 22:00", "08-31 22:00", "Zomer"),
        ("08-31 22:00", "09-30 22:00", "Zomer"),
    ]


BEGINS = "DTSTART:20260616T080000Z"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "This is no calendar file"),
        (b"PK\x03\x04 a workbook", "This is no calendar file"),
        (b"naam;van;tot\nAnna;8;12", "This is no calendar file"),
        (calendar(), "There is no event"),
        (calendar(WEEKLY)[:-200], "damaged or was cut off"),
        (calendar(event(BEGINS, "SUMMARY:Caf\xe9")).decode().encode("latin-1"), "not in UTF-8"),
        (calendar(event("SUMMARY:Anna")), "“Anna” in the calendar file has no time"),
        (calendar(event("DTSTART:tomorrow", "SUMMARY:Anna")), "cannot be read (DTSTART)"),
        (calendar(event("DTSTART:00010101T000000Z", "SUMMARY:A")), "before the year 2000"),
        (calendar(event("DTSTART:20200101T000000Z", "SUMMARY:Anna")), "No shift"),
        (calendar(event(BEGINS, "RRULE:FREQ=SECONDLY", "SUMMARY:A")), "more than once a day"),
        (
            calendar(event(BEGINS, "RRULE:FREQ=DAILY;BYHOUR=1,2,3", "SUMMARY:A")),
            "more than once a day",
        ),
        (calendar(event(BEGINS, "RRULE:FREQ=DAILY;INTERVAL=0", "SUMMARY:A")), "do not exist"),
        (
            calendar(event(BEGINS, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:A")),
            "do not exist",
        ),
        (calendar(event(BEGINS, "RRULE:FREQ=WHENEVER", "SUMMARY:A")), "cannot be read (RRULE)"),
        (calendar(*[event(BEGINS, "SUMMARY:A")] * 2_001), "more than 2000 events"),
        (
            calendar(*[event(BEGINS, "DURATION:PT1H", "RRULE:FREQ=DAILY", "SUMMARY:A")] * 200),
            "more than 5000 shifts",
        ),
        (b"BEGIN:VCALENDAR" + b"x" * 1_000_001, "larger than 1 MB"),
    ],
    ids=range(18),
)
def test_an_ugly_file_says_what_is_wrong(raw: bytes, says: str) -> None:
    """In one sentence, and nothing of it is kept."""
    with pytest.raises(InvalidInput) as wrong:
        read(raw)
    assert says in wrong.value.sentence
    assert wrong.value.field == "roster"


def test_a_file_that_asks_for_too_much_is_not_read_to_its_end() -> None:
    """No first day of a year is in April, and all days until the year 9999 would be tried."""
    never = calendar(event(BEGINS, "RRULE:FREQ=DAILY;BYMONTH=4;BYYEARDAY=1", "SUMMARY:A"))
    with pytest.raises(InvalidInput) as wrong:
        read_calendar(never, ZONE, MONDAY, limit=timedelta(seconds=1))
    assert "takes too long to read" in wrong.value.sentence


def test_a_process_of_its_own_reads_the_same() -> None:
    """The shifts, and what is wrong with a file."""
    mine = event(BEGINS, "DURATION:PT1H", "ATTENDEE:mailto:Anna@example.com", "SUMMARY:“Änna”")
    assert read_calendar(calendar(WEEKLY, mine), ZONE, MONDAY) == read(calendar(WEEKLY, mine))
    with pytest.raises(InvalidInput, match="“Änna” in the calendar file has no time"):
        read_calendar(calendar(event("SUMMARY:Änna")), ZONE, MONDAY)


def test_a_roster_says_which_colleague_is_on_duty(counter: Counter) -> None:
    """By address, by name or by first name; who is nobody's name stays as the file says it."""
    piet = Colleague(counter, "Piet Jansen").id
    Colleague(counter, "Sanne Vos")
    Colleague(counter, "Sanne Bos")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE staff SET email = 'piet@example.com' WHERE id = ?", (piet,)
        )
    )
    bring(
        counter,
        calendar(
            event("DTSTART;VALUE=DATE:20260616", "SUMMARY:Achterwacht piet"),
            event("DTSTART;VALUE=DATE:20260617", "SUMMARY:Sanne"),
            event("DTSTART;VALUE=DATE:20260618", "SUMMARY:Sanne Bos & Piet Jansen"),
            event(
                "DTSTART;VALUE=DATE:20260619",
                "SUMMARY:Dienst",
                "ATTENDEE;CN=Piet:mailto:Piet@example.com",
            ),
        ),
    )
    assert on_duty(counter, "2026-06-16 12:00") == ["Piet Jansen"]
    assert on_duty(counter, "2026-06-17 12:00") == ["Sanne"]
    assert on_duty(counter, "2026-06-18 12:00") == ["Piet Jansen", "Sanne Bos"]
    assert on_duty(counter, "2026-06-19 12:00") == ["Piet Jansen"]
    assert on_duty(counter, "2026-06-20 12:00") == []
    kept = counter.store.read(lambda conn: roster.of_line(conn, counter.line_id, MONDAY))
    assert kept is not None
    assert (kept.name, kept.unknown, len(kept.next)) == ("dienst.ics", ["Sanne"], 5)
    (told_of,) = counter.events(EventKind.LINE_ROSTER)
    assert told_of.facts == {"what": "imported", "shifts": 4}


def test_a_name_within_a_longer_one_is_nobody_s(counter: Counter) -> None:
    """Unless the title has it once more."""
    for name in ("Jan", "Jan de Vries"):
        Colleague(counter, name)
    titles = ("Jan de Vries", "Jan de Vries, Jan")
    days = [
        event(f"DTSTART;VALUE=DATE:2026061{day}", f"SUMMARY:{title}")
        for day, title in enumerate(titles, 6)
    ]
    bring(counter, calendar(*days))
    assert on_duty(counter, "2026-06-16 12:00") == ["Jan de Vries"]
    assert sorted(on_duty(counter, "2026-06-17 12:00")) == ["Jan", "Jan de Vries"]


def test_who_is_on_duty_decides_whether_somebody_is_there(counter: Counter) -> None:
    """A browser that a colleague left open answers nobody; without a shift all count again."""
    counter.knows(ANNA, BART)
    piet, joris = Colleague(counter, "Piet").id, Colleague(counter, "Joris").id
    told(counter, nobody_logged_in={"on": True, "variants": ["{dienst} heeft dienst."]})
    bring(counter, calendar(event("DTSTART;VALUE=DATE:20260615", "SUMMARY:Piet")))
    logs_in(counter, joris)
    counter.hears("Hallo?")
    assert [row["text"] for row in counter.outgoing()][-1] == "Piet heeft dienst."
    token = logs_in(counter, piet)
    counter.hears("Hallo?", BART)
    assert said(counter, BART) == []
    counter.store.write(lambda tx: absence.go(tx, piet, "2026-06-16", "Ik ben weg.", ZONE))
    assert on_duty(counter, "2026-06-15 12:00") == []
    counter.store.write(lambda tx: absence.come_back(tx, piet))
    counter.store.write(lambda tx: sessions.end(tx, token))
    counter.clock.advance(s=23 * HOUR_S)
    logs_in(counter, joris)
    counter.hears("Goedemorgen", BART)
    assert said(counter, BART) == []


def test_another_file_takes_the_place_of_the_roster(counter: Counter) -> None:
    """What is over for a month is forgotten; a roster that is removed is gone."""
    bring(counter, calendar(event("DTSTART;VALUE=DATE:20260616", "SUMMARY:Piet")))
    bring(counter, calendar(event("DTSTART;VALUE=DATE:20260617", "SUMMARY:Joris")))
    assert on_duty(counter, "2026-06-16 12:00") == []
    assert on_duty(counter, "2026-06-17 12:00") == ["Joris"]
    counter.clock.advance(s=40 * 24 * HOUR_S)
    counter.store.write(roster.forget_old)
    assert counter.all("SELECT * FROM duty_shift") == []
    line_id = counter.line_id
    counter.store.write(lambda tx: roster.remove(tx, line_id, staff_id=None))
    counter.store.write(lambda tx: roster.remove(tx, line_id, staff_id=None))
    assert [each.facts["what"] for each in counter.events(EventKind.LINE_ROSTER)] == [
        "imported",
        "imported",
        "removed",
    ]
