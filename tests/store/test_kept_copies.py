"""Which copies are kept: some days, some weeks, some months, and nothing else grows."""

import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.errors import StoreUnavailable
from appliance.runtime.jobs import Jobs
from appliance.store import kept_copies, packing
from appliance.store.kept_copies import outdated
from appliance.store.store import Store

WITHIN_S = 60
NIGHT = datetime(2026, 6, 15, 2, 15, tzinfo=UTC)


def nightly(at: datetime) -> str:
    return f"nightly-{int(at.timestamp() * 1000)}.db.zst"


def by_hand(at: datetime) -> str:
    return f"balie-{at.strftime('%Y%m%dT%H%M%SZ')}.db.zst"


def kept_after(days: int, *, until: datetime = NIGHT) -> list[str]:
    """The dates of what is left when each night made a copy and let go of others."""
    names: set[str] = set()
    dates = {}
    for day in range(days - 1, -1, -1):
        at = until - timedelta(days=day)
        names.add(nightly(at))
        dates[nightly(at)] = at.date().isoformat()
        names -= outdated(names)
    return sorted(dates[name] for name in names)


def test_a_year_of_nights_leaves_three_days_four_weeks_and_three_months() -> None:
    """The newest of each, and none of them counts twice."""
    assert kept_after(365) == [
        *("2026-02-28", "2026-03-31", "2026-04-30"),
        *("2026-05-17", "2026-05-24", "2026-05-31", "2026-06-07"),
        *("2026-06-13", "2026-06-14", "2026-06-15"),
    ]


def test_never_more_than_ten_are_kept() -> None:
    """On whatever day one looks."""
    later = [NIGHT + timedelta(days=day) for day in range(0, 62, 3)]
    assert {len(kept_after(200, until=day)) for day in later} == {10}


def test_after_nights_without_a_copy_the_last_ones_stay() -> None:
    """Days, weeks and months without a copy do not count."""
    old = [nightly(NIGHT - timedelta(days=days)) for days in (400, 300, 200)]
    assert outdated(old) == set()


def test_copies_made_by_hand_and_of_an_older_balie_count_too() -> None:
    """The newest of a day stands for it, whoever made it."""
    noon = NIGHT + timedelta(hours=10)
    plain = nightly(NIGHT - timedelta(hours=2, minutes=15)).removesuffix(".zst")
    names = [nightly(NIGHT), by_hand(noon), plain, by_hand(NIGHT - timedelta(days=2))]
    assert outdated(names) == {nightly(NIGHT), plain}


@pytest.mark.parametrize(
    "name",
    [
        "balie-before-0002_inbox.db",
        "nightly-1.db.zst.balie.part",
        "balie-20261399T000000Z.db",
        "nightly-999999999999999.db",
        "keep-this.db.zst",
        "nightly-.db",
    ],
)
def test_what_has_another_name_is_left_alone(name: str) -> None:
    """It is nobody's to take away."""
    days = [nightly(NIGHT + timedelta(days=day)) for day in range(30)]
    assert name not in outdated([name, *days])


@pytest.fixture
def folder(store: Store) -> Path:
    return store.path.parent / "backups"


@pytest.fixture
def jobs(store: Store) -> Jobs:
    return Jobs(store, lambda: None)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_nightly_copy_is_packed_private_and_takes_the_place_of_old_ones(
    store: Store, clock: ManualClock, folder: Path, jobs: Jobs
) -> None:
    """What an older Balie left goes first, so that there is room."""
    folder.mkdir(mode=0o700)
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    for days in range(1, 15):
        old = nightly(now - timedelta(days=days)).removesuffix(".zst")
        (folder / old).write_bytes(b"an older copy")
    (folder / "nightly-1.db.balie.part").write_bytes(b"half a copy")
    jobs._copy_quietly()
    still = {nightly(now - timedelta(days=days)).removesuffix(".zst") for days in (1, 2, 8)}
    assert names_in(folder) == {nightly(now), *still}
    assert (folder / nightly(now)).stat().st_mode & 0o077 == 0
    packing.check(folder / nightly(now))


def test_the_nightly_copy_is_made_beside_everything_else(folder: Path, jobs: Jobs) -> None:
    """In a thread that ends with the process and gives way to all others."""
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    copying = jobs._copy()
    assert copying.daemon
    copying.join(WITHIN_S)
    assert len(names_in(folder)) == 1
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == mine


def test_a_copy_stays_although_the_clock_is_behind_older_ones(
    store: Store, clock: ManualClock, folder: Path
) -> None:
    """A Pi without a clock may make one on a day long ago."""
    folder.mkdir()
    for days in range(1, 200):
        ahead = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) + timedelta(days=days)
        (folder / nightly(ahead)).touch()
    made = kept_copies.copy_by_hand(store)
    assert made.exists()
    assert made.name == "balie-20260615T080000Z.db.zst"


def test_a_nightly_copy_that_fails_says_why_in_one_line_and_lets_go_of_none(
    store: Store,
    folder: Path,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The copies of the nights before are still there."""
    folder.mkdir()
    (folder / nightly(NIGHT)).touch()

    def no_room(folder: Path, size: int) -> None:
        raise StoreUnavailable(f"The copy needs 5 MB in {folder}.")

    monkeypatch.setattr("appliance.store.copies.need_room", no_room)
    with caplog.at_level(logging.ERROR):
        jobs._copy_quietly()
    assert [each.getMessage() for each in caplog.records] == [
        f"the nightly copy failed: The copy needs 5 MB in {folder}."
    ]
    assert names_in(folder) == {nightly(NIGHT)}
