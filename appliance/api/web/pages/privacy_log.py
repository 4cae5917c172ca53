"""`/privacy/log`: who changed what and who read what, for who guards privacy."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer, officer_sight
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import audit_sentences
from appliance.desk.access.rights import Rights
from appliance.desk.contacts import card_files
from appliance.desk.privacy.log import audit, house, readers, searched, shown
from appliance.desk.privacy.log.audit import NEWEST, AuditAsked
from appliance.desk.privacy.log.readers import KnownReader
from appliance.desk.privacy.log.shown import AuditRow
from appliance.desk.reports.period import Period
from appliance.errors import InvalidInput, NotFound
from appliance.store import readings
from appliance.store.branch_settings import BranchSettings
from appliance.store.house_key import HouseKey
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/privacy/log"
MOST = 50
_AT_ONCE = 200
_ZONE = BranchSettings().zone


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAsked:
    """As the form has it. `contact` is an id or a number, `first` and `last` are days."""

    who: str = ""
    contact: str = ""
    kind: str = ""
    word: str = ""
    first: str = ""
    last: str = ""
    after: str = ""

    @property
    def is_filtered(self) -> bool:
        return any((self.who, self.contact, self.kind, self.word, self.first, self.last))

    def address(self, path: str = PAGE, *, after: str = "") -> str:
        said = {
            "who": self.who,
            "contact": self.contact,
            "kind": self.kind,
            "word": self.word,
            "from": self.first,
            "to": self.last,
            "after": after,
        }
        asked = urlencode({name: each for name, each in said.items() if each})
        return f"{path}?{asked}" if asked else path


@dataclass(frozen=True, slots=True, kw_only=True)
class LogShown:
    """`whom` is the name of whom the filter names. `wrong`: what was asked cannot be read."""

    asked: LogAsked
    is_on: bool
    may_switch: bool
    readers: Sequence[KnownReader]
    whom: str = ""
    rows: Sequence[AuditRow] = ()
    next: str | None = None
    wrong: bool = False


def _asked(
    who: Annotated[str, Query(max_length=80)] = "",
    contact: Annotated[str, Query(max_length=80)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    word: Annotated[str, Query(max_length=80)] = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
) -> LogAsked:
    return LogAsked(
        who=who,
        contact=contact.strip(),
        kind=kind,
        word=word.strip(),
        first=first,
        last=last,
        after=after,
    )


Asked = Annotated[LogAsked, Depends(_asked)]


@routes.get(PAGE)
async def log_page(visit: Reading, asked: Asked) -> Response:
    must_be_officer(visit)
    await visit.services.readings_kept()
    found = await visit.show(
        lambda conn: _log(conn, visit, asked), lambda found: shown.people_in(found.rows)
    )
    visit.accesses.tell(ReadingKind.READ, Thing.LOG)
    return visit.page(
        "privacy_log.html",
        422 if found.wrong else 200,
        shown=found,
        kinds=audit_sentences.KINDS,
        zone=_ZONE,
    )


@routes.get(f"{PAGE}/export.csv")
async def log_csv(visit: Reading, asked: Asked) -> Response:
    """All that fits, with `;`, as Excel expects it in the Netherlands."""
    must_be_officer(visit)
    await visit.services.readings_kept()
    wanted = await visit.read(lambda conn: _wanted(conn, visit, asked, _AT_ONCE))
    visit.accesses.tell(ReadingKind.EXPORT, Thing.LOG)
    return StreamingResponse(
        _lines(visit, wanted),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="log.csv"'},
    )


@routes.post(f"{PAGE}/switch")
async def switch(visit: Posting, on: Annotated[str, Form(max_length=1)] = "") -> Response:
    """Raises NotFound for who does not guard every branch."""

    def work(tx: Tx, rights: Rights) -> None:
        house.must_guard_all(tx.conn, rights)
        house.switch(tx, on=bool(on), staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, PAGE)


def _log(conn: sqlite3.Connection, visit: Visit, asked: LogAsked) -> LogShown:
    sight = officer_sight(visit.session.rights)
    plain = LogShown(
        asked=asked,
        is_on=readings.is_on(conn),
        may_switch=house.guards_all(conn, visit.session.rights),
        readers=readers.known(conn, sight),
    )
    try:
        wanted = _wanted(conn, visit, asked, MOST)
        found = audit.page(conn, sight, wanted)
    except (InvalidInput, NotFound):
        return replace(plain, wrong=True)
    whom = shown.called(conn, wanted.contact_id) if wanted.contact_id else ""
    rows = shown.rows_of(conn, found.entries)
    return replace(plain, whom=whom, rows=rows, next=found.next)


async def _lines(visit: Visit, wanted: AuditAsked) -> AsyncIterator[str]:
    heads = [visit.words.text(each) for each in audit_sentences.HEADS]
    yield card_files.MARK + card_files.csv_line(heads)
    after = wanted.after
    sight = officer_sight(visit.session.rights)
    while True:

        def read(
            conn: sqlite3.Connection, after: str | None = after
        ) -> tuple[Sequence[AuditRow], str | None]:
            found = audit.page(conn, sight, replace(wanted, after=after))
            return shown.rows_of(conn, found.entries), found.next

        rows, after = await visit.show(read, lambda found: shown.people_in(found[0]))
        lines = (audit_sentences.cells(visit.words, row, _ZONE) for row in rows)
        yield "".join(card_files.csv_line(each) for each in lines)
        if after is None:
            return


def _wanted(conn: sqlite3.Connection, visit: Visit, asked: LogAsked, limit: int) -> AuditAsked:
    """Raises InvalidInput or NotFound for what names nothing."""
    sight = officer_sight(visit.session.rights)
    known = {each.value: each for each in ReadingKind}
    if asked.kind and asked.kind not in known:
        raise InvalidInput("kind", "There is no such kind.")
    from_ms, until_ms = _period(asked)
    hashes: Sequence[str] = ()
    if asked.word:
        hashes = searched.ever_hashes_of(HouseKey.of(visit.services.data_dir), asked.word)
    return AuditAsked(
        who=asked.who or None,
        contact_id=sight.contact(conn, asked.contact).id if asked.contact else None,
        kind=known.get(asked.kind),
        hashes=hashes,
        from_ms=from_ms,
        until_ms=until_ms,
        after=asked.after or None,
        limit=limit,
    )


def _period(asked: LogAsked) -> tuple[int, int]:
    first = _day("from", asked.first)
    last = _day("to", asked.last)
    from_ms = Period(first=first, last=first).bounds_ms(_ZONE)[0] if first else 0
    until_ms = Period(first=last, last=last).bounds_ms(_ZONE)[1] if last else NEWEST
    return from_ms, until_ms


def _day(name: str, said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as exc:
        raise InvalidInput(name, "Give a day as 2026-03-31.") from exc
