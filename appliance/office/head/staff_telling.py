"""Tells each box who its colleagues are: all who may do something in its branches, signed, with a
version, as a command. So they are known at the branch while it is cut off.
"""

import base64
import hashlib
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.errors import StoreError
from appliance.office.head.joining import OFFICE
from appliance.office.link import CommandKind, staff_to_sign
from appliance.office.reading import plain
from appliance.office.tables import box_staff, boxes, commands
from appliance.store import events, staff_told
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

Staff = Sequence[Mapping[str, Any]]


class StaffTelling:
    """`look` is called again and again by one thread."""

    def __init__(self, store: Store, key: Ed25519PrivateKey) -> None:
        self._store = store
        self._key = key
        self._seen: tuple[int, ...] = ()
        self._trouble = Trouble(log, "a box cannot be told who its colleagues are")

    def look(self) -> None:
        """Gives the command to each box for which it is another one than the last."""
        # Each change of a colleague is an event of office.db, where few things happen.
        stands = self._store.read(lambda conn: (events.last_seq(conn), *boxes.counts(conn)))
        behind = self._store.read(box_staff.told_otherwise)
        if stands == self._seen and not behind:
            return
        every = self._store.read(lambda conn: [box.id for box in boxes.every(conn)])
        if not [box_id for box_id in every if not self._looked_at(box_id, behind.get(box_id, 0))]:
            self._seen = stands
            self._trouble.over()

    def _looked_at(self, box_id: str, has: int) -> bool:
        """Whether the box is told now. One that cannot be is tried again, and holds up no other.
        `has`: the version that it named, where that is another one than the last it was told.
        """
        try:
            if has or self._store.read(partial(_is_other, box_id=box_id)):
                self._store.write(partial(self._tell, box_id=box_id, has=has))
        except StoreError:
            raise
        except Exception as exc:
            self._trouble.met(f"{box_id}: {exc}", exc=exc)
            return False
        return True

    def _tell(self, tx: Tx, *, box_id: str, has: int) -> None:
        staff = _of_box(tx.conn, box_id)
        version = max(box_staff.told(tx.conn, box_id)[0], has) + 1
        signature = self._key.sign(staff_to_sign(box_id, version, staff))
        body = {
            "version": version,
            "staff": list(staff),
            "signature": base64.b64encode(signature).decode(),
        }
        commands.give(tx, box_id, CommandKind.STAFF, body, OFFICE)
        box_staff.note(tx, box_id, version, _hash(staff))


def _is_other(conn: sqlite3.Connection, *, box_id: str) -> bool:
    """A box that never heard of anybody hears nothing as long as there is nobody to tell of."""
    return _hash(_of_box(conn, box_id)) != (box_staff.told(conn, box_id)[1] or _hash(()))


def _of_box(conn: sqlite3.Connection, box_id: str) -> Staff:
    return staff_told.with_rights(conn, boxes.things_of(conn, box_id))


def _hash(staff: Staff) -> str:
    return hashlib.sha256(plain(list(staff))).hexdigest()
