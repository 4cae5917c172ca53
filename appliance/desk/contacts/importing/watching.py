"""What lies in watched folders is taken in: files that another system writes by night.

A file is read when it is whole, and moved with a report beside it when all of it is decided; so one
that was taken when the power went is found once more, and all of it is the same then. What nobody
can decide in it is left out and told. Whoever is not in a file stays as they are.
"""

import hashlib
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.desk.access.sight import Sight
from appliance.desk.contacts.changing import Changer
from appliance.desk.contacts.importing import columns, folder_files, taking_in, verdicts
from appliance.desk.contacts.importing.csv_table import CsvTable, ForbiddenColumn, read_csv
from appliance.desk.contacts.importing.folder_files import DONE, REFUSED, Stamp, WholeFiles
from appliance.desk.contacts.importing.verdicts import JudgedRow, RowReason, RowVerdict
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.moments import iso
from appliance.queue.gate import ConsentGate
from appliance.store import import_folders, incidents
from appliance.store.import_folders import ImportedRow, ImportFolder, ImportRun, ImportState, RunEnd
from appliance.store.incidents import IncidentKind
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

MOST_PERCENT = 30
"""Of the rows may change something before somebody looks; a usual night changes a few."""
FEW = 10
"""So many may always change: of three people one is a third."""
_RULE = "import"
SAID = frozenset({RowReason.CHANGES, RowReason.SAME_ROW, RowReason.TOO_MANY_FIELDS})
"""What stands in these sentences is nobody's name and nobody's number."""

Report = Callable[[ImportFolder, RunEnd, Sequence[JudgedRow]], str]
"""The text of the report that is put beside a file."""


class WhyWaits:
    """For what a file waits: codes that the page has sentences for."""

    COLUMNS = "columns"
    MANY = "many"


class WhyRefused:
    TABLE = "table"
    SERVICE_NUMBERS = "service-numbers"
    KEY = "key"
    FORBIDDEN = "forbidden"
    REPLACED = "replaced"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """`waits` for what, empty for nothing; `what` stands in its sentence."""

    table: CsvTable
    targets: Sequence[str]
    rows: Sequence[JudgedRow]
    waits: str = ""
    what: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        found = Counter(each.verdict for each in self.rows)
        return {each.value: found[each] for each in RowVerdict if found[each]}


def changer(folder: ImportFolder) -> Changer:
    """A branch's folder sees what its branch sees."""
    own = None if folder.branch_id is None else frozenset({folder.branch_id})
    return Changer(by=Author(rule=_RULE), sight=Sight(own))


def judge(
    conn: sqlite3.Connection,
    folder: ImportFolder,
    table: CsvTable,
    targets: Sequence[str] | None = None,
) -> JudgedFile:
    """`targets` as somebody says, else as it was said of the folder, else by the heads."""
    known = folder.mapping or {}
    guessed = columns.guessed(table.head)
    remembered = [known.get(name, guess) for name, guess in zip(table.head, guessed, strict=True)]
    chosen = targets if targets is not None else remembered
    rows = verdicts.judged(conn, changer(folder), table, chosen)
    judged = JudgedFile(table=table, targets=chosen, rows=rows)
    if folder.mapping is None or not set(table.head) <= folder.mapping.keys():
        return replace(judged, waits=WhyWaits.COLUMNS)
    changes = sum(len(each) for each in taking_in.pieces(rows))
    if changes > FEW and changes * 100 > folder.most_percent * len(rows):
        return replace(judged, waits=WhyWaits.MANY, what=f"{changes}/{len(rows)}")
    return judged


@dataclass(frozen=True, slots=True)
class _FoundFile:
    folder: ImportFolder
    path: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class _SettledFile:
    """One that is decided and lies there still: `at_ms` when, `report` what is said of it."""

    stamp: Stamp
    end: RunEnd
    at_ms: int
    report: str


