"""A round as files for other programs: a table of its people, and the work as a calendar entry."""

from datetime import UTC, datetime

from appliance.desk.contacts.card_files import MARK, csv_line, escaped, folded
from appliance.desk.rounds.board import Board, BoardPerson

HEADINGS = ("name", "number", "state", "why", "asked_at", "answered_at", "answer")


def as_csv(board: Board) -> str:
    """As people are saved: for Excel, and no cell becomes a formula."""
    rows = [HEADINGS, *(_cells(each) for each in board.people)]
    return MARK + "".join(csv_line(row) for row in rows)


def as_ics(board: Board, *, place: str) -> str:
    """One event (RFC 5545) with who has a seat. Numbers stay out: calendars are shared."""
    about = board.about
    seated = [each.contact.name or "?" for each in board.yes]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Balie//Rounds//EN",
        "BEGIN:VEVENT",
        f"UID:{about.id}@balie",
        f"DTSTAMP:{_utc(about.created_ms)}",
        f"DTSTART:{_utc(about.starts_ms)}",
        f"DTEND:{_utc(about.ends_ms)}",
        f"SUMMARY:{escaped(f'{place} ({len(seated)}/{about.seats})')}",
        f"LOCATION:{escaped(place)}",
        f"DESCRIPTION:{escaped(chr(10).join(seated))}",
        f"STATUS:{'CANCELLED' if about.state.value == 'cancelled' else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _cells(each: BoardPerson) -> tuple[str, ...]:
    return (
        each.contact.name or "",
        each.contact.number,
        each.state.value,
        each.why.value if each.why else "",
        _iso(each.asked_ms),
        _iso(each.answered_ms),
        each.answer or "",
    )


def _iso(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"


def _utc(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y%m%dT%H%M%SZ}"
