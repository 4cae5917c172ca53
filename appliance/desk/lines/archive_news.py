"""News in archived chats of nobody knows whom: a person sees it until a look finds none."""

import sqlite3

from appliance.store import incidents, lines
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx

_ABOUT = "archive"
_KIND = IncidentKind.UNKNOWN_SCREEN


def is_news(conn: sqlite3.Connection, device_id: str, unplaced: int) -> bool:
    """Whether a look that found so many chats changes anything."""
    carried = lines.lines_of_device(conn, device_id)
    if not carried:
        return False
    is_open = incidents.open_of(conn, _KIND, line_id=carried[0].id, about=_ABOUT)
    return bool(is_open) is not bool(unplaced)


def note(tx: Tx, device_id: str, unplaced: int) -> None:
    """On the line whose account the device has."""
    line_id = lines.lines_of_device(tx.conn, device_id)[0].id
    if unplaced:
        facts = {"stops": [], "what": "archived-news"}
        incidents.open_incident(tx, _KIND, line_id=line_id, about=_ABOUT, facts=facts)
    else:
        incidents.close_incident(tx, _KIND, line_id=line_id, about=_ABOUT)
