"""`balie clock`: what to do about a clock that cannot be right."""

from pathlib import Path

import pytest

from appliance.cli import clock as verb
from appliance.clock import MachineClock, SystemClock
from appliance.store import high_water
from appliance.store.store import Store
from tests.cli.shell import balie, data, running, told

__all__ = ["data", "running"]  # the fixtures: every verb finds its own data directory

YEAR_MS = 365 * 86_400_000


def mark(store: Store) -> int:
    return store.read(high_water.read_mark)


def test_a_clock_that_can_be_right_is_called_so(data: Path) -> None:
    """Nothing is known against it."""
    assert told("clock") == {"wrong": False}
    assert "can be right" in balie("clock").stdout


def test_a_clock_behind_what_was_seen_is_wrong_until_a_person_says_it_is_right(
    running: Store,
) -> None:
    """Both times and both ways out are named, by `clock` and by `doctor`."""
    running.write(lambda tx: high_water.set_mark(tx.conn, SystemClock().now_ms() + YEAR_MS))
    done = balie("clock")
    assert done.exit_code == 1
    assert "nothing is sent" in done.stdout
    assert "balie clock --is-right" in done.stdout
    assert "nothing is sent" in balie("doctor").stdout
    assert told("clock", "--is-right") == {"wrong": False}
    assert not running.read(high_water.clock_is_wrong(running.clock))


def test_a_clock_from_before_balie_is_not_believed(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when a person says so."""
    before = mark(running)
    monkeypatch.setattr(high_water, "EARLIEST_MS", SystemClock().now_ms() + YEAR_MS)
    done = balie("clock", "--is-right")
    assert done.exit_code == 1
    assert "made later" in done.stderr
    assert mark(running) == before
    assert verb.complaint_of(running) is not None


def test_a_machine_that_was_off_for_nobody_knows_how_long_sends_nothing(
    running: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clock may be ahead of all that was seen; a person's word is enough."""
    unsure = tmp_path / "unsure"
    unsure.touch()
    monkeypatch.setattr(MachineClock.__init__, "__defaults__", (unsure,))
    done = balie("clock")
    assert done.exit_code == 1
    assert "does not know for how long; nothing is sent" in done.stdout
    assert "does not know for how long" in balie("doctor").stdout
    assert told("clock", "--is-right") == {"wrong": False}
    assert not unsure.exists()
    assert mark(running) > 0
