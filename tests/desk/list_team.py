"""A list of three people, what is sent to it, and what became of that."""

from collections.abc import Sequence
from typing import Any

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.lists import progress, saved_lists, sends
from appliance.desk.lists.progress import SendProgress
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.lists.sends import Send, SendWish
from appliance.desk.outgoing.lists import Recipient
from appliance.devices.protocol import Proof, Tick, Ticks, TickVisit
from appliance.queue.attempt import QueueAttempt
from appliance.reasons import Reason
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, STAFF, Counter, tapping

CEES = "+31633333333"
ALL = Sight(None)
VARIANTS = ("Kun je zaterdag?", "Heb je zaterdag tijd?")
DAY_S = 24 * HOUR_S


def list_of(counter: Counter, *numbers: str, name: str = "Nacht") -> SavedList:
    def work(tx: Tx) -> SavedList:
        members = [counter.contact_id(each) for each in numbers]
        made = saved_lists.add(
            tx, ALL, STAFF, name=name, branch_id=counter.branch_id, members=members
        )
        return saved_lists.one(tx.conn, ALL, made)

    return counter.store.write(work)


def wish(counter: Counter, to: SavedList, **about: Any) -> SendWish:
    return SendWish(
        to=to,
        author=STAFF,
        **{"line_id": counter.line_id, "variants": VARIANTS, **about},
    )


def told(counter: Counter, wanted: SendWish) -> Sequence[Recipient]:
    now_ms = counter.clock.now_ms()
    return counter.store.read(lambda conn: sends.dry_run(conn, ALL, wanted, now_ms=now_ms))


def sent(counter: Counter, wanted: SendWish) -> Send:
    def work(tx: Tx) -> Send:
        return sends.one(tx.conn, ALL, sends.send(tx, ALL, wanted))

    return counter.store.write(work)


def look(counter: Counter, send: Send) -> SendProgress:
    return counter.store.read(
        lambda conn: progress.progress(conn, ALL, sends.one(conn, ALL, send.id))
    )


def sent_again(counter: Counter, send: Send) -> Send:
    return sent(counter, counter.store.read(lambda conn: sends.again(conn, ALL, send, STAFF)))


def are_one_person(counter: Counter, *numbers: str) -> None:
    """Two branches entered them, each with the same personnel number."""

    def work(tx: Tx) -> None:
        for place, each in enumerate(numbers):
            statement = "UPDATE contact SET personnel_number = ? WHERE id = ?"
            tx.conn.execute(statement, (("px-1", "PX-1")[place % 2], counter.contact_id(each)))

    counter.store.write(work)


def steer(counter: Counter, what: Any, send: Send) -> None:
    counter.store.write(lambda tx: what(tx, sends.one(tx.conn, ALL, send.id), STAFF))


def next_attempt(counter: Counter) -> QueueAttempt:
    """The next message that the phone is given, once its time has come; visits are made."""
    for _ in range(240):
        match counter.task():
            case QueueAttempt() as found:
                return found
            case TickVisit() as visit:
                counter.work.visited(visit, Ticks(by_message={}))
            case _:
                counter.clock.advance(s=30)
    raise AssertionError("nothing leaves")


def leaves(counter: Counter) -> str:
    attempt = next_attempt(counter)
    with tapping(attempt):
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    return attempt.outgoing.message_id


def none_leaves(counter: Counter, hours: int = 2) -> bool:
    """Whether nothing is given to the phone for so long."""
    for _ in range(hours * 4):
        found = counter.task()
        if isinstance(found, QueueAttempt):
            return False
        if isinstance(found, TickVisit):
            counter.work.visited(found, Ticks(by_message={}))
        counter.clock.advance(s=900)
    return True


def verdicts(found: SendProgress) -> list[tuple[str, Reason | None]]:
    return [(each.verdict, each.why if each.refused else None) for each in found.items]


@pytest.fixture
def team(counter: Counter) -> SavedList:
    counter.knows(ANNA, BART, CEES)
    return list_of(counter, ANNA, BART, CEES)
