"""Lines, as a client of SMSGate sees its devices."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.devices.protocol import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A line. `seen_ms`: when one of its phones or modems was last there; None: never."""

    id: str
    number: str
    branch: str
    created_ms: int
    seen_ms: int | None

    @property
    def name(self) -> str:
        return f"{self.branch} {self.number}"


def gateways(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> Sequence[Gateway]:
    """Oldest first."""
    values = {"branches": sight.json, "now": now_ms, "there": _THERE}
    return [Gateway(**dict(row)) for row in conn.execute(_LINES, values)]


_THERE = json.dumps([DeviceState.READY.value, DeviceState.DEGRADED.value])
_LINES = f"""
SELECT line.id, line.number, branch.name AS branch, line.created_ms,
  (SELECT max(iif(device.state IN (SELECT value FROM json_each(:there)), :now, device.changed_ms))
   FROM route JOIN device ON device.id = route.device_id
   WHERE route.line_id = line.id AND device.removed_ms IS NULL) AS seen_ms
FROM line JOIN branch ON branch.id = line.branch_id
WHERE line.removed_ms IS NULL AND {IN_SIGHT}
ORDER BY line.id
"""  # noqa: S608 -- our own condition
