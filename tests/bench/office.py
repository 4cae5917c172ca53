"""Lists at size: 10,000 people, their verdicts, their messages, and when the last one has gone."""

import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.access.sight import Sight
from appliance.desk.lists import saved_lists, sends
from appliance.desk.lists.making import Maker
from appliance.desk.lists.sends import JudgedSend, SendWish
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.estimate import LIST_ECHO, SteadyRate
from appliance.queue.lanes import Lane
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import DEFAULT_PROFILE, HOUR_MS
from appliance.queue.study.load import Load
from appliance.queue.study.simulate import Item, SimulatedLine
from appliance.runtime.list_follower import ListFollower
from appliance.runtime.turns import take_short_turns
from appliance.store import branches, consent, contacts, conversations, devices, lines, routes
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_least, at_most
from tests.bench.pacing import OFFICE

PEOPLE = 10_000
LINES = 40
MONDAY_MS = 1_781_510_400_000
"""Monday 15 June 2026, 10:00 in Amsterdam."""
UNTIL_MS = MONDAY_MS + 300 * 24 * HOUR_MS
"""So far that nobody's turn comes too late: each of the people gets a message."""
VARIANTS = ("Hoi {voornaam}, kun je zaterdag?", "Dag {naam}, heb je zaterdag tijd?")
ALL = Sight(None)
ME = Author(rule="bench")
WEEKS = 40
REPLIES_S = 20.0
WAIT_S = 0.02
MOST_WAITS = 6_000
_TOLERANCE = 0.1


@at_most(0.5, "s for the verdict of each of a list of 10,000 people, median of five")
def list_verdicts() -> Measured:
    with _office(1) as (store, wishes):
        spans = []
        for _ in range(5):
            began = time.perf_counter()
            found = store.read(lambda conn: sends.dry_run(conn, ALL, wishes[0], now_ms=MONDAY_MS))
            spans.append(time.perf_counter() - began)
            if sum(not each.refusal for each in found) != PEOPLE:
                raise RuntimeError("not everybody on the list would get it")
    return Measured(value=statistics.median(spans))


@at_most(1.0, "s to accept 10,000 messages of lists, over 40 lines (peer: s until all are made)")
def lists_accepted() -> Measured:
    with _office(LINES) as (store, wishes), _made_beside(store):
        began = time.perf_counter()
        _send_all(store, wishes)
        took = time.perf_counter() - began
        _wait_until_made(store)
        made = time.perf_counter() - began
    return Measured(value=took, peer=round(made, 2))


@at_most(1.1, "times a reply's p95 without them, while 10,000 go out over 40 lines (peer: ms)")
def reply_beside_lists() -> Measured:
    """A reply each 20 ms for 20 s, and the lists in the middle of it.

    Each is to another person, over all lines, as time goes by: a thread that grows, or a queue from
    which nothing leaves, would be measured with it.
    """
    clock = ManualClock(MONDAY_MS)
    with _office(LINES, clock) as (store, wishes), _made_beside(store):
        replies = iter(store.read(_replies))
        alone = _reply_p95(store, clock, replies)
        lists = threading.Timer(REPLIES_S / 2, _send_all, (store, wishes))
        lists.start()
        beside = _reply_p95(store, clock, replies)
        lists.join()
        _wait_until_made(store)
    return Measured(value=beside / alone, peer=round(alone * 1000, 2))


@at_most(250, "ms that the writer is busy at most while 10,000 go out (peer: a piece, median)")
def longest_write() -> Measured:
    """A reply that comes in the worst moment waits for so long."""
    with _office(1) as (store, wishes):
        found = store.read(partial(_judged, wish=wishes[0], give_way=store.give_way))
        began = time.perf_counter()
        store.write(partial(sends.send, sight=ALL, wish=wishes[0], found=found))
        spans = [time.perf_counter() - began]
        maker = Maker(store)
        while True:
            began = time.perf_counter()
            if not maker.make_some():
                break
            spans.append(time.perf_counter() - began)
    return Measured(value=max(spans) * 1000, peer=round(statistics.median(spans) * 1000, 1))


@at_least(0.8, "of lists in simulated weeks done within a tenth of what was expected")
def list_finish() -> Measured:
    """A list of a hundred people a week; peer: how many lists it were."""
    load = Load(seed=11, contacts=400, lists=1)
    found = [each for place in range(WEEKS) for each in _ListLine.week(load, place)]
    return Measured(value=sum(found) / len(found), peer=len(found))


def _send_all(store: Store, wishes: Sequence[SendWish]) -> None:
    """As the API and the pages do it."""
    for wish in wishes:
        found = store.read(partial(_judged, wish=wish, give_way=store.give_way))
        store.write(partial(sends.send, sight=ALL, wish=wish, found=found))


def _judged(
    conn: sqlite3.Connection, wish: SendWish, give_way: Callable[[], None]
) -> JudgedSend | None:
    return sends.judged(conn, ALL, wish, now_ms=MONDAY_MS, give_way=give_way)


@contextmanager
def _made_beside(store: Store) -> Iterator[None]:
    follower = ListFollower(store, lambda: None)
    follower.start()
    try:
        yield
    finally:
        follower.stop()


