"""The thread that follows every replica: the work list, what became of commands, branches and
lines. Its place in a replica stands in office.db, in the transaction of what it made of it, so a
crash at any point repeats some work and loses none.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.errors import NotFound, StoreError
from appliance.events import Event
from appliance.office.head.news import WorkListNews
from appliance.office.head.outcomes import told_outcomes
from appliance.office.head.replicas import Replicas
from appliance.office.tables import (
    boxes,
    commands,
    follow_places,
    office_log,
    replica_link,
    work_list,
)
from appliance.office.tables.boxes import OfficeBox
from appliance.office.tables.follow_places import FollowedTo
from appliance.office.tables.replica_link import LinkState
from appliance.store import events, mirrored, work_rows
from appliance.store.mirrored import Directory
from appliance.store.store import Store, Tx
from appliance.store.work_rows import WorkRow
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

AT_ONCE = 500
LOOK_S = 30.0
"""Between two looks at every replica, for what a crash left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one replica had new, read in one transaction. `anew`: nothing that was made of it before
    counts any more.
    """

    state: LinkState
    place: FollowedTo
    anew: bool
    told: Sequence[Event]
    touched: Mapping[str, int]
    rows: Sequence[WorkRow]
    directory: Directory | None

    @property
    def next(self) -> FollowedTo:
        return FollowedTo(
            epoch=self.state.epoch,
            event_seq=self.told[-1].seq if self.told else self.place.event_seq,
            touched=max(self.touched.values(), default=self.place.touched),
            directory=self.state.directory,
        )


class ReplicaFollower:
    """Started and stopped by whoever owns the office. `poke` may be called from every thread."""

    def __init__(
        self,
        store: Store,
        replicas: Replicas,
        news: WorkListNews,
        *,
        followed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`followed` is told, in the follower's thread, of each replica that may have news."""
        self._followed = followed
        self._store = store
        self._replicas = replicas
        self._news = news
        self._lock = threading.Lock()
        self._asked: dict[str, None] = {}  # in the order in which they asked
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._trouble = Trouble(log, "a replica cannot be followed")
        self._thread = threading.Thread(target=self._run, name="office-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def poke(self, box_id: str) -> None:
        """Something new is in its replica."""
        with self._lock:
            self._asked[box_id] = None
        self._wake.set()

    def _run(self) -> None:
        self._poke_all()
        while not self._stopped.is_set():
            if (box_id := self._next()) is not None:
                self._follow(box_id)
            elif not self._wake.wait(LOOK_S):
                self._poke_all()

    def _next(self) -> str | None:
        with self._lock:
            self._wake.clear()
            box_id = next(iter(self._asked), None)
            if box_id is not None:
                del self._asked[box_id]
            return box_id

    def _poke_all(self) -> None:
        try:
            for box in self._store.read(boxes.every):
                self.poke(box.id)
        except StoreError as exc:
            self._trouble.met(exc)

    def _follow(self, box_id: str) -> None:
        """One piece of it: then the next box has its turn."""
        try:
            if self.catch_up(box_id):
                self.poke(box_id)
        except NotFound:
            return  # nothing came from it yet
        except StoreError as exc:
            self._trouble.met(exc)
            self._stopped.wait(1)
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
        else:
            self._trouble.over()

    def catch_up(self, box_id: str) -> bool:
        """Does the next piece of one replica; whether there may be more."""
        place = self._store.read(lambda conn: follow_places.of_box(conn, box_id))
        with self._replicas.opened(box_id) as replica:
            piece = replica.read(lambda conn: _piece(conn, place))
        self._followed(box_id)
        if piece.next == place:
            return False
        if self._store.write(lambda tx: _keep(tx, box_id, piece)) and piece.touched:
            self._news.tell(piece.touched.keys())
        return len(piece.told) == AT_ONCE or len(piece.touched) == AT_ONCE


def _piece(conn: sqlite3.Connection, place: FollowedTo) -> Piece:
    """What is new after `place`."""
    conn.execute("BEGIN")
    try:
        state = replica_link.read(conn)
        place, anew = _begin(place, state, replica_link.last_touched(conn))
        told = events.after(conn, place.event_seq, limit=AT_ONCE)
        touched = replica_link.touched_after(conn, place.touched, limit=AT_ONCE)
        is_new = state.directory != place.directory
        return Piece(
            state=state,
            place=place,
            anew=anew,
            told=told,
            touched=touched,
            rows=work_rows.of(conn, touched.keys()),
            directory=mirrored.directory(conn) if is_new else None,
        )
    finally:
        conn.execute("COMMIT")


def _begin(place: FollowedTo, state: LinkState, last: int) -> tuple[FollowedTo, bool]:
    """Where to go on from, and whether that is the beginning: the replica is another one, or a copy
    of an earlier day was put back. After a restore of the box it goes on where its copy ended.
    """
    if place.epoch in state.past and state.happened is not None:
        seq = min(place.event_seq, int(state.happened["after"]))
        place = replace(place, epoch=state.epoch, event_seq=seq)
    if state.epoch == place.epoch and last >= place.touched and state.cursor >= place.event_seq:
        return place, False
    return FollowedTo(epoch=state.epoch, directory=-1), True


def _keep(tx: Tx, box_id: str, piece: Piece) -> bool:
    """False for a box that is struck off, whose replica nobody follows."""
    box = boxes.one(tx.conn, box_id)
    if box.struck_off:
        return False
    if piece.directory is not None:
        _mirror(tx, box, piece.directory)
    if piece.anew:
        work_list.forget_box(tx, box_id)
    work_list.put(tx, box_id, piece.touched.keys(), piece.rows)
    for told in told_outcomes(piece.told):
        commands.over(tx, box_id, told.command, told.outcome, told.why)
    if piece.told:
        first, last = piece.told[0].seq, piece.told[-1].seq
        office_log.append(tx, box_id, piece.state.epoch, first, last, len(piece.told))
    follow_places.put(tx, box_id, piece.next)
    return True


def _mirror(tx: Tx, box: OfficeBox, told: Directory) -> None:
    twice = mirrored.mirror(tx, told, box=box.name)
    boxes.note_numbers(tx, box.id, twice=bool(twice))
