"""What reports are made of, at the SQL edge: the sheets of days and the cases that are open.

A sheet is what happened on a line on one day of its branch, for one colleague or under one label.
It holds counts and spans of time in text that SQLite joins for any period: a letter for each
message, a number for each answer. So a report over years reads days, and its medians are exact.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from appliance.store.store import Tx

FORGET_MS = 31 * 86_400_000
"""A case without a label in which nobody waits and nothing was said for so long is not followed any
more.
"""


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
    """`came` and `went` are letters of hours, one a message; the others are seconds."""

    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    by_itself: int = 0
    answers: list[int] = field(default_factory=list)
    answers_shut: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)
    cases_shut: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation since it was last done, or quiet for long. `labels` are those under which it
    is counted; `waiting_ms` None: nobody waits; `done_ms` None: it is open.
    """

    conversation_id: str
    line_id: str
    opened_ms: int
    last_ms: int
    waiting_ms: int | None = None
    done_ms: int | None = None
    done_by: str | None = None
    labels: tuple[str, ...] = ()


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
    spans = (sheet.answers, sheet.answers_shut, sheet.cases, sheet.cases_shut)
    said = ("".join(sheet.came), "".join(sheet.went), sheet.by_itself)
    return (*_place(key), *said, *(_spans(each) for each in spans))


def _spans(seconds: Collection[int]) -> str:
    return "".join(f" {each}" for each in seconds)


def _without(kept: sqlite3.Row, sheet: Sheet) -> tuple[str | int, ...]:
    def letters(name: str, gone: Iterable[str]) -> str:
        text = str(kept[name])
        for each in gone:
            text = text.replace(each, "", 1)
        return text

    def spans(name: str, gone: Iterable[int]) -> str:
        left = kept[name].split()
        for each in map(str, gone):
            if each in left:
                left.remove(each)
        return _spans([int(each) for each in left])

    return (
        letters("came", sheet.came),
        letters("went", sheet.went),
        max(0, kept["by_itself"] - sheet.by_itself),
        spans("answers", sheet.answers),
        spans("answers_shut", sheet.answers_shut),
        spans("cases", sheet.cases),
        spans("cases_shut", sheet.cases_shut),
    )


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
