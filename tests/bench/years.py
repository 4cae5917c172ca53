"""The database of a busy company after two years, made from one real exchange.

A worker writes and is answered, and the answer is delivered and read. The rows that Balie itself
keeps of that are multiplied, with other people, ids and times. So the size is that of the present
code.
"""

import random
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from appliance.clock import ManualClock
from appliance.events import EventKind
from appliance.queue.pacing import DAY_MS
from appliance.store import messages
from appliance.store.connection import connect_writer
from appliance.store.store import Store
from tests.bench.derived import fill_derived
from tests.bench.patterns import ANSWER_MS, Copy, Lived, Pattern, live_through
from tests.bench.sentences import sentences
from tests.queue.counter import ANNA, MONDAY, Counter

CONTACTS, CONVERSATIONS, MESSAGES = 50_000, 60_000, 1_060_000
YEARS_MS = 2 * 365 * DAY_MS

# Some people write every day for two years, most only a few times.
_EAGER = 1.2
_LONGEST = 0.009
"""One person's share of all."""
_AT_ONCE = 10_000
_CACHE_KIB = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLine:
    """`writers`: who of the staff answers on it; nobody: a rule does."""

    line_id: str
    device_id: str
    writers: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Talk:
    """Who writes to which line; `conversation_id` comes with the first message."""

    contact: int
    line: OfficeLine
    conversation_id: str = ""

    @property
    def number(self) -> str:
        return f"+3161{self.contact:07}"