def _wait_until_made(store: Store) -> None:
    counted = "SELECT count(*) FROM list_send_item WHERE message_id IS NOT NULL"
    for _ in range(MOST_WAITS):
        if store.read(lambda conn: conn.execute(counted).fetchone()[0]) == PEOPLE:
            return
        time.sleep(WAIT_S)
    raise RuntimeError("not everybody on the lists got a message")


def _replies(conn: sqlite3.Connection) -> Sequence[SendRequest]:
    """One to each of the people, line by line in turn."""
    return [
        SendRequest(line_id=row["line_id"], identity=tel(row["value"]), text="Tot zo", author=ME)
        for row in conn.execute(_PEOPLE)
    ]


_PEOPLE = """
SELECT c.line_id, n.value FROM conversation c JOIN contact_identity n USING (contact_id)
ORDER BY row_number() OVER (PARTITION BY c.line_id ORDER BY n.value), c.line_id
"""


def _reply_p95(store: Store, clock: ManualClock, replies: Iterator[SendRequest]) -> float:
    spans = []
    until = time.perf_counter() + REPLIES_S
    while (began := time.perf_counter()) < until:
        request = next(replies)
        store.write(partial(accept, request=request))
        spans.append(time.perf_counter() - began)
        time.sleep(WAIT_S)
        clock.advance(s=WAIT_S)
    return statistics.quantiles(spans, n=20)[-1]


@contextmanager
def _office(
    count: int, clock: ManualClock | None = None
) -> Iterator[tuple[Store, Sequence[SendWish]]]:
    """So many lines, each with its share of the people, who all wrote this morning, in a list; in a
    process whose threads take turns as a running Balie's do.
    """
    take_short_turns()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        store = Store(Path(folder) / "balie.db", clock or ManualClock(MONDAY_MS))
        try:
            yield store, store.write(lambda tx: [_wish(tx, place, count) for place in range(count)])
        finally:
            store.close()


def _wish(tx: Tx, place: int, count: int) -> SendWish:
    branch_id = branches.add_branch(tx, f"Branch {place}")
    line_id = lines.add_line(tx, branch_id=branch_id, number=f"+3168{place:07}")
    device_id = devices.enrol(tx, kind="phone", address=f"R58N{place:05}")
    for channel in (Channel.WHATSAPP, Channel.SMS):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    tx.conn.execute(
        "UPDATE device SET state = 'ready', channels = ? WHERE id = ?",
        ('["whatsapp", "sms"]', device_id),
    )
    people = [_person(tx, line_id, place * PEOPLE + each) for each in range(PEOPLE // count)]
    list_id = saved_lists.add(tx, ALL, ME, name="Everybody", branch_id=branch_id, members=people)
    to = saved_lists.one(tx.conn, ALL, list_id)
    return SendWish(to=to, line_id=line_id, variants=VARIANTS, author=ME, until_ms=UNTIL_MS)


def _person(tx: Tx, line_id: str, place: int) -> str:
    who = tel(f"+316{place:08}")
    contact_id = contacts.ensure(tx, who, chosen_name=f"Anna {place}")
    consent.record(
        tx,
        identity=who,
        contact_id=contact_id,
        line_id=line_id,
        kind=ConsentKind.WROTE_FIRST,
        channel=Channel.WHATSAPP,
        recorded_by="bench",
    )
    conversation_id = conversations.with_contact(tx, line_id, contact_id)
    tx.conn.execute(
        "UPDATE conversation SET last_in_ms = ? WHERE id = ?", (tx.now_ms, conversation_id)
    )
    return contact_id


def _is_listed(item: Item) -> bool:
    """Whom the line has never spoken to has a ceiling of their own, and is refused beyond it."""
    return item.waiting.kind is MessageClass.LIST and not item.waiting.first


class _ListLine(SimulatedLine):
    """Notes when a list is expected to be done, as the desk says it before it is sent."""

    def __init__(self, load: Load, hours: OfficeHours, place: int) -> None:
        super().__init__(load, DEFAULT_PROFILE, hours, place)
        self._expected: dict[int, int] = {}

    @classmethod
    def week(cls, load: Load, place: int) -> Iterator[bool]:
        """For each list that went out whole, whether it was done when it was expected."""
        line = cls(load, OFFICE, place)
        sent = [each for each in line.run().sent if _is_listed(each)]
        for began_ms, items in groupby(sent, key=lambda each: each.waiting.created_ms):
            done_ms = max(each.left_ms or 0 for each in items) - began_ms
            expected_ms = line._expected[began_ms] - began_ms
            yield abs(done_ms - expected_ms) <= expected_ms * _TOLERANCE

    def announce(self, new: Sequence[Item], now_ms: int) -> None:
        super().announce(new, now_ms)
        listed = [each for each in new if _is_listed(each)]
        if listed:
            self._expected[listed[0].waiting.created_ms] = self._finish(listed, now_ms)

    def _finish(self, listed: Sequence[Item], now_ms: int) -> int:
        rhythm = SteadyRate(
            profile=self._profile,
            hours=self._hours,
            since_ms=self._load.since_ms,
            now_ms=now_ms,
            answers_a_ms=self._answers_a_ms(),
            echo=LIST_ECHO,
        )
        for left in self._history.left:
            rhythm.left(left.at_ms, answering=left.answering)
        times = [
            rhythm.next(Lane(MessageClass.LIST, each.waiting.answering), each.waiting.text_length)
            for each in listed
        ]
        return max(at_ms for at_ms, _ in times)
