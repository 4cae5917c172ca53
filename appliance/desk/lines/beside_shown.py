"""What may stand beside a line without a SIM of its own, and what does."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.desk.lines import beside
from appliance.devices import device_facts
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store import device_accounts, devices


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsBeside:
    """`account` is what its service calls it, None where nothing of this kind stands there.
    `settings` are those that are kept, without the secret.
    """

    kind: Kind
    account: str | None = None
    state: DeviceState = DeviceState.ABSENT
    reason: Reason = Reason.NONE
    settings: Mapping[str, Any] = field(default_factory=dict)

    def kept(self, name: str) -> str:
        """What a field of the form says of what is kept."""
        value = self.settings.get(name)
        return value if isinstance(value, str) else ""


def kinds() -> Sequence[Kind]:
    """Those that may stand beside a line."""
    return [each for each in Kind.known() if not each.has_sim]


def of_line(conn: sqlite3.Connection, line_id: str) -> Sequence[StandsBeside]:
    return [of_kind(conn, line_id, each) for each in kinds()]


def of_kind(conn: sqlite3.Connection, line_id: str, kind: Kind) -> StandsBeside:
    device_id = beside.of_line(conn, line_id, kind.name)
    if device_id is None:
        return StandsBeside(kind=kind)
    device = devices.device(conn, device_id)
    stored = device_accounts.of(conn, device_id)
    return StandsBeside(
        kind=kind,
        account=device_facts.read(device.facts).account or device.address,
        state=DeviceState(device.state),
        reason=Reason(device.reason),
        settings=stored.settings if stored is not None else {},
    )
