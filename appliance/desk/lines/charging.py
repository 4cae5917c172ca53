"""Holds a phone's battery between 40 and 80 percent where that can be done from here.

A battery that is always full ages, and may swell. While the branch is closed and nobody writes, a
phone that was charged to the upper bound is left without power for minutes at a time, until it has
come down to the lower one. Between two of them it is read as always.
"""

import sqlite3
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.clock import MS_PER_S
from appliance.devices import device_facts
from appliance.devices.charge_protocol import ChargePause
from appliance.queue.office_hours import hours_of
from appliance.store import branches, devices, lines, own_profiles
from appliance.store.store import Store

LOWEST_PERCENT, HIGHEST_PERCENT = 40, 80
PAUSE_S = 300.0
"""Whoever writes meanwhile waits no longer; a fallback device takes over later than that."""
QUIET_MS = 10 * 60 * MS_PER_S
BETWEEN_MS = 60 * MS_PER_S
CANNOT_MS = 24 * 3600 * MS_PER_S
SOON_MS = 60 * MS_PER_S


class ChargeBounds:
    """Which way one battery goes now."""

    def __init__(self) -> None:
        self.spares = False

    def note(self, percent: int) -> None:
        if percent >= HIGHEST_PERCENT:
            self.spares = True
        elif percent <= LOWEST_PERCENT:
            self.spares = False


class ChargePauses:
    """Called in the devices' threads, each about its own device."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._not_before_ms: dict[str, int] = {}
        self._bounds: dict[str, ChargeBounds] = {}

    def next_pause(self, device_id: str, channels: frozenset[Channel]) -> ChargePause | None:
        """None while the device is in use, or its battery is well as it is."""
        now_ms = self._store.clock.now_ms()
        if not channels or now_ms < self._not_before_ms.get(device_id, 0):
            return None
        self._not_before_ms[device_id] = now_ms + BETWEEN_MS
        percent = self._store.read(lambda conn: _percent(conn, device_id))
        if percent is None:
            return None
        bounds = self._bounds.setdefault(device_id, ChargeBounds())
        bounds.note(percent)
        if not bounds.spares or not self.is_quiet(device_id):
            return None
        return _DevicePause(pauses=self, device_id=device_id)

    def is_quiet(self, device_id: str) -> bool:
        now_ms = self._store.clock.now_ms()
        return self._store.read(lambda conn: _is_quiet(conn, device_id, now_ms))

    def over(self, device_id: str, *, done: bool) -> None:
        wait_ms = BETWEEN_MS if done else CANNOT_MS
        self._not_before_ms[device_id] = self._store.clock.now_ms() + wait_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class _DevicePause(ChargePause):
    pauses: ChargePauses
    device_id: str

    @property
    def most_s(self) -> float:
        return PAUSE_S

    def goes_on(self) -> bool:
        return self.pauses.is_quiet(self.device_id)

    def over(self, *, done: bool) -> None:
        self.pauses.over(self.device_id, done=done)


def _percent(conn: sqlite3.Connection, device_id: str) -> int | None:
    return device_facts.read(devices.device(conn, device_id).facts).health.battery.percent


def _is_quiet(conn: sqlite3.Connection, device_id: str, now_ms: int) -> bool:
    """No branch of the device is open, nobody wrote lately, and nothing leaves soon."""
    carried = lines.lines_of_device(conn, device_id)
    for line in carried:
        hours = hours_of(branches.branch(conn, line.branch_id))
        if hours.open_from(now_ms) == now_ms:
            return False
        if now_ms - own_profiles.quiet_since_ms(conn, line.id) < QUIET_MS:
            return False
        if conn.execute(_LEAVES, (line.id, now_ms + SOON_MS)).fetchone() is not None:
            return False
    return bool(carried)


_LEAVES = """
SELECT 1 FROM message WHERE line_id = ? AND state = 'queued' AND expected_ms <= ? LIMIT 1
"""
