"""The database of a busy company after two years, made from one real exchange.

A worker writes and is answered, and the answer is delivered and read. The rows that Balie itself
keeps of that are multiplied, with other people, ids and times. So the size is that of the present
code.
"""

import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from appliance.clock import ManualClock
from appliance.devices.protocol import Proof, Tick, Ticks
from appliance.ids import new_id
from appliance.queue.pacing import DAY_MS
from appliance.store import messages
from appliance.store.connection import connect_writer
from appliance.store.store import Store
from tests.queue.counter import MONDAY, Counter

CONTACTS, CONVERSATIONS, MESSAGES = 50_000, 60_000, 1_060_000

_WORKER = "+31611111111"
_YEARS_MS = 2 * 365 * DAY_MS
_OF_A_PERSON = ("contact", "contact_identity", "conversation", "consent", "welcome")
_OF_AN_EXCHANGE = ("message", "attempt", "event")
# Some people write every day for two years, most only a few times.
_EAGER = 1.2
_AT_ONCE = 5_000
_TICKS = {Tick.DELIVERED: 120, Tick.READ: 3600}
"""How many seconds after the step before each is seen."""
_QUESTION = "Hoi, kan ik maandag ook om zes uur beginnen in plaats van om acht uur?"
_ANSWER = "Ja hoor, ik zet je om zes uur op de lijst. Tot maandag!"
_BASELINE = {
    "rows": [[place % 2 == 0, f"{place:016x}", "10:41", None] for place in range(8)],
    "equal": 0,
    "whole": False,
}
_NEWEST = """
UPDATE conversation SET (last_message_id, last_ms, last_in_ms) = (
  SELECT id, happened_ms, happened_ms FROM message
  WHERE conversation_id = conversation.id ORDER BY happened_ms DESC, id DESC LIMIT 1)
WHERE id IN (SELECT DISTINCT conversation_id FROM message)
"""

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Who writes to which line."""

    conversation_id: str
    contact_id: str
    number: str


def fill(path: Path, *, messages: int = MESSAGES) -> None:
    """Makes the database; with fewer messages there are as many fewer people."""
    person, exchanged = _lived_through(path)
    rng = random.Random(7)
    with closing(connect_writer(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("BEGIN")
        talks = [
            _add_person(conn, person, place) for place in range(CONTACTS * messages // MESSAGES)
        ]
        weights = [rng.paretovariate(_EAGER) for _ in talks]
        who = rng.choices(talks, weights, k=messages // 2)
        _insert(conn, _exchanges(exchanged, who))
        conn.execute(_NEWEST)
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def exchange(counter: Counter, clock: ManualClock) -> None:
    """Somebody writes; a colleague's answer is planned, sent, delivered and read."""
    key = f"wa:31611111111@s.whatsapp.net:{clock.now_ms()}:9f86d081884c7d65#"
    counter.hears(_QUESTION, key=key)
    reply(counter, clock)


def reply(counter: Counter, clock: ManualClock, ticks: Sequence[Tick] = tuple(_TICKS)) -> None:
    """From the post to the proof of the last of these ticks."""
    message_id = counter.queues(_ANSWER)
    counter.planner.round()
    clock.advance(s=60)
    attempt = counter.attempt()
    attempt.baseline(_BASELINE)
    with attempt.clear_to_send():
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    for tick in ticks:
        clock.advance(s=_TICKS[tick])
        counter.work.visited(counter.visit(), Ticks(by_message={message_id: tick}))


def _lived_through(path: Path) -> tuple[Rows, Rows]:
    """The rows of a first message, and those of a later exchange."""
    clock = ManualClock(at_ms=MONDAY)
    store = Store(path, clock)
    try:
        counter = Counter(store, clock, path.parent / "evidence")
        before = _all_rows(store)
        counter.knows(_WORKER)
        person = _added(before, _all_rows(store), _OF_A_PERSON)
        exchange(counter, clock)  # writes the rows that only a first answer has
        clock.advance(s=3600)
        before = _all_rows(store)
        exchange(counter, clock)
        return person, _added(before, _all_rows(store), _OF_AN_EXCHANGE)
    finally:
        store.close()


def _all_rows(store: Store) -> Rows:
    def rows(conn: sqlite3.Connection, table: str) -> list[Row]:
        return [dict(row) for row in conn.execute(f"SELECT * FROM {table}")]  # noqa: S608 -- our own names

    tables = (*_OF_A_PERSON, *_OF_AN_EXCHANGE)
    return store.read(lambda conn: {table: rows(conn, table) for table in tables})


