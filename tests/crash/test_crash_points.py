"""Balie is really killed at each step between accepting a message and having proof of it."""

import sys
from pathlib import Path

import pytest

from appliance.queue.steps import Step
from tests.crash.matrix import (
    OF_TICKS,
    PHOTO_POST,
    POST,
    SECOND_PHOTO,
    STEPS,
    TEXTS,
    cases,
    outcomes,
    table,
)
from tests.long_proofs import IN_FULL


def test_a_sample_kills_at_every_step_and_over_both_channels() -> None:
    sample = cases(STEPS, TEXTS, in_turn=True)
    assert [step for step, _ in sample] == list(STEPS)
    assert {load for step, load in sample if step not in OF_TICKS} == set(TEXTS)
    assert len(cases(STEPS, TEXTS, in_turn=False)) == 2 * len(STEPS) - len(OF_TICKS)


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_a_kill_at_any_step_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each promised message leaves exactly once, by WhatsApp and by SMS: in full both at each step,
    else one of them, in turn.
    """
    found = outcomes(tmp_path, STEPS, phones=4, in_turn=not IN_FULL)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(found)}\n")
    assert [each for each in found if each.is_lost or each.is_doubled] == []
    assert all(each.left == 1 for each in found if each.promised)


@pytest.mark.timeout(300)
def test_of_two_photos_none_is_lost_or_doubled(tmp_path: Path) -> None:
    """At the steps around the second tap; `scripts/bench` kills at all steps of one."""
    steps = [step.value for step in (Step.GATE_OPEN, Step.TAPPED, Step.ASKING)]
    found = outcomes(tmp_path, steps, phones=3, loads=[SECOND_PHOTO])
    assert [(each.left, each.promised) for each in found] == [(1, True)] * len(steps)


@pytest.mark.timeout(300)
def test_a_post_in_a_group_is_neither_lost_nor_doubled(tmp_path: Path) -> None:
    """A text and a photo, killed after the tap; `scripts/bench` kills at all steps."""
    found = outcomes(tmp_path, [Step.TAPPED.value], phones=2, loads=[POST, PHOTO_POST])
    assert [(each.left, each.promised) for each in found] == [(1, True)] * 2
