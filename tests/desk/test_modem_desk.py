"""What a modem reports beside messages: its identity, its credit, its SIM, its model."""

import pytest

from appliance.channels import Channel
from appliance.devices.modem_protocol import Balance, IncomingPart, ModemListener
from appliance.devices.protocol import DeviceState, Incoming, Sim, Status
from appliance.errors import InvalidInput, NoCredit, SimMissing, Transient
from appliance.events import EventKind
from appliance.messages import MessageClass
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from appliance.store import devices, line_settings, lines, routes
from appliance.store.devices import Device
from appliance.store.line_settings import DEFAULT_SETTINGS, LineSettings
from tests.queue.counter import ANNA, BART, SMS, Counter, tapping
from tests.queue.office import ONLY_SMS, Modem, phone_is_away


@pytest.fixture
def modem(counter: Counter) -> Modem:
    counter.knows(ANNA, BART)
    return Modem(counter)


def device(counter: Counter, modem: Modem) -> Device:
    return counter.store.read(lambda conn: devices.device(conn, modem.device_id))


def line(counter: Counter) -> lines.Line:
    return counter.store.read(lambda conn: lines.line(conn, counter.line_id))


def balance(counter: Counter, modem: Modem, cents: int | None) -> None:
    told = Balance(cents=cents, at_ms=counter.clock.now_ms())
    counter.reception.balance(modem.device_id, told)


def test_the_reception_hears_modems(counter: Counter) -> None:
    listener: ModemListener = counter.reception
    assert listener


def test_the_first_modem_binds_and_another_is_refused(counter: Counter, modem: Modem) -> None:
    """A modem that is already another device is refused, too."""

    def seen(device_id: str, imei: str, iccid: str | None = "8931440000000000001") -> Reason:
        return counter.reception.hardware_seen(device_id, imei, iccid)

    assert seen(modem.device_id, "356938035643809") is Reason.NONE
    counter.reception.sim_seen(modem.device_id, Sim(iccid="8931440000000000001", number=None))
    assert seen(modem.device_id, "490154203237518") is Reason.OTHER_MODEM
    assert seen(modem.device_id, "356938035643809", None) is Reason.NONE
    assert device(counter, modem).imei == "356938035643809"
    other = second_modem(counter)
    assert seen(other, "356938035643809") is Reason.OTHER_MODEM
    assert seen(other, "490154203237518") is Reason.NONE
    assert seen("nobody", "1") is Reason.OTHER_MODEM


def second_modem(counter: Counter) -> str:
    return counter.store.write(lambda tx: devices.enrol(tx, kind="modem", address="/dev/ttyUSB4"))


@pytest.mark.parametrize("imei", ["356938035643809", "000000000000000"])
def test_modems_of_one_imei_are_told_apart_by_their_sims(
    counter: Counter, modem: Modem, imei: str
) -> None:
    """From then on neither is taken for the other."""
    one, two = "8931440000000000001", "8931440000000000002"
    seen, other = counter.reception.hardware_seen, second_modem(counter)
    assert seen(modem.device_id, imei, None) is Reason.NONE
    assert seen(other, imei, two) is Reason.SAME_IMEI  # the first one's SIM is not known yet
    counter.reception.sim_seen(modem.device_id, Sim(iccid=one, number=None))
    assert seen(other, imei, None) is Reason.SAME_IMEI
    assert seen(other, imei, one) is Reason.OTHER_MODEM
    assert seen(other, imei, two) is Reason.NONE
    assert seen(modem.device_id, imei, two) is Reason.OTHER_MODEM
    assert seen(modem.device_id, imei, one) is Reason.NONE
    assert counter.reception.sim_seen(other, Sim(iccid=two, number=None))


def test_a_modem_whose_line_is_gone_is_told_that_nobody_took_it(
    counter: Counter, modem: Modem
) -> None:
    """The line was removed after the modem asked for it: the modem must not delete its messages."""
    spare = counter.store.write(lambda tx: devices.enrol(tx, kind="modem", address="/dev/ttyUSB4"))
    incoming = Incoming(channel=SMS, key="1", sender=ANNA, text="Hoi", at_ms=1)
    part = IncomingPart(
        key="2", sender=ANNA, reference=7, wide=False, part=1, total=2, text="Hoi", at_ms=1
    )
    with pytest.raises(Transient):
        counter.reception.received(spare, [incoming])
    with pytest.raises(Transient):
        counter.reception.received_parts(spare, [part])
    assert counter.all("SELECT 1 FROM message WHERE direction = 'in' AND text = 'Hoi'") == []


