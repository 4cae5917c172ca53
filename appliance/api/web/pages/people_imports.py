"""`/people/imports`: folders in which another system leaves people, and what came of each file."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import editing
from appliance.api.web.pages.people_import import SHOWN
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.contacts import people
from appliance.desk.contacts.importing import columns, deciding, folder_files, taking_in
from appliance.desk.contacts.importing.verdicts import JudgedRow, RowVerdict
from appliance.desk.contacts.importing.watching import MOST_PERCENT, JudgedFile
from appliance.desk.contacts.people import ContactEntry
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import import_folders
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.import_folders import ImportedRow, ImportFolder, ImportRun
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/people/imports"
_COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsShown:
    """`own` and `for_company`: whose folders somebody may add; `choices` those that are there."""

    folders: Sequence[ImportFolder]
    managed: frozenset[str]
    runs: Sequence[ImportRun]
    own: Sequence[Branch]
    for_company: bool
    choices: Sequence[str]
    is_on: bool

    @property
    def zone(self) -> str:
        return (self.own[0].settings if self.own else BranchSettings()).zone


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """`file` while it waits and is there; else `rows` are what was kept of it."""

    run: ImportRun
    file: JudgedFile | None
    rows: Sequence[ImportedRow]
    people: Mapping[str, ContactEntry]

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        counts = self.file.counts if self.file else self.run.counts
        return {each: counts[each.value] for each in RowVerdict if each.value in counts}

    @property
    def preview(self) -> Sequence[JudgedRow]:
        rows = self.file.rows if self.file else ()
        return sorted(rows, key=lambda each: (each.verdict.is_decided, each.row))[:SHOWN]

    @property
    def changes(self) -> int:
        return sum(len(each) for each in taking_in.pieces(self.file.rows)) if self.file else 0

    @property
    def has_key(self) -> bool:
        targets = self.file.targets if self.file else ()
        return bool({columns.NUMBER, columns.PERSONNEL} & set(targets))

    @property
    def shown(self) -> Sequence[Shown]:
        ids = {each.contact_id for each in self.rows if each.contact_id}
        ids |= {each.contact_id for each in self.preview if each.contact_id}
        return [Shown(contact_id=each, listed=True) for each in sorted(ids)]


@routes.get(PAGE)
async def imports_page(visit: Reading, saved: str = "") -> Response:
    return await _list(visit, saved=saved)


@routes.post(PAGE)
async def watch(
    visit: Posting,
    folder: Annotated[str, Form(max_length=500)] = "",
    branch: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    base = visit.web.services.import_folder

    def work(tx: Tx, rights: Rights) -> None:
        branch_id = None if branch == _COMPANY else branch
        rights.require(Permission.STAFF_MANAGE, branch_id, "branch")
        deciding.watch(tx, base, folder, branch_id=branch_id, by=_by(visit))

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _list(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/folders/{{folder_id}}")
async def change_folder(
    visit: Posting,
    folder_id: str,
    do: Annotated[str, Form(max_length=20)] = "",
    most_percent: Annotated[int, Form()] = MOST_PERCENT,
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        folder = import_folders.folder(tx.conn, folder_id)
        rights.require(Permission.STAFF_MANAGE, folder.branch_id, "folder")
        if do == "leave":
            deciding.leave(tx, folder, _by(visit))
        else:
            deciding.change_most(tx, folder, most_percent, _by(visit))

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _list(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.get(f"{PAGE}/{{run_id}}")
async def run_page(visit: Reading, run_id: str) -> Response:
    return await _run(visit, run_id)


@routes.post(f"{PAGE}/{{run_id}}")
async def decide(
    visit: Posting,
    run_id: str,
    column: Annotated[list[str] | None, Form()] = None,
    do: Annotated[str, Form(max_length=20)] = "look",
) -> Response:
    base = visit.web.services.import_folder
    targets = [columns.checked(each) for each in column] if column else None
    if do not in ("take", "refuse"):
        return await _run(visit, run_id, targets=targets)

    def work(tx: Tx, rights: Rights) -> None:
        run = import_folders.run(tx.conn, run_id)
        rights.require(Permission.CONTACT_EDIT, run.folder.branch_id, "import")
        if do == "refuse":
            deciding.forbid(tx, run, _by(visit))
            return
        file = deciding.waiting_file(tx.conn, base, run, targets)
        if file is None:
            raise NotFound("file")
        deciding.allow(tx, run, file, _by(visit))

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _run(visit, run_id, 422, targets=targets, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}/{run_id}")


def _by(visit: Visit) -> Author:
    return Author(staff_id=visit.staff_id)


async def _list(
    visit: Visit, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    rights, base = visit.session.rights, visit.web.services.import_folder
    if not rights.has(Permission.CONTACT_EDIT) and not rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> ImportsShown:
        every = import_folders.folders(conn)
        managed = frozenset(
            each.id for each in every if rights.may(Permission.STAFF_MANAGE, each.branch_id)
        )
        edits = {each.id for each in every if rights.may(Permission.CONTACT_EDIT, each.branch_id)}
        watched = {each.name for each in every}
        return ImportsShown(
            folders=[each for each in every if each.id in managed | edits],
            managed=managed,
            runs=[
                each
                for each in import_folders.newest_runs(conn)
                if rights.may(Permission.CONTACT_EDIT, each.folder.branch_id)
            ],
            own=branches_with(conn, rights, Permission.STAFF_MANAGE),
            for_company=rights.may(Permission.STAFF_MANAGE, None),
            choices=[each for each in folder_files.choices(base) if each not in watched],
            is_on=base is not None,
        )

    found = await visit.read(read)
    return visit.page("people_imports.html", status, shown=found, saved=saved, note=note)


async def _run(
    visit: Visit,
    run_id: str,
    status: int = 200,
    *,
    targets: Sequence[str] | None = None,
    note: Note | None = None,
) -> Response:
    rights, base = visit.session.rights, visit.web.services.import_folder

    def read(conn: sqlite3.Connection) -> RunShown:
        run = import_folders.run(conn, run_id)
        rights.require(Permission.CONTACT_EDIT, run.folder.branch_id, "import")
        file = _file(conn, run, targets) if run.waits else None
        rows = import_folders.rows_of(conn, run_id)
        ids = {each.contact_id for each in rows if each.contact_id}
        sight = editing(rights)
        seen = sight.seen_contacts(conn, ids)
        cards = people.entries(conn, sight, sorted(seen))
        return RunShown(run=run, file=file, rows=rows, people={each.id: each for each in cards})

    def _file(
        conn: sqlite3.Connection, run: ImportRun, targets: Sequence[str] | None
    ) -> JudgedFile | None:
        try:
            return deciding.waiting_file(conn, base, run, targets)
        except InvalidInput:
            return None

    found = await visit.show(read, lambda found: found.shown)
    return visit.page(
        "people_imports_run.html",
        status,
        at=found,
        note=note,
    )
