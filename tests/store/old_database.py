"""A small database with messages in each state, kept to prove that later versions go on with it.

`python -m tests.store.old_database` makes one in `kept`, named by the newest migration.
"""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.consent import consent_import
from appliance.desk.outgoing import sending
from appliance.desk.team import staff
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import Group, Proof, Tick, Ticks, TickVisit
from appliance.errors import NotOnChannel, Permanent, Unconfirmed
from appliance.queue.attempt import QueueAttempt
from appliance.store.connection import connect_writer
from appliance.store.migrations import migrations
from appliance.store.store import Store
from tests.queue.counter import MONDAY, STAFF, WHATSAPP, Counter, tapping

KEPT = Path(__file__).with_name("kept")
STOPPED, NEAR_STOP = "+31611110001", "+31611110002"
QUEUED, SENDING, UNCONFIRMED = "+31611110003", "+31611110004", "+31611110005"
_SENT, _DELIVERED, _READ, _FAILED = (f"+3161111001{place}" for place in range(4))
_EXPIRED, _CANCELLED, _REFUSED = (f"+3161111002{place}" for place in range(3))
_PEOPLE = (NEAR_STOP, QUEUED, SENDING, UNCONFIRMED, _SENT, _DELIVERED, _READ, _FAILED)
_IMPORTED = "number,source,date,wording\n+31611110030,Inschrijfformulier,2026-05-01,Ik wil SMS\n"


def make(path: Path) -> None:
    clock = ManualClock(at_ms=MONDAY)
    with closing(Store(path, clock)) as store:
        counter = Counter(store, clock, path.parent / "evidence")
        counter.knows(STOPPED, *_PEOPLE, _EXPIRED, _CANCELLED, _REFUSED)
        _fill_the_office(counter)
        _fill_the_queue(counter)
        counter.hears("stop. dank je", NEAR_STOP)
        counter.hears("Wie kan morgen?", group=Group(jid="31611110001-1@g.us", name="Loods"))
        call = MissedCall(key="call:1", number=QUEUED, at_ms=clock.now_ms())
        counter.reception.missed_calls(counter.device_id, [call])
    with closing(connect_writer(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_the_office(counter: Counter) -> None:
    counter.store.write(lambda tx: staff.add_first_admin(tx, "Sanne", "no-password"))
    counter.store.write(
        lambda tx: staff.add(tx, "Fatima", role="staff", branch_id=counter.branch_id)
    )
    counter.store.write(lambda tx: tokens.add(tx, "planning"))
    rows = consent_import.read_rows(_IMPORTED, now_ms=counter.clock.now_ms())
    consent_import.bring_in(counter.store, rows, line_id=counter.line_id, recorded_by="import")


def _fill_the_queue(counter: Counter) -> None:
    """What leaves no doubt comes first: a device in doubt is asked before it sends."""
    for number, tick in ((_SENT, None), (_DELIVERED, Tick.DELIVERED), (_READ, Tick.READ)):
        attempt = _tapped(counter, number)
        counter.work.sent(attempt, Proof(tick=Tick.SENT))
        if tick is not None:
            counter.clock.advance(s=90)
            seen = {attempt.outgoing.message_id: tick}
            counter.work.visited(counter.visit(), Ticks(by_message=seen))
    counter.work.not_sent(_tapped(counter, _FAILED), Permanent("No such number."))
    counter.work.not_sent(_tapped(counter, _REFUSED, channel=WHATSAPP), NotOnChannel("No account."))
    cancelled = counter.queues(to=_CANCELLED)
    counter.store.write(lambda tx: sending.cancel(tx, cancelled, STAFF))
    counter.queues(to=_EXPIRED, ttl_ms=1)
    counter.clock.advance(s=1)
    counter.planner.round()
    _tapped(counter, SENDING)
    counter.work.not_sent(_tapped(counter, UNCONFIRMED), Unconfirmed("No new row."))
    counter.queues(to=QUEUED)
    counter.hears("STOP", STOPPED)


def _tapped(counter: Counter, number: str, **about: Any) -> QueueAttempt:
    counter.queues(to=number, **about)
    while not isinstance(attempt := counter.task(), QueueAttempt):
        if isinstance(attempt, TickVisit):
            counter.work.visited(attempt, Ticks(by_message={}))
        counter.clock.advance(s=20)
    with tapping(attempt):
        pass
    return attempt


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "balie.db"
        make(made)
        newest = migrations._migrations[-1].name
        KEPT.mkdir(exist_ok=True)
        shutil.copy(made, KEPT / f"{newest}.db")
