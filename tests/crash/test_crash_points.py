"""Balie is really killed at each step between accepting a message and having proof of it."""

import sys
from pathlib import Path

import pytest

from tests.crash.matrix import STEPS, outcomes, table


@pytest.mark.timeout(900)
def test_a_kill_at_any_step_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each promised message leaves exactly once, by WhatsApp and by SMS."""
    found = outcomes(tmp_path, STEPS, phones=4)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(found)}\n")
    assert [each for each in found if each.is_lost or each.is_doubled] == []
    assert all(each.left == 1 for each in found if each.promised)
