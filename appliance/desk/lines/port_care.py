"""Has the USB port of a device switched off and on that has been away for long.

A phone that hangs often comes back when its cable was pulled, and this is as good as that. While
the port is being switched the device is given nothing to do, so no message is ever in its hands.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from appliance.box.port_wish import PortOutcome
from appliance.clock import MS_PER_S
from appliance.devices import device_facts
from appliance.devices.protocol import DeviceState
from appliance.store import device_ports, devices, open_attempts
from appliance.store.device_ports import ASKED
from appliance.store.devices import Device
from appliance.store.store import Store, Tx

AWAY_MS = 15 * 60 * MS_PER_S
"""A phone that installs an update of Android is away for so long."""
AGAIN_MS = 3600 * MS_PER_S
IN_A_ROW, IN_A_DAY = 2, 3
"""What did not help twice does not help. A person was told that it is away all the while."""
DAY_MS = 24 * 3600 * MS_PER_S

_AWAY = frozenset({DeviceState.ABSENT, DeviceState.UNAUTHORIZED, DeviceState.OFFLINE})


class PortDoor(Protocol):
    """To what on this machine may switch ports."""

    def is_there(self) -> bool: ...

    def ask(self, serial: str) -> str:
        """The id of the wish. Raises OSError."""
        ...

    def answer(self, wish_id: str) -> PortOutcome | None:
        """None while there is none yet. The wish is taken back once there is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    device_id: str
    wish_id: str


class PortCare:
    """`look` is called by one thread, `holds` by those of the devices. `serial_of`: what a device
    tells of itself on USB; None: its port is not to be switched.
    """

    def __init__(
        self, store: Store, door: PortDoor, serial_of: Callable[[Device], str | None]
    ) -> None:
        self._store = store
        self._door = door
        self._serial_of = serial_of
        self._held: str | None = None
        self._open: _Open | None = None
        self._began_ms = store.clock.now_ms()

    def holds(self, device_id: str) -> bool:
        """Whether its port is being switched."""
        return device_id == self._held

    def look(self) -> None:
        """One port at a time. Raises StoreError and OSError."""
        if self._open is not None:
            self._settle(self._open)
        elif self._door.is_there():
            self._begin()

    def _begin(self) -> None:
        now_ms = self._store.clock.now_ms()
        for device in self._store.read(devices.carrying):
            serial = self._serial_of(device)
            if serial is None or not self._is_away(device, now_ms):
                continue
            self._held = device.id
            try:
                if self._store.write(partial(self._asks, device.id)):
                    self._open = _Open(device_id=device.id, wish_id=self._door.ask(serial))
                    return
            finally:
                if self._open is None:
                    self._held = None

    def _settle(self, asked: _Open) -> None:
        outcome = self._door.answer(asked.wish_id)
        if outcome is None:
            return
        self._open = self._held = None
        self._store.write(lambda tx: device_ports.tell(tx, asked.device_id, outcome.value))

    def _asks(self, device_id: str, tx: Tx) -> bool:
        """Looked up anew: since it is held, nothing new can begin on it."""
        if not self._may(tx.conn, devices.device(tx.conn, device_id), tx.now_ms):
            return False
        device_ports.tell(tx, device_id, ASKED)
        return True

    def _may(self, conn: sqlite3.Connection, device: Device, now_ms: int) -> bool:
        if not self._is_away(device, now_ms) or open_attempts.has_open_attempt(conn, device.id):
            return False
        told = device_ports.told(conn, device.id, since_ms=now_ms - DAY_MS)
        asked_ms = [each.at_ms for each in told if each.what == ASKED]
        in_a_row = [each for each in asked_ms if each >= device.changed_ms]
        is_soon = bool(asked_ms) and now_ms - asked_ms[0] < AGAIN_MS
        return not is_soon and len(asked_ms) < IN_A_DAY and len(in_a_row) < IN_A_ROW

    def _is_away(self, device: Device, now_ms: int) -> bool:
        """For long, and a Balie that has just started has not looked for long. A device that is
        there and does not answer is as good as away once its driver has tried all that it can.
        """
        is_lost = device_facts.read(device.facts).health.needs_person
        since_ms = max(device.changed_ms, self._began_ms)
        is_away = is_lost or DeviceState(device.state) in _AWAY
        return is_away and now_ms - since_ms >= AWAY_MS
