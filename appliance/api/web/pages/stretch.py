"""Which stretch of a thread a page asks for, and what it says of the one that it shows."""

import re
import sqlite3
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from fastapi import Depends, Query

from appliance.desk.inbox import window
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.window import Held, Window

_SEQUENCE = re.compile("[0-9]{1,18}")


class Given(Enum):
    """What a page that shows the thread already is given of it."""

    ALL = "all"
    OLDER = "older"
    NEWER = "newer"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which stretch of the thread: the one around a message, or the page beside one."""

    around: str
    before: str
    after: str

    def found(
        self, conn: sqlite3.Connection, about: Conversation, divider: str | None
    ) -> tuple[Given, Window] | None:
        """None where none was asked for, or a message that is not in this thread."""
        part, sought = Given.ALL, None
        if self.around:
            sought = window.around(conn, about, self.around)
        elif self.before:
            part = Given.OLDER
            sought = window.older(conn, about, self.before, unread_id=divider)
        elif self.after:
            part, sought = Given.NEWER, window.newer(conn, about, self.after)
        return None if sought is None else (part, sought)


def _sought(
    around: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
) -> Sought:
    return Sought(around=around, before=before, after=after)


Seeks = Annotated[Sought, Depends(_sought)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a page says of the thread that it shows: see `_messages.html`."""

    since: str
    oldest: str
    last: str
    count: int
    today: str
    divider: str

    def changed(
        self, conn: sqlite3.Connection, about: Conversation, epoch: str
    ) -> tuple[Given, Window] | None:
        """None when it is to be drawn anew."""
        named, _, seq = self.since.rpartition(":")
        if named != epoch or not _SEQUENCE.fullmatch(seq):
            return None
        held = Held(since_seq=int(seq), oldest_id=self.oldest, last_id=self.last, count=self.count)
        changed = window.changed(conn, about, held)
        return None if changed is None else (Given.CHANGED, changed)


def _drawn(
    since: Annotated[str, Query(max_length=80)] = "",
    oldest: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "",
    count: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    today: Annotated[str, Query(max_length=10)] = "",
    divider: Annotated[str, Query(max_length=40)] = "",
) -> Drawn:
    return Drawn(since=since, oldest=oldest, last=last, count=count, today=today, divider=divider)


Shows = Annotated[Drawn, Depends(_drawn)]
