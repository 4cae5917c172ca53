"""A copy is whole or not there, whatever happens while it is made."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.errors import StoreCorrupt, StoreUnavailable
from appliance.store import branches, copies, packing, part_files
from appliance.store.copies import CopyStep, copy_database
from appliance.store.store import Store
from tests.store import old_database
from tests.store.tables import Rows, tables_of

ROOT = Path(__file__).parents[2]
CHILD_WITHIN_S = 60

# Ends itself at a step, as a power cut does.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
from appliance.store.copies import CopyStep, copy_database

def end(step):
    if step is CopyStep(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

copy_database(Path(sys.argv[1]), Path(sys.argv[2]), end)
"""

COPIES = """
import sys
from pathlib import Path
from appliance.store.copies import copy_database

for number in range(1000):
    print(number, flush=True)
    copy_database(Path(sys.argv[1]), Path(sys.argv[2]) / f"{number}.db.zst")
"""

# Beyond a size the kernel refuses each byte, as a full disk does.
ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from appliance.errors import StoreError
from appliance.store.copies import copy_database

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    copy_database(Path(sys.argv[1]), Path(sys.argv[2]))
except StoreError as exc:
    print(exc)
"""


def child(code: str, *words: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *(str(word) for word in words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(code: str, *words: str | Path) -> tuple[int, str]:
    with child(code, *words) as process:
        told, _ = process.communicate(timeout=CHILD_WITHIN_S)
    return process.returncode, told


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With something in each table that matters, and 12 MB: three rounds of copying."""
    path = tmp_path_factory.mktemp("lived-in") / "balie.db"
    old_database.make(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE ballast (bytes BLOB)")
        conn.executemany("INSERT INTO ballast VALUES (randomblob(?))", [(100_000,)] * 120)
        conn.execute(
            "INSERT INTO line_code (id, device_key, line_id, service, sender, text, came_ms)"
            " SELECT '1', 'sms:1', id, 'WhatsApp', 'WhatsApp', 'code: 123-456', 1 FROM line"
        )
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copies"
    made.mkdir()
    return made


def plain_of(copy: Path, folder: Path) -> Path:
    """What is packed, as SQLite reads it."""
    if not packing.is_packed(copy):
        return copy
    plain = folder / "unpacked.db"
    with plain.open("wb") as target:
        packing.unpack(copy, target.fileno())
    return plain


def kept_in(path: Path) -> dict[str, Rows]:
    """Without what a copy must not hold, and what only makes it large."""
    return tables_of(path, but={"ballast", "line_code"})


@pytest.mark.parametrize("name", ["copy.db", "copy.db.zst"])
def test_a_copy_holds_every_row_and_no_code(
    lived_in: Path, folder: Path, tmp_path: Path, name: str
) -> None:
    """It is one private file, plain for SQLite or packed, and nothing else is left."""
    copy_database(lived_in, folder / name)
    assert [each.name for each in folder.iterdir()] == [name]
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    plain = plain_of(folder / name, tmp_path)
    assert kept_in(plain) == kept_in(lived_in)
    with closing(sqlite3.connect(plain)) as conn:
        assert conn.execute("SELECT text, sender FROM line_code").fetchall() == [(None, "")]
    assert b"123-456" not in plain.read_bytes()


def test_a_copy_shows_one_moment_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    """Each step of the copy is followed by a write, which waits for none of it."""
    store = Store(tmp_path / "balie.db", SystemClock())
    store.write(lambda tx: tx.conn.execute("CREATE TABLE ballast (bytes BLOB)"))
    for _ in range(4):
        store.write(lambda tx: tx.conn.execute("INSERT INTO ballast VALUES (zeroblob(3000000))"))
    during: list[CopyStep] = []

    def write(step: CopyStep) -> None:
        during.append(step)
        store.write(lambda tx: branches.add_branch(tx, f"Utrecht {len(during)}"))

    copy_database(store.path, tmp_path / "copy.db", write)
    assert during.count(CopyStep.COPYING) >= 3
    assert len(store.read(branches.branches)) == len(during)
    store.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM branch")]
    assert names == ["Utrecht 1"]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("copy.db", step) for step in CopyStep if step is not CopyStep.PACKED),
        *(("copy.db.zst", step) for step in CopyStep),
    ],
)
def test_a_copy_that_is_killed_at_a_step_is_not_there(
    lived_in: Path, folder: Path, tmp_path: Path, name: str, step: CopyStep
) -> None:
    """Its name is taken when all of it is on the disk; what it left goes at the next copy."""
    assert said(KILLED_AT, lived_in, folder / name, step.value)[0] == -signal.SIGKILL
    assert (folder / name).exists() is (step is CopyStep.KEPT)
    if step is CopyStep.KEPT:
        assert kept_in(plain_of(folder / name, tmp_path)) == kept_in(lived_in)
    copy_database(lived_in, folder / "next.db")
    assert {each.name for each in folder.iterdir()} - {name} == {"next.db"}


