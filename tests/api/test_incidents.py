"""Incidents in the API, in the inbox of those whose line it is, and on the page of the devices."""

import re
from collections.abc import Iterator
from functools import partial

import pytest

from appliance.api.web.words import device_sentences
from appliance.api.web.words.i18n import Words
from appliance.box.port_wish import PortOutcome
from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.access.tokens import Scope
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import new_line
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState, Status
from appliance.reasons import Reason
from appliance.store import device_ports, devices, incidents
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import BOTH, Caller, Desk, Office

FIELDS = {"id", "device", "line", "kind", "since", "until", "stops", "sentence"}
UNPLUGGED = (
    "The phone is not plugged in, or it is switched off. Plug the cable into the phone and into"
    " Balie, and switch the phone on."
)


@pytest.fixture
def watch(office: Office) -> IncidentWatch:
    return IncidentWatch(office.store)


@pytest.fixture
def bas(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """Who looks after the devices of Tilburg."""
    browser = log_in(office, "Bas", role="branch-it", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def lasts(clock: ManualClock, watch: IncidentWatch, seconds: int = 40) -> None:
    for _ in range(seconds // 5):
        watch.look()
        clock.advance(s=5)
    watch.look()


def tells(office: Office, desk: Desk, **own: object) -> None:
    facts = DeviceFacts(own={"awake": True, **own})
    office.phone_is(desk, Status(state=DeviceState.READY, channels=BOTH, facts=facts))


def items(caller: Caller, **params: str) -> list[dict[str, object]]:
    answer = caller.get("/incidents", **params)
    assert answer.status_code == 200
    found: list[dict[str, object]] = answer.json()["items"]
    return found


def test_what_is_wrong_is_listed_until_it_is_over(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock, watch: IncidentWatch
) -> None:
    """With `open` those that are open, or those that are over; without it all."""
    office.phone_is_away(tilburg)
    lasts(clock, watch)
    (incident,) = items(planning, open="true")
    assert set(incident) == FIELDS
    assert (incident["device"], incident["line"]) == (tilburg.device_id, tilburg.line_id)
    assert (incident["kind"], incident["stops"]) == ("away", ["sms", "whatsapp"])
    assert (incident["since"], incident["until"]) == ("2026-03-02T08:30:00.000Z", None)
    assert incident["sentence"] == UNPLUGGED
    assert items(planning, open="false") == []
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=BOTH))
    lasts(clock, watch)
    assert items(planning, open="true") == []
    (over,) = items(planning, open="false")
    assert over == incident | {"until": "2026-03-02T08:30:40.000Z"}
    assert items(planning) == [over]


def test_the_list_has_pages(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, clock: ManualClock
) -> None:
    for desk in (tilburg, breda):
        office.phone_is_away(desk)
    lasts(clock, IncidentWatch(office.store))
    first = planning.get("/incidents", limit=1).json()
    second = planning.get("/incidents", limit=1, after=first["next"]).json()
    assert first["next"] == first["items"][0]["id"]
    assert second["next"] is None
    found = {each["items"][0]["line"] for each in (first, second)}
    assert found == {tilburg.line_id, breda.line_id}


def test_a_branch_sees_its_own(
    office: Office, tilburg: Desk, breda: Desk, clock: ManualClock
) -> None:
    """And nothing of the machine, which is the company's."""
    office.phone_is_away(tilburg)
    lasts(clock, IncidentWatch(office.store, lambda: MachineFacts(celsius=85.0)))
    company, own, other = (
        office.caller(branch_id=each) for each in (None, tilburg.branch_id, breda.branch_id)
    )
    assert {each["kind"] for each in items(company)} == {"away", "hot"}
    assert [each["kind"] for each in items(own)] == ["away"]
    assert items(other) == []


def test_a_token_needs_the_scope_of_devices(office: Office, tilburg: Desk) -> None:
    caller = office.caller(frozenset({Scope.LINES_READ}))
    assert caller.get("/incidents").status_code == 403
    reader = office.caller(frozenset({Scope.DEVICES_READ}))
    assert items(reader, open="true") == []


def test_each_kind_has_a_sentence(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Also one that nobody told more about."""
    for kind in IncidentKind:
        office.store.write(
            lambda tx, kind=kind: incidents.open_incident(  # type: ignore[misc]
                tx, kind, device_id=tilburg.device_id, line_id=tilburg.line_id
            )
        )
    found = items(planning, limit="100")
    assert {each["kind"] for each in found} == {each.value for each in IncidentKind}
    assert all(each["sentence"] for each in found)


def test_open_ones_are_counted_for_prometheus(
    office: Office, tilburg: Desk, clock: ManualClock, watch: IncidentWatch
) -> None:
    office.phone_is_away(tilburg)
    lasts(clock, watch)
    lines = office.client.get("/metrics").text.splitlines()
    assert 'balie_incidents{kind="away"} 1.0' in lines
    assert 'balie_incidents{kind="hot"} 0.0' in lines


def test_the_inbox_says_what_stops_its_line(
    office: Office, tilburg: Desk, sanne: Browser, clock: ManualClock, watch: IncidentWatch
) -> None:
    """With what to do, and no longer than it lasts."""
    assert 'class="note incident"' not in sanne.get("/").text
    office.phone_is_away(tilburg)
    lasts(clock, watch)
    page = sanne.get("/").text
    assert len(re.findall('class="note incident"', page)) == 1
    assert "De telefoon is niet aangesloten" in page
    assert "Er vertrekt niets via SMS, WhatsApp." in page
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=BOTH))
    lasts(clock, watch)
    assert 'class="note incident"' not in sanne.get("/").text


def test_what_another_device_takes_over_is_not_said_to_stop(
    office: Office, tilburg: Desk, sanne: Browser, clock: ManualClock, watch: IncidentWatch
) -> None:
    """Beside the modem of its line a phone that is away stops WhatsApp only."""

    def fall_back(tx: Tx) -> str:
        new_line.add_fallback(tx, tilburg.line_id, "/dev/ttyUSB0")
        return next(each.id for each in devices.carrying(tx.conn) if each.kind == "modem")

    modem_id = office.store.write(fall_back)
    is_ready = Status(state=DeviceState.READY, channels=frozenset({Channel.SMS}))
    Reception(office.store, office.gate).status(modem_id, is_ready)
    office.phone_is_away(tilburg)
    lasts(clock, watch)
    assert "Er vertrekt niets via WhatsApp. Een ander apparaat neemt SMS over." in (
        sanne.get("/").text
    )
    gone = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)
    Reception(office.store, office.gate).status(modem_id, gone)
    assert "Er vertrekt niets via SMS, WhatsApp." in sanne.get("/").text


def test_a_dot_stands_at_the_number_that_has_something(
    office: Office, tilburg: Desk, breda: Desk, clock: ManualClock, watch: IncidentWatch
) -> None:
    """Among the numbers of who reads several."""
    browser = log_in(office, "Anna", role="admin", branch_id=None)
    office.phone_is_away(breda)
    lasts(clock, watch)
    links = re.findall(r"<a\s[^>]*data-line.*?</a>", browser.get("/").text, re.DOTALL)
    dotted = [re.findall('data-line="([^"]+)"', each) for each in links if "dot" in each]
    assert dotted == [[breda.line_id]]
    browser.client.close()


def test_staff_hear_of_what_stops_something_and_who_looks_after_devices_of_all(
    office: Office,
    tilburg: Desk,
    sanne: Browser,
    bas: Browser,
    clock: ManualClock,
    watch: IncidentWatch,
) -> None:
    """A worn battery is nothing for the desk."""
    tells(office, tilburg, battery_capacity_percent=71)
    lasts(clock, watch)
    assert "71%" not in sanne.get("/").text
    assert "De accu houdt nog maar 71% vast" in bas.get("/devices").text


def test_the_devices_page_keeps_what_was_wrong(
    office: Office, tilburg: Desk, bas: Browser, clock: ManualClock, watch: IncidentWatch
) -> None:
    """What the device's own state says already is not said twice."""
    office.phone_is_away(tilburg)
    lasts(clock, watch)
    page = bas.get("/devices").text
    assert page.count("De telefoon is niet aangesloten") == 1
    assert "Wat er eerder mis was" not in page
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=BOTH))
    lasts(clock, watch)
    page = bas.get("/devices").text
    assert "Wat er eerder mis was" in page
    assert "Niet verbonden" in page


