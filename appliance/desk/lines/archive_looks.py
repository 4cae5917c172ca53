"""When a phone looks at its archived chats: a message there may make no notification.

In office hours, because what is found is opened and so marked as read, and when all is quiet.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.clock import MS_PER_S
from appliance.devices.archive_protocol import ArchiveLook
from appliance.devices.protocol import Group
from appliance.queue import posts
from appliance.queue.office_hours import hours_of
from appliance.store import branches, groups, lines, own_profiles
from appliance.store.store import Store

QUIET_MS = 60 * MS_PER_S
"""Nobody wrote for so long: a look takes the phone for some seconds."""
EVERY_MS = 10 * 60 * MS_PER_S
SELDOM_MS = 3600 * MS_PER_S
"""Where the last look found no archived chat, or failed."""


class ArchiveLooks:
    """Called in the devices' threads, each about its own device."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._not_before_ms: dict[str, int] = {}

    def next_look(self, device_id: str, channels: frozenset[Channel]) -> ArchiveLook | None:
        """The look that is due, when nothing else is. None in the first minutes after a start."""
        if not any(channel.needs_account for channel in channels):
            return None
        now_ms = self._store.clock.now_ms()
        if now_ms < self._not_before_ms.setdefault(device_id, now_ms + EVERY_MS):
            return None
        from_ms = self._store.read(lambda conn: _due_ms(conn, device_id, now_ms))
        if from_ms > now_ms:
            self._not_before_ms[device_id] = from_ms
            return None
        self._not_before_ms[device_id] = now_ms + EVERY_MS
        return _DeviceLook(looks=self, device_id=device_id, store=self._store)

    def seen(self, device_id: str, *, there: bool) -> None:
        wait_ms = EVERY_MS if there else SELDOM_MS
        self._not_before_ms[device_id] = self._store.clock.now_ms() + wait_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeviceLook(ArchiveLook):
    looks: ArchiveLooks
    device_id: str
    store: Store

    def groups(self) -> Sequence[Group]:
        return self.store.read(lambda conn: _groups(conn, self.device_id))

    def done(self, *, there: bool) -> None:
        self.looks.seen(self.device_id, there=there)


def _groups(conn: sqlite3.Connection, device_id: str) -> Sequence[Group]:
    carried = lines.lines_of_device(conn, device_id)
    return [posts.told(conn, each) for line in carried for each in groups.of_line(conn, line.id)]


def _due_ms(conn: sqlite3.Connection, device_id: str, now_ms: int) -> int:
    """Now, or the first moment at which it may be asked again."""
    carried = lines.lines_of_device(conn, device_id)
    if not carried or carried[0].stops(device_id):
        return now_ms + EVERY_MS
    line = carried[0]
    quiet_ms = own_profiles.quiet_since_ms(conn, line.id) + QUIET_MS
    hours = hours_of(branches.branch(conn, line.branch_id))
    return hours.open_from(max(quiet_ms, now_ms)) or now_ms + SELDOM_MS
