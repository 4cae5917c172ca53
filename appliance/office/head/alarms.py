"""What somebody at head office should look at: one alarm a box, the gravest."""

from appliance.api.web.words.box_alarms import ALARMS
from appliance.office.tables import boxes
from appliance.office.tables.boxes import Alarm, OfficeBox
from appliance.store.incidents import IncidentKind, close_incident, open_incident
from appliance.store.store import Tx

SILENT_MS = 120_000
"""Eight signs of life in a row are missing."""
CLOCK_MS = 120_000
DISK = 0.95


def alarm_of(box: OfficeBox, now_ms: int, *, listens_since_ms: int = 0) -> Alarm | None:
    """`listens_since_ms`: nobody could be heard before the office was started."""
    heard_ms = max(box.seen_ms or box.joined_ms, listens_since_ms)
    found = {
        Alarm.CONFLICT: box.conflict,
        Alarm.HELD: box.held is not None,
        Alarm.SILENT: now_ms - heard_ms > SILENT_MS,
        Alarm.NUMBER_TWICE: box.number_twice,
        Alarm.LINES_ILL: bool(box.facts.get("ill")),
        Alarm.DISK: (box.facts.get("disk") or 0) >= DISK,
        Alarm.CLOCK: abs(box.clock_off_ms) > CLOCK_MS,
    }
    return next((alarm for alarm, is_so in found.items() if is_so), None)


def sentence(box: OfficeBox, alarm: Alarm) -> str:
    """With why, where nothing is taken from it."""
    said = ALARMS[alarm][0].format(box=box.name)
    return f"{said} {box.held}" if box.held is not None else said


def note(tx: Tx, box: OfficeBox, alarm: Alarm | None) -> None:
    """It is an incident of the office, of which colleagues get mail and programs are told."""
    boxes.note_alarm(tx, box.id, alarm)
    close_incident(tx, IncidentKind.BOX_ALARM, about=box.id)
    if alarm is not None:
        facts = {"what": f"box-{alarm}", "box": box.name}
        open_incident(tx, IncidentKind.BOX_ALARM, about=box.id, facts=facts)
