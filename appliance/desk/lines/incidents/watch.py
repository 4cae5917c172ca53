"""Looks at all devices and at the machine, and opens and closes incidents."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from appliance.channels import Channel
from appliance.desk.lines.incidents.battery_diary import BatteryDiary
from appliance.desk.lines.incidents.condition import Condition, Facts
from appliance.desk.lines.incidents.device_rules import diagnose
from appliance.desk.lines.incidents.machine_rules import MachineFacts, diagnose_machine
from appliance.desk.lines.incidents.tracks import Change, Closing, Key, Opening, Retelling, Tracks
from appliance.devices import device_facts
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store import devices, incidents, lines, routes
from appliance.store.devices import Device
from appliance.store.store import Store, Tx


def _no_machine() -> MachineFacts:
    return MachineFacts()


class IncidentWatch:
    """`look` is called every few seconds by one thread; `machine` says how the machine is."""

    def __init__(self, store: Store, machine: Callable[[], MachineFacts] = _no_machine) -> None:
        self._store = store
        self._machine = machine
        self._diary = BatteryDiary(store)
        self._tracks: Tracks | None = None

    def look(self) -> None:
        """When it fails, all that it knew is read again at the next look. Raises StoreError."""
        try:
            self._look(self._store.clock.now_ms())
        except Exception:
            self._tracks = None
            raise

    def _look(self, now_ms: int) -> None:
        if self._tracks is None:
            self._tracks = Tracks(self._store.read(incidents.open_ones), now_ms=now_ms)
        conditions = self._conditions(now_ms)
        lines_of = {each.device_id: each.line_id for each in conditions}
        found, unknown = self._diagnose(conditions, now_ms)
        changes = list(self._tracks.follow(found, unknown, now_ms=now_ms))
        if not changes:
            return
        durable = not all(isinstance(each, Retelling) for each in changes)
        opened = self._store.write(lambda tx: _keep(tx, changes, lines_of), durable=durable)
        for key, incident_id in opened.items():
            self._tracks.opened(key, incident_id)

    def _conditions(self, now_ms: int) -> Sequence[Condition]:
        bare = self._store.read(_conditions)
        return [
            replace(each, days=self._diary.days(each.device_id, battery, now_ms=now_ms))
            if (battery := each.facts.health.battery).percent is not None
            else each
            for each in bare
        ]

    def _diagnose(
        self, conditions: Sequence[Condition], now_ms: int
    ) -> tuple[Mapping[Key, Facts], set[Key]]:
        found: dict[Key, Facts] = {}
        unknown: set[Key] = set()
        for each in conditions:
            diagnosis = diagnose(each, now_ms=now_ms)
            found |= {Key(each.device_id, kind): it for kind, it in diagnosis.found.items()}
            unknown |= {Key(each.device_id, kind) for kind in diagnosis.unknown}
        machine = diagnose_machine(self._machine()).found
        found |= {Key(None, kind): it for kind, it in machine.items()}
        return found, unknown


def _keep(
    tx: Tx, changes: Sequence[Change], lines_of: Mapping[str, str | None]
) -> Mapping[Key, str]:
    """The ids of what was opened."""
    opened: dict[Key, str] = {}
    for each in changes:
        match each:
            case Opening(key=key):
                opened[key] = incidents.open_incident(
                    tx,
                    key.kind,
                    device_id=key.device_id,
                    line_id=lines_of.get(key.device_id or ""),
                    since_ms=each.since_ms,
                    facts=each.facts,
                )
            case Retelling():
                incidents.tell(tx, each.incident_id, each.facts)
            case Closing():
                incidents.end(tx, each.incident_id, each.until_ms)
    return opened


def _conditions(conn: sqlite3.Connection) -> Sequence[Condition]:
    return [_condition(conn, each) for each in devices.carrying(conn)]


def _condition(conn: sqlite3.Connection, device: Device) -> Condition:
    carried = lines.lines_of_device(conn, device.id)
    ways = frozenset(each.channel for each in routes.routes_of_device(conn, device.id))
    stopped = bool(carried) and all(line.stops(device.id) for line in carried)
    return Condition(
        device_id=device.id,
        line_id=carried[0].id if carried else None,
        kind=device.kind,
        state=DeviceState(device.state),
        reason=Reason(device.reason),
        facts=device_facts.read(device.facts),
        routes=ways,
        closed=ways - _sending(device, stopped=stopped),
    )


def _sending(device: Device, *, stopped: bool) -> frozenset[Channel]:
    return frozenset() if stopped else device.channels
