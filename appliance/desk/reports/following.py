"""The reports follow the event log, a bounded piece at a time, each in a transaction of its own.

How far they are stands in the same transaction as what was counted, so a crash goes on from there.
Who reads a report has what is new counted first. A database that was there before the reports were
is counted once, from one snapshot; its sheets come into the database in pieces, and the place in
the log last, so a crash begins that anew.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from appliance.desk.reports.counting import Counter, Sheets, take
from appliance.desk.reports.facts import LabelGone, ReportFact, of_conversation, of_the_past, told
from appliance.store import events, reports
from appliance.store.reports import Case, Sheet, SheetKey
from appliance.store.store import Store, Tx

PIECE = 500
"""Events of one transaction: some milliseconds of the writer."""
ROWS = 1_000
"""Rows of one transaction while the past is written down."""
PAUSE_FACTS = 2_000
"""So many facts of the past are counted between two pauses."""


@dataclass(slots=True)
class _Past:
    """All that there was, and the last event that is in it."""

    event_seq: int
    sheets: dict[SheetKey, Sheet] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)


def is_behind(conn: sqlite3.Connection) -> bool:
    """Whether there are events to count, with the past counted."""
    followed = reports.followed_to(conn)
    return followed is not None and followed < events.last_seq(conn)


def catch_up(tx: Tx, *, most: int = PIECE) -> bool:
    """Counts the next piece; False when nothing is left, or the past is still to be counted."""
    conn = tx.conn
    followed, head = reports.followed_to(conn), events.last_seq(tx.conn)
    if followed is None or followed >= head:
        return False
    until = min(head, followed + most)
    _follow(conn, told(conn, after=followed, until=until))
    reports.follow_to(conn, until)
    reports.forget_quiet(tx)
    return until < head


def count_the_past(store: Store, pause: Callable[[], bool]) -> bool:
    """Counts what was there before. `pause` is called now and then, and ends it with True; then
    False is returned, and the next call begins anew. Takes a minute a million messages.
    """
    if store.read(reports.followed_to) is not None:
        return True
    name = store.write(reports.begin_anew, durable=False)
    past = store.read(lambda conn: _in_one_moment(conn, pause))
    if past is None:
        return False
    for piece in _pieces(past):
        if not store.write(partial(_if_still, name, piece), durable=False) or pause():
            return False
    return True


def _follow(conn: sqlite3.Connection, found: Sequence[ReportFact | LabelGone]) -> None:
    counter, sheets = Counter.of(conn), Sheets()
    cases: dict[str, Case] = {}

    def earlier(case: Case, until_ms: int) -> Sequence[ReportFact]:
        return of_conversation(
            conn, case.conversation_id, from_ms=case.opened_ms, until_ms=until_ms
        )

    for fact in found:
        if isinstance(fact, LabelGone):
            _keep(conn, sheets, cases)
            sheets, cases = Sheets(), {}
            reports.drop_label(conn, fact.label_id, into=fact.into)
            continue
        name = fact.conversation_id
        case = cases.get(name) or reports.case_of(conn, name)
        after = counter.count(case, fact, sheets, earlier)
        if after is not None:
            cases[name] = after
    _keep(conn, sheets, cases)


def _keep(conn: sqlite3.Connection, sheets: Sheets, cases: Mapping[str, Case]) -> None:
    reports.add(conn, sheets.more)
    for key, sheet in sheets.less:
        reports.take_away(conn, {key: sheet})
    reports.keep_cases(conn, cases.values())


def _in_one_moment(conn: sqlite3.Connection, pause: Callable[[], bool]) -> _Past | None:
    conn.execute("BEGIN")
    try:
        return _counted(conn, pause)
    finally:
        if conn.in_transaction:  # an error may have ended it
            conn.execute("ROLLBACK")


def _counted(conn: sqlite3.Connection, pause: Callable[[], bool]) -> _Past | None:
    past, counter, facts = _Past(events.last_seq(conn)), Counter.of(conn), 0
    newest_ms = 0
    for found in of_the_past(conn):
        sheets = Sheets(past.sheets)
        case = _whole(counter, found, sheets)
        for key, sheet in sheets.less:
            take(past.sheets, key, sheet)
        if case is not None:
            past.cases.append(case)
            newest_ms = max(newest_ms, case.last_ms)
        facts += len(found)
        if facts >= PAUSE_FACTS:
            facts = 0
            if pause():
                return None
    quiet_ms = newest_ms - reports.FORGET_MS
    past.cases = [
        each
        for each in past.cases
        if each.waiting_ms is not None or each.labels or each.last_ms >= quiet_ms
    ]
    return past


def _whole(counter: Counter, found: Sequence[ReportFact], sheets: Sheets) -> Case | None:
    case = None
    for place, fact in enumerate(found):

        def earlier(case: Case, until_ms: int, place: int = place) -> Sequence[ReportFact]:
            del until_ms
            return [each for each in found[:place] if each.at_ms >= case.opened_ms]

        case = counter.count(case, fact, sheets, earlier)
    return case


def _pieces(past: _Past) -> Iterator[Callable[[Tx], None]]:
    sheets = list(past.sheets.items())
    for first in range(0, len(sheets), ROWS):
        yield partial(_add, sheets[first : first + ROWS])
    for first in range(0, len(past.cases), ROWS):
        yield partial(_keep_cases, past.cases[first : first + ROWS])
    yield partial(_is_counted, past.event_seq)


def _if_still(name: str, piece: Callable[[Tx], None], tx: Tx) -> bool:
    """Not where another process has begun anew meanwhile."""
    if not reports.is_counting(tx.conn, name):
        return False
    piece(tx)
    return True


def _add(sheets: Sequence[tuple[SheetKey, Sheet]], tx: Tx) -> None:
    reports.add(tx.conn, dict(sheets))


def _keep_cases(cases: Sequence[Case], tx: Tx) -> None:
    reports.keep_cases(tx.conn, cases)


def _is_counted(event_seq: int, tx: Tx) -> None:
    reports.follow_to(tx.conn, event_seq)
