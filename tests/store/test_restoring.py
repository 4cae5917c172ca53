"""A copy that is put back: nothing is lost of it, and nothing leaves before a person has looked."""

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import ManualClock
from appliance.devices.protocol import Finding
from appliance.errors import Refused
from appliance.messages import MessageState
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store import feed, high_water, home_keys, lines
from appliance.store.copies import copy_database
from appliance.store.restoring import restore
from appliance.store.store import Store, Tx
from tests.queue.counter import Counter
from tests.store import old_database
from tests.store.going_on import state_of, work_off
from tests.store.old_database import KEPT, QUEUED, SENDING, STOPPED
from tests.store.tables import Rows, tables_of


@pytest.fixture(scope="module")
def of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("today") / "balie.db"
    old_database.make(path)
    with closing(Store(path, ManualClock(at_ms=0))) as store:
        store.write(feed.epoch_of)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def copy(of_today: Path, tmp_path: Path) -> Path:
    copy_database(of_today, tmp_path / "copy.db.zst")
    return tmp_path / "copy.db.zst"


def balie(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def without_stops(path: Path) -> Rows:
    """The lines, but for what stops them."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE line SET stopped = NULL, stopped_on = NULL")
        found: Rows = conn.execute("SELECT * FROM line ORDER BY id").fetchall()
        conn.rollback()
        return found


@pytest.fixture
def put_back(copy: Path, data: Path) -> Path:
    done = balie("restore", copy, "--data", data)
    assert (done.exit_code, done.stderr) == (0, "")
    return data / "balie.db"


def test_every_table_is_equal_but_for_what_the_restore_itself_did(
    of_today: Path, put_back: Path
) -> None:
    """Which is to stop the lines, with an event for each, and to begin a new epoch."""
    before, after = tables_of(of_today), tables_of(put_back)
    assert before.keys() == after.keys()
    same = before.keys() - {"line", "event", "event_kind", "meta", "sqlite_sequence"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert without_stops(put_back) == without_stops(of_today)
    for grown in ("event", "event_kind"):
        assert after[grown][: len(before[grown])] == before[grown]
    assert len(after["event"]) == len(before["event"]) + len(after["line"])
    assert {row[0] for row in before["meta"]} - {row[0] for row in after["meta"]} == {"epoch"}


def test_a_data_directory_from_a_copy_is_private_and_holds_the_database_alone(
    put_back: Path,
) -> None:
    """No part of it is left, and it belongs to the owner of the directory."""
    assert [each.name for each in put_back.parent.iterdir()] == ["balie.db"]
    assert put_back.stat().st_mode & 0o077 == put_back.parent.stat().st_mode & 0o077 == 0


@pytest.fixture(params=["today", *sorted(each.name for each in KEPT.glob("*.db"))])
def counter(
    request: pytest.FixtureRequest, of_today: Path, data: Path, tmp_path: Path
) -> Iterator[Counter]:
    """Balie was started on a copy that was put back, of today or of an older Balie."""
    source = of_today if request.param == "today" else KEPT / request.param
    shutil.copy(source, tmp_path / "plain.db")
    copy_database(tmp_path / "plain.db", tmp_path / "packed.db.zst")
    with closing(sqlite3.connect(source)) as conn:
        clock = ManualClock(at_ms=high_water.read_mark(conn) + 60_000)
    data.mkdir()
    restore(tmp_path / "packed.db.zst", data / "balie.db", clock_ms=clock.now_ms())
    with closing(Store(data / "balie.db", clock)) as store:
        doubt_everything_in_hand(store)
        yield Counter(store, clock, tmp_path / "evidence")


def test_nothing_leaves_until_a_person_starts_the_number(counter: Counter) -> None:
    """What waits in the copy may have left since, so the phone is asked. Then Balie goes on."""
    assert {QUEUED, SENDING} <= set(work_off(counter, finding=Finding.PRESENT))
    assert {state_of(counter, each) for each in (QUEUED, SENDING)} == {MessageState.SENT}
    counter.queues("Nieuw", to=QUEUED)
    work_off(counter, finding=Finding.PRESENT)
    assert state_of(counter, QUEUED) is MessageState.QUEUED
    (line,) = counter.store.read(lines.lines)
    assert (line.stopped, line.stopped_on) == ("restored", None)
    counter.store.write(lambda tx: lines.resume_line(tx, line.id, staff_id=None))
    work_off(counter, finding=Finding.PRESENT)
    assert state_of(counter, QUEUED) is MessageState.SENT
    with pytest.raises(Refused):
        counter.queues(to=STOPPED)


def test_no_device_comes_from_home_by_what_a_copy_knows(data: Path, tmp_path: Path) -> None:
    """Its key may have been ended since. The way itself stays, and who had one is told."""
    with closing(Store(tmp_path / "then" / "balie.db", ManualClock(at_ms=0))) as then:
        then.write(_comes_from_home)
        then.copy_to(tmp_path / "copy.db.zst")
        assert len(then.read(home_keys.wish).peers) == 2
    data.mkdir()
    restore(tmp_path / "copy.db.zst", data / "balie.db", clock_ms=0)
    with closing(Store(data / "balie.db", ManualClock(at_ms=0))) as back:
        wish = back.read(home_keys.wish)
        told = back.read(
            lambda conn: conn.execute(
                "SELECT staff_id, facts FROM event_log WHERE facts LIKE '%home-key%'"
            ).fetchall()
        )
    assert (wish.is_on, list(wish.peers)) == (True, [])
    assert [(each["staff_id"], json.loads(each["facts"])) for each in told] == [
        ("s", {"changed": "home-key", "by": None})
    ]


def _comes_from_home(tx: Tx) -> None:
    home_keys.set_house(tx, is_on=True, address="utrecht.example.com", port=51820)
    tx.conn.execute("INSERT INTO staff (id, name, created_ms) VALUES ('s', 'Sanne', 1)")
    for place, key in enumerate((bytes(32), bytes(range(32))), 2):
        public = base64.b64encode(key).decode()
        home_keys.add(tx, staff_id="s", name="laptop", public_key=public, place=place)


def test_a_plain_copy_is_put_back_too(of_today: Path, data: Path, tmp_path: Path) -> None:
    """As those of an older Balie are."""
    copy_database(of_today, tmp_path / "copy.db")
    told = json.loads(balie("restore", tmp_path / "copy.db", "--data", data, "--json").stdout)
    assert told == {"file": str(tmp_path / "copy.db"), "database": str(data / "balie.db")}
    assert tables_of(data / "balie.db")["message"] == tables_of(of_today)["message"]


def test_a_check_leaves_nothing_and_needs_no_empty_directory(copy: Path, data: Path) -> None:
    """It may run beside a Balie."""
    with closing(Store(data / "balie.db", ManualClock(at_ms=0))) as store:
        before = {each.name for each in data.iterdir()}
        done = balie("restore", copy, "--check", "--data", data)
        assert (done.exit_code, done.stdout) == (0, f"{copy} is whole.\n")
        assert {each.name for each in data.iterdir()} == before
        assert tables_of(store.path)["message"] == []


def test_a_directory_that_holds_something_is_left_alone(copy: Path, data: Path) -> None:
    """A database that is there is never written over; what a killed restore left is no obstacle."""
    data.mkdir()
    (data / "balie.db.balie.part").write_bytes(b"half")
    (data / "balie.db").write_bytes(b"somebody's")
    refused = balie("restore", copy, "--data", data)
    assert refused.exit_code == 1
    assert refused.stderr == f"balie: {data} is not empty; name another directory with --data.\n"
    assert (data / "balie.db").read_bytes() == b"somebody's"
    (data / "balie.db").unlink()
    (data / "balie.db.balie.part").write_bytes(b"half")
    assert balie("restore", copy, "--data", data).exit_code == 0


def cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-100])


def of_another(copy: Path) -> None:
    with closing(sqlite3.connect(copy.with_name("other.db"))) as conn, conn:
        conn.execute("CREATE TABLE other (x)")
    copy_database(copy.with_name("other.db"), copy)


def of_next_year(copy: Path) -> None:
    path = copy.with_name("new.db")
    with closing(Store(path, ManualClock(at_ms=0))) as store:
        store.write(
            lambda tx: tx.conn.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
                " VALUES ('balie', '9999_of_next_year', 'then')"
            )
        )
    copy_database(path, copy)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (cut, "is no whole copy of a database"),
        (of_another, "is no copy of Balie's database"),
        (of_next_year, "was written by a newer Balie"),
        (lambda copy: copy.write_text("a letter"), "is no whole copy of a database"),
        (lambda copy: copy.unlink(), "cannot be read (No such file or directory)"),
    ],
)
@pytest.mark.parametrize("check", [(), ("--check",)])
def test_what_is_no_whole_copy_is_refused_and_leaves_nothing(
    copy: Path, data: Path, harm: Callable[[Path], object], words: str, check: tuple[str, ...]
) -> None:
    """One sentence says why, and exit status 1."""
    harm(copy)
    done = balie("restore", copy, *check, "--data", data)
    assert done.exit_code == 1
    assert f"{copy} {words}" in done.stderr
    assert list(data.iterdir()) == []


def test_a_database_in_use_is_no_copy(data: Path, tmp_path: Path) -> None:
    """What was written last is in its log, not in the file."""
    with closing(Store(data / "balie.db", ManualClock(at_ms=0))) as store:
        store.write(feed.epoch_of)
        done = balie("restore", data / "balie.db", "--data", tmp_path / "other")
    assert done.exit_code == 1
    assert "is in use; make a copy of it with “balie backup”." in done.stderr
