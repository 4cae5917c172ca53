"""What came of the rounds of these days: how many have their people, how soon they had them, and
what those who were asked said, as it stands now.

A round belongs to the day on which it began, in the zone of its branch. It counts for each number
that it asks from, and whoever was asked for the number that asked them. Its colleague is who began
it, its label the one whose people it asks first. Rounds are few beside messages, so they are read
as they are, and what somebody takes back later is so here, too.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from appliance.desk.reports import sheets
from appliance.desk.reports.counting import when
from appliance.desk.reports.reading import EVERYBODY
from appliance.desk.reports.sheets import By, ReportQuery, Whom
from appliance.desk.reports.spreads import middle_and_ninth
from appliance.ids import earliest_id
from appliance.queue.pacing import MINUTE_MS
from appliance.store import branches


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesToFilled:
    """Of the rounds that have their people; None where there is none."""

    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsEntry:
    """`filled` of the rounds have all their people, and `taken` of the seats somebody. Of those
    `asked`, the `yes` have a seat or are on the reserve list; `silent` wrote nothing.
    """

    whom: Whom
    rounds: int
    filled: int
    minutes_to_filled: MinutesToFilled
    seats: int
    taken: int
    asked: int
    yes: int
    no: int
    unclear: int
    silent: int

    @property
    def yes_rate(self) -> float | None:
        """From 0 to 1; None where nobody was asked."""
        return round(self.yes / self.asked, 3) if self.asked else None


def rounds(
    conn: sqlite3.Connection, query: ReportQuery
) -> tuple[Sequence[RoundsEntry], RoundsEntry]:
    """Of each, and of all together: a round over two numbers is one there."""
    found: dict[str, _RoundSums] = {}
    total = _RoundSums()
    for each in _begun(conn, query):
        total.add(each, each.said)
        for who, line_ids in _whose(conn, query, each):
            said = {line: count for line, count in each.said.items() if line in line_ids}
            found.setdefault(who, _RoundSums()).add(each, said)
    entries = [
        found.get(whom.id or "", _RoundSums()).entry(whom)
        for whom in sheets.named(conn, query, found)
    ]
    return entries, total.entry(EVERYBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A round. `took_ms` None: a seat is free. `said` are people by the line that asked them."""

    day: date
    branch_id: str
    line_ids: frozenset[str]
    seats: int
    taken: int
    took_ms: int | None
    staff_id: str | None
    label: str | None
    said: Mapping[str, Counter[str]]


@dataclass(slots=True)
class _RoundSums:
    rounds: int = 0
    seats: int = 0
    taken: int = 0
    minutes: Counter[int] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)

    def add(self, about: _Begun, said: Mapping[str, Counter[str]]) -> None:
        self.rounds += 1
        self.seats += about.seats
        self.taken += about.taken
        if about.took_ms is not None:
            self.minutes[round(about.took_ms / MINUTE_MS)] += 1
        for each in said.values():
            self.said.update(each)

    def entry(self, whom: Whom) -> RoundsEntry:
        median, p90 = middle_and_ninth(sorted(self.minutes.items()))
        return RoundsEntry(
            whom=whom,
            rounds=self.rounds,
            filled=self.minutes.total(),
            minutes_to_filled=MinutesToFilled(median=median, p90=p90),
            seats=self.seats,
            taken=self.taken,
            **{name: self.said[name] for name in _SAID},
        )


def _begun(conn: sqlite3.Connection, query: ReportQuery) -> Iterator[_Begun]:
    """The rounds of the period that ask from one of these lines, as far as those asked."""
    zones = {each.id: each.settings.zone for each in branches.branches(conn)}
    bounds = [query.period.bounds_ms(zone) for zone in set(zones.values())]
    if not bounds:
        return
    about: dict[str, str | int] = {
        # An id is never of an earlier time than its row.
        "first": earliest_id(min(first for first, _ in bounds)),
        "after_ms": max(after for _, after in bounds),
    }
    line_ids = _line_ids(conn, about)
    for row in conn.execute(_ROUNDS, about).fetchall():
        day = date.fromisoformat(when(zones[row["branch_id"]], row["created_ms"])[0])
        asking = line_ids[row["id"]].intersection(query.line_ids)
        if asking and query.period.first <= day <= query.period.last:
            several = row["is_over_several"]
            parts = conn.execute(_BY_LINE, (row["id"],)).fetchall() if several else [row]
            yield _one(parts, day, asking)


def _line_ids(conn: sqlite3.Connection, about: Mapping[str, str | int]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in conn.execute(_LINES, about):
        found.setdefault(row["round_id"], set()).add(row["line_id"])
    return found


def _one(parts: Sequence[sqlite3.Row], day: date, line_ids: set[str]) -> _Begun:
    about, taken = parts[0], sum(each["taken"] for each in parts)
    is_filled = about["filled_ms"] is not None and taken >= about["seats"]
    return _Begun(
        day=day,
        branch_id=about["branch_id"],
        line_ids=frozenset(line_ids),
        seats=about["seats"],
        taken=taken,
        took_ms=about["filled_ms"] - about["created_ms"] if is_filled else None,
        staff_id=about["staff_id"],
        label=about["label"],
        said={
            each["line_id"]: Counter({name: each[name] for name in _SAID})
            for each in parts
            if each["line_id"] in line_ids
        },
    )


def _whose(
    conn: sqlite3.Connection, query: ReportQuery, about: _Begun
) -> Iterator[tuple[str, frozenset[str]]]:
    """For whom a round counts, and by which of its lines."""
    match query.by:
        case By.LINE:
            yield from ((each, frozenset({each})) for each in about.line_ids)
        case By.STAFF:
            yield about.staff_id or "", about.line_ids
        case By.TIME:
            yield query.period.step_of(about.day), about.line_ids
        case By.LABEL if about.label is not None:
            row = conn.execute(_LABEL, (about.label, about.branch_id)).fetchone()
            if row is not None:
                yield row["id"], about.line_ids


_SAID = ("asked", "yes", "no", "unclear", "silent")
_COUNTED = """
SELECT r.id, r.branch_id, r.created_ms, r.filled_ms, r.seats, r.staff_id, r.label,
  max(p.line_id) AS line_id, min(p.line_id) <> max(p.line_id) AS is_over_several,
  count(iif(p.state = 'yes', 1, NULL)) AS taken,
  count(p.asked_ms) AS asked,
  count(iif(p.state IN ('yes', 'reserve'), p.asked_ms, NULL)) AS yes,
  count(iif(p.state = 'no', p.asked_ms, NULL)) AS no,
  count(iif(p.state = 'unclear', p.asked_ms, NULL)) AS unclear,
  count(iif(p.state IN ('asked', 'silent'), p.asked_ms, NULL)) AS silent
FROM round r LEFT JOIN round_person p ON p.round_id = r.id
"""
# Nearly all rounds ask from one number: grouped as they lie, their people are not sorted.
_ROUNDS = f"{_COUNTED} WHERE r.id >= :first AND r.created_ms < :after_ms GROUP BY r.id"
_BY_LINE = f"{_COUNTED} WHERE r.id = ? GROUP BY p.line_id"
_LINES = "SELECT round_id, line_id FROM round_line WHERE round_id >= :first"
# A label of the branch comes before one of the house that has the same name.
_LABEL = """
SELECT id FROM label WHERE name = ? COLLATE NOCASE AND (branch_id IS NULL OR branch_id = ?)
ORDER BY branch_id IS NULL LIMIT 1
"""
