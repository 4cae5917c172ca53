"""Whatever happens to a message, in whatever order: the four promises hold."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.long_proofs import IN_FULL
from tests.queue.fallback_machine import FallbackMachine
from tests.queue.machine import QueueMachine


@pytest.mark.proof
@pytest.mark.timeout(900)  # in full two hundred lives, and the machine may be busy
@pytest.mark.parametrize("machine", [QueueMachine, FallbackMachine])
def test_the_promises_hold_in_any_order_of_events(machine: type[QueueMachine]) -> None:
    """Legal states only, nothing after an opt-out, no ceiling exceeded, no double, none lost.

    With a modem beside the phone, no part leaves twice, and no message leaves over both.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=100 if IN_FULL else 40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
