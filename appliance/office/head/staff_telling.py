"""Tells each box who its colleagues are: all who may do something in its branches, signed, with a
version, as a command. So they are known at the branch while it is cut off.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.office.head.joining import OFFICE
from appliance.office.link import CommandKind, staff_to_sign
from appliance.office.reading import plain
from appliance.office.tables import box_staff, boxes, commands
from appliance.store import events, staff_told
from appliance.store.store import Store, Tx

Staff = Sequence[Mapping[str, Any]]


class StaffTelling:
    """`look` is called again and again by one thread."""

    def __init__(self, store: Store, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._key = key
        self._seen: tuple[int, ...] = ()

    def look(self) -> None:
        """Gives the command to each box for which it is another one than the last."""
        # Each change of a colleague is an event of office.db, where few things happen.
        stands = self._store.read(lambda conn: (events.last_seq(conn), *boxes.counts(conn)))
        behind = self._store.read(box_staff.told_otherwise)
        if stands == self._seen and not behind:
            return
        if changed := {*self._store.read(_changed), *behind}:
            self._store.write(lambda tx: self._tell(tx, sorted(changed)))
        self._seen = stands

    def _tell(self, tx: Tx, box_ids: Sequence[str]) -> None:
        for box_id in box_ids:
            staff = _of_box(tx.conn, box_id)
            has = box_staff.told_otherwise(tx.conn).get(box_id, 0)
            version = max(box_staff.told(tx.conn, box_id)[0], has) + 1
            signature = self._key.sign(staff_to_sign(box_id, version, staff))
            body = {
                "version": version,
                "staff": list(staff),
                "signature": base64.b64encode(signature).decode(),
            }
            commands.give(tx, box_id, CommandKind.STAFF, body, OFFICE)
            box_staff.note(tx, box_id, version, _hash(staff))


def _changed(conn: sqlite3.Connection) -> Sequence[str]:
    """A box that never heard of anybody hears nothing as long as there is nobody to tell of."""
    return [
        box.id
        for box in boxes.every(conn)
        if _hash(_of_box(conn, box.id)) != (box_staff.told(conn, box.id)[1] or _hash(()))
    ]


def _of_box(conn: sqlite3.Connection, box_id: str) -> Staff:
    return staff_told.with_rights(conn, boxes.things_of(conn, box_id))


def _hash(staff: Staff) -> str:
    return hashlib.sha256(plain(list(staff))).hexdigest()
