"""The channel against the emulated modem, which is strict and has faults of its own."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from appliance.devices.modem.at.answers import AtError, PortGone, Rebooted, Silence
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.at.urc import NewMessage, Ring, UnknownUrc
from appliance.devices.modem.ports import probe
from appliance.devices.modem.search import PortSearch
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import DeviceGone
from tests.devices.modem.modem_kit import ANNA, ModemWorld
from tests.emulated.phone_bench import eventually

LONG_S = 60.0
#: To ANNA, "Dag"; the SIM's own service centre.
PDU = "0001000B911386674523F1000003C4F019"
LENGTH = len(PDU) // 2 - 1


@pytest.fixture
def channel(world: ModemWorld) -> Iterator[AtChannel]:
    with closing(AtChannel.open(world.modem.port.path)) as opened:
        yield opened


def sent(channel: AtChannel) -> str | None:
    channel.command("AT+CMGF=0")
    return channel.pdu_command(f"AT+CMGS={LENGTH}", PDU, timeout_s=LONG_S).value("+CMGS")


def test_a_message_leaves_once(world: ModemWorld, channel: AtChannel) -> None:
    assert sent(channel) is not None
    assert world.left() == ["Dag"]


@pytest.mark.parametrize(
    "kind", [ModemFaultKind.ECHO_STUCK, ModemFaultKind.DRIBBLE, ModemFaultKind.BARE_PROMPT]
)
def test_what_is_odd_about_a_modem_changes_nothing(
    world: ModemWorld, channel: AtChannel, kind: ModemFaultKind
) -> None:
    world.fault(kind)
    channel.command("ATE0")
    assert sent(channel) is not None
    assert world.left() == ["Dag"]
    assert channel.news() == []


@pytest.mark.parametrize("numeric", ["ATE1V0", "ATE0V0"])
def test_numeric_results_are_results(world: ModemWorld, channel: AtChannel, numeric: str) -> None:
    channel.command(numeric)
    assert sent(channel) is not None
    with pytest.raises(AtError):
        channel.command("AT+NONSENSE")
    assert world.left() == ["Dag"]


@pytest.mark.parametrize("command", ["+CGSN", "+CMGS", "+CMGF"])
@pytest.mark.parametrize("line", ["RING", '+CMTI: "SM",7', "^RSSI: 11"])
def test_news_inside_an_answer_spoils_neither(
    world: ModemWorld, channel: AtChannel, command: str, line: str
) -> None:
    channel.command("AT")
    world.fault(ModemFaultKind.URC_INSIDE, command=command, line=line)
    assert channel.command("AT+CGSN").lines == (world.modem.imei,)
    assert sent(channel) is not None
    assert world.left() == ["Dag"]
    assert set(channel.news()) <= {Ring(), NewMessage(storage="SM", index=7), UnknownUrc(line=line)}


def test_garbage_costs_no_answer(world: ModemWorld, channel: AtChannel) -> None:
    channel.command("AT")
    world.fault(ModemFaultKind.GARBAGE, times=100)
    for _ in range(20):
        assert world.modem.imei in channel.command("AT+CGSN").lines
    assert sent(channel) is not None
    assert world.left() == ["Dag"]


def test_after_silence_the_next_answer_is_that_of_its_own_command(
    world: ModemWorld, channel: AtChannel
) -> None:
    channel.command("AT")
    world.fault(ModemFaultKind.SILENCE, command="+CSQ", how="after")
    with pytest.raises(Silence):
        channel.command("AT+CSQ", timeout_s=0.1)
    assert channel.command("AT+CGSN").lines == (world.modem.imei,)


def test_a_restart_is_told_and_the_modem_goes_on(world: ModemWorld) -> None:
    found = probe(world.modem.port.path)
    assert found is not None
    with closing(found.channel) as channel:
        world.fault(ModemFaultKind.RESTART, how="before-taken")
        with pytest.raises((Rebooted, PortGone, Silence)):
            sent(channel)
    assert world.left() == []

    def is_back() -> bool:
        again = probe(world.modem.port.path)
        if again is not None:
            again.channel.close()
        return again is not None

    assert eventually(is_back)


def test_a_modem_back_under_another_name_is_found(world: ModemWorld, channel: AtChannel) -> None:
    first = world.modem.port.path
    channel.command("AT")
    world.fault(ModemFaultKind.PORT_GONE, how="now", rename=True, seconds=0.1)
    with pytest.raises(PortGone):
        channel.rest(LONG_S)
    channel.close()
    found: list[tuple[AtChannel, str]] = []

    def is_back() -> bool:
        try:
            found.append(PortSearch().find(first, world.modem.imei))
        except DeviceGone:
            return False
        return True

    assert eventually(is_back)
    again, port = found[0]
    with closing(again):
        assert port != first
        assert again.command("AT+CGSN").lines == (world.modem.imei,)


def test_a_message_wakes_a_rest(world: ModemWorld, channel: AtChannel) -> None:
    channel.command("AT+CNMI=2,1,0,1,0")
    world.write(ANNA, "Hoi")
    channel.rest(LONG_S)
    assert any(isinstance(urc, NewMessage) for urc in channel.news())
