"""What root does in Balie's data directory, it does as the directory's owner."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from appliance.box.keeper.data_side import (
    COPY,
    DATABASE,
    as_owner,
    copy_database,
    forget_copy,
    put_back,
)
from appliance.box.keeper.errors import KeeperError

NOBODY = 65534
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@pytest.fixture
def data() -> Iterator[Path]:
    """Somebody else's, with a database in it; not below pytest's folder, which is root's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    home = folder / "data"
    home.mkdir(mode=0o700)
    with closing(sqlite3.connect(home / DATABASE)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.executescript("CREATE TABLE said (text TEXT); INSERT INTO said VALUES ('Hallo');")
    for path in (home, *home.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    yield home
    shutil.rmtree(folder)


def said(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / DATABASE)) as conn:
        return [row[0] for row in conn.execute("SELECT text FROM said")]


def test_a_copy_is_made_and_put_back_by_the_owner(data: Path) -> None:
    """Nothing there becomes root's, what was in the log of the newer version goes with it, and to
    put back twice is as to do it once.
    """
    as_owner(data, partial(copy_database, data))
    left_open = sqlite3.connect(data / DATABASE)  # so that its log stays there
    left_open.execute("INSERT INTO said VALUES ('Tot morgen')")
    left_open.commit()
    for path in data.iterdir():
        os.chown(path, NOBODY, NOBODY)
    for _ in range(2):
        as_owner(data, partial(put_back, data))
        assert not (data / f"{DATABASE}-wal").exists()
    left_open.close()
    assert {path.stat().st_uid for path in data.iterdir()} == {NOBODY}
    assert (data / DATABASE).stat().st_mode & 0o077 == 0
    assert said(data) == ["Hallo"]
    as_owner(data, partial(forget_copy, data))
    assert not (data / COPY).exists()


def test_a_link_in_the_data_directory_leads_root_nowhere(data: Path, tmp_path: Path) -> None:
    """The owner may lay it there; what only root can read stays unread."""
    secret = tmp_path / "secret.db"
    shutil.copyfile(data / DATABASE, secret)
    secret.chmod(0o600)
    (data / DATABASE).unlink()
    (data / DATABASE).symlink_to(secret)
    with pytest.raises(KeeperError):
        as_owner(data, partial(copy_database, data))
    assert not (data / COPY).exists()


def test_the_disk_needs_room_for_the_copy(data: Path) -> None:
    """A file that says it is large enough for any disk: nothing is begun."""
    os.truncate(data / DATABASE, 1 << 43)
    with pytest.raises(KeeperError) as caught:
        as_owner(data, partial(copy_database, data))
    assert caught.value.code == "room"
    assert not list(data.glob(f"{COPY}*"))
