"""What a colleague wants to be notified of: on which days, at which times, for which numbers."""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from appliance.store import kept_settings
from appliance.store.kept_settings import KeptSettings, Refusal
from appliance.store.store import Tx

_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_DAYS = "1234567"


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise ValueError(text)
    return text


def _weekdays(digits: str) -> str:
    return "".join(each for each in _DAYS if each in digits)


class NoticeChoice(KeptSettings):
    """`begins` and `ends` are HH:MM in the zone of the number's branch, the same twice for the
    whole day, and over midnight where it ends earlier; `weekdays` are ISO digits, 1 is Monday;
    `without` are the ids of the lines of which nothing is told.
    """

    begins: Annotated[
        str,
        AfterValidator(_clock),
        Refusal("Give the time from which you are told, such as 08:00."),
    ] = "08:00"
    ends: Annotated[
        str,
        AfterValidator(_clock),
        Refusal("Give the time until which you are told, such as 18:00."),
    ] = "18:00"
    weekdays: Annotated[str, AfterValidator(_weekdays), Refusal("Choose the days.")] = "12345"
    without: Annotated[tuple[str, ...], Refusal("Choose the numbers.")] = ()

    def wants(self, line_id: str, *, now_ms: int, zone: str) -> bool:
        now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
        at = now.strftime("%H:%M")
        if self.begins < self.ends:
            in_time = self.begins <= at < self.ends
        else:
            in_time = at >= self.begins or at < self.ends
        return in_time and str(now.isoweekday()) in self.weekdays and line_id not in self.without


def choice_of(conn: sqlite3.Connection, staff_id: str) -> NoticeChoice:
    return kept_settings.read(NoticeChoice, _kept(conn, staff_id))


def choose(tx: Tx, staff_id: str, patch: Mapping[str, Any]) -> None:
    """Raises InvalidInput. It is nobody else's matter, so it is no event."""
    kept, _ = kept_settings.changed(NoticeChoice, _kept(tx.conn, staff_id), patch)
    tx.conn.execute(
        "INSERT INTO notice_choice (staff_id, settings) VALUES (?, ?)"
        " ON CONFLICT (staff_id) DO UPDATE SET settings = excluded.settings",
        (staff_id, kept),
    )


def _kept(conn: sqlite3.Connection, staff_id: str) -> str:
    found = conn.execute(
        "SELECT settings FROM notice_choice WHERE staff_id = ?", (staff_id,)
    ).fetchone()
    return str(found["settings"]) if found else json.dumps({})
