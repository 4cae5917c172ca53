"""`balie plan`: what waits, until when, and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.channels import Channel
from appliance.cli import plan as plan_verb
from appliance.clock import SystemClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.devices.protocol import DeviceState, Incoming, Status
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.store import branches, devices, high_water, lines, routes
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store

WORKER = "+31655500601"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A branch whose phone is away, and three messages to somebody who wrote."""
    monkeypatch.setenv("BALIE_DATA", str(tmp_path))
    opened = fresh_store(tmp_path / "balie.db", SystemClock())
    reception = Reception(opened, ConsentGate())

    def office(tx: Tx) -> tuple[str, str]:
        branch_id = branches.add_branch(tx, "Utrecht")
        line_id = lines.add_line(tx, branch_id=branch_id, number="+31612345678")
        phone = devices.enrol(tx, kind="phone", address="R58M123")
        routes.add_route(tx, line_id=line_id, device_id=phone, channel=Channel.WHATSAPP)
        return line_id, phone

    line_id, phone = opened.write(office)
    reception.status(phone, Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN))
    hello = Incoming(
        channel=Channel.WHATSAPP, key="1", sender=WORKER, text="Hoi", at_ms=opened.clock.now_ms()
    )
    reception.received(phone, [hello])
    request = SendRequest(
        line_id=line_id,
        identity=tel(WORKER),
        text="Er is werk.",
        author=Author(rule="test"),
        kind=MessageClass.LIST,
    )
    for _ in range(3):
        opened.write(lambda tx: accept(tx, request))
    yield opened
    opened.close()


def plan(*words: str) -> str:
    done = CliRunner().invoke(app, ["plan", *words])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_each_message_has_its_time_and_its_reason_in_words(store: Store) -> None:
    """And a code for programs; the welcome is the fourth that waits."""
    told = plan()
    assert "+31 6 12345678: 4 waiting" in told
    assert told.count("nobody knows") == 4
    assert told.count("the phone or modem is not plugged in") == 4
    assert "more are not shown" not in told
    facts = json.loads(plan("--json"))
    assert {each["reason"] for each in facts["items"]} == {"device-absent"}
    assert (len(facts["items"]), facts["not_shown"]) == (4, 0)
    assert facts["clock_is_wrong"] is False


def test_a_long_queue_says_how_much_of_it_is_not_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the front of each class is planned in detail."""
    monkeypatch.setattr(plan_verb, "HORIZON", 2)
    assert "1 more are not shown: the first 2 of each class are." in plan()
    assert json.loads(plan("--json"))["not_shown"] == 1


def test_a_wrong_clock_is_said_first(store: Store) -> None:
    """Nothing is sent by it, so no time of the plan can be kept."""
    ahead_ms = store.clock.now_ms() + 86_400_000
    store.write(lambda tx: high_water.set_mark(tx.conn, ahead_ms))
    assert plan().startswith("The clock says")
    assert json.loads(plan("--json"))["clock_is_wrong"] is True


def test_an_empty_queue_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALIE_DATA", str(tmp_path))
    assert plan() == "Nothing is waiting.\n"
