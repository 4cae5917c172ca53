"""What a box keeps: rows that were acknowledged before a power cut, and copies that go back."""

import os
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from appliance.box.boot_state import BootState
from appliance.box.partitions import DATA, FIRMWARE
from provisioning.card import disk
from provisioning.card.programs import Stop, run
from provisioning.image_test.box import Box
from provisioning.image_test.results import Result, fact, seconds
from provisioning.image_test.updating import GOOD, bundle, settle

_COPY = "/run/copies/box.balie"
_DATABASES = ("writer.db", "balie/balie.db")
_LONGEST_S = 8.0
"""Between two cuts."""
_WRITER = """
import sqlite3
db = sqlite3.connect("/data/writer.db", isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
db.execute("create table if not exists row (n integer primary key, filling blob)")
n = db.execute("select coalesce(max(n), 0) from row").fetchone()[0]
while True:
    n += 1
    db.execute("insert into row values (?, randomblob(3000))", (n,))
    with open("/dev/console", "w") as console:
        console.write(f"WRITTEN {n}\\n")
    if n % 400 == 0:
        db.execute("delete from row where n < ?", (n - 300,))
"""


def restored(box: Box) -> Iterator[Result]:
    """A copy is made, something happens, and the copy goes back."""
    box.do("install -d -o balie -g balie -m 0700 /run/copies")
    box.do(f"rm -f {_COPY}; balie branch add Before; balie backup --out {_COPY}")
    box.do("balie branch add After")
    begun = time.monotonic()
    box.do("systemctl stop balie && mkdir /run/old && mv /data/balie/balie.db* /run/old/")
    box.do(f"balie restore {_COPY} && rm -r /run/old && systemctl start balie")
    box.wait_for_balie()
    yield seconds("a copy put back on the box → Balie", time.monotonic() - begun)
    branches = box.do("balie branch list")
    is_well = "Before" in branches and "After" not in branches
    yield fact("… it is as it was when it was copied", branches, is_well=is_well)


def cuts_while_writing(box: Box, times: int) -> Iterator[Result]:
    """The card is looked at as each cut would leave it; after the last one the power is cut."""
    box.do(f"mkdir -p /run/test; cat >/run/test/writer.py <<'E'\n{_WRITER}\nE")
    box.begin("python3 /run/test/writer.py")
    box.begin(f"while :; do rauc install {bundle(GOOD)}; done")
    box.wait("the first row", lambda: _rows(box) > 0)
    lost, broken = 0, []
    for _ in range(times):
        time.sleep(random.uniform(0.5, _LONGEST_S))  # noqa: S311 -- a moment
        with box.frozen():
            told = _rows(box)
            photo = _photo(box)
        try:
            last = _last_row(photo)
        except Stop as exc:
            broken.append(str(exc))
        else:
            lost += last < told
    yield fact(
        f"{times} power cuts while writing and installing: damaged",
        f"{len(broken)} {' '.join(broken)}".strip(),
        is_well=not broken,
        wanted="0",
    )
    yield fact("… rows acknowledged and gone", str(lost), is_well=not lost, wanted="0")
    box.cut_power()
    told = _rows(box)
    settle(box)
    query = "select max(n) from row; pragma integrity_check"
    found = box.do(f"sqlite3 /data/writer.db '{query}'").split()
    is_well = int(found[0]) >= told and found[1:] == ["ok"]
    yield fact("… and one that was made: last row", f"{found} of {told}", is_well=is_well)
    box.do("rm /data/writer.db*; rauc status mark-good")


def _rows(box: Box) -> int:
    """The last one that the writer has told of."""
    lines = (line.split() for line in box.console.splitlines())
    told = [each[1] for each in lines if len(each) == 2 and each[0] == "WRITTEN"]  # noqa: PLR2004
    return max((int(each) for each in told[-2:] if each.isdecimal()), default=0)


def _photo(box: Box) -> Path:
    """The firmware and the data as they are now, beside the card."""
    folder = box.card.with_name("photo")
    folder.mkdir(exist_ok=True)
    end = box.card.stat().st_size
    for name, number in (("firmware", FIRMWARE), ("data", DATA)):
        start = disk.offset(number)
        stop = end if number == DATA else start + disk.SIZES_MIB[number] * disk.MIB
        made = folder / name
        disk.blank(made, stop - start)
        with box.card.open("rb") as card, made.open("r+b") as file:
            for at, block in disk.filled_blocks(card.fileno(), start, stop):
                os.pwrite(file.fileno(), block, at - start)
    return folder


def _last_row(photo: Path) -> int:
    """Raises Stop for a file system, a database or a record of the slots that is damaged."""
    data = photo / "data"
    # As at the next start: the journal is replayed, and an orphan file that is clean is said to be.
    run("e2fsck", "-f", "-p", data, well=(0, 1))
    run("e2fsck", "-f", "-n", data)
    for each in (*photo.glob("*.db*"), *photo.glob("state*")):
        each.unlink()
    for name in ("state0", "state1"):
        run("mcopy", "-i", photo / "firmware", f"::/{name}", photo / name)
    if BootState(photo).record() is None:
        raise Stop("Both records of the slots are torn.")
    rows = [_asked(data, photo, name) for name in _DATABASES]
    return int(rows[0])


def _asked(data: Path, photo: Path, name: str) -> str:
    """The last row of a writer's database; Raises Stop for one that is damaged."""
    there = photo / Path(name).name
    for end in ("", "-wal"):
        run("debugfs", "-R", f"dump /{name}{end} {there}{end}", data)
    try:
        with closing(sqlite3.connect(there)) as conn:
            return _last(conn)
    except sqlite3.DatabaseError as exc:
        raise Stop(f"{name}: {exc}") from exc


def _last(conn: sqlite3.Connection) -> str:
    (whole,) = conn.execute("pragma integrity_check").fetchone()
    if whole != "ok":
        raise Stop(f"A database is damaged: {whole}")
    tables: Sequence[tuple[str]] = conn.execute("select name from sqlite_master").fetchall()
    if ("row",) not in tables:
        return "0"
    return str(conn.execute("select max(n) from row").fetchone()[0] or 0)
