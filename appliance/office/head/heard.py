"""What boxes told a moment ago, read once for everybody who follows it."""

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access import group_limits
from appliance.errors import NotFound, StoreError
from appliance.events import Event
from appliance.office.head.replicas import Replicas
from appliance.office.tables import replica_link
from appliance.store import events

KEPT = 64
"""Pieces of news: those of some seconds, where a hundred boxes tell a lot."""
_MOST = 500
_Key = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPiece:
    """`holds_groups`: some groups of the box are not for everybody."""

    events: Sequence[Event]
    holds_groups: bool


class HeardEvents:
    """For one event loop."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas
        self._kept: OrderedDict[_Key, asyncio.Future[HeardPiece | None]] = OrderedDict()

    async def of(self, facts: Mapping[str, Any]) -> HeardPiece | None:
        """`facts` of an `office.heard`. None where the box has another numbering by now."""
        key = (facts["box"], facts["epoch"], facts["after"], facts["last"])
        if key not in self._kept:
            self._kept[key] = asyncio.ensure_future(asyncio.to_thread(self._read, key))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        asked = self._kept[key]
        try:
            return await asyncio.shield(asked)
        except StoreError:
            self._kept.pop(key, None)  # whoever comes next asks anew
            raise

    def _read(self, key: _Key) -> HeardPiece | None:
        box_id, epoch, after, last = key

        def read(conn: sqlite3.Connection) -> HeardPiece | None:
            if replica_link.read(conn).epoch != epoch:
                return None
            found = events.after(conn, after, limit=_MOST)
            return HeardPiece(
                events=[each for each in found if each.seq <= last],
                holds_groups=group_limits.holds_any(conn),
            )

        try:
            with self._replicas.opened(box_id) as replica:
                return replica.read(read)
        except NotFound:
            return None