def test_a_modem_whose_sim_cannot_be_read_any_more_has_another(
    counter: Counter, modem: Modem
) -> None:
    """A card that was readable once stays readable, so this is another card."""
    seen = counter.reception.sim_seen
    assert seen(modem.device_id, Sim(iccid=None, number=None))
    assert seen(modem.device_id, Sim(iccid="8931440301234567890", number=None))
    assert not seen(modem.device_id, Sim(iccid=None, number=None))
    assert seen(modem.device_id, Sim(iccid="8931440301234567890", number=None))


def test_another_subscription_is_another_sim(counter: Counter, modem: Modem) -> None:
    """If the card itself cannot be read, only its IMSI tells them apart."""
    seen = counter.reception.sim_seen
    assert seen(modem.device_id, Sim(iccid=None, number=None, imsi="204080000000001"))
    assert not seen(modem.device_id, Sim(iccid=None, number=None, imsi="204080000000002"))
    assert seen(modem.device_id, Sim(iccid="8931440301234567890", number=None))
    assert not seen(modem.device_id, Sim(iccid="8931440301234567890", number=None, imsi="2"))


def test_what_is_learnt_of_a_model_is_kept(counter: Counter) -> None:
    """It counts for every modem of that model and firmware, and grows."""
    reception = counter.reception
    assert reception.model_facts("Huawei E3372 21.1") == {}
    reception.learn("Huawei E3372 21.1", {"unsent_is_true": True, "slots": 20})
    reception.learn("Huawei E3372 21.1", {"slots": 10})
    assert reception.model_facts("Huawei E3372 21.1") == {"unsent_is_true": True, "slots": 10}
    assert reception.model_facts("Huawei E3372 22.0") == {}


# Credit


def test_the_credit_is_kept_with_its_time(counter: Counter, modem: Modem) -> None:
    """An answer that is old or cannot be read changes nothing."""
    balance(counter, modem, 450)
    seen_ms = counter.clock.now_ms()
    counter.clock.advance(s=60)
    balance(counter, modem, None)
    counter.reception.balance(modem.device_id, Balance(cents=900, at_ms=seen_ms - 1))
    now = device(counter, modem)
    assert (now.balance_cents, now.balance_ms) == (450, seen_ms)
    (event,) = counter.events(EventKind.DEVICE_BALANCE)
    assert (event.device_id, dict(event.facts)) == (modem.device_id, {"cents": 450})


@pytest.mark.parametrize(("cents", "below", "low"), [(99, 100, True), (100, 100, False)])
def test_low_credit_is_what_the_line_says(
    counter: Counter, modem: Modem, cents: int, below: int, low: bool
) -> None:
    assert not device(counter, modem).has_low_credit(LineSettings(credit_warn_cents=below))
    balance(counter, modem, cents)
    found = device(counter, modem)
    assert found.has_low_credit(LineSettings(credit_warn_cents=below)) is low
    assert not found.has_low_credit(DEFAULT_SETTINGS)


def test_nothing_left_stops_this_device_and_credit_starts_it(
    counter: Counter, modem: Modem
) -> None:
    """The phone goes on; the modem sends nothing until it has credit again."""
    balance(counter, modem, 0)
    balance(counter, modem, 0)
    assert (line(counter).stopped, line(counter).stopped_on) == ("no-credit", modem.device_id)
    assert len(counter.events(EventKind.LINE_STOPPED)) == 1
    by_phone = counter.queues()
    assert counter.sends() == by_phone
    counter.clock.advance(s=60)
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    waiting = counter.queues(to=BART)
    assert modem.task() is None
    balance(counter, modem, 1000)
    assert line(counter).stopped is None
    assert modem.attempt().outgoing.message_id == waiting


def test_a_few_cents_that_do_not_grow_start_nothing(counter: Counter, modem: Modem) -> None:
    """The network refused to send with these cents; it would again, after every question."""
    balance(counter, modem, 3)
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    counter.queues()
    with tapping(attempt := modem.attempt()):
        pass
    missing = {"reference": 1, "parts": [{"part": 1, "state": "missing"}]}
    counter.work.not_sent(attempt, NoCredit("No credit.", missing))
    balance(counter, modem, 3)
    assert line(counter).stopped == "no-credit"
    balance(counter, modem, 1003)
    assert line(counter).stopped is None


