"""What is wrong with the machine that Balie runs on, from what its kernel says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.lines.incidents.condition import Diagnosis, Facts
from appliance.store.incidents import IncidentKind

HOT_FROM_C = 80.0
"""A Raspberry Pi slows itself down from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """None is what the machine does not tell. `usb` are codes of what goes wrong there, and
    `disk_errors` is how often the file system noticed damage. `came_back` is the version that was
    tried and did not stay. `box`: what the start of a card's box found, its code under `what` and
    what it names under `about`.
    """

    undervoltage: bool | None = None
    celsius: float | None = None
    disk_low: bool = False
    disk_errors: int = 0
    box: Mapping[str, str] | None = None
    disk_complains: bool = False
    usb: Sequence[str] = ()
    came_back: str = ""


def diagnose_machine(machine: MachineFacts) -> Diagnosis:
    found: dict[IncidentKind, Facts] = {}
    if machine.undervoltage:
        found[IncidentKind.UNDERVOLTAGE] = {"what": "undervoltage"}
    if machine.celsius is not None and machine.celsius >= HOT_FROM_C:
        found[IncidentKind.HOT] = {"what": "machine-hot", "celsius": round(machine.celsius)}
    if machine.disk_errors or machine.disk_complains:
        found[IncidentKind.DISK] = {"what": "disk-errors"}
    elif machine.disk_low:
        found[IncidentKind.DISK] = {"what": "disk-low"}
    if machine.box:
        found[IncidentKind.BOX] = dict(machine.box)
    if machine.usb:
        found[IncidentKind.USB] = {"what": machine.usb[0]}
    if machine.came_back:
        facts = {"what": "version-came-back", "version": machine.came_back}
        found[IncidentKind.VERSION_BACK] = facts
    return Diagnosis(found={kind: {"stops": [], **facts} for kind, facts in found.items()})


OF_THE_MACHINE = frozenset(
    {
        IncidentKind.UNDERVOLTAGE,
        IncidentKind.HOT,
        IncidentKind.DISK,
        IncidentKind.USB,
        IncidentKind.VERSION_BACK,
        IncidentKind.BOX,
    }
)