def test_who_looks_after_a_phone_sees_how_it_is(
    office: Office,
    tilburg: Desk,
    sanne: Browser,
    bas: Browser,
    clock: ManualClock,
    watch: IncidentWatch,
) -> None:
    """Its battery now, over the last days and since it was new, and the room that is left."""
    tells(
        office,
        tilburg,
        battery_percent=61,
        battery_celsius=31.5,
        charging=True,
        battery_capacity_percent=93,
        battery_cycles=254,
        storage_free_mb=41_900,
        whatsapp_version="2.26.1.3",
    )
    watch.look()
    page = " ".join(bas.get("/devices").text.split())
    for said in ("61%", "31,5 °C", "laadt", "steeds 61%", "93% van de eerste capaciteit"):
        assert said in page
    for said in ("254 keer geladen", "41,9 GB", "2.26.1.3"):
        assert said in page
    assert "31,5 °C" not in sanne.get("/devices").text
    tells(office, tilburg, battery_percent=47)
    clock.advance(s=3600)
    watch.look()
    assert "tussen 47% en 61%" in bas.get("/devices").text


def test_the_machine_is_shown_to_who_looks_after_devices(
    office: Office, tilburg: Desk, sanne: Browser, bas: Browser, clock: ManualClock
) -> None:
    lasts(clock, IncidentWatch(office.store, lambda: MachineFacts(undervoltage=True)))
    assert "te weinig spanning" in bas.get("/devices").text
    for path in ("/", "/devices"):
        assert "te weinig spanning" not in sanne.get(path).text


