"""Balie is really killed at each step of an SMS over a modem, also between its parts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.clock import ScaledClock, SystemClock
from appliance.demo.children import ModemChild, PhoneChild, emulation
from appliance.queue.steps import Step
from appliance.runtime.balie import DATABASE
from appliance.sms_parts import count_parts
from appliance.store import branches, devices, lines, routes
from appliance.store.store import Store, Tx
from tests import http_calls
from tests.crash.matrix import IN_DOUBT, NUMBER, OF_TICKS, STEPS
from tests.crash.office import LEFT, Office, World, _wrote
from tests.long_proofs import IN_FULL

SPEED = 60.0
"""The world's clock, so that the network's time-out passes within seconds."""

MODEMS = 4
# A modem's baseline is recorded with its gate, in one commit.
_NOT_REACHED = frozenset({Step.BEFORE_BASELINE.value, Step.BASELINE_NOTED.value})
_LONG = " en neem je schoenen mee" * 10
_REACHED = [step for step in STEPS if step not in OF_TICKS | _NOT_REACHED]
_LENGTHS = ("", _LONG)
_CASES = [
    (step, more)
    for place, step in enumerate(_REACHED)
    for more in (_LENGTHS if IN_FULL else [_LENGTHS[place % 2]])
]


class ModemOffice(Office):
    def found(self, numbers: Sequence[str]) -> None:
        store = Store(self.data / DATABASE, self.world.clock)
        try:
            store.write(lambda tx: _furnish(tx, self.phones[0], numbers))
        finally:
            store.close()


def _furnish(tx: Tx, modem: PhoneChild, numbers: Sequence[str]) -> None:
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number=modem.number)
    device_id = devices.enrol(tx, kind="modem", address=modem.serial)
    routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.SMS)
    for number in numbers:
        _wrote(tx, line_id, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    step: str
    text: str
    promised: bool
    state: str


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_a_kill_at_any_step_of_a_modem_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    """Each promised message leaves exactly once. No reports come: only the slots can prove it.

    In full a short and a long one at each step, else one of them, in turn.
    """
    clock = ScaledClock(origin_ms=SystemClock().now_ms(), speed=SPEED)
    with (
        emulation(
            phones=0,
            modems=MODEMS,
            traffic=False,
            speed=SPEED,
            origin_ms=clock.origin_ms,
            seed=1,
            truth=tmp_path / "truth.jsonl",
        ) as emulated,
        ThreadPoolExecutor(MODEMS) as pool,
    ):
        here = World(phones=[], control=emulated.control, clock=clock)
        for modem in emulated.modems:
            body = {"modem": modem.number, "fault": "report-off"}
            http_calls.post(f"{here.control}/fault", json=body).raise_for_status()
        shares = [_CASES[place::MODEMS] for place in range(MODEMS)]
        folders = [tmp_path / f"office{place}" for place in range(MODEMS)]
        told = [*pool.map(_share, folders, repeat(here), emulated.modems, shares)]
        left = here.left()
        parts = http_calls.get(f"{here.control}/truth").raise_for_status().json()["parts"]
    cases = [case for share in told for case in share]
    wrong = [
        (case.step, len(case.text), case.state, left.count(case.text))
        for case in cases
        if left.count(case.text) != int(case.promised or case.state in LEFT)
    ]
    assert wrong == []
    assert len(parts) == sum(count_parts(text) for text in left)


def _share(
    folder: Path, here: World, modem: ModemChild, cases: Sequence[tuple[str, str]]
) -> list[Case]:
    where = PhoneChild(serial=modem.port, number=modem.number)
    office = ModemOffice(data=folder, world=here, phones=[where])
    numbers = [NUMBER.format(place=at) for at in range(len(cases))]
    office.found(numbers)
    office.start()
    try:
        return [
            _case(office, step, f"Dienst {step}{more}", number)
            for (step, more), number in zip(cases, numbers, strict=True)
        ]
    finally:
        office.kill()


def _case(office: Office, step: str, text: str, number: str) -> Case:
    """The Balie that settles one message is killed during the next one."""
    message = {
        "line": office.phones[0].number,
        "number": number,
        "channel": Channel.SMS.name,
        "text": text,
        "step": Step.TAPPED.value if step in IN_DOUBT else step,
    }
    promised = office.accept(message) is not None
    office.died()
    if step in IN_DOUBT:
        office.start(step)
        office.died()
    office.start()
    state = office.settles(text)[0] if text in office.messages() else "never accepted"
    return Case(step=step, text=text, promised=promised, state=state)
