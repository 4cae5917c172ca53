"""A database of an earlier Balie opens, is migrated, and goes on.

`kept` holds some, each as it was when the next migration came; see `old_database`. The one that
today's code makes is tried, too. That no migration was edited since is held by
`test_landed_scripts`.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.clock import ManualClock
from appliance.desk.inbox.overview import Order
from appliance.devices.protocol import Finding
from appliance.errors import Refused
from appliance.messages import MessageState
from appliance.phone_numbers import readable
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store import events, high_water, listed
from appliance.store.migrations import migrations
from appliance.store.store import Store
from tests.queue.counter import Counter
from tests.queue.inbox_reader import Colleague
from tests.store import old_database
from tests.store.going_on import state_of, work_off
from tests.store.old_database import KEPT, NEAR_STOP, QUEUED, SENDING, STOPPED, UNCONFIRMED

S = MessageState


@pytest.fixture(scope="module")
def of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("today") / "balie.db"
    old_database.make(path)
    return path


@pytest.fixture(params=[*sorted(each.name for each in KEPT.glob("*.db")), "today"])
def old(request: pytest.FixtureRequest, of_today: Path, tmp_path: Path) -> Path:
    """A copy, as it came from a box of that time."""
    path = tmp_path / "old" / "balie.db"
    path.parent.mkdir()
    shutil.copy(of_today if request.param == "today" else KEPT / request.param, path)
    return path


@pytest.fixture
def counter(old: Path, tmp_path: Path) -> Iterator[Counter]:
    """Balie was updated, and has started on it."""
    with closing(sqlite3.connect(old)) as conn:
        clock = ManualClock(at_ms=high_water.read_mark(conn) + 60_000)
    with closing(Store(old, clock)) as store:
        doubt_everything_in_hand(store)
        yield Counter(store, clock, tmp_path / "evidence")


def schema_of(path: Path) -> set[tuple[str, str]]:
    """What there is by name, and the words that made it without their spaces and comments."""
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {(name, _words(sql)) for name, sql in rows if not name.startswith("sqlite_")}


def _words(sql: str) -> str:
    return " ".join(" ".join(line.partition("--")[0] for line in sql.splitlines()).split())


def migrated(known: Migrations, path: Path) -> set[tuple[str, str]]:
    """The schema of a database, a fresh one where there is none, after all that is pending."""
    with closing(sqlite3.connect(path)) as conn:
        known.apply(Database(conn))
        conn.commit()
    return schema_of(path)


def test_an_earlier_schema_becomes_the_fresh_one(old: Path, tmp_path: Path) -> None:
    """All that came since is applied; nothing that was applied has been edited since."""
    assert migrated(migrations, old) == migrated(migrations, tmp_path / "fresh.db")


def scripts(*statements: str) -> Migrations:
    known = Migrations("balie")
    for place, statement in enumerate(statements, start=1):
        known(name=f"{place:04}")(_running(statement))
    return known


def _running(statement: str) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        db.conn.execute(statement)

    return run


def test_a_migration_that_was_edited_after_it_landed_is_noticed(tmp_path: Path) -> None:
    """A box that had it before the edit would never get what was edited in."""
    first, second = "CREATE TABLE a (x) -- once", "ALTER TABLE a ADD COLUMN y"
    old, other = tmp_path / "old.db", tmp_path / "other.db"
    for path in (old, other):
        migrated(scripts(first), path)
    known, edited = scripts(first, second), scripts("CREATE TABLE a (x, z)", second)
    assert migrated(known, old) == migrated(known, tmp_path / "fresh.db")
    assert migrated(edited, other) != migrated(edited, tmp_path / "fresh too.db")


def test_the_old_database_has_a_message_in_each_state(old: Path) -> None:
    """And what else a box has after a while."""
    with closing(sqlite3.connect(old)) as conn:
        states = {row[0] for row in conn.execute("SELECT DISTINCT state FROM message")}
        full = ("consent", "chat_group", "staff", "api_token", "device", "near_stop", "missed_call")
        counts = [conn.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in full]  # noqa: S608 -- our own names
    assert states == {each.value for each in MessageState}
    assert all(counts)


def test_a_sound_database_is_not_called_damaged(counter: Counter) -> None:
    """Its visits for ticks are keys of a table WITHOUT ROWID."""
    assert counter.all("SELECT 1 FROM tick_visit")
    assert not counter.store.is_damaged()


def test_what_waited_leaves_and_what_was_in_doubt_is_asked(counter: Counter) -> None:
    """What was in the phone's hands is in doubt, and proven there it is not sent again."""
    assert state_of(counter, QUEUED) is S.QUEUED
    assert state_of(counter, SENDING) is state_of(counter, UNCONFIRMED) is S.UNCONFIRMED
    assert sorted(work_off(counter, finding=Finding.PRESENT)) == [SENDING, UNCONFIRMED]
    for number in (QUEUED, SENDING, UNCONFIRMED):
        assert state_of(counter, number) is S.SENT
        assert sum(each["tapped_ms"] is not None for each in attempts_to(counter, number)) == 1


def test_what_is_proven_absent_goes_again(counter: Counter) -> None:
    """By the baseline that was noted before the update."""
    work_off(counter, finding=Finding.ABSENT)
    for number in (SENDING, UNCONFIRMED):
        assert state_of(counter, number) is S.SENT
        assert len(attempts_to(counter, number)) == 2


def attempts_to(counter: Counter, number: str) -> list[dict[str, object]]:
    message_id = counter.outgoing(number)[-1]["id"]
    return [dict(row) for row in counter.attempts(message_id)]


def test_the_history_of_each_message_is_whole(counter: Counter) -> None:
    """From its being accepted or received to the state that it is in."""
    written = "SELECT id, state, direction FROM message WHERE direction = 'in' OR rule = 'test'"
    for message in counter.all(written):
        message_id = message["id"]
        history = counter.store.read(lambda conn, each=message_id: events.of_message(conn, each))  # type: ignore[misc]
        if message["direction"] == "in":
            assert history[0].kind.value == "message.received"
            continue
        states = [each.facts["to"] for each in history if "to" in each.facts]
        assert (states[0], states[-1]) == ("queued", message["state"])


def test_who_got_no_answer_yet_waits(counter: Counter) -> None:
    """An answer that waits or is in doubt ended no wait, whatever was kept before the update."""
    colleague = Colleague(counter)
    before = [row.waiting_ms for row in colleague.rows(Order.WAITING)]
    counter.store.write(lambda tx: listed.settle_all(tx.conn))
    assert [row.waiting_ms for row in colleague.rows(Order.WAITING)] == before
    waiting = {row.title for row in colleague.rows(Order.WAITING)}
    assert {readable(each) for each in (QUEUED, SENDING, UNCONFIRMED)} <= waiting


def test_a_stop_binds(counter: Counter) -> None:
    """One of before the update, and one that comes after it."""
    with pytest.raises(Refused):
        counter.queues(to=STOPPED)
    counter.hears("STOP", NEAR_STOP)
    with pytest.raises(Refused):
        counter.queues(to=NEAR_STOP)