@dataclass(slots=True)
class FolderWatch:
    """For one thread. Without `base`, what the config names, no folder is watched."""

    store: Store
    gate: ConsentGate
    base: Path | None
    report: Report
    files: WholeFiles = field(default_factory=WholeFiles)
    _waiting: dict[Path, Stamp] = field(default_factory=dict)
    _settled: dict[Path, _SettledFile] = field(default_factory=dict)

    def look(self) -> None:
        for each in self.store.read(import_folders.folders):
            self._look_at(each)

    def _look_at(self, folder: ImportFolder) -> None:
        try:
            place = folder_files.place(self.base, folder.name)
            is_usable = folder_files.is_usable(place)
            found = folder_files.waiting(place) if is_usable else ()
        except (NotFound, OSError):
            is_usable = False
        if not is_usable:
            self._tell(folder, is_usable=False)
            return
        self._end_gone(folder, {each.name for each in found})
        for gone in [each for each in self._settled if each.parent == place and each not in found]:
            del self._settled[gone]
        for path, stamp in self.files.are_whole(place, found):
            self._take(_FoundFile(folder, path, stamp))
        self._tell(folder, is_usable=not any(each.parent == place for each in self._settled))

    def _tell(self, folder: ImportFolder, *, is_usable: bool) -> None:
        """An incident while the folder cannot be used, or a file cannot be moved out of it."""
        open_ones = self.store.read(incidents.open_ones)
        is_open = any(
            each.kind is IncidentKind.IMPORT_FOLDER and each.about == folder.id
            for each in open_ones
        )
        if is_usable is not is_open:
            return
        change = incidents.close_incident if is_usable else incidents.open_incident
        self.store.write(lambda tx: change(tx, IncidentKind.IMPORT_FOLDER, about=folder.id))

    def _end_gone(self, folder: ImportFolder, names: set[str]) -> None:
        """Somebody took the file away that waited."""
        for run in self.store.read(lambda conn: import_folders.open_runs(conn, folder.id)):
            if run.file not in names:
                self._end(
                    run, RunEnd(state=ImportState.REFUSED, why=WhyRefused.GONE, counts=run.counts)
                )

    def _take(self, found: _FoundFile) -> None:
        folder, path, stamp = found.folder, found.path, found.stamp
        settled = self._settled.get(path)
        if settled is not None and settled.stamp == stamp:
            self._move(path, settled)
            return
        run = self.store.read(lambda conn: import_folders.open_run(conn, folder.id, path.name))
        if run is not None and run.waits and self._waiting.get(path) == stamp:
            return
        try:
            raw = folder_files.read(path, stamp)
        except InvalidInput:
            end = RunEnd(state=ImportState.REFUSED, why=WhyRefused.TABLE)
            self._put_away(found, run, b"", end)
            return
        if raw is None:
            return
        digest = hashlib.sha256(raw).digest()
        if run is not None and run.digest != digest:
            end = RunEnd(state=ImportState.REFUSED, why=WhyRefused.REPLACED, counts=run.counts)
            self._end(run, end)
            run = None
        if run is not None and run.waits:
            self._waiting[path] = stamp
            return
        last = self.store.read(lambda conn: import_folders.last_run(conn, folder.id, path.name))
        if run is None and last is not None and _is_of(last, digest, stamp):
            self._settle(found, _end_of(last), ())
            return
        self._take_whole(found, run, raw, digest)

    def _take_whole(
        self, found: _FoundFile, run: ImportRun | None, raw: bytes, digest: bytes
    ) -> None:
        folder = found.folder
        if run is not None and run.state is ImportState.FORBIDDEN:
            end = RunEnd(state=ImportState.REFUSED, why=WhyRefused.FORBIDDEN, counts=run.counts)
            self._put_away(found, run, digest, end)
            return
        try:
            table = read_csv(raw)
            judged = self.store.read(lambda conn: judge(conn, folder, table))
            if judged.waits != WhyWaits.COLUMNS:
                columns.need_key(table.head, judged.targets)
        except InvalidInput as exc:
            self._put_away(found, run, digest, _refused(exc))
            return
        if judged.waits and run is None:
            self._ask(folder, found.path, digest, judged)
            return
        rows = self._write(folder, judged.rows)
        end = RunEnd(state=ImportState.DONE, counts=judged.counts, rows=_told(rows))
        self._put_away(found, run, digest, end, rows)

    def _ask(self, folder: ImportFolder, path: Path, digest: bytes, judged: JudgedFile) -> None:
        self.store.write(
            lambda tx: import_folders.begin_run(
                tx,
                folder.id,
                path.name,
                digest,
                why=judged.waits,
                what=judged.what,
                counts=judged.counts,
            )
        )
        log.info("a file of people waits in folder %s: %s", folder.id, judged.waits)

    def _write(self, folder: ImportFolder, rows: Sequence[JudgedRow]) -> Sequence[JudgedRow]:
        who, done = changer(folder), dict[int, JudgedRow]()
        for some in taking_in.pieces(rows):

            def work(tx: Tx, some: Sequence[JudgedRow] = some) -> Sequence[JudgedRow]:
                return taking_in.take_in(tx, some, who, branch_id=folder.branch_id)

            held = self.store.read(lambda conn, some=some: taking_in.concerned(conn, some))  # type: ignore[misc]
            done |= {each.row: each for each in self.gate.write(self.store, held, work)}
        return [done.get(each.row, each) for each in rows]

    def _put_away(
        self,
        found: _FoundFile,
        run: ImportRun | None,
        digest: bytes,
        end: RunEnd,
        rows: Sequence[JudgedRow] = (),
    ) -> None:
        """What became of it is kept first: a file that cannot be moved is not taken again."""
        folder, path = found.folder, found.path

        def keep(tx: Tx) -> None:
            run_id = (
                run.id
                if run
                else import_folders.begin_run(tx, folder.id, path.name, digest, why="", counts={})
            )
            _end(tx, folder, run_id, end)

        self.store.write(keep)
        self._waiting.pop(path, None)
        self._settle(found, end, rows)

    def _settle(self, found: _FoundFile, end: RunEnd, rows: Sequence[JudgedRow]) -> None:
        report, now_ms = self.report(found.folder, end, rows), self.store.clock.now_ms()
        settled = _SettledFile(found.stamp, end, now_ms, report)
        self._settled[found.path] = settled
        self._move(found.path, settled)

    def _move(self, path: Path, settled: _SettledFile) -> None:
        """One that cannot be moved now stays settled, and is tried again at the next look."""
        into = DONE if settled.end.state is ImportState.DONE else REFUSED
        when = iso(settled.at_ms)[:19].replace(":", "").replace("T", "-")
        keeps = settled.end.why != WhyRefused.SERVICE_NUMBERS
        try:
            folder_files.put_away(path, into, when=when, report=settled.report, keeps=keeps)
        except OSError as exc:
            log.warning("a file of people cannot be put away: %s", exc.strerror)
            return
        del self._settled[path]

    def _end(self, run: ImportRun, end: RunEnd) -> None:
        self.store.write(lambda tx: _end(tx, run.folder, run.id, end))


