"""What an update needs to know of this machine; written before it begins, and read at each start.

A plan that cannot be read is that of a machine as the package sets it up.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from appliance.box.keeper.disk import put_whole

FILE = "plan.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`way` is `package` or `slots`; `units` are looked at, and the first one is Balie's; `reloads`
    take up what the package changed for them, and `started` lists what it starts; `room_mb` is what
    has to be free; `system` is the
    root of the machine's files.
    """

    way: str = "package"
    data: str = "/var/lib/balie"
    ready_url: str = "http://127.0.0.1:8080/readyz"
    units: tuple[str, ...] = ("balie.service",)
    reloads: tuple[str, ...] = ("nginx.service",)
    started: str = "/usr/lib/balie/units/started"
    limit_s: float = 150.0
    look_s: float = 5.0
    room_mb: int = 50
    system: str = "/"
    package: str = "balie"


def write_plan(folder: Path, plan: Plan) -> None:
    put_whole(folder / FILE, json.dumps(asdict(plan), sort_keys=True).encode())


def read_plan(folder: Path) -> Plan:
    try:
        told = json.loads((folder / FILE).read_bytes())
        known = {each.name: told[each.name] for each in fields(Plan) if each.name in told}
        lists = {name: tuple(known[name]) for name in ("units", "reloads")}
        return Plan(**{**known, **lists})
    except (OSError, ValueError, TypeError, KeyError):
        return Plan()
