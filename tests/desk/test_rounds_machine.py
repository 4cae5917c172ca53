"""Whatever happens to rounds, in whatever order, their promises hold."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.desk.rounds_machine import RoundsMachine


@pytest.mark.timeout(900)  # the machine may be busy
def test_the_promises_of_rounds_hold_in_any_order_of_events() -> None:
    """No seat twice, nobody asked twice nor by two rounds for the same hours, nothing after the
    last seat but one sentence, a free seat never beside a reserve; with a stop at any step.
    """
    run_state_machine_as_test(
        RoundsMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
