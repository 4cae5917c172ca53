"""A folder in which a payroll program leaves its people by night: what is taken, and when."""

import errno
import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import people
from appliance.desk.contacts.importing import deciding, folder_files
from appliance.desk.contacts.importing.folder_files import WholeFiles
from appliance.desk.contacts.importing.watching import FolderWatch
from appliance.desk.contacts.people import ContactEntry, PeopleAsked
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.runtime.import_watcher import ImportWatcher
from appliance.store import import_folders, incidents
from appliance.store.import_folders import ImportRun, ImportState
from appliance.store.store import Tx
from tests.queue.counter import Counter

BY = Author(rule="console")
HEAD = "Personeelsnummer;Roepnaam;Voorvoegsels;Achternaam;Mobiel;Status;Sinds;Uurloon"
ANNA = "00123;Zoë;de;Wit;0687654321;geplaatst;31-03-2025;14,75"
BRAM = "00124;Bram;;Büchner;06-87654322;;;15,00"
NIGHT = "nacht.csv"
TARGETS = [
    "personnel_number",
    "first_name",
    "infix",
    "last_name",
    "number",
    "state",
    "state_since",
    "field:Uurloon",
]
BSNS = ("111222333", "123456782")


@dataclass
class Office:
    """A branch whose folder is watched."""

    counter: Counter
    base: Path
    watch: FolderWatch
    now_s: list[float] = field(default_factory=lambda: [0.0])

    @property
    def folder(self) -> Path:
        return self.base / "tilburg"

    def leaves(self, *rows: str, name: str = NIGHT, encoding: str = "cp1252") -> Path:
        path = self.folder / name
        path.write_bytes("\r\n".join((HEAD, *rows, "")).encode(encoding))
        self.counter.clock.advance(s=1)
        written_ns = self.counter.clock.now_ms() * 1_000_000
        os.utime(path, ns=(written_ns, written_ns))
        return path

    def night(self) -> None:
        """Two looks, with enough time between them."""
        self.watch.look()
        self.now_s[0] += folder_files.STABLE_S + 1
        self.watch.look()

    def runs(self) -> Sequence[ImportRun]:
        """The oldest first."""
        found = self.counter.store.read(import_folders.newest_runs)
        return sorted(found, key=lambda each: each.id)

    def allows(self, run: ImportRun) -> None:
        """Somebody says what the columns are, and that it may be taken in."""

        def allow(tx: Tx) -> None:
            file = deciding.waiting_file(tx.conn, self.base, run, TARGETS)
            assert file is not None
            deciding.allow(tx, run, file, BY)

        self.counter.store.write(allow)

    def people(self) -> dict[str, ContactEntry]:
        asked = PeopleAsked(page=Page(limit=500))
        found = self.counter.store.read(lambda conn: people.contacts(conn, Sight(None), asked))
        return {each.personnel_number or "": each for each in found}

    def put_away(self, into: str) -> list[str]:
        return sorted(each.name for each in (self.folder / into).iterdir())


@pytest.fixture
def office(counter: Counter, tmp_path: Path) -> Office:
    base = tmp_path / "imports"
    (base / "tilburg").mkdir(parents=True)
    now_s = [0.0]
    watch = ImportWatcher(counter.store, counter.gate, base)._watch
    watch.files = WholeFiles(lambda: now_s[0])
    counter.store.write(
        lambda tx: deciding.watch(tx, base, "tilburg", branch_id=counter.branch_id, by=BY)
    )
    return Office(counter, base, watch, now_s)


@pytest.fixture
def known(office: Office) -> Office:
    """Somebody has said what the columns are, of a first night with two people."""
    office.leaves(ANNA, BRAM)
    office.night()
    (run,) = office.runs()
    office.allows(run)
    office.night()
    return office


def test_the_first_file_waits_until_somebody_says_what_its_columns_are(office: Office) -> None:
    """Nothing is kept before, and the next night nobody is asked."""
    office.leaves(ANNA, BRAM)
    office.night()
    (run,) = office.runs()
    assert (run.state, run.why, run.counts) == (ImportState.WAITING, "columns", {"new": 2})
    assert office.people() == {}
    office.allows(run)
    office.night()
    assert [each.state for each in office.runs()] == [ImportState.DONE]
    zoe = office.people()["00123"]
    assert (zoe.office_name, zoe.state, dict(zoe.fields)) == (
        "Zoë de Wit",
        "placed",
        {"Uurloon": "14,75"},
    )
    assert office.people()["00124"].office_name == "Bram Büchner"
    office.leaves(ANNA.replace("14,75", "15,25"))
    office.night()
    first, second = office.runs()
    assert (second.state, second.counts) == (ImportState.DONE, {"update": 1})
    rows = office.counter.store.read(lambda conn: import_folders.rows_of(conn, second.id))
    assert [(each.row, each.verdict, each.what) for each in rows] == [(2, "update", "fields")]
    assert office.people().keys() == {"00123", "00124"}
    assert first.file == second.file == NIGHT


