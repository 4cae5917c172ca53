"""What a colleague wants to be mailed: of which branch's waits, and of what is wrong, how often."""

import json
import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from appliance.desk.access.rights import Permission, Rights
from appliance.store import kept_settings, mail_notices
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.store import Tx


class MailPace(StrEnum):
    OFF = "off"
    #: As soon as there is something, but gathered.
    NOW = "now"
    #: At most once an hour, while there is something.
    HOURLY = "hourly"
    #: Once a day, when the branch opens.
    MORNING = "morning"


class MailChoice(KeptSettings):
    """`waits` by the id of a branch; one that is not there is off."""

    waits: Annotated[dict[str, MailPace], Refusal("Choose how often from the list.")] = {}  # noqa: RUF012 -- pydantic copies it
    incidents: Annotated[MailPace, Refusal("Choose how often from the list.")] = MailPace.NOW

    def of(self, branch_id: str) -> MailPace:
        return self.waits.get(branch_id, MailPace.OFF)


def choice_of(conn: sqlite3.Connection, staff_id: str) -> MailChoice:
    return kept_settings.read(MailChoice, _kept(conn, staff_id))


def choose(tx: Tx, staff_id: str, patch: Mapping[str, Any]) -> None:
    """Raises InvalidInput. It is nobody else's matter, so it is no event."""
    kept, _ = kept_settings.changed(MailChoice, _kept(tx.conn, staff_id), patch)
    tx.conn.execute(
        "INSERT INTO mail_choice (staff_id, settings) VALUES (?, ?)"
        " ON CONFLICT (staff_id) DO UPDATE SET settings = excluded.settings",
        (staff_id, kept),
    )
    if choice_of(tx.conn, staff_id).incidents is MailPace.OFF:
        mail_notices.forget_noted(tx, staff_id)


def is_for(rights: Rights) -> bool:
    """Whether there is anything that this person may be mailed."""
    return rights.has(Permission.REPORT_READ) or rights.has(Permission.DEVICE_MANAGE)


def _kept(conn: sqlite3.Connection, staff_id: str) -> str:
    found = conn.execute(
        "SELECT settings FROM mail_choice WHERE staff_id = ?", (staff_id,)
    ).fetchone()
    return str(found["settings"]) if found else json.dumps({})