def _added(before: Rows, now: Rows, tables: Sequence[str]) -> Rows:
    keys = {table: {_key(row) for row in before[table]} for table in tables}
    return {table: [row for row in now[table] if _key(row) not in keys[table]] for table in tables}


def _key(row: Row) -> object:
    return next(iter(row.values()))


def _add_person(conn: sqlite3.Connection, person: Rows, place: int) -> Talk:
    talk = Talk(
        conversation_id=new_id(MONDAY), contact_id=new_id(MONDAY), number=f"+3161{place:07}"
    )
    for table, rows in person.items():
        for row in rows:
            other = row | {"seq": None} if "seq" in row else dict(row)
            other |= _of_talk(row, talk)
            if table in ("contact", "conversation"):
                other["id"] = talk.contact_id if table == "contact" else talk.conversation_id
            if table == "contact":
                other["chosen_name"] = f"Werkzoeker {place}"
            conn.execute(_insertion(table, other), list(other.values()))
    return talk


def _of_talk(row: Row, talk: Talk) -> Row:
    mine = {
        "conversation_id": talk.conversation_id,
        "contact_id": talk.contact_id,
        "value": talk.number,
        "message_id": None,
    }
    return {name: value for name, value in mine.items() if row.get(name) is not None}


def _exchanges(exchanged: Rows, who: Sequence[Talk]) -> Iterator[tuple[str, Row]]:
    """In the order of time, so that ids grow as they do in life."""
    messages = exchanged["message"]
    first_ms = min(row["created_ms"] for row in messages)
    for place, talk in enumerate(who):
        at_ms = MONDAY + DAY_MS + place * _YEARS_MS // len(who)
        ids = {row["id"]: new_id(at_ms) for row in (*messages, *exchanged["attempt"])}
        for table, rows in exchanged.items():
            for row in rows:
                other = _again(row, talk, ids, at_ms - first_ms, place)
                yield table, other | _of_place(table, row, exchanged, place)


def _of_place(table: str, row: Row, exchanged: Rows, place: int) -> Row:
    """Messages and attempts number themselves as they come, and events name those numbers."""
    named = {"message": "message_seq", "attempt": "attempt_seq"}
    mine = {"seq": table} if table in named else {name: of for of, name in named.items()}
    return {
        name: _later(row[name], [each["seq"] for each in exchanged[of]], place)
        for name, of in mine.items()
        if row.get(name) is not None
    }


def _later(seq: int, seqs: Sequence[int], place: int) -> int:
    return max(seqs) + 1 + place * len(seqs) + seqs.index(seq)


def _again(row: Row, talk: Talk, ids: Mapping[str, str], later_ms: int, place: int) -> Row:
    other = row | {name: value + later_ms for name, value in row.items() if _is_time(name, value)}
    other |= {name: _with_ids(value, ids) for name, value in row.items() if isinstance(value, str)}
    other |= _of_talk(row, talk)
    if "text" in row:
        other["text"] = _said(row["text"], place)
    if row.get("device_key") is not None:
        other["device_key"] = f"{row['device_key']}{place:06}"
        other["key_digest"] = messages.digest_of(other["device_key"])
    if row.get("message_id") is not None:
        other["message_id"] = ids[row["message_id"]]
    return other | ({"seq": None} if "seq" in row else {})


def _said(text: str, place: int) -> str:
    """As long on average, and seldom as long as another: pages fill as they do in life."""
    return (text * 2)[: random.Random(f"{text}{place}").randint(len(text) // 4, len(text) * 7 // 4)]


def _is_time(name: str, value: object) -> bool:
    return name.endswith("_ms") and value is not None


def _with_ids(text: str, ids: Mapping[str, str]) -> str:
    for old, new in ids.items():
        text = text.replace(old, new)
    return text


def _insert(conn: sqlite3.Connection, rows: Iterator[tuple[str, Row]]) -> None:
    while part := list(islice(rows, _AT_ONCE)):
        for table in _OF_AN_EXCHANGE:
            mine = [row for name, row in part if name == table]
            if mine:
                conn.executemany(_insertion(table, mine[0]), [list(row.values()) for row in mine])


def _insertion(table: str, row: Row) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 -- our own names
