"""How other software sees modems: devices, lines, messages in parts, and figures."""

import pytest

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import new_line
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.modem_protocol import Balance
from appliance.devices.protocol import DeviceState, Status
from appliance.queue.gate import ConsentGate
from appliance.store.store import Tx
from tests.api.office import Caller, Desk, Office

IMEI = "356938035643809"
FACTS = {"port": "/dev/ttyUSB0", "signal_dbm": -71, "network": "KPN", "imsi": "204080000000001"}


@pytest.fixture
def modem(office: Office, tilburg: Desk) -> str:
    """The id of the modem that Tilburg falls back on."""
    device_id = office.store.write(
        lambda tx: new_line.add_fallback(tx, tilburg.line_id, "/dev/ttyUSB0")
    )
    reception = Reception(office.store, ConsentGate())
    reception.hardware_seen(device_id, IMEI, None)
    reception.status(
        device_id,
        Status(
            state=DeviceState.READY, channels=frozenset({Channel.SMS}), facts=DeviceFacts(own=FACTS)
        ),
    )
    reception.balance(device_id, Balance(cents=420, at_ms=office.clock.now_ms()))
    return device_id


def test_a_modem_is_a_device_with_facts(planning: Caller, modem: str) -> None:
    """IMEI, credit and its other facts are shown; data of the SIM alone is not."""
    items = planning.get("/devices").json()["items"]
    (found,) = [each for each in items if each["id"] == modem]
    assert (found["kind"], found["imei"], found["channels"]) == ("modem", IMEI, ["sms"])
    assert found["balance"]["cents"] == 420
    assert found["facts"] == {"port": "/dev/ttyUSB0", "signal_dbm": -71, "network": "KPN"}


def test_a_line_tells_its_routes(planning: Caller, tilburg: Desk, modem: str) -> None:
    """Best first, with the time after which a later route is taken and for which messages."""
    (line,) = planning.get("/lines").json()["items"]
    assert line["routes"] == [
        {"channel": "whatsapp", "device": tilburg.device_id},
        {"channel": "sms", "device": tilburg.device_id},
        {"channel": "sms", "device": modem},
    ]
    assert line["fallback"] == {"after_min": 10, "kinds": ["automatic", "confirmation", "reply"]}


def test_a_shared_modem_does_not_tell_of_the_other_branch(
    office: Office, tilburg: Desk, breda: Desk, modem: str
) -> None:
    """A token of one branch sees the modem with that branch's line alone."""
    office.store.write(lambda tx: new_line.add_fallback(tx, breda.line_id, "/dev/ttyUSB0"))
    for desk in (tilburg, breda):
        caller = office.caller(branch_id=desk.branch_id)
        found = {each["id"]: each for each in caller.get("/devices").json()["items"]}
        assert found[modem]["lines"] == [desk.line_id]


def test_the_parts_of_a_message_are_evidence(
    office: Office, planning: Caller, tilburg: Desk, modem: str
) -> None:
    """Each part comes with the network's report, and the attempt with the added signature."""
    office.writes("+31655500201", tilburg)
    body = {"line": tilburg.number, "to": "+31655500201", "text": "a" * 200, "channel": "sms"}
    message_id = planning.post(body).json()["id"]

    def leave(tx: Tx) -> None:
        attempt_id = tx.new_id()
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, parts, signature, started_ms,"
            " ended_ms, outcome) VALUES (?, ?, ?, 'sms', 2, '- Tilburg', 1, 2, 'partly')",
            (attempt_id, message_id, modem),
        )
        tx.conn.execute(
            "INSERT INTO attempt_part (attempt_id, part, state, report, report_ms)"
            " VALUES (?1, 1, 'sent', 'arrived', 5000), (?1, 2, 'missing', NULL, NULL)",
            (attempt_id,),
        )

    office.store.write(leave)
    (evidence,) = planning.get(f"/messages/{message_id}").json()["evidence"]
    assert (evidence["outcome"], evidence["signature"]) == ("partly", "- Tilburg")
    assert evidence["parts"] == [
        {
            "part": 1,
            "state": "sent",
            "report": "arrived",
            "reported_at": "1970-01-01T00:00:05.000Z",
        },
        {"part": 2, "state": "missing", "report": None, "reported_at": None},
    ]


def test_signal_and_credit_are_figures(office: Office, modem: str) -> None:
    """For software that watches many branches."""
    told = office.client.get("/metrics").text
    assert f'balie_signal_dbm{{device="{modem}"}} -71.0' in told
    assert f'balie_credit_euros{{device="{modem}"}} 4.2' in told
