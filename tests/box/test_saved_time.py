"""A machine without a clock of its own: what it goes on from, and when it is sure of the time."""

import time
from pathlib import Path

import pytest

from appliance.box import saved_time
from appliance.box.saved_time import FoundTime
from appliance.clock import MachineClock, SystemClock
from appliance.store import high_water
from tests.fresh_store import fresh_store

MADE_S = 1_790_000_000.0
FRIDAY_S = MADE_S + 1_000_000
DAY_S = 86_400.0


def found(
    now_s: float,
    *,
    saved_s: float | None = FRIDAY_S,
    battery_s: float | None = None,
    is_synchronised: bool = False,
) -> FoundTime:
    return FoundTime(
        now_s=now_s,
        made_s=MADE_S,
        saved_s=saved_s,
        battery_s=battery_s,
        is_synchronised=is_synchronised,
    )


@pytest.mark.parametrize(
    ("what", "takes_s", "is_known"),
    [
        pytest.param(found(12.0), FRIDAY_S, False, id="a Pi in 1970"),
        pytest.param(found(12.0, saved_s=None), MADE_S, False, id="its first start"),
        pytest.param(found(12.0, saved_s=5.0), MADE_S, False, id="a saved time that cannot be"),
        pytest.param(found(FRIDAY_S + 20), None, False, id="another program took a saved time"),
        pytest.param(
            found(FRIDAY_S + DAY_S, battery_s=FRIDAY_S + DAY_S), None, True, id="a battery"
        ),
        pytest.param(found(12.0, battery_s=12.0), FRIDAY_S, False, id="a battery that is empty"),
        pytest.param(
            found(FRIDAY_S - 20, battery_s=FRIDAY_S - 20), FRIDAY_S, True, id="a battery, behind"
        ),
        pytest.param(found(FRIDAY_S + 20, is_synchronised=True), None, True, id="a time server"),
    ],
)
def test_what_a_machine_goes_on_from(
    what: FoundTime, takes_s: float | None, is_known: bool
) -> None:
    """It goes on from the later of the saved time and the day on which this Balie was made; that
    the clock is not behind these proves nothing.
    """
    assert (what.takes_s, what.is_known) == (takes_s, is_known)


def test_nothing_is_sent_by_a_machine_that_is_unsure(tmp_path: Path) -> None:
    """The clock is wrong for all that asks, also with a saved time that the database has not seen;
    what is written meanwhile bears the latest time that was seen. A person's word ends it.
    """
    unsure = tmp_path / "run" / "unsure"
    saved_time.take(found(time.time(), saved_s=None), tmp_path, unsure)
    store = fresh_store(tmp_path / "balie.db", MachineClock(unsure))
    try:
        seen_ms = SystemClock().now_ms() - 5_000
        store.write(lambda tx: high_water.set_mark(tx.conn, seen_ms))
        assert store.read(high_water.clock_is_wrong(store.clock))
        assert store.write(lambda tx: (tx.clock_is_wrong, tx.now_ms)) == (True, seen_ms)
        MachineClock(unsure).trust()
        assert not store.read(high_water.clock_is_wrong(store.clock))
        unsure.touch()
        assert not store.read(high_water.clock_is_wrong(store.clock)), "it knew the time already"
    finally:
        store.close()


def test_the_saved_time_is_whole_or_as_it_was(tmp_path: Path) -> None:
    """A piece that a power cut left is no time, and a machine that is unsure never goes back."""
    saved, unsure = tmp_path / "time", tmp_path / "unsure"
    (tmp_path / ".time.part").write_text("17", "ascii")
    saved_time.save(saved, unsure)
    first = saved_time.find(saved, tmp_path / "rtc")
    assert first.saved_s is not None
    assert first.saved_s <= first.now_s
    assert first.battery_s is None
    later = f"{first.now_s + DAY_S:.0f}"
    saved.write_text(later, "ascii")
    unsure.touch()
    saved_time.save(saved, unsure)
    assert saved.read_text("ascii") == later
    unsure.unlink()
    saved_time.save(saved, unsure)
    assert saved.read_text("ascii") != later
    for torn in ("", "abc", "9" * 11, "-5"):
        saved.write_text(torn, "ascii")
        assert saved_time.find(saved, tmp_path / "rtc").saved_s is None
    saved.unlink()
    saved.symlink_to("/etc/hostname")
    assert saved_time.find(saved, tmp_path / "rtc").saved_s is None


def test_the_kernel_is_asked_whether_a_time_server_told_the_time(tmp_path: Path) -> None:
    """While it says no, the machine stays unsure."""
    unsure = tmp_path / "unsure"
    unsure.touch()
    assert saved_time.note_if_known(unsure) is saved_time.is_synchronised()
    assert unsure.exists() is not saved_time.is_synchronised()
