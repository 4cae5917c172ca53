"""Attempts in doubt, as the database has them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.channels import Channel
from appliance.devices.protocol import Group, Outgoing, Resumed
from appliance.media.files import MediaFiles
from appliance.queue import posts
from appliance.queue.attached import Carried, carried
from appliance.reasons import Reason
from appliance.store.contacts import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """An attempt whose outcome is not known. `tapped_ms` None: nothing was tapped."""

    outgoing: Outgoing
    baseline: Mapping[str, Any] | None
    tapped_ms: int | None
    looks: int
    looked_ms: int | None


def open_questions(
    conn: sqlite3.Connection, device_id: str, files: MediaFiles
) -> Sequence[OpenQuestion]:
    """Attempts over this device whose message is `unconfirmed` and not yet for a person."""
    rows = conn.execute(
        "SELECT a.*, m.value AS number, m.value, m.scheme, m.line_id, m.text"
        " FROM message m INDEXED BY message_doubt"
        " CROSS JOIN attempt a ON a.id ="
        "   (SELECT max(id) FROM attempt WHERE message_id = m.id)"
        " WHERE m.state IN ('sending', 'unconfirmed')"  # as the index has it
        " AND m.state = 'unconfirmed' AND m.reason IS NOT ? AND a.device_id = ?"
        " ORDER BY a.id",
        (Reason.PERSON, device_id),
    ).fetchall()
    return [_question(row, _carried(conn, row, files), _group_of(conn, row)) for row in rows]


def baselines_in_doubt(conn: sqlite3.Connection, device_id: str) -> Sequence[Mapping[str, Any]]:
    """The baselines of this device's attempts whose outcome nobody knows yet."""
    found = conn.execute(
        "SELECT a.baseline FROM message m INDEXED BY message_doubt"
        " CROSS JOIN attempt a ON a.message_id = m.id"
        " WHERE m.state IN ('sending', 'unconfirmed') AND a.device_id = ?"
        " AND a.baseline IS NOT NULL AND coalesce(a.outcome, 'unknown') = 'unknown' ORDER BY a.id",
        (device_id,),
    )
    return [json.loads(row["baseline"]) for row in found]


def _carried(conn: sqlite3.Connection, row: sqlite3.Row, files: MediaFiles) -> Carried:
    return carried(conn, row["message_id"], Channel.named(row["channel"]), files)


def _group_of(conn: sqlite3.Connection, row: sqlite3.Row) -> Group | None:
    return posts.group_of(conn, row["line_id"], identity_of(row))


def _question(row: sqlite3.Row, had: Carried, group: Group | None) -> OpenQuestion:
    parts = frozenset(json.loads(row["carried"] or "[]"))
    return OpenQuestion(
        outgoing=Outgoing(
            attempt_id=row["id"],
            message_id=row["message_id"],
            channel=Channel.named(row["channel"]),
            number=row["number"],
            text=had.caption(row["text"]) + (row["signature"] or ""),
            started_ms=row["started_ms"],
            resumed=Resumed(reference=row["reference"], sent=parts) if parts else None,
            file=had.file,
            group=group,
        ),
        baseline=json.loads(row["baseline"]) if row["baseline"] else None,
        tapped_ms=row["tapped_ms"],
        looks=row["looks"],
        looked_ms=row["looked_ms"],
    )
