"""Incidents for the mail: who is to be told of which, noted as the log tells of them."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights, rights_of
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.desk.notices.mail_choices import MailPace, choice_of
from appliance.desk.notices.mail_waits import GATHER_MS, HOUR_MS, is_new_day
from appliance.events import Event, EventKind
from appliance.queue.office_hours import hours_of
from appliance.store import branches, events, incidents, mail_notices
from appliance.store.branches import Branch
from appliance.store.incidents import IncidentKind
from appliance.store.mail_notices import INCIDENTS, NotedIncident
from appliance.store.store import Store, Tx

_PIECE = 500
_KINDS = frozenset({EventKind.INCIDENT_OPENED, EventKind.INCIDENT_CLOSED})
SETTLES_MS = 60_000
"""What goes wrong together is told together: so long after the first."""
STALE_MS = 24 * HOUR_MS
"""Of what happened before that nobody is mailed any more, as after mail was switched on again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldIncident:
    """As it stands now. `branch` None: of the machine, or of several branches."""

    entry: IncidentEntry
    branch: Branch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNews:
    """`up_to_seq`: what is told with it."""

    told: Sequence[ToldIncident]
    up_to_seq: int


class IncidentFollower:
    """Used by one thread, which is alone in following. How far it is stands in the transaction of
    what it notes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = 0

    def catch_up(self) -> bool:
        """Does the next piece; False when nothing is left to do."""
        followed = self._store.read(mail_notices.followed)
        if followed is None:
            self._store.write(mail_notices.begin)
            return False
        after = max(self._seen, followed)
        batch = self._store.read(lambda conn: events.after(conn, after, limit=_PIECE))
        if not batch:
            return False
        now_ms = self._store.clock.now_ms()
        told = [each for each in batch if each.kind in _KINDS and now_ms - each.at_ms < STALE_MS]
        self._seen = batch[-1].seq
        if told or self._seen - followed >= _PIECE:
            self._store.write(lambda tx: _note(tx, told, self._seen), durable=bool(told))
        return len(batch) == _PIECE


def _note(tx: Tx, told: Sequence[Event], seq: int) -> None:
    for reader in mail_notices.readers(tx.conn) if told else ():
        if choice_of(tx.conn, reader.staff_id).incidents is MailPace.OFF:
            continue
        rights = rights_of(tx.conn, reader.staff_id)
        for event in told:
            incident_id = str(event.facts["incident"])
            if is_for(tx.conn, rights, incident_id):
                mail_notices.note(tx, reader.staff_id, event, incident_id)
    mail_notices.follow_to(tx, seq)


def is_for(conn: sqlite3.Connection, rights: Rights, incident_id: str) -> bool:
    """IT is told what is wrong with the devices of its branches, the lead what stops something;
    what is of no line is for who looks after the machine.
    """
    found = incidents.incident(conn, incident_id)
    if found is None or found.kind is IncidentKind.OWN_MAIL or rights.groups.hides(found.about):
        return False
    where = shown.branches_of(conn, found)
    if not where:
        return rights.may(Permission.DEVICE_MANAGE, None)
    if any(rights.may(Permission.DEVICE_MANAGE, each) for each in where):
        return True
    return shown.is_for_desk(found) and any(
        rights.may(Permission.REPORT_READ, each) for each in where
    )


def incidents_to_tell(conn: sqlite3.Connection, staff_id: str, now_ms: int) -> IncidentNews | None:
    """What is due for this person; each incident once, as it stands now. None: nothing yet."""
    noted = mail_notices.noted(conn, staff_id)
    if not noted or not _is_due(conn, staff_id, noted[0], now_ms):
        return None
    rights = rights_of(conn, staff_id)
    ids = dict.fromkeys(each.incident_id for each in noted)
    told = [found for each in ids if is_for(conn, rights, each) for found in _told(conn, each)]
    return IncidentNews(told=told, up_to_seq=noted[-1].event_seq)


def _told(conn: sqlite3.Connection, incident_id: str) -> Iterator[ToldIncident]:
    found = incidents.incident(conn, incident_id)
    if found is not None:
        where = shown.branches_of(conn, found)
        branch = branches.branch(conn, next(iter(where))) if len(where) == 1 else None
        yield ToldIncident(entry=shown.entry_of(conn, found), branch=branch)


def _is_due(conn: sqlite3.Connection, staff_id: str, first: NotedIncident, now_ms: int) -> bool:
    told_ms = mail_notices.told_ms(conn, staff_id, INCIDENTS)
    pace = choice_of(conn, staff_id).incidents
    if pace is MailPace.HOURLY:
        return now_ms - told_ms >= HOUR_MS
    if pace is MailPace.MORNING:
        open_ones = [each for each in _own(conn, staff_id) if hours_of(each).is_open(now_ms)]
        zones = [each.settings.zone for each in open_ones]
        return bool(zones) and is_new_day(zones[0], told_ms, now_ms)
    return now_ms - first.happened_ms >= SETTLES_MS and now_ms - told_ms >= GATHER_MS


def _own(conn: sqlite3.Connection, staff_id: str) -> Sequence[Branch]:
    """Where this person manages devices or leads."""
    rights = rights_of(conn, staff_id)
    return [
        each
        for each in branches.branches(conn)
        if rights.may(Permission.DEVICE_MANAGE, each.id)
        or rights.may(Permission.REPORT_READ, each.id)
    ]
