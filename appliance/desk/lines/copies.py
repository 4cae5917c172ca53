"""Whether copies come to their places: what is noted of each try, and when something is wrong."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from appliance.box.copy_codes import CopyPlace, CopyWhy, why_of
from appliance.errors import StoreError, StoreUnavailable
from appliance.store import copy_places, incidents, kept_copies
from appliance.store.copy_places import DrillTold, NewCopy, PlaceTold
from appliance.store.incidents import Incident, IncidentKind
from appliance.store.store import Store, Tx

PATIENCE_MS = 48 * 3_600_000
"""Two nights without a new copy: one may be missed, because somebody has the stick in their bag."""


def make(store: Store, copy: Callable[[Store], Path]) -> Path:
    """A copy in the backups folder, and a note of how it went. Raises what `copy` raises."""
    try:
        path = copy(store)
    except StoreError as exc:
        why = CopyWhy.DATABASE
        if isinstance(exc, StoreUnavailable):
            why = why_of(exc, CopyWhy.NOT_WRITABLE)
        sentence = str(exc)
        with suppress(StoreError):  # the one that is raised says why
            store.write(lambda tx: copy_places.failed(tx, CopyPlace.BOX, why, sentence))
        raise
    kept = kept_copies.kept(store.path.parent)
    made_ms = next(each.made_ms for each in kept if each.name == path.name)
    new = NewCopy(
        name=path.name,
        made_ms=made_ms,
        bytes=path.stat().st_size,
        sha256=None,
        kept=len(kept),
    )
    store.write(lambda tx: came(tx, CopyPlace.BOX, new))
    return path


def came(tx: Tx, place: CopyPlace, new: NewCopy) -> None:
    copy_places.came(tx, place, new)
    _close(tx, place)


def forget(tx: Tx, place: CopyPlace) -> None:
    """Copies are to come there no more."""
    copy_places.forget(tx, place)
    _close(tx, place)


def note_drill(tx: Tx, told: DrillTold) -> None:
    copy_places.note_drill(tx, told)
    if told.failed is None:
        incidents.close_incident(tx, IncidentKind.COPY_DRILL)
    else:
        incidents.open_incident(tx, IncidentKind.COPY_DRILL, facts={"why": told.failed})


def late(conn: sqlite3.Connection, now_ms: int) -> Sequence[PlaceTold]:
    """The places where nothing new came for longer than one waits."""
    return [each for each in copy_places.places(conn) if now_ms - each.since_ms > PATIENCE_MS]


def watch(store: Store) -> None:
    """Opens what is late. A copy that comes closes it, and so does a place that is given up."""
    now_ms = store.clock.now_ms()
    if store.read(lambda conn: bool(_unsaid(conn, now_ms))):
        store.write(_say)


def wrong(conn: sqlite3.Connection) -> Sequence[Incident]:
    """What is wrong with copies now."""
    kinds = (IncidentKind.COPY_LATE, IncidentKind.COPY_DRILL)
    return [each for each in incidents.open_ones(conn) if each.kind in kinds]


def _unsaid(conn: sqlite3.Connection, now_ms: int) -> Sequence[PlaceTold]:
    said = {each.about for each in incidents.open_of(conn, IncidentKind.COPY_LATE)}
    return [each for each in late(conn, now_ms) if each.place not in said]


def _say(tx: Tx) -> None:
    for each in _unsaid(tx.conn, tx.now_ms):
        incidents.open_incident(
            tx,
            IncidentKind.COPY_LATE,
            about=each.place,
            facts={"what": f"copy-{each.place}"},
        )


def _close(tx: Tx, place: CopyPlace) -> None:
    incidents.close_incident(tx, IncidentKind.COPY_LATE, about=place)