def _is_of(last: ImportRun, digest: bytes, stamp: Stamp) -> bool:
    """Whether the file lay there when it was decided, and could not be moved. One that came later
    is news, though it says the same.
    """
    ended_ns = (last.ended_ms or 0) * 1_000_000
    return last.digest == digest and stamp.modified_ns <= ended_ns


def _end_of(run: ImportRun) -> RunEnd:
    return RunEnd(state=run.state, why=run.why, what=run.what, counts=run.counts)


def _end(tx: Tx, folder: ImportFolder, run_id: str, end: RunEnd) -> None:
    import_folders.end_run(tx, run_id, end)
    facts = {"folder": folder.id, "what": end.state.value, "import": run_id}
    tx.emit(EventKind.IMPORT_CHANGED, branch_id=folder.branch_id, facts=facts)


def _refused(exc: InvalidInput) -> RunEnd:
    if isinstance(exc, ForbiddenColumn):
        why, what = WhyRefused.SERVICE_NUMBERS, exc.column
    else:
        why, what = (WhyRefused.KEY if exc.field == "mapping" else WhyRefused.TABLE), ""
    return RunEnd(state=ImportState.REFUSED, why=why, what=what)


def _told(rows: Sequence[JudgedRow]) -> Sequence[ImportedRow]:
    """What is kept of them: of those that are the same, nothing."""
    return [kept_row(each) for each in rows if each.verdict is not RowVerdict.SAME]


def kept_row(row: JudgedRow) -> ImportedRow:
    """Without anybody's name and number."""
    return ImportedRow(
        row=row.row,
        verdict=row.verdict.value,
        reason=row.reason.name,
        what=row.what if row.reason in SAID else "",
        contact_id=row.contact_id,
    )
