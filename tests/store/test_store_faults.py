"""The store when the disk, another program or the power fails."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.errors import NewerDatabase, StoreCorrupt, StoreUnavailable
from appliance.store import branches
from appliance.store.connection import PAGE_BYTES
from appliance.store.migrations import migrations
from appliance.store.store import Store, Tx
from tests.full_disk import fill_the_disk, make_room

ROOT = Path(__file__).parents[2]


def opened(path: Path, *, busy_timeout_s: float = 0.05) -> Store:
    return Store(path, ManualClock(at_ms=1_000), busy_timeout_s=busy_timeout_s)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "balie.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    found = opened(path)
    yield found
    found.close()


def remember(name: str, value: str = "x") -> "tuple[str, tuple[str, str]]":
    return "INSERT INTO meta (name, value) VALUES (?, ?)", (name, value)


def kept(store: Store) -> set[str]:
    rows = store.read(lambda conn: conn.execute("SELECT name FROM meta").fetchall())
    return {row[0] for row in rows}


def schema(conn: sqlite3.Connection) -> set[tuple[str, str, str]]:
    rows = conn.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite%' AND tbl_name NOT LIKE '%sqlite_migrations'"
    )
    return {(row[0], row[1], row[2]) for row in rows if row[2]}


def test_a_full_disk_refuses_and_keeps_nothing_half_written(store: Store) -> None:
    """The write is refused with a sentence, leaves nothing, and works again once there is room."""

    def two_rows(tx: Tx) -> None:
        tx.conn.execute(*remember("small"))
        tx.conn.execute(*remember("large", "x" * 100_000))

    fill_the_disk(store)
    with pytest.raises(StoreUnavailable, match="is full"):
        store.write(two_rows)
    assert kept(store) == set()
    make_room(store)
    store.write(two_rows)
    assert kept(store) == {"small", "large"}


def test_a_full_disk_has_our_word_for_each_of_a_batch(store: Store) -> None:
    """A write that shares a commit with the one that filled the disk gets a sentence or is kept."""
    fill_the_disk(store)
    asked = [
        store.submit(lambda tx: tx.conn.execute(*remember("large", "x" * 100_000)) and None)
        for _ in range(40)
    ]
    errors = [each.exception(10) for each in asked]
    assert errors
    assert {type(error) for error in errors} == {StoreUnavailable}
    make_room(store)
    store.write(lambda tx: tx.conn.execute(*remember("after")))
    assert kept(store) == {"after"}


def test_a_database_that_became_read_only_says_so(store: Store) -> None:
    """A disk that went read-only refuses each write with a sentence; reading goes on."""
    store.write(lambda tx: tx.conn.execute(*remember("before")))
    store.write(lambda tx: tx.conn.execute("PRAGMA query_only = ON"))  # SQLITE_READONLY from now on
    with pytest.raises(StoreUnavailable, match="cannot be written; look at its owner"):
        store.write(lambda tx: tx.conn.execute(*remember("never")))
    assert kept(store) == {"before"}


def test_a_database_that_another_program_locks_says_so(path: Path, store: Store) -> None:
    """A lock that outlasts the wait refuses the write; when it is gone the next one works."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked by another program"):
            store.write(lambda tx: tx.conn.execute(*remember("never")))
        other.execute("ROLLBACK")
    store.write(lambda tx: tx.conn.execute(*remember("now")))
    assert kept(store) == {"now"}


def test_the_command_line_writes_beside_a_running_balie(path: Path, store: Store) -> None:
    """Two stores on one file see what the other committed, and both notice it."""
    before = store.data_version()
    beside = opened(path)
    beside.write(lambda tx: tx.conn.execute(*remember("beside")))
    beside.close()
    assert kept(store) == {"beside"}
    assert store.data_version() != before


@pytest.mark.parametrize("junk", [b"This is no database. " * 500, b"\0" * 8192])
def test_a_file_that_is_no_database_is_refused(path: Path, junk: bytes) -> None:
    """The sentence names the file and what to do."""
    path.parent.mkdir()
    path.write_bytes(junk)
    with pytest.raises(StoreCorrupt, match=r"is damaged.*put back a copy"):
        opened(path)


def read_everything(path: Path) -> None:
    with closing(opened(path)) as store:
        store.read(lambda conn: conn.execute("SELECT sum(length(value)) FROM meta").fetchone())


@pytest.mark.parametrize("after", [12, 120], ids=["the schema", "rows"])
def test_a_damaged_page_is_told_when_it_is_read(path: Path, after: int) -> None:
    """Pages overwritten in the middle of the file are damage, and are called so."""
    store = opened(path)
    for i in range(50):
        store.write(lambda tx, i=i: tx.conn.execute(*remember(f"{i}", "x" * 3_000)))  # type: ignore[misc]
    store.close()
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES * after)
        file.write(b"\xff" * (path.stat().st_size - PAGE_BYTES * after))
    with pytest.raises(StoreCorrupt, match="put back a copy"):
        read_everything(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A data directory below a file gives a sentence, and no traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        opened(tmp_path / "file" / "data" / "balie.db")


def test_only_its_owner_may_look_into_the_data(path: Path, store: Store) -> None:
    """Others on the machine cannot open the folder with people's messages."""
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_database_of_a_newer_balie_is_refused(path: Path) -> None:
    """The file stays as it is, and the sentence says what to do."""
    store = opened(path)
    store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('balie', '9999_of_next_year', 'then')"
        )
    )
    store.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match=r"9999_of_next_year.*Update Balie, or restore"):
        opened(path)
    assert path.read_bytes() == before


