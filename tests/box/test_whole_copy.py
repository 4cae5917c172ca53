"""A whole copy: one file that holds all that is needed to go back, or says why it does not."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.box import resetting, whole_copy
from appliance.box.whole_copy import CopyTerms
from appliance.box.whole_restore import RestoreStep
from appliance.clock import ManualClock
from appliance.errors import StoreUnavailable
from appliance.media.files import FOLDER, MediaFiles
from appliance.store import branches, erasure_journal
from appliance.store.house_key import HouseKey
from appliance.store.store import Store
from tests.box.kit import EVIDENCE, PHOTO, Pair, make_pair

WITHIN_S = 60

# Ends itself at a step, as a power cut does.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
from appliance.box.whole_restore import RestoreStep, restore_whole

def end(step):
    if step is RestoreStep(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

copy, target, identity = map(Path, sys.argv[1:4])
restore_whole(copy, target, identity, clock_ms=1_800_000_000_000, steps=end)
"""


def balie(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def copy(store: Store, tmp_path: Path, pair: Pair) -> Path:
    """Encrypted for head office, made by the command."""
    target = tmp_path / "elsewhere" / "utrecht.tar.age"
    done = balie("backup", "--out", target, "--to", pair.recipient, "--data", store.path.parent)
    assert (done.exit_code, done.stderr) == (0, "")
    return target


def photo_in(data: Path) -> bytes:
    with closing(Store(data / "balie.db", ManualClock(0))) as store:
        (row,) = store.read(lambda conn: conn.execute("SELECT * FROM media").fetchall())
    assert row["state"] == "here"
    return MediaFiles(data / FOLDER).path_of(row["sha256"]).read_bytes()


def test_all_that_is_needed_comes_back_from_one_file(
    store: Store, copy: Path, tmp_path: Path, pair: Pair
) -> None:
    """Into an empty folder on a new machine: database, files, evidence, key and journal. Nobody
    can read the file without the private half, and only its owner the file itself.
    """
    data, key = tmp_path / "new", HouseKey.of(store.path.parent)
    assert copy.read_bytes().startswith(b"age-encryption.org/v1")
    assert copy.stat().st_mode & 0o077 == 0
    done = balie("restore", copy, "--identity", pair.identity, "--data", data, "--json")
    assert json.loads(done.stdout) == {"file": str(copy), "database": str(data / "balie.db")}
    assert photo_in(data) == PHOTO
    assert (data / EVIDENCE).read_bytes() == b"a screen"
    assert HouseKey.of(data).names == key.names
    assert len(erasure_journal.read(data)) == 1
    with closing(Store(data / "balie.db", ManualClock(0))) as back:
        assert [each.name for each in back.read(branches.branches)] == ["Utrecht"]


def test_a_copy_in_the_clear_holds_no_key_and_says_what_is_in_it(
    store: Store, tmp_path: Path
) -> None:
    """`tar` opens it and `sha256sum` checks it; `--check` reads it back."""
    copy, data = tmp_path / "utrecht.tar", store.path.parent
    told = json.loads(balie("backup", "--out", copy, "--data", data, "--json").stdout)
    assert (told["file"], told["encrypted"], told["bytes"]) == (
        str(copy),
        False,
        copy.stat().st_size,
    )
    with tarfile.open(copy) as tar:
        names = tar.getnames()
        tar.extractall(tmp_path / "open", filter="data")
    assert names[:2] == ["balie-copy.json", "balie.db.zst"]
    assert names[-1] == "manifest.txt"
    assert "house-key" not in names
    check = ["sha256sum", "--check", "--quiet", "manifest.txt"]
    assert subprocess.run(check, cwd=tmp_path / "open", check=False).returncode == 0
    checked = json.loads(balie("restore", copy, "--check", "--data", data, "--json").stdout)
    assert checked == {
        "file": str(copy),
        "whole": True,
        "media": 1,
        "evidence": 1,
        "key": False,
    }
    assert {each.name for each in data.iterdir()} >= {"balie.db", "house-key"}


def cut(copy: Path) -> None:
    os.truncate(copy, copy.stat().st_size - 40_000)


def spoil(copy: Path) -> None:
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size // 2)
        file.write(b"\0" * 16)


def lose(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize("check", [(), ("--check",)])
@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize(
    ("harm", "words"),
    [(cut, "is cut short; take another copy."), (spoil, "is damaged ("), (lose, "cannot be read")],
)
def test_what_is_no_whole_copy_is_refused_and_leaves_no_database(
    store: Store,
    tmp_path: Path,
    pair: Pair,
    harm: Callable[[Path], None],
    words: str,
    *,
    encrypted: bool,
    check: tuple[str, ...],
) -> None:
    """One sentence says why; cut short and damaged are told apart."""
    copy, data = tmp_path / "copy.tar.age", tmp_path / "new"
    terms = CopyTerms(recipient=pair.recipient if encrypted else None)
    whole_copy.write_now(store, copy, terms)
    harm(copy)
    done = balie("restore", copy, *check, "--identity", pair.identity, "--data", data)
    assert done.exit_code == 1
    assert f"{copy} {words}" in done.stderr
    assert not (data / "balie.db").exists()
    assert list(data.glob("*.part")) == []


def test_a_copy_opens_for_whom_it_was_made_and_for_nobody_else(copy: Path, tmp_path: Path) -> None:
    """Without a key, with another one, and with what is none: each has its sentence."""
    other, data = make_pair(tmp_path, "other"), tmp_path / "new"
    without = balie("restore", copy, "--data", data)
    assert f"{copy} is encrypted. Give the private half of its key" in without.stderr
    wrong = balie("restore", copy, "--identity", other.identity, "--data", data)
    assert f"{other.identity} does not open {copy}: it was encrypted for somebody" in wrong.stderr
    letter = tmp_path / "letter.txt"
    letter.write_text("Beste Sanne,\n")
    none = balie("restore", copy, "--identity", letter, "--data", data)
    assert f"{copy} cannot be opened with {letter} (" in none.stderr
    assert {each.exit_code for each in (without, wrong, none)} == {1}


def test_a_copy_of_a_newer_balie_is_told_from_a_damaged_one(store: Store, tmp_path: Path) -> None:
    """The way out is to update, and no other copy."""
    store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('balie', '9999_of_next_year', 'then')"
        )
    )
    whole_copy.write_now(store, tmp_path / "new.tar", CopyTerms())
    done = balie("restore", tmp_path / "new.tar", "--check", "--data", tmp_path / "new")
    assert "was written by a newer Balie" in done.stderr


