"""What reports are made of, at the SQL edge: the sheets of days and the cases that are open.

A sheet is what happened on a line on one day of its branch, for one colleague or under one label.
It holds counts and spans of time as letters, which SQLite joins for any period and Python counts by
the million: a letter for the hour of each message, one for the span of each answer. So a report
over years reads days.
"""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from appliance.store.store import Tx

FORGET_MS = 31 * 86_400_000
"""A case without a label in which nobody waits and nothing was said for so long is not followed any
more.
"""


_SPANS = (
    *((1, 60), (2, 120), (5, 600), (30, 3_600), (300, 21_600), (1_800, 172_800)),
    *((21_600, 1_209_600), (604_800, 366 * 86_400)),
)
"""A span is kept to so many seconds up to so many: within two in a hundred, and people's round
numbers stay as they are. The fewer there are, the quicker a million of them is counted.
"""
_FIRST = 0x4E00
"""Letters that no normal form changes."""


class ByWhat(Enum):
    LINE = "line"
    STAFF = "staff"
    LABEL = "label"


class SheetKey(NamedTuple):
    """`who` is the id of a colleague or of a label; '' of a line, and for programs."""

    by_what: ByWhat
    line_id: str
    day: str
    who: str


@dataclass(slots=True, kw_only=True)
class Sheet:
    """`came` and `went` are letters of hours, one a message; the others letters of spans."""

    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    by_itself: int = 0
    answers: list[str] = field(default_factory=list)
    answers_shut: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    cases_shut: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation since it was last done, or quiet for long. `labels` are those under which it
    is counted; `waiting_ms` None: nobody waits; `done_ms` None: it is open;
    `done_by` None with it: it stays done, and was not counted as resolved.
    """

    conversation_id: str
    line_id: str
    opened_ms: int
    last_ms: int
    waiting_ms: int | None = None
    done_ms: int | None = None
    done_by: str | None = None
    labels: tuple[str, ...] = ()


def _spans() -> Iterator[int]:
    at_s = 0
    for step_s, until_s in _SPANS:
        yield from range(at_s, until_s, step_s)
        at_s = until_s


_KNOWN = tuple(_spans())
SECONDS = {chr(_FIRST + place): span_s for place, span_s in enumerate(_KNOWN)}
"""The span that a letter stands for."""


def letter_of(seconds: float) -> str:
    """The letter of the nearest span."""
    after = min(bisect_left(_KNOWN, seconds), len(_KNOWN) - 1)
    before = max(0, after - 1)
    nearer = before if seconds - _KNOWN[before] < _KNOWN[after] - seconds else after
    return chr(_FIRST + nearer)


def followed_to(conn: sqlite3.Connection) -> int | None:
    """The last event that is counted; None while the past is still to be counted."""
    row = conn.execute("SELECT event_seq FROM report_house").fetchone()
    return None if row["event_seq"] is None else int(row["event_seq"])


def follow_to(conn: sqlite3.Connection, event_seq: int) -> None:
    conn.execute("UPDATE report_house SET event_seq = ?", (event_seq,))


def is_per_person(conn: sqlite3.Connection) -> bool:
    """Whether the company wants figures of each colleague."""
    return bool(conn.execute("SELECT per_person FROM report_house").fetchone()[0])


def set_per_person(conn: sqlite3.Connection, *, on: bool) -> bool:
    """Whether that is other than before."""
    changed = conn.execute("UPDATE report_house SET per_person = ?1 WHERE per_person <> ?1", (on,))
    return changed.rowcount > 0


def begin_anew(tx: Tx) -> str:
    """Forgets all that was counted; who counts now goes by this name."""
    conn, name = tx.conn, tx.new_id()
    for table in ("report_day", "report_case", "report_sends"):
        conn.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
    conn.execute(
        "UPDATE report_house SET event_seq = NULL, sends_day = NULL, counting = ?", (name,)
    )
    return name


def is_counting(conn: sqlite3.Connection, name: str) -> bool:
    """Whether nobody else has begun anew since."""
    (found,) = conn.execute("SELECT counting FROM report_house").fetchone()
    return bool(found == name)


def days(conn: sqlite3.Connection) -> int:
    """On how many days something was said."""
    return int(conn.execute("SELECT count(DISTINCT day) FROM report_day").fetchone()[0])


def case_of(conn: sqlite3.Connection, conversation_id: str) -> Case | None:
    row = conn.execute(
        "SELECT * FROM report_case WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    if row is None:
        return None
    case = Case(**{**dict(row), "labels": ()})
    return replace(case, labels=tuple(json.loads(row["labels"])))


def keep_cases(conn: sqlite3.Connection, cases: Iterable[Case]) -> None:
    conn.executemany(
        "INSERT OR REPLACE INTO report_case (conversation_id, line_id, opened_ms, last_ms,"
        " waiting_ms, done_ms, done_by, labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                each.conversation_id,
                each.line_id,
                each.opened_ms,
                each.last_ms,
                each.waiting_ms,
                each.done_ms,
                each.done_by,
                json.dumps(each.labels),
            )
            for each in cases
        ],
    )


def forget_quiet(tx: Tx) -> None:
    tx.conn.execute(
        "DELETE FROM report_case WHERE waiting_ms IS NULL AND labels = '[]' AND last_ms < ?",
        (tx.now_ms - FORGET_MS,),
    )


def add(conn: sqlite3.Connection, sheets: Mapping[SheetKey, Sheet]) -> None:
    conn.executemany(_ADD, [_row(key, sheet) for key, sheet in sheets.items()])


def take_away(conn: sqlite3.Connection, sheets: Mapping[SheetKey, Sheet]) -> None:
    """What was added before and turned out otherwise; what is not there stays not there."""
    for key, sheet in sheets.items():
        kept = conn.execute(_ONE, _place(key)).fetchone()
        if kept is not None:
            conn.execute(_SET, (*_without(kept, sheet), *_place(key)))


def drop_label(conn: sqlite3.Connection, label_id: str, *, into: str | None) -> None:
    """The label is gone; with `into` it became one with that one."""
    about = {"label": label_id, "into": into}
    if into is not None:
        conn.execute(_MERGE, about)
        conn.execute("UPDATE report_case SET labels = replace(labels, :label, :into)", about)
    conn.execute("DELETE FROM report_day WHERE by_what = 'label' AND who = :label", about)


def branch_ids(conn: sqlite3.Connection) -> Mapping[str, str]:
    """For each line, those that are gone too, the id of its branch."""
    return {row["id"]: row["branch_id"] for row in conn.execute("SELECT id, branch_id FROM line")}


def _place(key: SheetKey) -> tuple[str, str, str, str]:
    return key.by_what.value, key.line_id, key.day, key.who


def _row(key: SheetKey, sheet: Sheet) -> tuple[str | int, ...]:
    return (*_place(key), *(_joined(getattr(sheet, name)) for name in _COUNTED))


def _joined(counted: int | list[str]) -> str | int:
    return counted if isinstance(counted, int) else "".join(counted)


def _without(kept: sqlite3.Row, sheet: Sheet) -> tuple[str | int, ...]:
    return tuple(_less(kept[name], getattr(sheet, name)) for name in _COUNTED)


def _less(kept: str | int, gone: int | list[str]) -> str | int:
    if isinstance(kept, int):
        return max(0, kept - (gone if isinstance(gone, int) else 0))
    for each in gone if isinstance(gone, list) else ():
        kept = kept.replace(each, "", 1)
    return kept


_COUNTED = ("came", "went", "by_itself", "answers", "answers_shut", "cases", "cases_shut")
_JOINED = ", ".join(
    f"{name} = report_day.{name} {'+' if name == 'by_itself' else '||'} excluded.{name}"
    for name in _COUNTED
)
_ADD = f"""
INSERT INTO report_day (by_what, line_id, day, who, {", ".join(_COUNTED)})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (by_what, who, line_id, day) DO UPDATE SET {_JOINED}
"""  # noqa: S608 -- our own columns
_MERGE = f"""
INSERT INTO report_day (by_what, line_id, day, who, {", ".join(_COUNTED)})
SELECT by_what, line_id, day, :into, {", ".join(_COUNTED)} FROM report_day
WHERE by_what = 'label' AND who = :label
ON CONFLICT (by_what, who, line_id, day) DO UPDATE SET {_JOINED}
"""  # noqa: S608 -- as above
_HERE = "by_what = ? AND line_id = ? AND day = ? AND who = ?"
_ONE = f"SELECT {', '.join(_COUNTED)} FROM report_day WHERE {_HERE}"  # noqa: S608 -- as above
_SET = f"UPDATE report_day SET {', '.join(f'{name} = ?' for name in _COUNTED)} WHERE {_HERE}"  # noqa: S608 -- as above