def test_a_copy_that_is_killed_at_any_moment_is_whole_or_not_there(
    lived_in: Path, folder: Path, tmp_path: Path
) -> None:
    """Whatever was written by then, each file with the name of a copy is one."""
    moments = random.Random(7)
    for kill in range(6):
        here = folder / str(kill)
        here.mkdir()
        with child(COPIES, lived_in, here) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(moments.random() / 2)  # proves nothing: it chooses where the kill falls
            process.kill()
        for copy in here.glob("*.zst"):
            packing.check(copy)
            assert kept_in(plain_of(copy, tmp_path)) == kept_in(lived_in)
        copy_database(lived_in, here / "next.db")
        assert {each.suffix for each in here.iterdir()} <= {".zst", ".db"}


def test_the_part_of_another_copy_that_is_being_made_stays(lived_in: Path, folder: Path) -> None:
    """Two copies into one folder do not disturb each other; one name is one copy's."""
    with part_files.held_part(folder / "other.db.zst") as (part, _):
        copy_database(lived_in, folder / "copy.db.zst")
        assert part.exists()
        with pytest.raises(StoreUnavailable, match="used by another program"):
            copy_database(lived_in, folder / "other.db.zst")
        assert part.exists()
    assert [each.name for each in folder.iterdir()] == ["copy.db.zst"]


@pytest.mark.parametrize("name", ["copy.db", "copy.db.zst"])
@pytest.mark.parametrize("fits", [40_000, 5_000_000])
def test_a_copy_onto_a_full_disk_leaves_nothing_and_names_that_disk(
    lived_in: Path, folder: Path, name: str, fits: int
) -> None:
    """The room was there when it was asked for, and was gone later."""
    status, told = said(ON_A_FULL_DISK, lived_in, folder / name, str(fits))
    assert status == 0
    assert f"{folder / name} " in told
    assert str(lived_in) not in told
    assert list(folder.iterdir()) == []


def test_room_is_asked_for_first_where_the_copy_goes(
    lived_in: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence says how much is needed, where, and what is there."""

    def used(path: Path) -> shutil._ntuple_diskusage:
        free = 5_000_000 if Path(path) == folder else 10**12
        return shutil._ntuple_diskusage(10**12, 10**12 - free, free)

    monkeypatch.setattr(shutil, "disk_usage", used)
    steps: list[CopyStep] = []
    with pytest.raises(StoreUnavailable) as refused:
        copy_database(lived_in, folder / "copy.db.zst", steps.append)
    need = lived_in.stat().st_size * 1.5 + 200_000_000
    assert f"needs {-(-int(need) // 1_000_000):,} MB in {folder}" in str(refused.value)
    assert "5 MB are free on its disk" in str(refused.value)
    assert steps == []
    assert list(folder.iterdir()) == []


@pytest.fixture
def disk(folder: Path) -> Iterator[Path]:
    """A real file system of 16 MB: room for the copy, but not for packing it."""
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_too_small_is_known_before_anything_is_written(
    lived_in: Path, disk: Path
) -> None:
    """Where the plain copy alone would have room."""
    with pytest.raises(StoreUnavailable, match=rf"needs \d+ MB in {disk}, and 17 MB are free"):
        copy_database(lived_in, disk / "copy.db.zst")
    assert list(disk.iterdir()) == []
    copy_database(lived_in, disk / "copy.db")


def test_a_disk_that_fills_while_a_copy_is_packed_keeps_nothing_of_it(
    lived_in: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else took the room that was there."""
    monkeypatch.setattr(copies, "need_room", lambda *_: None)
    with pytest.raises(
        StoreUnavailable, match=rf"^{disk}/copy.db.zst cannot be written \(No space"
    ):
        copy_database(lived_in, disk / "copy.db.zst")
    assert list(disk.iterdir()) == []


def test_a_damaged_database_is_said_to_be_that_and_is_no_copy(
    lived_in: Path, folder: Path, tmp_path: Path
) -> None:
    """The sentence names the database, not the copy."""
    damaged = tmp_path / "balie.db"
    whole = bytearray(lived_in.read_bytes())
    with closing(sqlite3.connect(lived_in)) as conn:
        (page,) = conn.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'message'"
        ).fetchone()
    whole[(page - 1) * 1024 : page * 1024] = bytes([0xA5]) * 1024
    damaged.write_bytes(whole)
    with pytest.raises(StoreCorrupt, match=rf"^{damaged} is damaged"):
        copy_database(damaged, folder / "copy.db.zst")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("harm", ["cut", "bit", "empty"])
def test_a_packed_copy_that_is_not_whole_is_noticed(
    lived_in: Path, folder: Path, harm: str
) -> None:
    """One that ends too soon, in which a bit has turned, or that holds nothing."""
    copy = folder / "copy.db.zst"
    copy_database(lived_in, copy)
    packed = bytearray(copy.read_bytes())
    packed[len(packed) // 2] ^= 1 if harm == "bit" else 0
    copy.write_bytes({"cut": bytes(packed[:-1000]), "bit": bytes(packed), "empty": b""}[harm])
    with pytest.raises(StoreCorrupt, match="no whole copy"):
        packing.check(copy)
