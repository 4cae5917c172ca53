"""What one replica has new, and what the office makes of it: the work list, what became of
commands, branches and lines, and the numbering of all boxes' events.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.events import Event
from appliance.office.head.outcomes import messages_over, told_outcomes
from appliance.office.link import CommandKind, CommandOutcome
from appliance.office.tables import (
    boxes,
    commands,
    follow_places,
    heard_news,
    held_groups,
    office_log,
    replica_link,
    work_list,
)
from appliance.office.tables.boxes import OfficeBox
from appliance.office.tables.follow_places import FollowedTo
from appliance.office.tables.replica_link import LinkState
from appliance.store import events, mirrored, work_rows
from appliance.store.mirrored import Directory
from appliance.store.store import Tx
from appliance.store.work_rows import WorkRow

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaNews:
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
    def has_more(self) -> bool:
        return AT_ONCE in (len(self.told), len(self.touched))

    @property
    def next(self) -> FollowedTo:
        return FollowedTo(
            epoch=self.state.epoch,
            event_seq=self.told[-1].seq if self.told else self.place.event_seq,
            touched=max(self.touched.values(), default=self.place.touched),
            directory=self.state.directory,
        )


def read(conn: sqlite3.Connection, place: FollowedTo) -> ReplicaNews:
    """What is new after `place`."""
    with replica_link.at_one_moment(conn):
        state = replica_link.read(conn)
        place, anew = _begin(place, state, replica_link.last_touched(conn))
        told = events.after(conn, place.event_seq, limit=AT_ONCE)
        touched = replica_link.touched_after(conn, place.touched, limit=AT_ONCE)
        is_new = state.directory != place.directory
        return ReplicaNews(
            state=state,
            place=place,
            anew=anew,
            told=told,
            touched=touched,
            rows=work_rows.of(conn, touched.keys()),
            directory=mirrored.directory(conn) if is_new else None,
        )


def _begin(place: FollowedTo, state: LinkState, last: int) -> tuple[FollowedTo, bool]:
    """Where to go on from, and whether that is the beginning: the replica is another one, or a copy
    of an earlier day was put back. After a restore of the box it goes on where its copy ended.
    Events of the same numbering are never told here twice, whatever became of the replica.
    """
    if (shared := state.shared_with(place.epoch)) is not None and place.epoch != state.epoch:
        seq = min(place.event_seq, shared)
        place = replace(place, epoch=state.epoch, event_seq=seq)
    if state.epoch != place.epoch:
        return FollowedTo(epoch=state.epoch, directory=-1), True
    if last < place.touched:
        return replace(place, touched=0, directory=-1), True
    return place, False


def keep(tx: Tx, box_id: str, piece: ReplicaNews) -> None:
    """Nothing of a box that is struck off, whose replica nobody follows."""
    box = boxes.one(tx.conn, box_id)
    if box.struck_off:
        return
    if piece.directory is not None:
        _mirror(tx, box, piece.directory)
    if piece.anew:
        work_list.forget_box(tx, box_id)
    work_list.put(tx, box_id, piece.touched.keys(), piece.rows)
    for told in told_outcomes(piece.told):
        given = commands.over(tx, box_id, told.command, told.outcome, told.why)
        if given is not None and told.outcome is CommandOutcome.REFUSED:
            _look_at_refusal(tx, box_id, given.command.kind, told.why)
    if ended := messages_over(piece.told):
        commands.left(tx, box_id, ended)
    if piece.told:
        first, last = piece.told[0].seq, piece.told[-1].seq
        office_log.append(tx, box_id, piece.state.epoch, first, last, len(piece.told))
    _tell(tx, box_id, piece)
    follow_places.put(tx, box_id, piece.next)


def _tell(tx: Tx, box_id: str, piece: ReplicaNews) -> None:
    """Wakes those who follow at the office: they read the events in the replica."""
    whole = piece.anew or piece.directory is not None or (bool(piece.touched) and not piece.told)
    if not piece.told and not whole:
        return
    heard_news.note(
        tx,
        box_id,
        piece.state.epoch,
        after=piece.place.event_seq,
        last=piece.next.event_seq,
        whole=whole,
    )


def _look_at_refusal(tx: Tx, box_id: str, kind: str, why: str | None) -> None:
    """A box that does not know what happened starts no number, so somebody has to look."""
    if kind == CommandKind.HAPPENED:
        boxes.hold(tx, box_id, f"It could not take in what happened since its copy ({why}).")


def _mirror(tx: Tx, box: OfficeBox, told: Directory) -> None:
    twice = mirrored.mirror(tx, told, box=box.name)
    held_groups.put(tx, box.id, told.held)
    boxes.note_numbers(tx, box.id, twice=bool(twice))
    follow_places.look_again(tx, [each.id for each in boxes.every(tx.conn) if each.number_twice])
