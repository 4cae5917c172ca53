"""Updates of all boxes in rings: one box, ten more, all others.

A ring is asked once the one before it is good: each of its boxes runs the other version, and has
been well with it for a while. One that is not stops it all until somebody decides. What a box
installs is the box's: from where its own config says, with the signature that it trusts, and on
trial.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from appliance.errors import InvalidInput, NotFound
from appliance.office.link import CommandAsker, CommandKind, CommandOutcome
from appliance.office.tables import boxes, commands, rollouts
from appliance.office.tables.boxes import OfficeBox
from appliance.office.tables.rollouts import BoxTurn, Rollout, RolloutBox, RolloutState
from appliance.store.incidents import IncidentKind, close_incident, open_incident
from appliance.store.store import Store, Tx

FIRST, NEXT = 1, 10
"""So many boxes have the first two rings; the third has all others."""
WELL_MS = 10 * 60_000
"""So long a box is watched once it runs the other version: its own trial is over by then."""
PATIENCE_MS = 2 * 3_600_000
"""From asking a box until it runs the other version."""
SAME = "same"
"""A box says that there is nothing newer for it; it needs none."""
LONGEST_VERSION = 100


def begin(tx: Tx, by: CommandAsker, *, version: str | None = None, first: str | None = None) -> str:
    """Its id. `first`: the box that is the first ring. Raises InvalidInput and NotFound."""
    found = rollouts.newest(tx.conn)
    if found is not None and found.stands:
        raise InvalidInput("rollout", "An update is under way, or stands still. End it first.")
    wanted = (version or "").strip() or None
    if wanted is not None and (len(wanted) > LONGEST_VERSION or not wanted.isprintable()):
        raise InvalidInput("rollout_version", "Write a version such as 1.4.0, or none.")
    every = _in_turn(boxes.every(tx.conn), first)
    if not every:
        raise InvalidInput("rollout", "No box has joined yet.")
    ids = [each.id for each in every]
    rings = [ids[:FIRST], ids[FIRST : FIRST + NEXT], ids[FIRST + NEXT :]]
    return rollouts.add(tx, wanted, by, [each for each in rings if each])


def _in_turn(every: Sequence[OfficeBox], first: str | None) -> Sequence[OfficeBox]:
    """Who is well and has few numbers comes first. Raises NotFound."""
    if first is not None and first not in [each.id for each in every]:
        raise NotFound("box")
    return sorted(
        every,
        key=lambda box: (
            box.id != first,
            box.alarm is not None,
            int(box.facts.get("lines", 0)),
            box.name.casefold(),
        ),
    )


def go_on(tx: Tx, *, again: bool) -> None:
    """Where it stands still. `again`: its ill boxes are asked once more, else it goes on without
    them. Raises NotFound.
    """
    found = rollouts.standing(tx.conn)
    if found.state is not RolloutState.STOPPED:
        raise NotFound("update")
    for each in rollouts.boxes_of(tx.conn, found.id):
        if each.state is BoxTurn.ILL:
            turn = BoxTurn.WAITING if again else BoxTurn.LEFT
            rollouts.decide(tx, found, each.box_id, turn)
    close_incident(tx, IncidentKind.BOX_ALARM, about=found.id)
    rollouts.become(tx, found, RolloutState.RUNNING)


def end(tx: Tx) -> None:
    """No further box is asked. Raises NotFound."""
    found = rollouts.standing(tx.conn)
    close_incident(tx, IncidentKind.BOX_ALARM, about=found.id)
    rollouts.become(tx, found, RolloutState.ENDED)


def look(store: Store) -> None:
    """What is to be done now; one thread calls it again and again."""
    found = store.read(rollouts.newest)
    if found is not None and found.state is RolloutState.RUNNING:
        store.write(_look)


def _look(tx: Tx) -> None:
    found = rollouts.newest(tx.conn)
    if found is None or found.state is not RolloutState.RUNNING:
        return
    known = {each.id: each for each in boxes.every(tx.conn)}
    for each in _ring(tx.conn, found):
        box = known.get(each.box_id)
        if box is None:
            rollouts.decide(tx, found, each.box_id, BoxTurn.LEFT)
        elif each.state is BoxTurn.WAITING:
            _ask(tx, found, box)
        elif each.state is BoxTurn.ASKED:
            _judge(tx, found, each, box)
    if _goes_to_next(tx, found):
        _look(tx)


def _ring(conn: sqlite3.Connection, found: Rollout) -> Sequence[RolloutBox]:
    every = rollouts.boxes_of(conn, found.id)
    return [each for each in every if each.ring == found.ring]


def _ask(tx: Tx, found: Rollout, box: OfficeBox) -> None:
    body: Mapping[str, str] = {} if found.version is None else {"version": found.version}
    expires_ms = tx.now_ms + PATIENCE_MS
    given = commands.give(tx, box.id, CommandKind.UPDATE, body, found.by, expires_ms=expires_ms)
    rollouts.asked(tx, found, box.id, given.id, before=box.version, alarm=box.alarm)


def _judge(tx: Tx, found: Rollout, each: RolloutBox, box: OfficeBox) -> None:
    given = commands.by_id(tx.conn, each.command_id or "")
    if given is not None and given.outcome is CommandOutcome.REFUSED:
        turn = BoxTurn.GOOD if given.why == SAME else BoxTurn.ILL
        rollouts.decide(tx, found, box.id, turn, why=given.why)
    elif not _has_arrived(found, each, box):
        if each.arrived_ms is not None:
            rollouts.arrived(tx, found, box.id, None)
        if tx.now_ms - (each.asked_ms or 0) > PATIENCE_MS:
            rollouts.decide(tx, found, box.id, BoxTurn.ILL, why="not-arrived")
    elif each.arrived_ms is None:
        rollouts.arrived(tx, found, box.id, tx.now_ms)
    elif tx.now_ms - each.arrived_ms > WELL_MS:
        _judge_well(tx, found, each, box)


def _judge_well(tx: Tx, found: Rollout, each: RolloutBox, box: OfficeBox) -> None:
    """What was wrong with it before is no fault of the other version."""
    if box.alarm is not None and box.alarm != each.alarm_before:
        rollouts.decide(tx, found, box.id, BoxTurn.ILL, why=f"box-{box.alarm}")
        return
    rollouts.decide(tx, found, box.id, BoxTurn.GOOD)
    if found.version is None:
        rollouts.pin(tx, found, box.version)


def _has_arrived(found: Rollout, each: RolloutBox, box: OfficeBox) -> bool:
    if found.version is not None:
        return box.version == found.version
    return box.version != each.before


def _goes_to_next(tx: Tx, found: Rollout) -> bool:
    """Whether another ring has its turn now."""
    ring = _ring(tx.conn, found)
    turns = {each.state for each in ring}
    if BoxTurn.ILL in turns:
        rollouts.become(tx, found, RolloutState.STOPPED)
        ill = next(each.box_id for each in ring if each.state is BoxTurn.ILL)
        facts = {"what": "box-update", "box": boxes.one(tx.conn, ill).name}
        open_incident(tx, IncidentKind.BOX_ALARM, about=found.id, facts=facts)
    elif not turns & {BoxTurn.WAITING, BoxTurn.ASKED}:
        last = max(each.ring for each in rollouts.boxes_of(tx.conn, found.id))
        if found.ring == last:
            rollouts.become(tx, found, RolloutState.OVER)
        else:
            rollouts.become(tx, found, RolloutState.RUNNING, ring=found.ring + 1)
            return True
    return False