def test_a_hot_phone_says_that_it_rests(
    office: Office, tilburg: Desk, sanne: Browser, clock: ManualClock, watch: IncidentWatch
) -> None:
    own = {"awake": True, "resting": True, "battery_celsius": 46.5}
    hot = Status(state=DeviceState.DEGRADED, reason=Reason.TOO_HOT, facts=DeviceFacts(own=own))
    office.phone_is(tilburg, hot)
    lasts(clock, watch, seconds=0)
    assert "De telefoon is te warm" in sanne.get("/").text


def test_the_page_says_what_became_of_a_usb_port(
    office: Office, tilburg: Desk, bas: Browser, sanne: Browser, clock: ManualClock
) -> None:
    """The newest word, to who can do something about it."""

    def told(browser: Browser) -> str:
        return " ".join(browser.get("/devices").text.split())

    for what in (device_ports.ASKED, PortOutcome.SHARED.value):
        clock.advance(s=60)
        office.store.write(partial(device_ports.tell, device_id=tilburg.device_id, what=what))
    assert "Zijn hub schakelt geen losse poorten." in told(bas)
    assert "wordt uit- en weer aangezet" not in told(bas)
    assert "losse poorten" not in told(sanne)


@pytest.mark.parametrize("what", [device_ports.ASKED, *PortOutcome])
def test_each_outcome_of_a_usb_port_has_a_sentence(what: str) -> None:
    told = device_ports.PortTold(at_ms=0, what=what)
    said = {
        device_sentences.port(Words(language), told, "Europe/Amsterdam", 0)
        for language in ("en", "nl")
    }
    assert len(said) == 2
    assert all(each.startswith("01:00: ") for each in said)
