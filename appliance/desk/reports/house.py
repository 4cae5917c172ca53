"""Whether reports tell colleagues apart. They do not until the company says so.

Figures of one person are a means to watch staff: where there is a works council, it has a say
(article 27 of the Dutch Works Councils Act), and who is counted ought to know.
"""

import sqlite3

from appliance.errors import Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import reports
from appliance.store.store import Tx

SENTENCE = (
    "Figures of each colleague are off. An administrator may switch them on; a works council has"
    " a say in that."
)


def must_be_per_person(conn: sqlite3.Connection) -> None:
    """Raises Refused."""
    if not reports.is_per_person(conn):
        raise Refused(Reason.PER_PERSON_OFF, SENTENCE)


def set_per_person(tx: Tx, *, on: bool, staff_id: str) -> None:
    """Says whether reports tell colleagues apart; one event if that is news."""
    if reports.set_per_person(tx.conn, on=on):
        tx.emit(EventKind.REPORTS_CHANGED, staff_id=staff_id, facts={"per_person": on})
