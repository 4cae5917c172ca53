"""Changes in groups that a device is to make: chosen, paced, claimed, and how they end.

They count for the SIM as messages do, and have small ceilings of their own. What puts a name back
is not held by those: the guard has a ceiling of its own.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.channels import Channel
from appliance.devices.group_protocol import GroupChange, GroupPerson, GroupSeen, GroupTurn
from appliance.errors import DeviceError, InviteOnly, LineStopped, Permanent, Refused, Transient
from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.media.files import MediaFiles
from appliance.queue import posts
from appliance.queue.attached import picture_of
from appliance.queue.gate import ConsentGate
from appliance.queue.history import History
from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS, Profile
from appliance.queue.permission import may_write
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import contacts, group_tasks, groups, lines
from appliance.store.group_tasks import GroupTask
from appliance.store.groups import GroupMember
from appliance.store.lines import Line
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

CHANGES_AN_HOUR, CHANGES_A_DAY = 6, 20
MAX_TRIES = 4
AGAIN_MS = (5_000, 30_000, 2 * MINUTE_MS)
_ADDS = (GroupChangeKind.ADD, GroupChangeKind.CREATE)

Seen = Callable[[Tx, GroupTask, GroupSeen], None]
"""Keeps what a change showed; a higher floor knows what follows from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesk:
    """What the turns of one process share."""

    store: Store
    gate: ConsentGate
    profile: Profile
    histories: Histories
    evidence: Path
    files: MediaFiles
    seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGroupTurn(GroupTurn):
    desk: GroupDesk
    task: GroupTask
    asked: GroupChange
    line_id: str
    device_id: str

    @property
    def change(self) -> GroupChange:
        return self.asked

    @property
    def evidence_folder(self) -> Path:
        return self.desk.evidence / self.task.id

    @contextmanager
    def clear_to_change(self) -> Iterator[None]:
        """An opt-out of somebody who is to be added waits until the tap is done."""
        held = self.desk.store.read(
            lambda conn: contacts.with_their_others(conn, _newcomers(conn, self.task))
        )
        with self.desk.gate.holding(*held):
            self.desk.store.write(self._open)
            yield

    def done(self, seen: GroupSeen) -> None:
        def keep(tx: Tx) -> None:
            group_tasks.end(tx, self.task.id, GroupTaskState.DONE, evidence=seen.facts)
            self.desk.seen(tx, self.task, seen)

        self.desk.store.write(keep)

    def failed(self, error: DeviceError | Refused) -> None:
        self.desk.store.write(lambda tx: _failed(tx, self.task.id, error))

    def _open(self, tx: Tx) -> None:
        if tx.clock_is_wrong:
            raise Transient("The clock was set to a time that cannot be.")
        task = group_tasks.find(tx.conn, self.task.id)
        if task is None or task.state is not GroupTaskState.DOING:
            raise Refused(Reason.BY_PERSON, "It was withdrawn before it was done.")
        if lines.line(tx.conn, self.line_id).stops(self.device_id):
            raise Transient("The line was stopped.")
        for identity in _newcomers(tx.conn, task):
            need_consent(tx.conn, self.line_id, identity)
        group_tasks.note_tap(tx, task.id)


def need_consent(conn: sqlite3.Connection, line_id: str, identity: Identity) -> None:
    """Raises Refused unless they may be taken into a group: as for a message to them."""
    channel = Channel.with_groups(WHATSAPP_GROUP)
    may_write(conn, line_id=line_id, identity=identity, channel=channel).check()


def next_turn(desk: GroupDesk, device_id: str, carried: Sequence[Line]) -> QueueGroupTurn | None:
    """The change that this device is to make now, claimed; None when there is none."""
    now_ms = desk.store.clock.now_ms()
    found = desk.store.read(lambda conn: _due(conn, desk, device_id, carried, now_ms))
    if found is None:
        return None
    task, line_id = found

    def claim(tx: Tx) -> GroupChange | None:
        return _change(tx.conn, task, desk.files) if group_tasks.take(tx, task, device_id) else None

    asked = desk.store.write(claim)
    if asked is None:
        return None
    return QueueGroupTurn(desk=desk, task=task, asked=asked, line_id=line_id, device_id=device_id)


