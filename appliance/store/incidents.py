"""What is wrong with a device, a line or the machine itself, at the SQL edge.

Any code may open and close an incident in its own transaction. Both may be called again: what is
open is not opened twice.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import lines
from appliance.store.store import Tx

KEPT_MS = 400 * 24 * 3_600_000
"""A closed one is kept for so long: a year can be compared with the one before."""


class IncidentKind(StrEnum):
    """Other software reads these: a member keeps its spelling for good."""

    AWAY = "away"
    UNREADABLE = "unreadable"
    HOT = "hot"
    BATTERY = "battery"
    STORAGE = "storage"
    NO_SIM = Reason.NO_SIM.value
    OTHER_SIM = Reason.OTHER_SIM.value
    NO_NETWORK = Reason.NO_NETWORK.value
    LOGGED_OUT = "logged-out"
    BANNED = "banned"
    #: WhatsApp warns the number; the next step is a ban.
    RESTRICTED = "restricted"
    UPDATE_REQUIRED = "update-required"
    CLOCK = "clock"
    PROFILE_CHANGED = "profile-changed"
    UNKNOWN_SCREEN = "unknown-screen"
    #: Somebody in a group of the line wants no more messages.
    GROUP_STOP = "group-stop"
    UNDERVOLTAGE = "undervoltage"
    DISK = "disk"
    USB = "usb"
    #: The folder for the archives of each quarter is not there: a stick was pulled out.
    ARCHIVE_FOLDER = "archive-folder"
    #: A folder in which another system leaves its people is not there, or nothing can be put away.
    IMPORT_FOLDER = "import-folder"
    MODEM_SILENT = "modem-silent"
    NO_CREDIT = Reason.NO_CREDIT.value
    #: The token of a program ends soon.
    TOKEN_ENDS = "token-ends"  # noqa: S105 -- what is wrong
    #: What a database was used with: a key of the house is not here.
    HOUSE_KEY = "house-key"
    #: Nothing is posted to a webhook any more, because nothing arrived there.
    WEBHOOK_OFF = "webhook-off"
    #: Another program reads what comes to an account of a line.
    READ_ELSEWHERE = Reason.READ_ELSEWHERE.value
    #: For two days no copy came to a place.
    COPY_LATE = "copy-late"
    #: The newest copy could not be opened and checked.
    COPY_DRILL = "copy-drill"
    #: The start of the box found something about its card or its slots.
    BOX = "box"
    #: Balie's own e-mail does not leave.
    OWN_MAIL = "own-mail"
    #: The language model that the config names gives no proposals.
    SUGGESTIONS = "suggestions"
    #: A new version of Balie was tried and did not stay.
    VERSION_BACK = "version-back"
    #: At a head office: something is wrong with a box, or nothing is heard of it.
    BOX_ALARM = "box-alarm"
    #: At a head office: the broker between it and its boxes is away, or lost something.
    BROKER = "broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`facts` are codes and figures, and under `stops` the names of the channels that it closes."""

    id: str
    kind: IncidentKind
    device_id: str | None
    line_id: str | None
    about: str
    since_ms: int
    until_ms: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)


_OPEN_ONE = (
    "SELECT id FROM incident WHERE until_ms IS NULL AND kind = ?1"
    " AND coalesce(device_id, '') = coalesce(?2, '') AND coalesce(line_id, '') = coalesce(?3, '')"
    " AND about = ?4"
)


