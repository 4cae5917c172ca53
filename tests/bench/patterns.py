"""The rows that Balie itself keeps of a first message and of a later exchange, made to be copied.

They are lived through once in a database of their own. A copy is for another talk at another time:
times move, ids and numbers are other ones, and the rest stays as Balie wrote it.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.clock import ManualClock
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import staff
from appliance.devices.protocol import Proof, Tick, Ticks
from appliance.events import EventKind
from appliance.store.store import Store
from tests.queue.counter import MONDAY, STAFF, Counter

TICKS = {Tick.DELIVERED: 120, Tick.READ: 3600}
"""How many seconds after the step before each is seen."""
ANSWER_MS = 60_000
"""From the post to the tap."""
LASTS_MS = ANSWER_MS + 1_000 * sum(TICKS.values())
"""From a question to the last tick of its answer."""
_WORKER = "+31611111111"
_PERSON = ("contact", "contact_identity", "event")
_TALK = ("conversation", "consent", "welcome", "event")
_EXCHANGE = ("message", "attempt", "event")
_QUESTION = "Hoi, kan ik maandag ook om zes uur beginnen in plaats van om acht uur?"
_ANSWER = "Ja hoor, ik zet je om zes uur op de lijst. Tot maandag!"
_BASELINE = {
    "rows": [[place % 2 == 0, f"{place:016x}", "10:41", None] for place in range(8)],
    "equal": 0,
    "whole": False,
}

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]


@dataclass(slots=True, kw_only=True)
class Copy:
    """What is other in one copy. `ids` are by what they name: `contact`, `conversation`, `line`,
    `device`, `writer`, the messages `asked` and `answered`, `attempt`, and `as_of`.

    `message_seq` and `attempt_seq` are the numbers of its first message and attempt; `said` gives
    another text.
    """

    at_ms: int
    number: str
    name: str
    key: str
    digest: bytes
    ids: Mapping[str, str]
    message_seq: int
    attempt_seq: int
    said: Callable[[str], str]


Cell = Callable[[Copy], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One row: what stays, and the columns that a copy changes."""

    table: str
    columns: Sequence[str]
    stays: Sequence[object]
    changes: Sequence[tuple[int, Cell]]

    def row(self, copy: Copy) -> list[object]:
        values = list(self.stays)
        for place, cell in self.changes:
            values[place] = cell(copy)
        return values

    @property
    def insertion(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608 -- our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """The patterns of a new person, of a first message to a line, of a question, of its answer."""

    person: Sequence[Pattern]
    talk: Sequence[Pattern]
    question: Sequence[Pattern]
    answer: Sequence[Pattern]


def exchange(counter: Counter, clock: ManualClock, author: Author = STAFF) -> None:
    """Somebody writes; a colleague's answer is planned, sent, delivered and read."""
    counter.hears(_QUESTION, key=f"key@{clock.now_ms()}")
    reply(counter, clock, author=author)


def reply(
    counter: Counter,
    clock: ManualClock,
    ticks: Sequence[Tick] = tuple(TICKS),
    author: Author = STAFF,
) -> None:
    """From the post to the proof of the last of these ticks."""
    message_id = counter.queues(_ANSWER, author=author)
    counter.planner.round()
    clock.advance(s=ANSWER_MS / 1_000)
    attempt = counter.attempt()
    attempt.baseline(_BASELINE)
    with attempt.clear_to_send():
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    for tick in ticks:
        clock.advance(s=TICKS[tick])
        counter.work.visited(counter.visit(), Ticks(by_message={message_id: tick}))


def live_through(codes: Mapping[str, int], *, by_staff: bool) -> Lived:
    """`codes` are the numbers of the kinds of events in the database that gets the copies.

    `by_staff`: one of the staff answers, else a rule.
    """
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(at_ms=MONDAY)
        store = Store(Path(folder) / "balie.db", clock)
        try:
            counter = Counter(store, clock, Path(folder) / "evidence")
            writer = store.write(lambda tx: staff.add(tx, "Sanne", role="admin", branch_id=None))
            author = Author(staff_id=writer) if by_staff else STAFF
            before = _all_rows(store)
            counter.knows(_WORKER)
            person = _added(before, _all_rows(store))
            exchange(counter, clock, author)  # writes the rows that only a first answer has
            clock.advance(s=3600)
            before = _all_rows(store)
            exchange(counter, clock, author)
            exchanged = _added(before, _all_rows(store))
        finally:
            store.close()
    return _patterns(person, exchanged, _Office(counter, writer), codes)


@dataclass(frozen=True, slots=True)
class _Office:
    counter: Counter
    writer: str


def _patterns(person: Rows, exchanged: Rows, office: _Office, codes: Mapping[str, int]) -> Lived:
    asked, answered = exchanged["message"]
    (attempt,) = exchanged["attempt"]
    first, consent = person["message"][0], person["consent"][0]
    names = {
        consent["contact_id"]: "contact",
        first["conversation_id"]: "conversation",
        office.counter.line_id: "line",
        office.counter.device_id: "device",
        office.writer: "writer",
        first["id"]: "asked",
        asked["id"]: "asked",
        answered["id"]: "answered",
        attempt["id"]: "attempt",
        consent["as_of"]: "as_of",
    }
    seqs = {
        "message": {first["seq"]: 0, asked["seq"]: 0, answered["seq"]: 1},
        "attempt": {attempt["seq"]: 0},
    }
    met = _Maker(MONDAY, names, seqs, codes)
    later = _Maker(asked["created_ms"], names, seqs, codes)
    of_asked = _of_message(exchanged, asked)
    return Lived(
        person=met.all({**person, "event": _events(person, EventKind.CONTACT_CREATED)}, _PERSON),
        talk=met.all({**person, "event": _events(person, EventKind.CONSENT_RECORDED)}, _TALK),
        question=later.all(of_asked, _EXCHANGE),
        answer=later.all(_without(exchanged, of_asked), _EXCHANGE),
    )


def _events(rows: Rows, kind: EventKind) -> Sequence[Row]:
    return [row for row in rows["event"] if row["kind"] == kind.value]


def _of_message(rows: Rows, message: Row) -> Rows:
    events = [row for row in rows["event"] if row["message_seq"] == message["seq"]]
    return {"message": [message], "attempt": [], "event": events}


def _without(rows: Rows, those: Rows) -> Rows:
    return {table: [row for row in rows[table] if row not in those[table]] for table in _EXCHANGE}


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes patterns of what was lived from `origin_ms` on."""

    origin_ms: int
    names: Mapping[str, str]
    seqs: Mapping[str, Mapping[int, int]]
    codes: Mapping[str, int]

    def all(self, lived: Rows, tables: Sequence[str]) -> list[Pattern]:
        return [self.pattern(table, row) for table in tables for row in lived[table]]

    def pattern(self, table: str, row: Row) -> Pattern:
        cells = [self._cell(table, name, value) for name, value in row.items()]
        return Pattern(
            table=table,
            columns=list(row),
            stays=[None if callable(cell) else cell for cell in cells],
            changes=[(place, cell) for place, cell in enumerate(cells) if callable(cell)],
        )

    def _cell(self, table: str, name: str, value: Any) -> Any:
        """What stays, or a function that makes it for a copy."""
        if name == "chosen_name":
            return lambda copy: copy.name
        if value is None or (table == "welcome" and name == "message_id"):
            return None  # the welcome itself is not copied: none was due
        if name.endswith("_ms"):
            after_ms = value - self.origin_ms
            return lambda copy: copy.at_ms + after_ms
        if name == "kind" and table == "event":
            return self.codes[value]
        if name == "seq" or name.endswith("_seq"):
            return self._number(table if name == "seq" else name.removesuffix("_seq"), value)
        inside = {each: what for each, what in self.names.items() if each in str(value)}
        return _renamed(value, inside) if inside else _own(name, value)

    def _number(self, table: str, value: int) -> Cell | None:
        if table not in self.seqs:
            return None  # SQLite numbers it
        place = self.seqs[table][value]
        if table == "message":
            return lambda copy: copy.message_seq + place
        return lambda copy: copy.attempt_seq + place


def _renamed(text: str, inside: Mapping[str, str]) -> Cell:
    if text in inside:
        name = inside[text]
        return lambda copy: copy.ids[name]

    def replaced(copy: Copy) -> str:
        other = text
        for lived, name in inside.items():
            other = other.replace(lived, copy.ids[name])
        return other

    return replaced


def _own(name: str, value: Any) -> Any:
    match name:
        case "value":
            return lambda copy: copy.number
        case "device_key":
            return lambda copy: copy.key
        case "key_digest":
            return lambda copy: copy.digest
        case "text":
            return lambda copy: copy.said(value)
        case _:
            return value


def _all_rows(store: Store) -> Rows:
    """With the names of the events' kinds: each database numbers them as they come."""

    def rows(conn: sqlite3.Connection, table: str) -> list[Row]:
        # Without what SQLite works out itself.
        info = conn.execute("SELECT name FROM pragma_table_info(?)", (table,))
        columns = ", ".join(row["name"] for row in info)
        return [dict(row) for row in conn.execute(f"SELECT {columns} FROM {table}")]  # noqa: S608 -- our own names

    def read(conn: sqlite3.Connection) -> Rows:
        kinds = dict(conn.execute("SELECT code, name FROM event_kind").fetchall())
        tables = {*_PERSON, *_TALK, *_EXCHANGE}
        found = {table: rows(conn, table) for table in tables}
        found["event"] = [row | {"kind": kinds[row["kind"]]} for row in found["event"]]
        return found

    return store.read(read)


def _added(before: Rows, now: Rows) -> Rows:
    keys = {table: {_key(row) for row in rows} for table, rows in before.items()}
    return {
        table: [row for row in rows if _key(row) not in keys[table]] for table, rows in now.items()
    }


def _key(row: Row) -> object:
    return next(iter(row.values()))
