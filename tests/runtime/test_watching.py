"""Balie looks at what is wrong every few seconds, and a look that fails costs nothing else."""

import logging
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import DeviceState, Status
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.runtime.balie import Balie
from appliance.runtime.jobs import Jobs
from appliance.store import branches, devices, incidents, lines, routes
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx
from tests.queue.counter import MONDAY


def phone_of_a_line(tx: Tx) -> str:
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number="+31687654321")
    device_id = devices.enrol(tx, kind="phone", address="R58M123")
    routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.SMS)
    return device_id


def test_a_phone_that_stays_away_is_an_incident(tmp_path: Path) -> None:
    """All of Balie is made, and none of its threads is started."""
    clock = ManualClock(MONDAY)
    balie = Balie(tmp_path, clock)
    try:
        device_id = balie.store.write(phone_of_a_line)
        away = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)
        Reception(balie.store, ConsentGate()).status(device_id, away)
        for _ in range(10):
            balie._jobs._watch_quietly()
            clock.advance(s=5)
        found = balie.store.read(incidents.open_ones)
    finally:
        balie.store.close()
    assert IncidentKind.AWAY in {each.kind for each in found if each.device_id == device_id}


def test_a_look_that_fails_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def stumbles() -> None:
        raise ZeroDivisionError

    balie = Balie(tmp_path, ManualClock(MONDAY))
    try:
        jobs = Jobs(balie.store, lambda: None, watch=stumbles)
        with caplog.at_level(logging.ERROR, logger="appliance.runtime.jobs"):
            for _ in range(5):
                jobs._watch_quietly()
    finally:
        balie.store.close()
    assert len(caplog.records) == 1
