"""What a colleague chooses for themselves: how pages look and read, and when Balie calls them."""

import re
import sqlite3
from dataclasses import asdict, dataclass

from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store.store import Tx

LANGUAGES = ("nl", "en")
THEMES = ("light", "dark")
TEXT_SIZES = ("large", "larger")
_CLOCK = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """None: as the browser or the system says. `dense`: more rows of the list on a screen.
    `single_keys`: whether letters alone are shortcuts.
    """

    language: str | None = None
    theme: str | None = None
    text_size: str | None = None
    dense: bool = False
    single_keys: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifiedHours:
    """Whether Balie may call somebody who does not look at it, and between which hours: HH:MM in
    the zone of the branch, over midnight where `begins` is the later one. None: at any hour.
    """

    on: bool = True
    begins: str | None = None
    ends: str | None = None


def choose(tx: Tx, staff_id: str, wanted: Preferences) -> None:
    """Open pages follow when they are loaded again. Raises InvalidInput."""
    if wanted.language not in (None, *LANGUAGES):
        raise InvalidInput("language", "Choose Dutch (nl) or English (en).")
    if wanted.theme not in (None, *THEMES):
        raise InvalidInput("theme", "Choose light or dark.")
    if wanted.text_size not in (None, *TEXT_SIZES):
        raise InvalidInput("text_size", "Choose a size of letters from the list.")
    tx.conn.execute(
        "UPDATE staff SET language = :language, theme = :theme, text_size = :text_size,"
        " dense = :dense, single_keys = :single_keys WHERE id = :id",
        {**asdict(wanted), "id": staff_id},
    )
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "look"})


def notified(conn: sqlite3.Connection, staff_id: str) -> NotifiedHours:
    row = conn.execute(
        "SELECT notified, notified_from, notified_until FROM staff WHERE id = ?", (staff_id,)
    ).fetchone()
    if row is None:
        return NotifiedHours(on=False)
    return NotifiedHours(
        on=bool(row["notified"]), begins=row["notified_from"], ends=row["notified_until"]
    )


def choose_notified(tx: Tx, staff_id: str, wanted: NotifiedHours) -> None:
    """Raises InvalidInput for the hours: both or neither."""
    hours = (wanted.begins, wanted.ends)
    if hours != (None, None) and (
        wanted.begins == wanted.ends or not all(_CLOCK.fullmatch(each or "") for each in hours)
    ):
        sentence = "Give both hours, such as 08:00 and 18:00, or neither for the whole day."
        raise InvalidInput("hours", sentence)
    tx.conn.execute(
        "UPDATE staff SET notified = ?, notified_from = ?, notified_until = ? WHERE id = ?",
        (wanted.on, *hours, staff_id),
    )
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "notifications"})
