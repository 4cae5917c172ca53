"""`balie backup` beside a running Balie."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.store import branches, packing
from appliance.store.store import Store


@pytest.fixture(autouse=True)
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store as a running Balie holds it."""
    monkeypatch.setenv("BALIE_DATA", str(tmp_path / "data"))
    store = Store(tmp_path / "data" / "balie.db", SystemClock())
    store.write(lambda tx: branches.add_branch(tx, "Utrecht"))
    yield store
    store.close()


def balie(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_copy_goes_packed_into_the_backups_folder(running: Store) -> None:
    """The answer names it; of two in one day the newer is kept."""
    folder = running.path.parent / "backups"
    folder.mkdir()
    older = folder / "balie-20200101T000000Z.db.zst"
    older.touch()
    told = json.loads(balie("backup", "--json").stdout)
    made = Path(told["file"])
    assert made.parent == folder
    packing.check(made)
    again = balie("backup")
    assert again.stdout.startswith(f"Copied to {folder}/balie-")
    assert older.exists()
    assert len(list(folder.iterdir())) == 2


def test_a_copy_elsewhere_is_what_its_name_says(tmp_path: Path) -> None:
    """Plain as ever; packed where the name ends in .zst."""
    plain, packed = tmp_path / "usb" / "copy.db", tmp_path / "usb" / "copy.db.zst"
    assert balie("backup", "--out", str(plain)).stdout == f"Copied to {plain}.\n"
    with closing(sqlite3.connect(plain)) as conn:
        assert conn.execute("SELECT name FROM branch").fetchall() == [("Utrecht",)]
    assert balie("backup", "--out", str(packed)).exit_code == 0
    packing.check(packed)
    assert {each.stat().st_mode & 0o777 for each in (plain, packed)} == {0o600}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """In one sentence, with exit status 1."""
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "copy.db"
    done = balie("backup", "--out", str(target))
    assert done.exit_code == 1
    assert done.stderr.startswith(f"balie: {target} cannot be written (")
    there = balie("backup", "--out", str(tmp_path / "file"))
    assert there.stderr == f"balie: {tmp_path / 'file'} is there already; choose another file.\n"
