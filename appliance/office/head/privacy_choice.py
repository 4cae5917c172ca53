"""What the company wants head office to know of people. The box has a choice, too: of both the
narrower one counts, and the box keeps to it.
"""

import sqlite3

from appliance.office.tables import office_settings
from appliance.slices import Privacy
from appliance.store.store import Tx

_NAME = "privacy"


def chosen(conn: sqlite3.Connection) -> Privacy:
    found = office_settings.read(conn, _NAME)
    return Privacy.ON_DEMAND if found is None else Privacy(found)


def choose(tx: Tx, privacy: Privacy) -> None:
    office_settings.write(tx, _NAME, privacy.value)
