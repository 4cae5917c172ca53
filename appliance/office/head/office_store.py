"""office.db: a Balie's database (colleagues, rights, log-in) with the office's own tables."""

from pathlib import Path

from appliance.clock import Clock
from appliance.office.tables.migrations import make_ready
from appliance.store.store import Store

OFFICE_DATABASE = "office.db"


def open_office(data: Path, clock: Clock) -> Store:
    """Opens and migrates. Raises StoreError with what to do."""
    store = Store(data / OFFICE_DATABASE, clock)
    try:
        make_ready(store)
    except BaseException:
        store.close()
        raise
    return store