def test_the_same_file_again_changes_nothing_and_nobody_agrees(known: Office) -> None:
    """In another encoding, too; it stands in done with its report, and no row of it is kept."""
    seq = known.counter.last_seq()
    known.leaves(ANNA, BRAM, encoding="utf-8-sig")
    known.night()
    last = known.runs()[-1]
    assert (last.state, last.counts) == (ImportState.DONE, {"same": 2})
    kinds = {each.kind.value for each in known.counter.events(after=seq)}
    assert kinds == {"import.changed"}
    assert known.counter.one("SELECT count(*) AS n FROM consent")["n"] == 0
    done = known.put_away("done")
    assert len(done) == 4
    first = next(each for each in done if each.endswith(f"-{NIGHT}.report.csv"))
    report = (known.folder / "done" / first).read_text("utf-8-sig")
    assert report.splitlines()[0] == "Rij;Wat ermee gebeurt;Waarom"
    assert report.splitlines()[1].startswith("2;nieuw;")
    assert "Zoë" not in report
    assert "0687654321" not in report


def test_a_file_is_read_when_it_is_whole(known: Office) -> None:
    """Not while it grows, is locked, or has no name yet; at once with a sign beside it."""
    path = known.leaves(ANNA.replace("Wit", "Jong"))
    (known.folder / "half.csv.part").write_text(HEAD)
    known.watch.look()
    known.now_s[0] += folder_files.STABLE_S + 1
    with path.open("ab") as file:
        file.write(b"00125;Carl;;Nul;0687654323;;;\r\n")
    known.watch.look()
    assert len(known.runs()) == 1
    known.now_s[0] += folder_files.STABLE_S + 1
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        known.watch.look()
        assert len(known.runs()) == 1
    lock = known.folder / f".~lock.{NIGHT}#"
    lock.touch()
    known.watch.look()
    assert len(known.runs()) == 1
    lock.unlink()
    path.with_name(f"{NIGHT}.ready").touch()
    known.watch.look()
    assert known.runs()[-1].counts == {"new": 1, "update": 1}
    assert [each.name for each in known.folder.iterdir() if each.is_file()] == ["half.csv.part"]


def test_a_column_of_service_numbers_is_refused_whatever_its_name(known: Office) -> None:
    """By its name, or because most of it passes the test; nothing of the file is kept, neither
    here nor in the folder.
    """
    head = f"{HEAD};Kenmerk\r\n"
    rows = [f"{row};{bsn}\r\n" for row, bsn in zip((ANNA, BRAM), BSNS, strict=True)]
    for said, named in (("9", head), ("“BSN werknemer”", head.replace("Kenmerk", "BSN werknemer"))):
        (known.folder / "bsn.csv").write_text(named + "".join(rows).replace("14,75", "99"))
        known.night()
        last = known.runs()[-1]
        assert (last.state, last.why, last.what) == (ImportState.REFUSED, "service-numbers", said)
    assert known.people()["00123"].fields["Uurloon"] == "14,75"
    left = known.put_away("refused")
    assert [each.endswith("-bsn.csv.report.csv") for each in left] == [True, True]
    for each in left:
        said = (known.folder / "refused" / each).read_text("utf-8-sig")
        assert "deleted" in said or "verwijderd" in said
        assert not any(bsn in said for bsn in BSNS)
    path = known.counter.store.path
    kept = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert b"00123" in kept
    assert not any(each.encode() in kept for each in BSNS)


def test_many_changes_wait_for_a_person(known: Office) -> None:
    """“20 of 22 rows would change”: it is taken in when somebody allows it, and refused when not;
    who is not in the file stays.
    """
    more = [f"{each:05};Piet;;P{each};068000{each:04};;;12,00" for each in range(1000, 1020)]
    known.leaves(ANNA, BRAM, *more)
    known.night()
    last = known.runs()[-1]
    assert (last.state, last.why, last.what) == (ImportState.WAITING, "many", "20/22")
    assert len(known.people()) == 2
    known.night()
    assert len(known.runs()) == 2
    known.counter.store.write(lambda tx: deciding.forbid(tx, last, BY))
    known.night()
    assert (known.runs()[-1].state, known.runs()[-1].why) == (ImportState.REFUSED, "forbidden")
    known.leaves(*more)
    known.night()
    known.allows(known.runs()[-1])
    with pytest.raises(Refused):
        known.counter.store.write(lambda tx: deciding.forbid(tx, known.runs()[-1], BY))
    known.night()
    assert known.runs()[-1].state is ImportState.DONE
    assert len(known.people()) == 22