@pytest.mark.parametrize("about", [b"[" * 100_000, b'{"format": 1, "made_ms": Infinity}'])
def test_what_says_nothing_of_itself_is_no_copy(tmp_path: Path, about: bytes) -> None:
    """Whoever made it may have written anything there."""
    with tarfile.open(tmp_path / "copy.tar", "w") as tar:
        entry = tarfile.TarInfo(whole_copy.ABOUT)
        entry.size = len(about)
        tar.addfile(entry, io.BytesIO(about))
    done = balie("restore", tmp_path / "copy.tar", "--check", "--data", tmp_path / "new")
    assert done.exit_code == 1
    assert "is damaged (balie-copy.json cannot be read)" in done.stderr


def test_a_file_where_the_recipient_belongs_is_told_what_it_is_now(tmp_path: Path) -> None:
    """`--to FILE` was the way to name a file before; nothing is written."""
    target = tmp_path / "copy.db.zst"
    done = balie("backup", "--to", target, "--data", tmp_path / "data")
    assert done.exit_code == 1
    assert f"name the file with --out {target}." in done.stderr
    assert not target.exists()
    wrong = balie("backup", "--to", "age1xyz", "--out", target, "--data", tmp_path / "data")
    assert "“age1xyz” is no recipient of age" in wrong.stderr
    assert not target.exists()


