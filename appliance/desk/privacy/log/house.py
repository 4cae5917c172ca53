"""Whether it is noted who reads what. It is not until the company says so.

Such a log can be used to watch staff: where there is a works council, it has a say (article 27 of
the Dutch Works Councils Act), and who is noted ought to know.
"""

from appliance.events import EventKind
from appliance.store import readings
from appliance.store.store import Tx


def switch(tx: Tx, *, on: bool, staff_id: str | None = None, token_id: str | None = None) -> None:
    """One event if that is news. By a colleague or by a program."""
    if readings.set_on(tx.conn, on=on):
        facts = {"on": on} | ({"token": token_id} if token_id else {})
        tx.emit(EventKind.READINGS_CHANGED, staff_id=staff_id, facts=facts)
