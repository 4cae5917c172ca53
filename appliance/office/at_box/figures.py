"""How this box is, for the monitor of head office: counted seldom, because nobody waits for it."""

import shutil
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

from appliance import __version__
from appliance.office.batch import BoxFacts
from appliance.store import box_facts, events, kept_copies
from appliance.store.office_link import OfficeLink

COUNT_EVERY_S = 10.0


class FigureBook:
    """Used by the thread of the link alone. `address` is what browsers open, where it is known."""

    def __init__(self, data: Path, address: str | None) -> None:
        self._data = data
        self._address = address
        self._kept: BoxFacts | None = None
        self._until_s = 0.0

    def facts(self, conn: sqlite3.Connection, known: OfficeLink) -> BoxFacts:
        now_s = time.monotonic()
        if self._kept is None or now_s >= self._until_s:
            self._kept, self._until_s = self._counted(conn, known), now_s + COUNT_EVERY_S
        return replace(
            self._kept,
            head=events.last_seq(conn),
            privacy=known.privacy,
            staff_version=known.staff_version,
        )

    def _counted(self, conn: sqlite3.Connection, known: OfficeLink) -> BoxFacts:
        found, usage = box_facts.figures(conn), shutil.disk_usage(self._data)
        here = [each.made_ms for each in kept_copies.kept(self._data)]
        made = [each for each in (found.backup_ms, *here) if each is not None]
        return BoxFacts(
            version=__version__,
            lines=found.lines,
            ill=found.ill,
            queue=found.queue,
            oldest_waiting_ms=found.oldest_waiting_ms,
            disk=round(usage.used / usage.total, 3) if usage.total else None,
            backup_ms=max(made, default=None),
            head=0,
            privacy=known.privacy,
            address=self._address,
        )