def update_balie(patch: pytest.MonkeyPatch) -> None:
    """The next version's list: the real migrations and one that follows them."""
    patch.setattr(migrations, "_migrations", list(migrations._migrations))

    @migrations(name="9999_colour")
    def colour(db: object) -> None:
        conn: sqlite3.Connection = db.conn  # type: ignore[attr-defined]
        conn.execute("ALTER TABLE branch ADD COLUMN colour TEXT")
        conn.execute("UPDATE branch SET colour = 'blue'")
        if conn.execute("SELECT 1 FROM meta WHERE name = 'breaks'").fetchone():
            raise StoreUnavailable("The power went.")


def columns(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as conn:
        return [row[1] for row in conn.execute("PRAGMA table_info(branch)")]


def filled(path: Path, *names: str) -> None:
    store = opened(path)
    store.write(lambda tx: branches.add_branch(tx, "Utrecht"))
    for name in names:
        store.write(lambda tx, name=name: tx.conn.execute(*remember(name)))  # type: ignore[misc]
    store.close()


def test_a_migration_copies_the_old_file_aside_first(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is whole and holds the old data; the database has the schema that the code knows."""
    filled(path)
    update_balie(monkeypatch)
    opened(path).close()
    copies = list((path.parent / "backups").iterdir())
    assert [each.name for each in copies] == ["balie-before-9999_colour.db"]
    assert "colour" in columns(path)
    assert "colour" not in columns(copies[0])
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("SELECT name FROM branch").fetchall() == [("Utrecht",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_a_migration_copies_aside_holds_no_code(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is kept for good, a code only ten minutes; the database still has the code."""
    filled(path)
    code = ("1", "sms:1", "line", "WhatsApp", "WhatsApp", "code: 123-456", 1)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO line_code VALUES (?, ?, ?, ?, ?, ?, ?)", code)
    update_balie(monkeypatch)
    opened(path).close()
    (copied,) = (path.parent / "backups").iterdir()
    assert b"123-456" not in copied.read_bytes()
    with closing(sqlite3.connect(copied)) as copy:
        assert copy.execute("SELECT service, text FROM line_code").fetchall() == [
            ("WhatsApp", None)
        ]
    assert b"123-456" in path.read_bytes()


def test_an_older_database_that_knows_no_codes_is_copied_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for any tables that it lacks."""
    filled(path)
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("DROP TABLE line_code")
    update_balie(monkeypatch)
    opened(path).close()
    (copied,) = (path.parent / "backups").iterdir()
    assert "colour" not in columns(copied)


def test_a_migration_that_breaks_off_changes_nothing(path: Path) -> None:
    """Afterwards the old database is there, and the migration is still pending."""
    filled(path, "breaks")
    with pytest.MonkeyPatch.context() as patch:
        update_balie(patch)
        with pytest.raises(StoreUnavailable, match="The power went"):
            opened(path)
    assert "colour" not in columns(path)
    again = opened(path)
    assert [each.name for each in again.read(branches.branches)] == ["Utrecht"]
    again.close()


def test_a_second_balie_that_starts_at_once_finds_the_migration_done(path: Path) -> None:
    """Two processes that open a fresh directory together both get the whole schema."""
    code = (
        "import sys; from pathlib import Path; from appliance.clock import SystemClock;"
        "from appliance.store.store import Store; sys.stdin.readline();"
        "[Store(Path(sys.argv[1]) / str(i) / 'balie.db', SystemClock()).close() for i in range(9)]"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path.parent)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for each in both:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60)[1] for each in both]
    assert said == ["", ""]
    assert [each.returncode for each in both] == [0, 0]


def test_all_migrations_give_the_fresh_schema(path: Path, store: Store) -> None:
    """A database that grew step by step is one that its scripts make in one go."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for script in sorted((ROOT / "appliance" / "store" / "sql").glob("*.sql")):
            fresh.executescript(script.read_text("utf-8"))
        assert store.read(schema) == schema(fresh)


def test_a_fresh_database_has_nothing_to_copy_aside(path: Path, store: Store) -> None:
    """A backup is made only where data could be lost."""
    assert not (path.parent / "backups").exists()


CHILD = """
import sys
from pathlib import Path
from appliance.clock import SystemClock
from appliance.store.store import Store, Tx

store = Store(Path(sys.argv[1]), SystemClock())
for number in range(100_000):
    waiting = [
        store.submit(
            lambda tx, name=f"{number}-{i}": tx.conn.execute(
                "INSERT INTO meta (name, value) VALUES (?, ?)", (name, "x" * 500)
            )
            and name
        )
        for i in range(3)
    ]
    for each in waiting:
        print(each.result(), flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    """All data that a killed process was told is kept is there, and the file is whole."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    told = [child.stdout.readline().strip() for _ in range(60)]
    os.kill(child.pid, signal.SIGKILL)
    told += child.stdout.read().split()
    child.stdout.close()
    child.wait(10)
    store = opened(path, busy_timeout_s=5)
    assert set(told) <= kept(store)
    assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
    store.close()


def test_a_header_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    """SQLite reports it with the same code as bad SQL."""
    path = tmp_path / "balie.db"
    store = Store(path, ManualClock(1_800_000_000_000))
    store.write(lambda tx: tx.conn.execute("INSERT INTO meta VALUES ('a', 'b')"))
    store.close()
    with path.open("r+b") as file:
        file.seek(44)  # the schema format number (sqlite.org/fileformat2.html)
        file.write(b"\x55" * 4)
    with pytest.raises(StoreCorrupt, match="is damaged"):
        Store(path, ManualClock(1_800_000_000_000))
