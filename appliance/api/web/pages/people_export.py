"""People as files: the table as somebody asked for it, or one card."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import asked_of, reading
from appliance.api.web.visit import Reading, Visit
from appliance.api.web.words import people_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.contacts import card_files, table
from appliance.desk.contacts.table import PersonRow, TableAsked
from appliance.errors import InvalidInput
from appliance.store.readings import ReadingKind, Thing

routes = APIRouter(route_class=PageRoute)

MOST = 200_000
AT_ONCE = 200
"""People of one read, so that others have their turn between."""
Asked = Annotated[TableAsked, Depends(asked_of)]


@routes.get("/people/export.csv")
async def export_csv(visit: Reading, asked: Asked) -> Response:
    """The same people in the same order; no cell becomes a formula."""
    head = card_files.MARK + card_files.csv_line(people_sentences.heads(visit.words))

    def line(row: PersonRow) -> str:
        _, standing = people_sentences.consent(visit.words, row.consent)
        return card_files.csv_line([*card_files.csv_cells(row.card), standing])

    ids = await _ids(visit, asked)
    return _file(_lines(visit, ids, line, head), "text/csv; charset=utf-8", "people.csv")


@routes.get("/people/export.vcf")
async def export_vcards(visit: Reading, asked: Asked) -> Response:
    ids = await _ids(visit, asked)
    lines = _lines(visit, ids, lambda row: card_files.vcard(row.card))
    return _file(lines, "text/vcard; charset=utf-8", "people.vcf")


@routes.get("/people/{contact}/card.vcf")
async def export_card(visit: Reading, contact: str) -> Response:
    found = await visit.read(lambda conn: reading(visit).contact(conn, contact).id)
    lines = _lines(visit, [found], lambda row: card_files.vcard(row.card))
    return _file(lines, "text/vcard; charset=utf-8", "person.vcf")


async def _ids(visit: Visit, asked: TableAsked) -> Sequence[str]:
    def read(conn: sqlite3.Connection) -> Sequence[str]:
        try:
            return table.every(conn, reading(visit), asked, MOST)
        except InvalidInput:  # a filter that is not written to its end: the page says so
            return ()

    return await visit.read(read)


async def _lines(
    visit: Visit, ids: Sequence[str], line: Callable[[PersonRow], str], head: str = ""
) -> AsyncIterator[str]:
    if head:
        yield head
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]

        def read(conn: sqlite3.Connection, some: Sequence[str] = some) -> Sequence[PersonRow]:
            return table.rows(conn, reading(visit), some)

        rows = await visit.show(read, _shown, what=ReadingKind.EXPORT, thing=Thing.PERSON)
        yield "".join(line(row) for row in rows)


def _shown(rows: Sequence[PersonRow]) -> Sequence[Shown]:
    return [Shown(contact_id=each.id, conversation_id=each.conversation_id) for each in rows]


def _file(lines: AsyncIterator[str], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=media_type, headers=headers)
