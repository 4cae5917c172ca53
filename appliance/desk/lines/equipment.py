"""What the device page shows: each number with the devices that send and receive for it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.channels import Channel
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import adopting, crowd, line_codes, new_line
from appliance.desk.lines.adopting import AdoptionView
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.battery_rules import ALWAYS_FULL_DAYS, is_always_full
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.desk.lines.line_codes import LineCode
from appliance.desk.lines.port_care import DAY_MS
from appliance.desk.lines.vitals import Vitals, vitals_of
from appliance.devices import device_facts
from appliance.devices.device_facts import NetworkFacts, Registration, StorageFacts
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store import battery_days, branches, device_ports, devices, lines, routes
from appliance.store.device_ports import PortTold
from appliance.store.line_settings import LineSettings

# The least dBm of a signal with four bars, three, two and one.
_BARS_DBM = (-75, -85, -95, -109)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemFacts:
    """What a modem reported of itself, its SIM and its network; None where it reported nothing.

    `low_credit` is for the line it is shown with.
    """

    port: str | None
    make: str
    firmware: str | None
    imei: str | None
    iccid: str | None
    network: str | None
    registration: Registration | None
    signal_dbm: int | None
    storage: StorageFacts | None
    balance_cents: int | None
    balance_ms: int | None
    low_credit: bool

    @property
    def bars(self) -> int | None:
        """Of a signal as a phone draws it, 0 to 4."""
        if self.signal_dbm is None:
            return None
        return sum(self.signal_dbm >= least for least in _BARS_DBM)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDevice:
    """`routes` are the channels of this line on it, best first; `open` are those that work now.

    `fallback`: the line's number is on another device. `modem` is what it reported, if it gives
    messages to the network itself, and `vitals` what a phone did. `incidents` are the last ones,
    the newest first. `always_full`: its battery is never used.
    """

    id: str
    kind: str
    address: str
    state: DeviceState
    reason: Reason
    sim_number: str | None
    routes: Sequence[Channel]
    open: frozenset[Channel]
    changed_ms: int
    fallback: bool
    modem: ModemFacts | None
    vitals: Vitals | None = None
    incidents: Sequence[IncidentEntry] = ()
    always_full: bool = False
    #: What its service calls it, as `@name` of a bot; None for a device that is here.
    account: str | None = None
    #: Of the chats that it had before; None for a device that has none.
    adoption: AdoptionView | None = None
    #: Of the last day: what became of its USB port.
    port: PortTold | None = None

    @property
    def is_in_reach(self) -> bool:
        """Balie can talk to it, whatever is wrong with it."""
        return self.state in (DeviceState.READY, DeviceState.DEGRADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEquipment:
    """A line with its devices. `waiting` counts the messages that have not left.

    `goes_on`: it is stopped on one device, and another one of it still sends. `codes`: codes for
    the line itself that came just now, without their text for people who do not manage it.
    `crowded`: first answers that wait because many new people wrote.
    """

    line_id: str
    number: str
    branch: str
    zone: str
    stopped: str | None
    goes_on: bool
    waiting: int
    may_manage: bool
    settings: LineSettings
    devices: Sequence[LineDevice]
    codes: Sequence[LineCode]
    crowded: int


def numbers(conn: sqlite3.Connection, rights: Rights, *, now_ms: int) -> Sequence[LineEquipment]:
    """The numbers of branches whose inbox this person reads or whose devices they manage."""
    known = {each.id: each for each in branches.branches(conn)}
    found = [
        _number(conn, line, known[line.branch_id], rights, now_ms)
        for line in lines.lines(conn)
        if rights.may(Permission.INBOX_READ, line.branch_id)
        or rights.may(Permission.DEVICE_MANAGE, line.branch_id)
    ]
    return sorted(found, key=lambda number: (number.branch, number.number))


def _number(
    conn: sqlite3.Connection, line: lines.Line, branch: branches.Branch, rights: Rights, now_ms: int
) -> LineEquipment:
    may_manage = rights.may(Permission.DEVICE_MANAGE, line.branch_id)
    waiting = conn.execute(
        "SELECT count(*) FROM message WHERE line_id = ?"
        " AND state IN ('queued', 'sending', 'unconfirmed')",
        (line.id,),
    ).fetchone()
    return LineEquipment(
        line_id=line.id,
        number=line.number,
        branch=branch.name,
        zone=branch.settings.zone,
        stopped=line.stopped,
        goes_on=line.stopped is not None and bool(routes.open_routes(conn, line)),
        waiting=waiting[0],
        may_manage=may_manage,
        settings=line.settings,
        devices=_devices(conn, line, now_ms),
        crowded=crowd.waiting(conn, line.id),
        codes=line_codes.readable(conn, line.id, now_ms=now_ms, with_text=may_manage),
    )


def _devices(conn: sqlite3.Connection, line: lines.Line, now_ms: int) -> Sequence[LineDevice]:
    """Best first; the first device with a SIM is the one that has the number."""
    sims = new_line.sims_of(conn, line.id)
    by_device: dict[str, list[Channel]] = {}
    for route in routes.routes_of_line(conn, line.id):
        by_device.setdefault(route.device_id, []).append(route.channel)
    return [
        replace(
            _device(
                conn,
                devices.device(conn, device_id),
                line,
                channels,
                fallback=device_id in sims[1:],
            ),
            port=next(iter(device_ports.told(conn, device_id, since_ms=now_ms - DAY_MS)), None),
        )
        for device_id, channels in by_device.items()
    ]


def _device(
    conn: sqlite3.Connection,
    device: devices.Device,
    line: lines.Line,
    routes: Sequence[Channel],
    *,
    fallback: bool,
) -> LineDevice:
    days = battery_days.newest(conn, device.id, days=ALWAYS_FULL_DAYS)
    facts = device_facts.read(device.facts)
    return LineDevice(
        id=device.id,
        kind=device.kind,
        address=device.address,
        state=DeviceState(device.state),
        reason=Reason(device.reason),
        sim_number=device.sim_number,
        routes=routes,
        open=device.channels,
        changed_ms=device.changed_ms,
        fallback=fallback,
        modem=_modem(device, line) if Kind.named(device.kind).hands_to_network else None,
        vitals=vitals_of(facts.health, days),
        incidents=shown.of_device(conn, device.id, line),
        always_full=is_always_full(days),
        account=facts.account,
        adoption=_adoption(conn, device, line, routes),
    )


def _adoption(
    conn: sqlite3.Connection, device: devices.Device, line: lines.Line, channels: Sequence[Channel]
) -> AdoptionView | None:
    has_chats = any(channel.needs_account for channel in channels)
    if not has_chats or Kind.named(device.kind).is_shared:
        return None
    return adopting.progress_of(conn, line.id, device.id)


def _modem(device: devices.Device, line: lines.Line) -> ModemFacts:
    facts = device_facts.read(device.facts)
    hardware, network = facts.hardware, facts.network or NetworkFacts()
    return ModemFacts(
        port=hardware.port,
        make=" ".join(filter(None, (hardware.manufacturer, hardware.model))),
        firmware=hardware.firmware,
        imei=device.imei,
        iccid=device.iccid,
        network=network.network,
        registration=network.registration,
        signal_dbm=network.signal_dbm,
        storage=facts.storage,
        balance_cents=device.balance_cents,
        balance_ms=device.balance_ms,
        low_credit=device.has_low_credit(line.settings),
    )
