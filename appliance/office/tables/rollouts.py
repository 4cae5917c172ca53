"""Updates of all boxes in rings, at the SQL edge."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import NotFound
from appliance.office.link import CommandAsker
from appliance.office.reading import Fields
from appliance.store.store import Tx


class RolloutState(StrEnum):
    RUNNING = "running"
    #: A ring became ill: nothing more is asked until somebody decides.
    STOPPED = "stopped"
    #: Somebody ended it before all boxes had their turn.
    ENDED = "ended"
    OVER = "over"


class BoxTurn(StrEnum):
    WAITING = "waiting"
    ASKED = "asked"
    GOOD = "good"
    ILL = "ill"
    #: It was ill, and somebody went on without it.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """`version` None: the newest that the first box finds. `ring` counts from 0."""

    id: str
    version: str | None
    by: CommandAsker
    state: RolloutState
    ring: int
    began_ms: int
    changed_ms: int

    @property
    def stands(self) -> bool:
        return self.state in (RolloutState.RUNNING, RolloutState.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutBox:
    """`before` and `alarm_before` are as the box was when it was asked; `why` is a code."""

    box_id: str
    ring: int
    state: BoxTurn
    before: str | None
    alarm_before: str | None
    command_id: str | None
    asked_ms: int | None
    arrived_ms: int | None
    why: str | None


def newest(conn: sqlite3.Connection) -> Rollout | None:
    row = conn.execute("SELECT * FROM rollout ORDER BY began_ms DESC, id DESC LIMIT 1").fetchone()
    if row is None:
        return None
    return Rollout(
        id=row["id"],
        version=row["version"],
        by=CommandAsker.from_json(Fields(json.loads(row["asked_by"]), "who asked")),
        state=RolloutState(row["state"]),
        ring=row["ring"],
        began_ms=row["began_ms"],
        changed_ms=row["changed_ms"],
    )


def standing(conn: sqlite3.Connection) -> Rollout:
    """The one that is under way or stands still. Raises NotFound."""
    found = newest(conn)
    if found is None or not found.stands:
        raise NotFound("update")
    return found


def boxes_of(conn: sqlite3.Connection, rollout_id: str) -> Sequence[RolloutBox]:
    """In the order of their turns."""
    rows = conn.execute(
        "SELECT * FROM rollout_box WHERE rollout_id = ? ORDER BY place", (rollout_id,)
    )
    return [
        RolloutBox(
            state=BoxTurn(row["state"]),
            **{name: row[name] for name in RolloutBox.__slots__ if name != "state"},
        )
        for row in rows
    ]


def add(tx: Tx, version: str | None, by: CommandAsker, rings: Sequence[Sequence[str]]) -> str:
    """`rings`: the ids of the boxes of each."""
    rollout_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO rollout (id, version, asked_by, state, ring, began_ms, changed_ms)"
        " VALUES (?, ?, ?, 'running', 0, ?, ?)",
        (rollout_id, version, json.dumps(by.as_json()), tx.now_ms, tx.now_ms),
    )
    every = [(ring, box_id) for ring, box_ids in enumerate(rings) for box_id in box_ids]
    tx.conn.executemany(
        "INSERT INTO rollout_box (rollout_id, box_id, place, ring, state)"
        " VALUES (?, ?, ?, ?, 'waiting')",
        [(rollout_id, box_id, place, ring) for place, (ring, box_id) in enumerate(every)],
    )
    return rollout_id


def become(tx: Tx, rollout: Rollout, state: RolloutState, *, ring: int | None = None) -> None:
    tx.conn.execute(
        "UPDATE rollout SET state = ?, ring = ?, changed_ms = ? WHERE id = ?",
        (state.value, rollout.ring if ring is None else ring, tx.now_ms, rollout.id),
    )


def pin(tx: Tx, rollout: Rollout, version: str) -> None:
    """All other boxes are asked for the version that the first one has now."""
    tx.conn.execute("UPDATE rollout SET version = ? WHERE id = ?", (version, rollout.id))


def asked(
    tx: Tx, rollout: Rollout, box_id: str, command_id: str, *, before: str, alarm: str | None
) -> None:
    tx.conn.execute(
        "UPDATE rollout_box SET state = 'asked', command_id = ?, before = ?, alarm_before = ?,"
        " asked_ms = ?, arrived_ms = NULL, why = NULL WHERE rollout_id = ? AND box_id = ?",
        (command_id, before, alarm, tx.now_ms, rollout.id, box_id),
    )


def arrived(tx: Tx, rollout: Rollout, box_id: str, at_ms: int | None) -> None:
    """`at_ms` None: it runs another one again."""
    tx.conn.execute(
        "UPDATE rollout_box SET arrived_ms = ? WHERE rollout_id = ? AND box_id = ?",
        (at_ms, rollout.id, box_id),
    )


def decide(
    tx: Tx, rollout: Rollout, box_id: str, state: BoxTurn, *, why: str | None = None
) -> None:
    tx.conn.execute(
        "UPDATE rollout_box SET state = ?, why = coalesce(?, why)"
        " WHERE rollout_id = ? AND box_id = ?",
        (state.value, why, rollout.id, box_id),
    )
