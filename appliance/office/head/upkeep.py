"""What the office does by the clock: who was seen is written down, alarms are raised, and what
nobody uses is closed.
"""

import logging
import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence

from appliance.errors import StoreError
from appliance.office.head import alarms, rollouts
from appliance.office.head.replicas import Replicas
from appliance.office.head.staff_telling import StaffTelling
from appliance.office.tables import boxes, commands, heard_news
from appliance.office.tables.boxes import Alarm, BoxSeen, OfficeBox
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

EVERY_S = 1.0
"""A hundred boxes push many times a second: their rows are written once."""
_ROUNDS_PER_TIDYING = 600
_ROUNDS_PER_STAFF = 2


class Upkeep:
    """`seen` may be called from every thread. What was seen in the last second is lost by a crash,
    and a box shows itself again within seconds.
    """

    def __init__(self, store: Store, replicas: Replicas, staff: StaffTelling) -> None:
        self._store = store
        self._staff = staff
        self._replicas = replicas
        self._began_ms = store.clock.now_ms()
        self._lock = threading.Lock()
        self._seen: dict[str, BoxSeen] = {}
        self._stopped = threading.Event()
        self._trouble = Trouble(log, "who was seen cannot be written down")
        self._thread = threading.Thread(target=self._run, name="office-upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def seen(self, box_id: str, seen: BoxSeen) -> None:
        """What a batch told stays until it is written, also when the box then asks for commands."""
        with self._lock:
            before = self._seen.get(box_id)
            if seen.facts is None and before is not None and before.facts is not None:
                return
            self._seen[box_id] = seen

    def _run(self) -> None:
        rounds = 0
        while not self._stopped.wait(EVERY_S):
            try:
                self.look()
                if rounds % _ROUNDS_PER_STAFF == 0:
                    self._staff.look()
                rollouts.look(self._store)
                self._replicas.close_unused()
                if rounds % _ROUNDS_PER_TIDYING == 0:
                    self._store.write(commands.tidy, durable=False)
                    self._store.write(heard_news.tidy, durable=False)
            except StoreError as exc:
                self._trouble.met(exc)
            except Exception as exc:  # a mistake of ours must not end it until the next start
                self._trouble.met(exc, exc=exc)
            else:
                self._trouble.over()
            rounds += 1

    def look(self) -> None:
        """Writes down who was seen, and which alarms are on."""
        with self._lock:
            seen, self._seen = self._seen, {}
        others = self._store.read(self._with_other_alarms)
        if not (seen or others):
            return
        try:
            self._note(seen, {*seen, *others})
        except StoreError:
            raise
        except Exception as exc:
            self._trouble.met(exc, exc=exc)
            self._note_alone(seen, {*seen, *others})

    def _with_other_alarms(self, conn: sqlite3.Connection) -> Sequence[str]:
        now_ms = self._store.clock.now_ms()
        every = boxes.every(conn)
        return [each.id for each in every if each.alarm is not self._alarm(each, now_ms)]

    def _note(self, seen: Mapping[str, BoxSeen], box_ids: Collection[str]) -> None:
        def work(tx: Tx) -> None:
            for box_id in box_ids:
                if box_id in seen:
                    boxes.note_seen(tx, box_id, seen[box_id])
                box = boxes.one(tx.conn, box_id)
                alarm = None if box.struck_off else self._alarm(box, tx.now_ms)
                if alarm is not box.alarm:
                    alarms.note(tx, box, alarm)

        self._store.write(work, durable=False)

    def _note_alone(self, seen: Mapping[str, BoxSeen], box_ids: Collection[str]) -> None:
        """One of which nothing can be noted is no reason to forget the others."""
        for box_id in box_ids:
            try:
                self._note(seen, [box_id])
            except StoreError:
                raise
            except Exception as exc:
                self._trouble.met(f"{box_id}: {exc}", exc=exc)

    def _alarm(self, box: OfficeBox, now_ms: int) -> Alarm | None:
        return alarms.alarm_of(box, now_ms, listens_since_ms=self._began_ms)
