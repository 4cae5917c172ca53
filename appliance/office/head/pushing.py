"""What a box pushes, from its bytes to the answer: at most eight at a time, one of each box.

All of it blocks, in threads of its own that give way to people: a hundred boxes that come back at
once must not hold up a page.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from appliance.errors import StoreError
from appliance.office.batch import MAX_BATCH_BYTES, Batch, Pushed
from appliance.office.head import (
    joining,
    privacy_choice,
    readable,
    refusals,
    taking_in,
    undone,
)
from appliance.office.head.following import ReplicaFollower
from appliance.office.head.foreign import Owners
from appliance.office.head.forgetting import Forgetter
from appliance.office.head.replicas import Replicas
from appliance.office.head.taking_in import Behind, TakenIn, Wrong
from appliance.office.head.upkeep import Upkeep
from appliance.office.reading import Malformed, parsed
from appliance.office.tables import (
    box_epochs,
    boxes,
    follow_places,
    replica_erased,
    replica_link,
)
from appliance.office.tables.box_epochs import EpochStanding
from appliance.office.tables.boxes import BoxSeen, OfficeBox
from appliance.slices import Privacy
from appliance.store import replica_descent
from appliance.store.store import Store, Tx

AT_ONCE = 8
_GZIP = 16 + zlib.MAX_WBITS


class Pushes:
    """`turn` is for the event loop, `take` for a thread of `threads`."""

    def __init__(
        self,
        store: Store,
        replicas: Replicas,
        follower: ReplicaFollower,
        upkeep: Upkeep,
        forgetter: Forgetter,
        *,
        give_way: Callable[[], None],
    ) -> None:
        self._store = store
        self._replicas = replicas
        self._follower = follower
        self._upkeep = upkeep
        self._forgetter = forgetter
        self._owners = Owners(store)
        self._inside: set[str] = set()
        self.threads = ThreadPoolExecutor(
            AT_ONCE, thread_name_prefix="office-push", initializer=give_way
        )

    @property
    def at_work(self) -> int:
        """How many are being read or taken in."""
        return len(self._inside)

    @contextmanager
    def turn(self, box_id: str) -> Iterator[None]:
        """Raises ProblemError (503) where eight are at work, or this box is."""
        if len(self._inside) >= AT_ONCE or box_id in self._inside:
            raise refusals.busy()
        self._inside.add(box_id)
        try:
            yield
        finally:
            self._inside.discard(box_id)

    def take(self, box_id: str, raw: bytes, *, zipped: bool) -> Pushed:
        """Raises ProblemError, StoreError."""
        with self._forgetter.steady(box_id):
            return self._take(box_id, raw, zipped=zipped)

    def _take(self, box_id: str, raw: bytes, *, zipped: bool) -> Pushed:
        box, epochs, privacy = self._store.read(lambda conn: _known(conn, box_id))
        if box.held is not None:
            raise refusals.held(box.held)
        try:
            batch = Batch.from_json(parsed(_unpacked(raw) if zipped else raw))
            counts = batch.facts.privacy.narrower(privacy)
            taken = self._taken(box, epochs, batch, counts)
        except Malformed as exc:
            raise self._hold(box, Wrong(f"What it told cannot be read: {exc}.")) from exc
        except Wrong as exc:
            raise self._hold(box, exc) from exc
        except Behind as exc:
            raise refusals.behind(exc.cursor) from exc
        self._note(box, batch, taken)
        if taken.gap:
            raise refusals.behind(taken.cursor)
        return Pushed(cursor=taken.cursor, privacy=privacy)

    def joined(self, box_id: str) -> None:
        """Perhaps again."""
        self._owners.forget(box_id)
        self._follower.poke(box_id)

    def too_big(self, box_id: str) -> Exception:
        """A body of more than eight megabytes is none of Balie's."""
        box = self._store.read(lambda conn: boxes.one(conn, box_id))
        return self._hold(box, Wrong("What it told is too big."))

    def _taken(
        self, box: OfficeBox, epochs: Mapping[str, EpochStanding], batch: Batch, counts: Privacy
    ) -> TakenIn:
        standing = epochs.get(batch.epoch)
        if standing is EpochStanding.DISOWNED:
            raise refusals.struck_off()
        if box.unreadable:
            self._make_anew(box)
        if box.fresh_epoch is not None:
            self._begin_afresh(box, batch)
        self._owners.check(box.id, batch)
        if batch.facts.privacy is not box.privacy:
            # Before its rows: what is known of its choice decides which rows may stay.
            self._store.write(lambda tx: boxes.choose(tx, box.id, batch.facts.privacy))
        self._forgetter.narrow(box.id, counts)
        try:
            _must_not_be_disowned(epochs, batch)
            taken = self._put(box, batch, counts)
        except Wrong as exc:
            if exc.conflict and standing is None:
                self._store.write(
                    lambda tx: box_epochs.note(tx, box.id, batch.epoch, EpochStanding.STRANGE)
                )
            raise
        if taken.began or standing is not EpochStanding.PRESENT or box.epoch != batch.epoch:
            # Before the answer: the box takes its lines up again once it knows what happened.
            happened = taken.happened
            if not box.epoch and standing is EpochStanding.PRESENT:
                happened = _said_again(batch, happened)
            self._store.write(lambda tx: joining.begin_epoch(tx, box.id, batch.epoch, happened))
        return taken

    def _put(self, box: OfficeBox, batch: Batch, counts: Privacy) -> TakenIn:
        """Raises Wrong where the replica is damaged, too."""
        try:
            with self._replicas.opened(box.id, new=True) as replica:
                return taking_in.take(replica, batch, counts)
        except (StoreError, sqlite3.Error) as exc:
            if not readable.hold_if_damaged(self._store, box.id, exc):
                raise
            raise Wrong(readable.WHY) from exc

    def _make_anew(self, box: OfficeBox) -> None:
        """A person takes in again a box whose replica could not be read."""
        self._replicas.remove(box.id)
        self._store.write(lambda tx: _made_anew(tx, box.id))

    def _begin_afresh(self, box: OfficeBox, batch: Batch) -> None:
        """A person believes one numbering: what another one brought into the replica goes."""
        if batch.epoch != box.fresh_epoch:
            return
        with self._replicas.opened(box.id, new=True) as replica:
            before = replica.read(replica_link.read).epoch
            is_another = before not in ("", batch.epoch)
            known = replica.read(lambda conn: replica_descent.beyond(conn, 0)) if is_another else {}
            erased = replica.read(replica_erased.ids)
        if is_another:
            # Before it goes: nobody else knows who withdrew and what was sent.
            happened = {**known, "epoch": before, "after": 0}
            self._store.write(
                lambda tx: undone.tell(
                    tx, box.id, batch.epoch, happened, joining.OFFICE, asks_again=False
                )
            )
            self._replicas.remove(box.id)
            with self._replicas.opened(box.id, new=True) as replica:
                replica.write(lambda tx: replica_erased.note(tx, erased, None))
        self._store.write(lambda tx: boxes.believe(tx, box.id, batch.epoch))

    def _note(self, box: OfficeBox, batch: Batch, taken: TakenIn) -> None:
        now_ms = self._store.clock.now_ms()
        seen = BoxSeen(at_ms=now_ms, cursor=taken.cursor, sent_ms=batch.sent_ms, facts=batch.facts)
        self._upkeep.seen(box.id, seen)
        if batch.events or batch.slices:
            self._follower.poke(box.id)
        if taken.forgot:
            self._forgetter.poke(box.id)

    def _hold(self, box: OfficeBox, wrong: Wrong) -> Exception:
        self._store.write(lambda tx: boxes.hold(tx, box.id, wrong.why, conflict=wrong.conflict))
        return refusals.held(wrong.why)

    def close(self) -> None:
        self.threads.shutdown()


