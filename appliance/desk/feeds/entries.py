"""What stands in a calendar: duties and the work of rounds, as far as its reader may see them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.automatic.roster import KEPT_MS
from appliance.desk.feeds.feeds import Feed
from appliance.desk.rounds import board
from appliance.phone_numbers import readable
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.rounds import RoundState

MOST = 2_000
"""Rounds and duties each; the next ones first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`uid` is the same each time; `zone` is the branch's. `names` are of those who come to work,
    where the feed shows them, `contact_ids` who they are.
    """

    uid: str
    made_ms: int
    starts_ms: int
    ends_ms: int
    zone: str
    title: str
    place: str
    cancelled: bool = False
    names: Sequence[str] = ()
    contact_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCalendar:
    """`zone` is in which its reader lives."""

    name: str
    zone: str
    entries: Sequence[Entry]

    @property
    def contact_ids(self) -> Sequence[str]:
        return [each for entry in self.entries for each in entry.contact_ids]


def calendar_of(conn: sqlite3.Connection, feed: Feed, now_ms: int) -> FeedCalendar:
    """What is over stays as long as duties are kept."""
    since_ms = now_ms - KEPT_MS
    if feed.line_id is not None:
        return _of_line(conn, feed, feed.line_id, since_ms)
    return _of_colleague(conn, feed, str(feed.staff_id), since_ms, now_ms)


def _of_line(conn: sqlite3.Connection, feed: Feed, line_id: str, since_ms: int) -> FeedCalendar:
    row = conn.execute("SELECT branch_id, number FROM line WHERE id = ?", (line_id,)).fetchone()
    place = branches.branch(conn, row["branch_id"])
    sight = Sight(frozenset({place.id}))
    about = {"line": line_id, "since": since_ms, "most": MOST, "staff": None, "branches": None}
    return FeedCalendar(
        name=f"{place.name} {readable(row['number'])}",
        zone=place.settings.zone,
        entries=[*_duties(conn, about), *_rounds(conn, feed, sight, about)],
    )


def _of_colleague(
    conn: sqlite3.Connection, feed: Feed, staff_id: str, since_ms: int, now_ms: int
) -> FeedCalendar:
    """Their duties; and the rounds of the branches whose inbox they read now."""
    rights = rights_of(conn, staff_id, now_ms=now_ms)
    sight = sight_in(rights, Permission.INBOX_READ)
    name = conn.execute("SELECT name FROM staff WHERE id = ?", (staff_id,)).fetchone()["name"]
    about = {"line": None, "since": since_ms, "most": MOST, "staff": staff_id}
    about["branches"] = sight.json
    return FeedCalendar(
        name=f"Balie: {name}",
        zone=BranchSettings().zone,
        entries=[*_duties(conn, about), *_rounds(conn, feed, sight, about)],
    )


def _duties(conn: sqlite3.Connection, about: Mapping[str, object]) -> Iterator[Entry]:
    """Of several colleagues who are meant by one duty it is one."""
    rows = conn.execute(_DUTIES_OF_LINE if about["line"] else _DUTIES_OF_COLLEAGUE, about)
    for row in rows.fetchall():
        place = branches.branch(conn, row["branch_id"])
        own = f"{place.name} {readable(row['number'])}"
        yield Entry(
            uid=f"{row['line_id']}-{row['starts_ms']}-{row['ends_ms']}-{row['place']}@balie",
            made_ms=row["imported_ms"],
            starts_ms=row["starts_ms"],
            ends_ms=row["ends_ms"],
            zone=place.settings.zone,
            title=row["who"] if about["line"] else own,
            place=place.name,
        )


def _rounds(
    conn: sqlite3.Connection, feed: Feed, sight: Sight, about: Mapping[str, object]
) -> Iterator[Entry]:
    for row in conn.execute(_ROUNDS, about).fetchall():
        place = branches.branch(conn, row["branch_id"])
        seated = board.board(conn, sight, row["id"]).yes if feed.with_names else ()
        yield Entry(
            uid=f"{row['id']}@balie",
            made_ms=row["created_ms"],
            starts_ms=row["starts_ms"],
            ends_ms=row["ends_ms"],
            zone=place.settings.zone,
            title=f"{place.name} ({row['taken']}/{row['seats']})",
            place=place.name,
            cancelled=row["state"] == RoundState.CANCELLED.value,
            names=[each.contact.name or "?" for each in seated],
            contact_ids=[each.contact.id for each in seated if each.contact.id],
        )


_DUTIES = """
SELECT d.line_id, d.starts_ms, d.ends_ms, d.who, line.branch_id, line.number, r.imported_ms,
  row_number() OVER (PARTITION BY d.line_id, d.starts_ms, d.ends_ms ORDER BY d.who) AS place
FROM (SELECT DISTINCT line_id, starts_ms, ends_ms, who FROM duty_shift
      WHERE ends_ms > :since AND {which}) d
JOIN line ON line.id = d.line_id AND line.removed_ms IS NULL
JOIN duty_roster r ON r.line_id = d.line_id
ORDER BY d.starts_ms DESC LIMIT :most
"""
_DUTIES_OF_LINE = _DUTIES.format(which="line_id = :line")
_DUTIES_OF_COLLEAGUE = _DUTIES.format(which="staff_id = :staff")
_ROUNDS = """
SELECT r.id, r.branch_id, r.state, r.seats, r.starts_ms, r.ends_ms, r.created_ms,
  (SELECT count(*) FROM round_person p WHERE p.round_id = r.id AND p.state = 'yes') AS taken
FROM round r
WHERE r.ends_ms > :since
  AND (:line IS NULL OR r.id IN (SELECT round_id FROM round_line WHERE line_id = :line))
  AND (:branches IS NULL OR r.branch_id IN (SELECT value FROM json_each(:branches)))
ORDER BY r.starts_ms DESC LIMIT :most
"""
