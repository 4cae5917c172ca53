"""What people said of how it went, counted by line and month."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from appliance.desk.outgoing.after_answers import Mark
from appliance.store import branches, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfAnswers:
    """`month` is such as `2026-11`, in the branch's own zone, and that of the question. `asked` are
    the questions that left, `answers` how often each mark came; one that never came is left out.
    """

    line_id: str
    month: str
    asked: int
    answers: Mapping[Mark, int]

    @property
    def answered(self) -> int:
        return sum(self.answers.values())

    @property
    def average(self) -> float | None:
        """Of the marks from 1 to 5; thumbs are no marks."""
        marks = {int(mark.value): n for mark, n in self.answers.items() if mark.value.isdecimal()}
        count = sum(marks.values())
        return sum(mark * n for mark, n in marks.items()) / count if count else None


def answers_by_month(
    conn: sqlite3.Connection, line_ids: Iterable[str], *, from_ms: int, to_ms: int
) -> Sequence[MonthOfAnswers]:
    """The months of each line in which a question left, by line as given, then by month."""
    return [
        month
        for line_id in line_ids
        for month in _months_of(conn, line_id, from_ms=from_ms, to_ms=to_ms)
    ]


def _months_of(
    conn: sqlite3.Connection, line_id: str, *, from_ms: int, to_ms: int
) -> Sequence[MonthOfAnswers]:
    zone = _zone_of(conn, line_id)
    answers: dict[str, Counter[Mark | None]] = {}
    for row in conn.execute(_ASKED, (line_id, from_ms, to_ms)):
        month = f"{datetime.fromtimestamp(row['created_ms'] / 1000, UTC).astimezone(zone):%Y-%m}"
        mark = Mark(row["answer"]) if row["answer"] else None
        answers.setdefault(month, Counter())[mark] += 1
    return [
        MonthOfAnswers(
            line_id=line_id,
            month=month,
            asked=said.total(),
            answers={mark: said[mark] for mark in Mark if said[mark]},
        )
        for month, said in sorted(answers.items())
    ]


def _zone_of(conn: sqlite3.Connection, line_id: str) -> ZoneInfo:
    branch_id = lines.line(conn, line_id).branch_id
    return ZoneInfo(branches.branch(conn, branch_id).settings.zone)


_ASKED = """
SELECT m.created_ms, a.answer FROM message m INDEXED BY message_after_done_of
LEFT JOIN after_done a ON a.question_id = m.id
WHERE m.line_id = ? AND m.created_ms >= ? AND m.created_ms < ? AND m.rule = 'after-done'
AND m.state IN ('sent', 'delivered', 'read')
"""
