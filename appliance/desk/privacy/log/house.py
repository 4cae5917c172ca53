"""Whether it is noted who reads what. It is not until the company says so.

Such a log can be used to watch staff: where there is a works council, it has a say (article 27 of
the Dutch Works Councils Act), and who is noted ought to know.
"""

import sqlite3

from appliance.desk.access.rights import Permission, Rights
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.store import branches, readings
from appliance.store.store import Tx


def guards_all(conn: sqlite3.Connection, rights: Rights) -> bool:
    """Whether somebody guards privacy in every branch there is."""
    permission = Permission.PRIVACY_MANAGE
    return rights.has(permission) and all(
        rights.may(permission, each.id) for each in branches.branches(conn)
    )


def must_guard_all(conn: sqlite3.Connection, rights: Rights) -> None:
    """Raises NotFound."""
    if not guards_all(conn, rights):
        raise NotFound("page")


def switch(tx: Tx, *, on: bool, staff_id: str | None = None, token_id: str | None = None) -> None:
    """One event if that is news. By a colleague or by a program."""
    if readings.set_on(tx.conn, on=on):
        facts = {"on": on} | ({"token": token_id} if token_id else {})
        tx.emit(EventKind.READINGS_CHANGED, staff_id=staff_id, facts=facts)