def test_credit_starts_no_other_stop(counter: Counter, modem: Modem) -> None:
    """A ban stays a ban, and the modem's stop does not replace its words."""
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "WhatsApp shows a ban."))
    balance(counter, modem, 0)
    balance(counter, modem, 1000)
    assert (line(counter).stopped, line(counter).stopped_on) == ("WhatsApp shows a ban.", None)


def test_every_line_of_a_shared_modem_is_stopped_and_started(
    counter: Counter, modem: Modem
) -> None:
    other, _ = counter.add_line("+31687000002", "R58M777")
    counter.store.write(lambda tx: modem.falls_back(tx, other))
    balance(counter, modem, -5)
    stopped = [each.stopped for each in counter.store.read(lines.lines)]
    assert stopped == ["no-credit", "no-credit"]
    balance(counter, modem, 5)
    assert [each.stopped for each in counter.store.read(lines.lines)] == [None, None]


# The SIM


def test_a_sim_that_is_back_starts_its_routes(counter: Counter, modem: Modem) -> None:
    """It ends after a status that showed the missing SIM; a stop by an error alone stays."""

    def status(state: DeviceState, reason: Reason, channels: frozenset[Channel]) -> None:
        told = Status(state=state, reason=reason, channels=channels)
        counter.reception.status(modem.device_id, told)

    phone_is_away(counter)
    counter.clock.advance(s=3600)
    counter.queues()
    counter.work.not_sent(modem.attempt(), SimMissing("no SIM"))
    status(DeviceState.READY, Reason.NONE, ONLY_SMS)
    assert line(counter).stopped == "sim-missing"
    status(DeviceState.DEGRADED, Reason.NO_SIM, frozenset())
    assert line(counter).stopped == "sim-missing"
    status(DeviceState.READY, Reason.NONE, ONLY_SMS)
    assert line(counter).stopped is None


# Routes and settings


def test_a_route_has_a_rank(counter: Counter, modem: Modem) -> None:
    """A route with a rank takes that place, and the others move behind it."""
    other = counter.store.write(lambda tx: devices.enrol(tx, kind="modem", address="/dev/ttyUSB7"))
    counter.store.write(
        lambda tx: routes.add_route(
            tx, line_id=counter.line_id, device_id=other, channel=SMS, rank=1
        )
    )
    ways = counter.store.read(lambda conn: routes.routes_of_line(conn, counter.line_id))
    phone = counter.device_id
    assert [each.device_id for each in ways] == [phone, other, phone, modem.device_id]


def test_settings_are_kept_and_told(counter: Counter) -> None:
    """They make one event, and a new plan."""
    wanted = LineSettings(
        fallback_after_min=3,
        fallback_classes=frozenset({MessageClass.REPLY}),
        call_answer="Stuur een bericht.",
        credit_warn_cents=500,
    )
    assert line(counter).settings == DEFAULT_SETTINGS
    counter.store.write(
        lambda tx: line_settings.change(tx, counter.line_id, dict(wanted), by="test")
    )
    assert line(counter).settings == wanted
    assert len(counter.events(EventKind.LINE_CHANGED)) == 1


@pytest.mark.parametrize("minutes", [-1, 100_000])
def test_minutes_that_make_no_sense_are_refused(counter: Counter, minutes: int) -> None:
    with pytest.raises(InvalidInput):
        counter.store.write(
            lambda tx: line_settings.change(
                tx, counter.line_id, {"fallback_after_min": minutes}, by="test"
            )
        )


def test_a_modem_learns_which_slots_are_evidence(counter: Counter, modem: Modem) -> None:
    """The slots of attempts in doubt are evidence; those of settled attempts are not."""
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    counter.queues()
    attempt = modem.attempt()
    attempt.baseline({"slots": [{"part": 1, "slot": 4}]})
    assert counter.reception.in_doubt(modem.device_id) == [{"slots": [{"part": 1, "slot": 4}]}]
    doubt_everything_in_hand(counter.store)
    assert len(counter.reception.in_doubt(modem.device_id)) == 1
    assert counter.reception.in_doubt(counter.device_id) == []
    counter.clock.advance(s=60)
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE attempt SET tapped_ms = NULL, outcome = 'not_sent'")
    )
    assert counter.reception.in_doubt(modem.device_id) == []