def open_incident(
    tx: Tx,
    kind: IncidentKind,
    *,
    device_id: str | None = None,
    line_id: str | None = None,
    about: str = "",
    since_ms: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Its id; that of the open one where there is one, which then has these facts."""
    row = tx.conn.execute(_OPEN_ONE, (kind, device_id, line_id, about)).fetchone()
    if row is not None:
        tell(tx, row["id"], facts or {})
        return str(row["id"])
    incident_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO incident (id, kind, device_id, line_id, about, since_ms, facts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            incident_id,
            kind,
            device_id,
            line_id,
            about,
            tx.now_ms if since_ms is None else since_ms,
            json.dumps(facts or {}, sort_keys=True),
        ),
    )
    _emit(tx, EventKind.INCIDENT_OPENED, incident_id, kind, device_id, line_id)
    return incident_id


def close_incident(
    tx: Tx,
    kind: IncidentKind,
    *,
    device_id: str | None = None,
    line_id: str | None = None,
    about: str = "",
    until_ms: int | None = None,
) -> None:
    row = tx.conn.execute(_OPEN_ONE, (kind, device_id, line_id, about)).fetchone()
    if row is not None:
        end(tx, row["id"], tx.now_ms if until_ms is None else until_ms)


def end(tx: Tx, incident_id: str, until_ms: int) -> None:
    """Closes this one, if it is open."""
    row = tx.conn.execute(
        "UPDATE incident SET until_ms = max(since_ms, ?) WHERE id = ? AND until_ms IS NULL"
        " RETURNING kind, device_id, line_id",
        (until_ms, incident_id),
    ).fetchone()
    if row is not None:
        kind = IncidentKind(row["kind"])
        _emit(tx, EventKind.INCIDENT_CLOSED, incident_id, kind, row["device_id"], row["line_id"])


def tell(tx: Tx, incident_id: str, facts: Mapping[str, Any]) -> None:
    """What is known of an open one changed."""
    tx.conn.execute(
        "UPDATE incident SET facts = ? WHERE id = ?",
        (json.dumps(facts, sort_keys=True), incident_id),
    )


def forget_old(tx: Tx) -> None:
    tx.conn.execute("DELETE FROM incident WHERE until_ms < ?", (tx.now_ms - KEPT_MS,))


def incident(conn: sqlite3.Connection, incident_id: str) -> Incident | None:
    row = conn.execute(f"{_ALL} WHERE id = ?", (incident_id,)).fetchone()
    return None if row is None else from_row(row)


def open_ones(conn: sqlite3.Connection) -> Sequence[Incident]:
    """The oldest first."""
    return [from_row(row) for row in conn.execute(f"{_ALL} WHERE until_ms IS NULL ORDER BY id")]


def of_device(conn: sqlite3.Connection, device_id: str | None, *, limit: int) -> Sequence[Incident]:
    """The newest first; without a device those of the machine itself."""
    whose = "device_id = :device" if device_id else "device_id IS NULL AND line_id IS NULL"
    rows = conn.execute(
        f"{_ALL} WHERE {whose} ORDER BY id DESC LIMIT :limit",
        {"device": device_id, "limit": limit},
    )
    return [from_row(row) for row in rows]


def open_of(
    conn: sqlite3.Connection,
    kind: IncidentKind,
    *,
    line_id: str | None = None,
    about: str | None = None,
) -> Sequence[Incident]:
    """The open ones of a kind; of one line, or about one thing, where these are named."""
    rows = conn.execute(
        f"{_ALL} WHERE until_ms IS NULL AND kind = :kind"
        " AND (:line IS NULL OR line_id = :line) AND (:about IS NULL OR about = :about)"
        " ORDER BY id",
        {"kind": kind, "line": line_id, "about": about},
    )
    return [from_row(row) for row in rows]


def from_row(row: Mapping[str, Any] | sqlite3.Row) -> Incident:
    values = dict(row)
    values["kind"] = IncidentKind(values["kind"])
    values["facts"] = json.loads(values["facts"])
    return Incident(**values)


_ALL = "SELECT id, kind, device_id, line_id, about, since_ms, until_ms, facts FROM incident"


def _emit(
    tx: Tx,
    event: EventKind,
    incident_id: str,
    kind: IncidentKind,
    device_id: str | None,
    line_id: str | None,
) -> None:
    """The event of a device that several lines share names none of them: all of them see it."""
    if device_id is not None and len(lines.lines_of_device(tx.conn, device_id)) > 1:
        line_id = None
    facts = {"incident": incident_id, "kind": kind.value}
    tx.emit(event, device_id=device_id, line_id=line_id, facts=facts)
