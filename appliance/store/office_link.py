"""The link of this box with head office, at the SQL edge; a box without an office has no row."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.slices import Privacy
from appliance.store import lines
from appliance.store.restoring import HEARD
from appliance.store.store import Tx

HASH_KEY_BYTES = 32
_KEY_BEFORE = "office.key"
"""In `meta`: of the office that this box belonged to before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLink:
    """As the columns of migration 0051 say it."""

    url: str
    authority: str
    box: str
    office_key: bytes
    hash_key: bytes
    privacy: Privacy
    office_privacy: Privacy
    told_privacy: Privacy | None
    rows_to_seq: int
    epoch: str | None
    event_seq: int
    command_n: int
    staff_version: int
    renew_by_ms: int
    joined_ms: int
    seen_ms: int | None
    held: str | None
    struck_off_ms: int | None
    unsettled: bool

    @property
    def narrower(self) -> Privacy:
        """Of the two choices; that one counts."""
        return self.privacy.narrower(self.office_privacy)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLink:
    url: str
    authority: str
    box: str
    office_key: bytes
    privacy: Privacy
    renew_by_ms: int


def link(conn: sqlite3.Connection) -> OfficeLink | None:
    row = conn.execute("SELECT * FROM office_link").fetchone()
    if row is None:
        return None
    values = {**dict(row), "unsettled": bool(row["unsettled"])}
    del values["id"]
    for name in ("privacy", "office_privacy", "told_privacy"):
        values[name] = None if row[name] is None else Privacy(row[name])
    return OfficeLink(**values)


def begin(tx: Tx, new: JoinedLink) -> None:
    """In place of whatever was agreed before. Colleagues of another office are none of this one."""
    end(tx)
    tx.conn.execute(
        "DELETE FROM office_staff WHERE NOT EXISTS"
        " (SELECT 1 FROM meta WHERE name = ? AND value = hex(?))",
        (_KEY_BEFORE, new.office_key),
    )
    tx.conn.execute(
        "INSERT INTO office_link (id, url, authority, box, office_key, hash_key, privacy,"
        " office_privacy, renew_by_ms, joined_ms) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.url,
            new.authority,
            new.box,
            new.office_key,
            secrets.token_bytes(HASH_KEY_BYTES),
            Privacy.ON_DEMAND,
            new.privacy,
            new.renew_by_ms,
            tx.now_ms,
        ),
    )


def go_on(tx: Tx, new: JoinedLink) -> None:
    """The same box at the same office, which let it in again: what it told, what it was asked and
    what it has yet to hear stays.
    """
    change(
        tx,
        url=new.url,
        authority=new.authority,
        office_key=new.office_key,
        renew_by_ms=new.renew_by_ms,
        joined_ms=tx.now_ms,
        struck_off_ms=None,
    )


def goes_on_from(tx: Tx, epoch: str) -> None:
    """The office knows this box by that epoch, of which it is a copy, from a time before it joined:
    it sends nothing before the office has said what happened since.
    """
    change(tx, epoch=epoch, unsettled=1)


def heard(tx: Tx, part: int, parts: int) -> None:
    """Of what happened since a copy, which the office says in so many parts, each perhaps again."""
    row = tx.conn.execute("SELECT value FROM meta WHERE name = ?", (HEARD,)).fetchone()
    found = {part} | (set() if row is None else set(json.loads(row["value"])))
    tx.conn.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
        (HEARD, json.dumps(sorted(found))),
    )
    if found >= set(range(parts)):
        change(tx, unsettled=0)
        tx.conn.execute("DELETE FROM meta WHERE name = ?", (HEARD,))


def end(tx: Tx) -> None:
    """Colleagues whom the office sent stay, and are this box's own until it joins that office once
    more.
    """
    tx.conn.execute("DELETE FROM meta WHERE name = ?", (HEARD,))
    tx.conn.execute(
        "INSERT INTO meta (name, value) SELECT ?, hex(office_key) FROM office_link WHERE true"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_KEY_BEFORE,),
    )
    for table in ("office_link", "office_command"):
        tx.conn.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours


def change(tx: Tx, **columns: Any) -> None:
    """Sets these columns; nothing where there is no link any more."""
    names = ", ".join(f"{name} = ?" for name in columns)
    tx.conn.execute(f"UPDATE office_link SET {names}", tuple(columns.values()))  # noqa: S608 -- column names are ours


def strike_off(tx: Tx) -> None:
    """The office does not know this box any more: nothing is sent until the link ends."""
    done = tx.conn.execute(
        "UPDATE office_link SET struck_off_ms = ? WHERE struck_off_ms IS NULL", (tx.now_ms,)
    )
    if not done.rowcount:
        return
    for line in lines.lines(tx.conn):
        lines.stop_line(tx, line.id, Reason.STRUCK_OFF)
    tx.emit(EventKind.OFFICE_CHANGED, facts={"what": Reason.STRUCK_OFF})


def take_back(tx: Tx) -> None:
    """The office answers this box again. Its numbers stay stopped until a person starts them. What
    the office said by a command holds until it says otherwise: a new invitation.
    """
    done = tx.conn.execute(
        "UPDATE office_link SET struck_off_ms = NULL WHERE struck_off_ms IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM office_command WHERE kind = 'strike-off'"
        " AND outcome = 'done' AND at_ms >= struck_off_ms)"
    )
    if done.rowcount:
        tx.emit(EventKind.OFFICE_CHANGED, facts={"what": "taken-back"})


def hold(tx: Tx, why: str | None) -> None:
    """The office takes nothing more from here, as `why` says; None: it does again."""
    done = tx.conn.execute("UPDATE office_link SET held = ?1 WHERE held IS NOT ?1", (why,))
    if done.rowcount:
        tx.emit(EventKind.OFFICE_CHANGED, facts={"what": "held" if why else "well"})
