"""What is wrong with a box is an incident at the office: mailed, told to programs, over again."""

from appliance.api.web.words import incident_phrases
from appliance.events import EventKind
from appliance.office.head import alarms, joining
from appliance.office.head.alarms import SILENT_MS
from appliance.office.tables.boxes import Alarm
from appliance.store import events, incidents
from appliance.store.incidents import IncidentKind
from tests.office.head_office import HeadOffice
from tests.office.plain_box import NOW_MS, PlainBox


def alarm(office: HeadOffice, box: PlainBox) -> Alarm | None:
    office.head.upkeep.look()
    return office.box(box).alarm


def test_the_gravest_alarm_of_a_box_is_an_open_incident(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """It opens when nothing was heard for two minutes, and closes when the box is back."""
    tilburg.push_all()
    assert alarm(office, tilburg) is None
    office.clock.advance(ms=SILENT_MS + 1)
    assert alarm(office, tilburg) is Alarm.SILENT
    (opened,) = office.store.read(lambda conn: incidents.open_of(conn, IncidentKind.BOX_ALARM))
    assert opened.facts == {"what": "box-silent", "box": "Tilburg"}
    said = incident_phrases.BY_CODE["box-silent"][0].format(box="Tilburg")
    assert alarms.sentence(office.box(tilburg), Alarm.SILENT) == said
    facts = {**tilburg.log.batch(tilburg.cursor)["facts"], "ill": 1}
    assert tilburg.push(facts=facts, sent_ms=office.clock.now_ms()).status_code == 200
    assert alarm(office, tilburg) is Alarm.LINES_ILL
    assert tilburg.push(sent_ms=NOW_MS - 3_600_000).status_code == 200
    assert alarm(office, tilburg) is Alarm.CLOCK
    assert tilburg.push(sent_ms=office.clock.now_ms()).status_code == 200
    assert alarm(office, tilburg) is None
    assert tilburg.push_raw(b"x").status_code == 422
    assert alarm(office, tilburg) is Alarm.HELD
    office.store.write(lambda tx: joining.strike_off(tx, tilburg.box))
    told = office.store.read(lambda conn: [each.kind for each in events.after(conn, 0)])
    kinds = (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_CLOSED)
    assert [each for each in told if each in kinds] == list(kinds) * 4
    assert not office.store.read(lambda conn: incidents.open_of(conn, IncidentKind.BOX_ALARM))