@pytest.mark.parametrize("step", list(RestoreStep))
def test_a_restore_that_is_killed_at_a_step_is_begun_again(
    copy: Path, tmp_path: Path, pair: Pair, step: RestoreStep
) -> None:
    """The database has its name when all of it is there, and not before."""
    data = tmp_path / "new"
    data.mkdir()
    paths = [str(each) for each in (copy, data / "balie.db", pair.identity)]
    command = [sys.executable, "-c", KILLED_AT, *paths, step.value]
    done = subprocess.run(command, timeout=WITHIN_S, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (data / "balie.db").exists() is (step is RestoreStep.KEPT)
    if step is not RestoreStep.KEPT:
        again = balie("restore", copy, "--identity", pair.identity, "--data", data)
        assert (again.exit_code, again.stderr) == (0, "")
    assert photo_in(data) == PHOTO
    assert len(erasure_journal.read(data)) == 1


def test_a_data_directory_without_its_database_takes_a_copy(
    store: Store, copy: Path, pair: Pair
) -> None:
    """What outlives a database may stay where it is; what is somebody else's may not."""
    data = store.path.parent
    store.close()
    for path in data.glob("balie.db*"):
        path.unlink()
    (data / "letter.txt").touch()
    refused = balie("restore", copy, "--identity", pair.identity, "--data", data)
    assert refused.stderr == f"balie: {data} is not empty; name another directory with --data.\n"
    (data / "letter.txt").unlink()
    left = (".home-access.json.part", ".setup-code.part")
    for name in ("home-access.json", "setup-code", "update-request", "update-seen", *left):
        (data / name).touch()
    (data / "updates").mkdir()
    done = balie("restore", copy, "--identity", pair.identity, "--data", data)
    assert (done.exit_code, done.stderr) == (0, "")
    assert photo_in(data) == PHOTO


HOSTILE: Sequence[Mapping[str, object]] = [
    *[{"stands_for": each} for each in (["x"], None, 1, "\ud800")],
    *[{"at_ms": each} for each in ("now", [1], True, -1, 2**63, 1.5)],
    {"scheme": ["tel"]},
    {"line_id": [1]},
    {"line_id": 0},
    {"what": ["closed"]},
    {"more": 1},
]


def test_a_journal_that_somebody_else_wrote_costs_no_restore(
    copy: Path, tmp_path: Path, pair: Pair
) -> None:
    """A line that none is goes, and the others count."""
    sound = {"what": "closed", "scheme": "tel", "stands_for": "ab", "at_ms": 5, "line_id": None}
    lines = [json.dumps({**sound, **harm}) for harm in HOSTILE]
    lines += ["[" * 100_000, json.dumps([sound]), "1", json.dumps(sound)]
    copy.with_name("utrecht-balie-erasures.jsonl").write_text("\n".join(lines))
    done = balie("restore", copy, "--identity", pair.identity, "--data", tmp_path / "new")
    assert (done.exit_code, done.stderr) == (0, "")
    beside, of_copy = erasure_journal.read(tmp_path / "new")
    assert (beside.stands_for, beside.at_ms) == ("ab", 5)
    assert of_copy.stands_for != "ab"


@pytest.mark.parametrize("harm", [os.mkfifo, lambda path: path.symlink_to(__file__), Path.mkdir])
def test_what_lies_in_the_place_of_the_journal_and_is_no_file_is_not_opened(
    store: Store, copy: Path, tmp_path: Path, pair: Pair, harm: Callable[[Path], None]
) -> None:
    """Neither beside a copy nor in the data directory, by whoever reads or writes it."""
    beside, data = copy.with_name("utrecht-balie-erasures.jsonl"), store.path.parent
    harm(beside)
    done = balie("restore", copy, "--identity", pair.identity, "--data", tmp_path / "new")
    assert done.exit_code == 1
    assert f"{beside} cannot be read (" in done.stderr
    journal = data / erasure_journal.FILE
    journal.unlink()
    harm(journal)
    entry = erasure_journal.ErasureEntry(
        what=erasure_journal.JournalWhat.CLOSED, scheme="tel", stands_for="ab", at_ms=5
    )
    for use in (
        lambda: resetting.begin(data),
        lambda: erasure_journal.append(data, [entry]),
        lambda: erasure_journal.copy_beside(data, tmp_path),
        lambda: whole_copy.write_now(store, tmp_path / "later.tar", CopyTerms()),
    ):
        with pytest.raises(StoreUnavailable):
            use()
    assert not resetting.is_begun(data)
    assert not (tmp_path / "later.tar").exists()
