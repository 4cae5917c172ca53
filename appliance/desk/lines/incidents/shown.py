"""Incidents as other software and the pages show them."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox.directory import Page
from appliance.queue.routing import device_obstacle
from appliance.store import devices, groups, incidents, lines, routes
from appliance.store.incidents import Incident, IncidentKind
from appliance.store.lines import Line

RECENT = 10

_FOR_ALL = frozenset(
    {IncidentKind.GROUP_STOP, IncidentKind.PROFILE_CHANGED, IncidentKind.UNKNOWN_SCREEN}
)
"""They ask for somebody at the desk, whatever they stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """`is_open` None: also those that are over."""

    page: Page
    is_open: bool | None = None

    @property
    def limit(self) -> int:
        return self.page.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """`device_kind` names the kind of device; empty for none. `line_id` None also where the reader
    may not see the line. `taken_over`: those of the closed channels over which another device of
    the line that it is shown at can send. `conversation_id` is that of the group that it is about.
    """

    id: str
    kind: IncidentKind
    device_id: str | None
    device_kind: str
    line_id: str | None
    since_ms: int
    until_ms: int | None
    facts: Mapping[str, Any]
    taken_over: Sequence[str] = ()
    conversation_id: str | None = None

    @property
    def stops(self) -> Sequence[str]:
        """The names of the channels that it closes."""
        return list(self.facts.get("stops", ()))


def incident_page(
    conn: sqlite3.Connection, sight: Sight, wanted: IncidentPage
) -> Sequence[IncidentEntry]:
    about = {
        "branches": sight.json,
        "after": wanted.page.after,
        "limit": wanted.page.limit,
        "open": wanted.is_open,
        "hidden": sight.hidden_json,
    }
    return [_entry(row) for row in conn.execute(_PAGE, about)]


def on_lines(
    conn: sqlite3.Connection, rights: Rights, branch_of: Mapping[str, str]
) -> Mapping[str, Sequence[IncidentEntry]]:
    """Open ones by the lines that they are about, the oldest first; `branch_of` names the branches
    of the lines. Who does not manage a line's devices sees what stops something.
    """
    found: dict[str, list[IncidentEntry]] = {}
    for incident in incidents.open_ones(conn):
        for line_id in sorted(_lines_of(conn, incident) & branch_of.keys()):
            if rights.groups.hides(incident.about):
                continue
            manages = rights.may(Permission.DEVICE_MANAGE, branch_of[line_id])
            if manages or is_for_desk(incident):
                entry = _at_line(conn, incident, lines.line(conn, line_id))
                found.setdefault(line_id, []).append(replace(entry, line_id=line_id))
    return found


def is_for_desk(incident: Incident) -> bool:
    """Whether it concerns also who does not manage the devices of its line."""
    return bool(incident.facts.get("stops")) or incident.kind in _FOR_ALL


def branches_of(conn: sqlite3.Connection, incident: Incident) -> frozenset[str]:
    """Of the lines that it is about; none for what concerns the machine or a program."""
    about = _lines_of(conn, incident)
    return frozenset(each.branch_id for each in lines.lines(conn) if each.id in about)


def of_device(conn: sqlite3.Connection, device_id: str, line: Line) -> Sequence[IncidentEntry]:
    """The last ones, the newest first, as they are shown at this line."""
    last = incidents.of_device(conn, device_id, limit=RECENT)
    return [_at_line(conn, each, line) for each in last]


def of_machine(conn: sqlite3.Connection) -> Sequence[IncidentEntry]:
    """As `of_device`, of the machine itself."""
    last = incidents.of_device(conn, None, limit=RECENT)
    return [entry_of(conn, each) for each in last]


def _lines_of(conn: sqlite3.Connection, incident: Incident) -> set[str]:
    about = {incident.line_id} if incident.line_id else set()
    if incident.device_id is not None:
        about |= {each.line_id for each in routes.routes_of_device(conn, incident.device_id)}
    return about


def _at_line(conn: sqlite3.Connection, incident: Incident, line: Line) -> IncidentEntry:
    entry = entry_of(conn, incident)
    if incident.until_ms is not None or not entry.stops:
        return entry
    others = (each for each in routes.open_routes(conn, line) if each.device_id != entry.device_id)
    can_send = {
        each.channel.name
        for each in others
        if device_obstacle(devices.device(conn, each.device_id), each.channel) is None
    }
    return replace(entry, taken_over=[each for each in entry.stops if each in can_send])


def entry_of(conn: sqlite3.Connection, incident: Incident) -> IncidentEntry:
    """As it stands, shown at none of its lines."""
    row = conn.execute("SELECT kind FROM device WHERE id = ?", (incident.device_id,)).fetchone()
    return IncidentEntry(
        id=incident.id,
        kind=incident.kind,
        device_id=incident.device_id,
        device_kind=row["kind"] if row else "",
        line_id=incident.line_id,
        since_ms=incident.since_ms,
        until_ms=incident.until_ms,
        facts=incident.facts,
        conversation_id=_group_of(conn, incident),
    )


def _group_of(conn: sqlite3.Connection, incident: Incident) -> str | None:
    if incident.kind is not IncidentKind.GROUP_STOP:
        return None
    return groups.conversation_id(conn, incident.about)


def _entry(row: sqlite3.Row) -> IncidentEntry:
    incident = incidents.from_row({name: row[name] for name in _COLUMNS})
    return IncidentEntry(
        id=incident.id,
        kind=incident.kind,
        device_id=incident.device_id,
        device_kind=row["device_kind"] or "",
        line_id=incident.line_id if row["sees_line"] else None,
        since_ms=incident.since_ms,
        until_ms=incident.until_ms,
        facts=incident.facts,
    )


_COLUMNS = ("id", "kind", "device_id", "line_id", "about", "since_ms", "until_ms", "facts")
_PAGE = f"""
SELECT i.id, i.kind, i.device_id, i.line_id, i.about, i.since_ms, i.until_ms, i.facts,
  device.kind AS device_kind, line.id IS NOT NULL AND {IN_SIGHT} AS sees_line
FROM incident i
LEFT JOIN device ON device.id = i.device_id
LEFT JOIN line ON line.id = i.line_id
WHERE i.id > :after AND (:open IS NULL OR (i.until_ms IS NULL) = :open)
AND i.about NOT IN {HIDDEN}
AND (:branches IS NULL OR (line.id IS NOT NULL AND {IN_SIGHT})
  OR EXISTS (SELECT 1 FROM route JOIN line ON line.id = route.line_id
    WHERE route.device_id = i.device_id AND {IN_SIGHT}))
ORDER BY i.id LIMIT :limit
"""  # noqa: S608 -- our own condition
