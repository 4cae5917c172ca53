"""What tests of an office over several boxes wait for, and come in with."""

import sqlite3
import threading
from collections.abc import Sequence

import httpx

from appliance.desk.access import tokens
from appliance.office.tables import follow_places
from tests.api.office import Caller
from tests.office.head_office import HeadOffice
from tests.office.real_box import RealBox


def followed(head: HeadOffice, boxes: Sequence[RealBox]) -> None:
    """Once office.db has what was made of all that they told."""
    head.head.upkeep.look()

    def read(conn: sqlite3.Connection) -> bool | None:
        places = [follow_places.of_box(conn, each.id).event_seq for each in boxes]
        return True if places == [each.plain.cursor for each in boxes] else None

    head.until(read)


def closed(head: HeadOffice, box_id: str) -> None:
    """Once the replica is, as when nobody used it for long."""
    replicas = head.head.replicas
    while (used := replicas._open.get(box_id)) is not None:
        used.used_s = -1e9
        replicas.close_unused()
        threading.Event().wait(0.01)


def of_branch(head: HeadOffice, client: httpx.Client, box: RealBox) -> Caller:
    made = head.store.write(lambda tx: tokens.add(tx, "one", branch_id=box.desk.branch_id))
    return Caller(client, made)
