"""People from a CSV file: what its columns are, what each row would do, and then doing it.

Between the steps the file stands in the form: nothing of it is kept before somebody says so.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import Response

from appliance.api.limits import MAX_IMPORT
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import editing, own_branches
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.api.web.words import import_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.contacts.changing import Changer
from appliance.desk.contacts.importing import columns, taking_in, verdicts
from appliance.desk.contacts.importing.csv_table import CsvTable, read_csv
from appliance.desk.contacts.importing.verdicts import JudgedRow, RowVerdict
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.store import branches
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/people/import"
SHOWN = 200
"""Rows of the preview, those first that nobody can decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAsked:
    """`targets`: what each column is, where somebody said so."""

    raw: bytes
    targets: Sequence[str] | None
    branch: str
    takes: bool
    partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportShown:
    """`text` is the file, for the next step; `written`: it is done."""

    table: CsvTable
    targets: Sequence[str]
    rows: Sequence[JudgedRow]
    text: str
    branch: str
    written: bool = False

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        found = Counter(each.verdict for each in self.rows)
        return {each: found[each] for each in RowVerdict if found[each]}

    @property
    def preview(self) -> Sequence[JudgedRow]:
        ordered = sorted(self.rows, key=lambda each: (each.verdict.is_decided, each.row))
        return ordered[:SHOWN]

    @property
    def is_decided(self) -> bool:
        return taking_in.is_decided(self.rows)

    @property
    def takes(self) -> int:
        """How many rows would be taken in."""
        return sum(len(each) for each in taking_in.pieces(self.rows))

    @property
    def has_key(self) -> bool:
        """Whether people can be found by it at all."""
        return bool({columns.NUMBER, columns.PERSONNEL} & set(self.targets))

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=each.contact_id, listed=True) for each in self.rows if each.contact_id
        ]


async def _asked(
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
    column: Annotated[list[str] | None, Form()] = None,
    branch: Annotated[str, Form(max_length=40)] = "",
    do: Annotated[str, Form(max_length=20)] = "look",
    partial: Annotated[str, Form(max_length=5)] = "",
) -> ImportAsked:
    raw = await file.read() if file is not None and file.size else text.encode()
    return ImportAsked(
        raw=raw,
        targets=[columns.checked(each) for each in column] if column else None,
        branch=branch,
        takes=do == "take",
        partial=bool(partial),
    )


@routes.get(PAGE)
async def import_page(visit: Reading) -> Response:
    return await _page(visit, None)


@routes.post(PAGE, form_limits={"max_part_size": MAX_IMPORT})
async def look_or_take_in(
    visit: Posting, asked: Annotated[ImportAsked, Depends(_asked)]
) -> Response:
    try:
        table = read_csv(asked.raw)
    except InvalidInput as exc:
        note = Note(code=exc.field, sentence=import_sentences.wrong(visit.words, exc))
        return await _page(visit, None, 422, note=note)
    targets = asked.targets or columns.guessed(table.head)
    if len(targets) != len(table.head):
        targets = columns.guessed(table.head)
    who = Changer(by=Author(staff_id=visit.staff_id), sight=editing(visit.session.rights))

    def read(conn: sqlite3.Connection) -> ImportShown:
        return ImportShown(
            table=table,
            targets=targets,
            rows=verdicts.judged(conn, who, table, targets),
            text=_text(asked.raw),
            branch=asked.branch,
        )

    shown = await visit.show(read, lambda found: found.shown)
    if asked.takes and (shown.is_decided or asked.partial):
        shown = await _taken(visit, asked, shown)
    return await _page(visit, shown)


async def _taken(visit: Visit, asked: ImportAsked, shown: ImportShown) -> ImportShown:
    done: dict[int, JudgedRow] = {}
    for some in taking_in.pieces(shown.rows):

        def work(tx: Tx, rights: Rights, some: Sequence[JudgedRow] = some) -> Sequence[JudgedRow]:
            branch_id = branches.branch(tx.conn, asked.branch).id
            rights.require(Permission.CONTACT_EDIT, branch_id, "branch")
            who = Changer(by=Author(staff_id=visit.staff_id), sight=editing(rights))
            return taking_in.take_in(tx, some, who, branch_id=branch_id)

        done |= {each.row: each for each in await _at_gate(visit, some, work)}
    return ImportShown(
        table=shown.table,
        targets=shown.targets,
        rows=[done.get(each.row, each) for each in shown.rows],
        text="",
        branch=asked.branch,
        written=True,
    )


async def _at_gate(
    visit: Visit, some: Sequence[JudgedRow], work: Callable[[Tx, Rights], Sequence[JudgedRow]]
) -> Sequence[JudgedRow]:
    """While it is written nobody taps for people whose numbers change."""
    services = visit.services
    held = await visit.read(lambda conn: taking_in.concerned(conn, some))

    def change(tx: Tx) -> Sequence[JudgedRow]:
        return work(tx, visit.rights_in(tx))

    return await services.at_gate(partial(services.gate.write, services.store, held, change))


def _text(raw: bytes) -> str:
    """The file as the form carries it to the next step, whatever it was written in."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace")


async def _page(
    visit: Visit, shown: ImportShown | None, status: int = 200, *, note: Note | None = None
) -> Response:
    own = await own_branches(visit)
    return visit.page("people_import.html", status, shown=shown, branches=own, note=note)