def test_another_file_under_the_name_is_looked_at_anew(known: Office) -> None:
    """What somebody allowed was the file that they saw; one that is taken away waits no more."""
    more = [f"{each:05};Piet;;P{each};068000{each:04};;;12,00" for each in range(1000, 1020)]
    known.leaves(*more)
    known.night()
    known.allows(known.runs()[-1])
    path = known.leaves(*more, "66666;Evil;;One;0680009999;;;")
    known.night()
    assert [each.why for each in known.runs()[1:]] == ["replaced", "many"]
    path.unlink()
    known.night()
    assert known.runs()[-1].why == "gone"
    assert len(known.people()) == 2


def test_what_nobody_can_decide_is_left_out_and_told(known: Office) -> None:
    known.leaves("00124;Bram;;Büchner;0687654321;;;", "00200;Fout;;Nummer;12;;;", ANNA)
    known.night()
    last = known.runs()[-1]
    assert last.counts == {"double": 2, "refused": 1}
    rows = known.counter.store.read(lambda conn: import_folders.rows_of(conn, last.id))
    assert {(each.reason, each.what) for each in rows} >= {("WRONG_NUMBER", "")}


def test_a_folder_that_is_away_is_an_incident(known: Office) -> None:
    """It ends when the folder is there again, and the files in it are taken."""
    away = known.base / "elsewhere"
    known.folder.rename(away)
    known.night()
    (found,) = known.counter.store.read(incidents.open_ones)
    assert found.kind.value == "import-folder"
    away.rename(known.folder)
    known.leaves(ANNA.replace("Wit", "Jong"))
    known.night()
    assert known.counter.store.read(incidents.open_ones) == []
    assert known.people()["00123"].office_name == "Zoë de Jong"


def test_a_file_that_cannot_be_moved_holds_up_no_other_folder(
    known: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken once, also over a restart, and an incident lasts until it is away."""
    (known.base / "utrecht").mkdir()
    counter = known.counter
    counter.store.write(lambda tx: deciding.watch(tx, known.base, "utrecht", branch_id=None, by=BY))
    usual = Path.rename

    def full(path: Path, to: Path) -> Path:
        if path.parent == known.folder:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return usual(path, to)

    known.leaves(ANNA.replace("14,75", "15,10"))
    (known.base / "utrecht" / "b.csv").write_text(f"{HEAD}\n{BRAM}\n", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        known.night()
        assert [each.file for each in known.runs()] == [NIGHT, NIGHT, "b.csv"]
        known.watch = ImportWatcher(counter.store, counter.gate, known.base)._watch
        known.watch.files = WholeFiles(lambda: known.now_s[0])
        known.night()
        assert len(known.runs()) == 3
        assert len(counter.store.read(incidents.open_ones)) == 1
        assert len(known.put_away("done")) == 2
    known.night()
    assert counter.store.read(incidents.open_ones) == []
    assert len(known.put_away("done")) == 4
    assert len(known.runs()) == 3


def test_a_long_name_is_put_away(known: Office) -> None:
    known.leaves(ANNA.replace("14,75", "15,10"), name=f"{'é' * 120}.csv")
    known.night()
    assert len(known.put_away("done")) == 4
    assert known.counter.store.read(incidents.open_ones) == []


def test_no_link_leads_out_of_the_config_s_folder(office: Office, tmp_path: Path) -> None:
    """Neither as a folder nor as a file, and no name climbs."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs.csv").write_text(f"{HEAD}\n{ANNA}\n")
    (office.base / "linked").symlink_to(outside)
    (office.folder / "linked.csv").symlink_to(outside / "theirs.csv")
    for name in ("linked", "../outside", str(outside), "", "tilburg/done"):

        def watch(tx: Tx, name: str = name) -> str:
            return deciding.watch(tx, office.base, name, branch_id=None, by=BY)

        with pytest.raises(InvalidInput):
            office.counter.store.write(watch)
    for name in ("linked", "../outside", str(outside), ""):
        with pytest.raises(NotFound):
            folder_files.place(office.base, name)
    office.night()
    assert office.runs() == []
    (office.folder / "done").rmdir()
    (office.folder / "done").symlink_to(outside)
    office.leaves(ANNA)
    office.night()
    assert office.runs() == []
    assert len(office.counter.store.read(incidents.open_ones)) == 1
    assert [each.name for each in outside.iterdir()] == ["theirs.csv"]