def _due(
    conn: sqlite3.Connection,
    desk: GroupDesk,
    device_id: str,
    carried: Sequence[Line],
    now_ms: int,
) -> tuple[GroupTask, str] | None:
    for task in group_tasks.of_lines(conn, [line.id for line in carried]):
        if task.not_before_ms > now_ms:
            continue
        line_id = groups.find(conn, task.group_id).line_id
        line = next(each for each in carried if each.id == line_id)
        history = desk.histories.of(conn, device_id, line, now_ms=now_ms)
        if task.kind is GroupChangeKind.READ or (
            _hands_are_free(history, desk.profile, now_ms)
            and (task.puts_back or _has_room(conn, device_id, now_ms))
        ):
            return task, line_id
    return None


def _hands_are_free(history: History, profile: Profile, now_ms: int) -> bool:
    if history.left and history.last_ms + profile.apart_ms > now_ms:
        return False
    windows = ((MINUTE_MS, profile.per_minute), (HOUR_MS, profile.per_hour))
    return all(history.all.room_at(now_ms, span, most - 1) <= now_ms for span, most in windows)


def _has_room(conn: sqlite3.Connection, device_id: str, now_ms: int) -> bool:
    changes = group_tasks.changed_since(conn, device_id, now_ms - DAY_MS)
    this_hour = sum(at_ms > now_ms - HOUR_MS for at_ms in changes)
    return len(changes) < CHANGES_A_DAY and this_hour < CHANGES_AN_HOUR


def _change(conn: sqlite3.Connection, task: GroupTask, files: MediaFiles) -> GroupChange:
    group = groups.find(conn, task.group_id)
    return GroupChange(
        task_id=task.id,
        kind=task.kind,
        group=posts.told(conn, group),
        name=task.name or group.wanted_name,
        people=[_person(each) for each in _people(conn, task)],
        picture=picture_of(conn, task.picture, files),
        invites=task.invites,
        was_tapped=task.tapped_ms is not None,
    )


def _people(conn: sqlite3.Connection, task: GroupTask) -> Sequence[GroupMember]:
    """Whom it is about: of a new group all who are to be in it."""
    members = groups.members(conn, task.group_id)
    if task.kind is GroupChangeKind.CREATE:
        return [each for each in members if each.asked]
    return [each for each in members if each.id == task.member_id]


def _person(member: GroupMember) -> GroupPerson:
    number = member.identity.value if member.identity else None
    return GroupPerson(name=member.name, number=number, is_admin=member.is_admin)


def _newcomers(conn: sqlite3.Connection, task: GroupTask) -> Sequence[Identity]:
    if task.kind not in _ADDS:
        return ()
    return [each.identity for each in _people(conn, task) if each.identity]


def _failed(tx: Tx, task_id: str, error: DeviceError | Refused) -> None:
    """What a phone could not do it tries again, and then asks a person."""
    task = group_tasks.find(tx.conn, task_id)
    if task is None:
        return
    group = groups.find(tx.conn, task.group_id)
    if isinstance(error, Refused):
        group_tasks.end(tx, task.id, GroupTaskState.FAILED, reason=error.code)
    elif isinstance(error, InviteOnly):
        group_tasks.end(tx, task.id, GroupTaskState.PERSON, reason=Reason.INVITE_ONLY)
    elif isinstance(error, Permanent | LineStopped) or task.tries + 1 >= MAX_TRIES:
        group_tasks.end(
            tx,
            task.id,
            GroupTaskState.PERSON,
            reason=Reason.PERSON,
            evidence={"sentence": error.sentence, **error.evidence},
        )
    else:
        wait_ms = AGAIN_MS[min(task.tries, len(AGAIN_MS) - 1)]
        group_tasks.again(tx, task, not_before_ms=tx.now_ms + wait_ms, reason=Reason.RETRY)
    groups.tell(tx, group, what="task", task=task.id, kind=task.kind.value)