def _known(
    conn: sqlite3.Connection, box_id: str
) -> tuple[OfficeBox, Mapping[str, EpochStanding], Privacy]:
    """A read for each would cost more than the rest of a small batch."""
    epochs = box_epochs.of_box(conn, box_id)
    return boxes.one(conn, box_id), epochs, privacy_choice.chosen(conn)


def _made_anew(tx: Tx, box_id: str) -> None:
    boxes.note_made_anew(tx, box_id)
    follow_places.begin_anew(tx, box_id)


def _said_again(batch: Batch, happened: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """To a box that was let in again with the epoch that it had, and may wait to hear of a copy.
    What it was to do again was asked of it when that epoch began.
    """
    return {"epoch": batch.epoch, "after": 0, **(happened or {}), "commands": ()}


def _must_not_be_disowned(epochs: Mapping[str, EpochStanding], batch: Batch) -> None:
    """What a person decided against does not come back as a copy of itself. Raises Wrong."""
    if batch.epoch in epochs:
        return
    known = (epochs[each.epoch] for each in batch.ancestors if each.epoch in epochs)
    if next(known, None) is EpochStanding.DISOWNED:
        raise Wrong("It is a copy of a machine that is not believed.", conflict=True)


def _unpacked(raw: bytes) -> bytes:
    """Never more than a batch may have, however well it was packed. Raises Malformed."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        found = unpacker.decompress(raw, MAX_BATCH_BYTES + 1)
    except zlib.error:
        raise Malformed("it is not packed as gzip") from None
    if len(found) > MAX_BATCH_BYTES:
        raise Malformed("it is too big")
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed("it is not one whole gzip")
    return found
