"""The thread that keeps the figures of the reports up to date, and counts the past once."""

import sqlite3

from appliance.desk.reports import following, sends
from appliance.runtime.patient_follower import PatientFollower
from appliance.store.store import Store

GATHER_S = 2.0
"""Who reads a report has what is newer counted first."""


class ReportFollower(PatientFollower):
    def __init__(self, store: Store) -> None:
        super().__init__(
            store,
            name="reports",
            trouble="the reports could not be kept up to date",
            gather_s=GATHER_S,
        )

    def catch_up(self) -> bool:
        following.count_the_past(self._store, self.rest)
        if self._store.read(following.is_behind):
            self._store.write(following.catch_up, durable=False)
            return True
        if self._store.read(self._has_next_day):
            return self._store.write(sends.keep_next_day, durable=False)
        return False

    def _has_next_day(self, conn: sqlite3.Connection) -> bool:
        return sends.has_next_day(conn, self._store.clock.now_ms())
