"""The content providers of a phone: SMS, call log, SIM information, phone book.

On Android these are SQLite too, so that a driver's `--where` means here what it means there.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.emulated.phone.hardware import PhoneSim

_SCHEMA = """
CREATE TABLE sms (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, person INTEGER,
  date INTEGER, date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0,
  status INTEGER DEFAULT -1, type INTEGER, reply_path_present INTEGER, subject TEXT, body TEXT,
  service_center TEXT, locked INTEGER DEFAULT 0, sub_id INTEGER DEFAULT -1,
  error_code INTEGER DEFAULT -1, creator TEXT, seen INTEGER DEFAULT 0);
CREATE TABLE calls (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, date INTEGER, duration INTEGER DEFAULT 0,
  type INTEGER, new INTEGER DEFAULT 1, name TEXT, is_read INTEGER DEFAULT 0,
  subscription_id TEXT);
CREATE TABLE siminfo (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, icc_id TEXT UNIQUE, sim_id INTEGER DEFAULT -1,
  display_name TEXT, carrier_name TEXT, name_source INTEGER DEFAULT 0, color INTEGER DEFAULT 0,
  number TEXT, display_number_format INTEGER DEFAULT 1, data_roaming INTEGER DEFAULT 0,
  mcc INTEGER, mnc INTEGER, is_embedded INTEGER DEFAULT 0);
CREATE TABLE phones (display_name TEXT, data1 TEXT, data4 TEXT);
"""

#: Types of a row in the SMS provider.
INBOX, SENT, OUTBOX, FAILED = 1, 2, 4, 5
#: Type of a missed call in the call log.
MISSED = 3


class Providers:
    """One in-memory database a phone."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def query(
        self, table: str, columns: Sequence[str], *, where: str, order: str
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows; raises sqlite3.Error as Android's own providers do."""
        chosen = ", ".join(columns) if columns else "*"
        sql = f"SELECT {chosen} FROM {table}"  # noqa: S608 -- a phone's shell may ask anything
        sql += f" WHERE {where}" if where else ""
        sql += f" ORDER BY {order}" if order else ""
        cursor = self._db.execute(sql)
        names = [column[0] for column in cursor.description]
        return names, cursor.fetchall()

    def set_phones(self, contacts: Mapping[str, str]) -> None:
        """The numbers of the phone book, as they were typed and as Android brings them to E.164."""
        self._db.execute("DELETE FROM phones")
        self._db.executemany(
            "INSERT INTO phones VALUES (?, ?, ?)",
            [(name, number, number) for number, name in contacts.items()],
        )

    def add_sms(
        self, *, address: str, body: str, date_ms: int, kind: int, thread: int, sub_id: int
    ) -> int:
        incoming = kind == INBOX
        cursor = self._db.execute(
            "INSERT INTO sms (thread_id, address, date, date_sent, protocol, read, type,"
            " reply_path_present, body, sub_id, creator, seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'com.google.android.apps.messaging', ?)",
            (
                thread,
                address,
                date_ms,
                date_ms if incoming else 0,
                0 if incoming else None,
                0 if incoming else 1,
                kind,
                0 if incoming else None,
                body,
                sub_id,
                0 if incoming else 1,
            ),
        )
        return int(cursor.lastrowid or 0)

    def move_sms(self, row_id: int, kind: int) -> None:
        self._db.execute("UPDATE sms SET type = ? WHERE _id = ?", (kind, row_id))

    def read_thread(self, thread: int) -> None:
        self._db.execute("UPDATE sms SET read = 1, seen = 1 WHERE thread_id = ?", (thread,))

    def thread(self, number_of_thread: int) -> list[tuple[int, str, int, int]]:
        """Id, body, date and type of the messages of a thread, oldest first."""
        return self._db.execute(
            "SELECT _id, body, date, type FROM sms WHERE thread_id = ? ORDER BY _id",
            (number_of_thread,),
        ).fetchall()

    def unread(self) -> int:
        row = self._db.execute("SELECT count(*) FROM sms WHERE read = 0").fetchone()
        return int(row[0])

    def add_call(self, *, number: str, date_ms: int, kind: int, name: str, sub_id: int) -> int:
        cursor = self._db.execute(
            "INSERT INTO calls (number, date, type, name, subscription_id) VALUES (?, ?, ?, ?, ?)",
            (number, date_ms, kind, name or None, str(sub_id) if sub_id > 0 else None),
        )
        return int(cursor.lastrowid or 0)

    def insert_sim(self, sim: PhoneSim | None, slot: int) -> int:
        """The slot's new card; the row of a card that was taken out stays with `sim_id` -1."""
        self._db.execute("UPDATE siminfo SET sim_id = -1 WHERE sim_id = ?", (slot,))
        if sim is None:
            return -1
        self._db.execute(
            "INSERT INTO siminfo (icc_id, sim_id, display_name, carrier_name, number, mcc, mnc)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (icc_id) DO UPDATE SET sim_id = excluded.sim_id,"
            " number = excluded.number",
            (
                sim.iccid,
                slot,
                sim.operator,
                sim.operator,
                sim.number,
                int(sim.mcc_mnc[:3]),
                int(sim.mcc_mnc[3:]),
            ),
        )
        row = self._db.execute("SELECT _id FROM siminfo WHERE icc_id = ?", (sim.iccid,)).fetchone()
        return int(row[0])