class Ids:
    """UUIDv7 that sort after each other, of times long ago."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._ms, self._count = rng, 0, 0

    def new(self, at_ms: int) -> str:
        if at_ms > self._ms:
            self._ms, self._count = at_ms, 0
        else:
            self._count += 1
        head = (self._ms << 80) | (0x7 << 76) | (self._count << 64) | (0b10 << 62)
        text = f"{head | self._rng.getrandbits(62):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def fill(path: Path, *, messages: int = MESSAGES) -> None:
    """A company with one line, where a rule answers and Anna is known; with fewer messages there
    are as many fewer people.
    """
    with closing(Store(path, ManualClock(at_ms=MONDAY))) as store:
        counter = Counter(store, ManualClock(at_ms=MONDAY), path.parent / "evidence")
        counter.knows(ANNA)
    line = OfficeLine(line_id=counter.line_id, device_id=counter.device_id)
    people = CONTACTS * messages // MESSAGES
    talks = [Talk(contact=place, line=line) for place in range(people)]
    multiply(path, talks, exchanges=messages // 2, from_ms=MONDAY + DAY_MS, tells_of_people=False)


def multiply(
    path: Path,
    talks: Sequence[Talk],
    *,
    exchanges: int,
    from_ms: int,
    unanswered: int = 0,
    tells_of_people: bool = True,
    marks: str | None = None,
    as_grown: bool = True,
) -> None:
    """Two years of exchanges from this time on; the last few questions have no answer yet.

    Without `tells_of_people` the event log has what messages leave, and nothing of new people.
    `marks` is the statement that writes who has read what. What has not `as_grown` has indexes that
    are made at the end: sooner, and without the room that indexes have which grew with their rows.
    """
    rng = random.Random(7)
    who = _in_turn(talks, exchanges, rng)
    with closing(connect_writer(path)) as conn:
        _hurry(conn)
        conn.execute("BEGIN")
        lived = _lived(tuple(_codes(conn).items()), by_staff=bool(talks[0].line.writers))
        copier = _Copier(conn, lived if tells_of_people else _of_messages(lived), rng)
        with nullcontext() if as_grown else _indexed_afterwards(conn):
            for place, talk in enumerate(who):
                at_ms = from_ms + place * YEARS_MS // exchanges
                copier.copy(talk, at_ms, place, answered=place < exchanges - unanswered)
                if place % _AT_ONCE == 0:
                    copier.write(at_ms)
            copier.write(from_ms + 2 * YEARS_MS)
        fill_derived(conn, marks)
        conn.execute("COMMIT")
        conn.execute("PRAGMA journal_mode = WAL")


@cache
def _lived(codes: tuple[tuple[str, int], ...], *, by_staff: bool) -> Lived:
    """Once for all databases that number the kinds of events alike."""
    return live_through(dict(codes), by_staff=by_staff)


def _in_turn(talks: Sequence[Talk], count: int, rng: random.Random) -> Sequence[Talk]:
    """Everybody once, and then as eager as they are, in no order."""
    weights = [rng.paretovariate(_EAGER) for _ in talks]
    weights[0] = 0
    most = int(count * _LONGEST)
    rest = count - len(talks) - most
    who = [*talks, *([talks[0]] * most), *rng.choices(talks, weights, k=rest)]
    rng.shuffle(who)
    return who


def _of_messages(lived: Lived) -> Lived:
    person, talk = (
        [each for each in patterns if each.table != "event"]
        for patterns in (lived.person, lived.talk)
    )
    return replace(lived, person=person, talk=talk)


@contextmanager
def _indexed_afterwards(conn: sqlite3.Connection) -> Iterator[None]:
    found = conn.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in found:
        conn.execute(f"DROP INDEX {name}")
    yield
    for _, sql in found:
        conn.execute(sql)


def _hurry(conn: sqlite3.Connection) -> None:
    """A crash in the midst would lose the file, and what refers to what is asked afterwards. The
    rows are copies of such that were checked.
    """
    for name, value in (
        ("journal_mode", "OFF"),
        ("synchronous", "OFF"),
        ("foreign_keys", "OFF"),
        ("ignore_check_constraints", "ON"),
        ("cache_size", -_CACHE_KIB),
    ):
        conn.execute(f"PRAGMA {name} = {value}")


def _codes(conn: sqlite3.Connection) -> Mapping[str, int]:
    """The number of each kind of event, given where it has none yet."""
    names = [(kind.value,) for kind in EventKind]
    conn.executemany("INSERT INTO event_kind (name) VALUES (?) ON CONFLICT DO NOTHING", names)
    return {name: code for code, name in conn.execute("SELECT code, name FROM event_kind")}


def _next(conn: sqlite3.Connection, table: str) -> int:
    found = conn.execute(f"SELECT coalesce(max(seq), 0) + 1 FROM {table}").fetchone()  # noqa: S608 -- ours
    return int(found[0])


class _Copier:
    """Copies rows talk by talk; `write` brings them into the database."""

    def __init__(self, conn: sqlite3.Connection, lived: Lived, rng: random.Random) -> None:
        self.at_ms = 0
        self._conn, self._lived, self._rng = conn, lived, rng
        self._sentences = sentences(rng)
        self._ids, self._attempt_ids = Ids(rng), Ids(rng)
        self._people: dict[int, str] = {}
        self._message_seq, self._attempt_seq = _next(conn, "message"), _next(conn, "attempt")
        self._rows: dict[str, list[list[object]]] = {}
        every = (*lived.person, *lived.talk, *lived.question, *lived.answer)
        self._insertions = {each.table: each.insertion for each in every}
        event = next(each for each in every if each.table == "event")
        self._event_time = event.columns.index("at_ms")

    def copy(self, talk: Talk, at_ms: int, place: int, *, answered: bool) -> None:
        self.at_ms = at_ms
        patterns = [*self._meet(talk), *self._lived.question]
        if answered:
            patterns += self._lived.answer
        copy = self._copy_of(talk, place)
        for pattern in patterns:
            self._keep(pattern, copy)
        self._message_seq += 1 + answered
        self._attempt_seq += answered

    def write(self, until_ms: int) -> None:
        """All rows, but the events only up to this time: those of later talks come between."""
        events = self._rows.pop("event")
        events.sort(key=self._time_of)
        ready = bisect_right(events, until_ms, key=self._time_of)
        for table, rows in (*self._rows.items(), ("event", events[:ready])):
            self._conn.executemany(self._insertions[table], rows)
        self._rows = {"event": events[ready:]}

    def _time_of(self, event: list[object]) -> int:
        at_ms = event[self._event_time]
        return at_ms if isinstance(at_ms, int) else 0

    def _meet(self, talk: Talk) -> list[Pattern]:
        """What a first message brings; the person may have written to another line before."""
        if talk.conversation_id:
            return []
        talk.conversation_id = self._ids.new(self.at_ms)
        if talk.contact in self._people:
            return list(self._lived.talk)
        self._people[talk.contact] = self._ids.new(self.at_ms)
        return [*self._lived.person, *self._lived.talk]

    def _copy_of(self, talk: Talk, place: int) -> Copy:
        line, new = talk.line, self._ids.new
        key = f"wa:{talk.number[1:]}@s.whatsapp.net:{self.at_ms}:{place:016x}#"
        return Copy(
            at_ms=self.at_ms,
            number=talk.number,
            name=f"Werkzoeker {talk.contact}",
            key=key,
            digest=messages.digest_of(f"{line.line_id}:whatsapp:{key}"),
            ids={
                "contact": self._people[talk.contact],
                "conversation": talk.conversation_id,
                "line": line.line_id,
                "device": line.device_id,
                "writer": line.writers[place % len(line.writers)] if line.writers else "",
                "asked": new(self.at_ms),
                "as_of": new(self.at_ms),
                "answered": new(self.at_ms),
                "attempt": self._attempt_ids.new(self.at_ms + ANSWER_MS),
            },
            message_seq=self._message_seq,
            attempt_seq=self._attempt_seq,
            said=self._said,
        )

    def _said(self, text: str) -> str:
        """Another text, as long on average: pages fill and words are found as in life."""
        return self._rng.choice(self._sentences) if text else text

    def _keep(self, pattern: Pattern, copy: Copy) -> None:
        self._rows.setdefault(pattern.table, []).append(pattern.row(copy))
