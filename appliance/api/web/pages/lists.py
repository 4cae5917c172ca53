"""Lists of people: all of them, one with its people, and making and changing them."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import asked_of
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.contacts import table
from appliance.desk.contacts.table import PeopleSort, PersonRow, TableAsked, TableConsent
from appliance.desk.inbox.directory import Page
from appliance.desk.lists import listing, progress, saved_lists, sends
from appliance.desk.lists.progress import SendCounts
from appliance.desk.lists.rules import ListRule
from appliance.desk.lists.saved_lists import ListChange, SavedList
from appliance.desk.lists.sends import Send
from appliance.desk.outgoing.lists import MAX_RECIPIENTS
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

SHOWN = 200
"""People of a list that its page shows."""
_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """`last`: its newest send, and how far that is."""

    about: SavedList
    label: str | None
    people: int
    last: Send | None
    counts: SendCounts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsShown:
    rows: Sequence[ListRow]
    branches: Sequence[Branch]
    labels: Sequence[Label]

    @property
    def zone(self) -> str:
        return zone_of(self.branches)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShown:
    """`people` are the first of `count`."""

    about: SavedList
    label: str | None
    people: Sequence[PersonRow]
    count: int
    sends: Sequence[Send]
    counts: Mapping[str, SendCounts]
    labels: Sequence[Label]
    zone: str

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=each.id, conversation_id=each.conversation_id, listed=True)
            for each in self.people
        ]

    @property
    def waits(self) -> bool:
        return any(each.waiting for each in self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """What stands in the form of a list. `by` is `rule` or `people`."""

    name: str = ""
    branch: str = ""
    by: str = "rule"
    label: str = ""
    field: str = ""
    text: str = ""
    within_days: str = ""
    longer_ago_days: str = ""
    consent: str = ""

    @classmethod
    def of(cls, rule: ListRule) -> "NewList":
        field, text = next(iter(rule.fields.items()), ("", ""))
        return cls(
            label=rule.label or "",
            field=field,
            text=text,
            within_days=str(rule.within_days or ""),
            longer_ago_days=str(rule.longer_ago_days or ""),
            consent="1" if rule.consent else "",
        )

    def rule(self) -> ListRule:
        """Raises InvalidInput."""
        return ListRule(
            label=self.label or None,
            fields={self.field: self.text} if self.field.strip() else {},
            within_days=_days(self.within_days),
            longer_ago_days=_days(self.longer_ago_days),
            consent=TableConsent.GIVEN if self.consent else None,
        )


async def _typed(request: Request) -> NewList:
    form = await request.form()
    written = {each.name: form.get(each.name) for each in fields(NewList)}
    return NewList(**{name: text[:500] for name, text in written.items() if isinstance(text, str)})


Typed = Annotated[NewList, Depends(_typed)]


def sending(rights: Rights) -> Sight:
    """Whose lists somebody sees, and to whom they may send. Raises NotFound for who may nowhere."""
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")
    return sight_in(rights, Permission.INBOX_WRITE)


def zone_of(seen: Sequence[Branch]) -> str:
    return (seen[0].settings if seen else BranchSettings()).zone


@routes.get("/lists")
async def lists_page(visit: Reading) -> Response:
    return await _lists_page(visit)


@routes.post("/lists")
async def add_list(visit: Posting, typed: Typed) -> Response:
    def work(tx: Tx, rights: Rights) -> str:
        sight = sending(rights)
        return saved_lists.add(
            tx,
            sight,
            Author(staff_id=visit.staff_id),
            name=typed.name,
            branch_id=sight.branch_id(tx.conn, typed.branch),
            rule=typed.rule() if typed.by == "rule" else None,
        )

    try:
        made = await visit.write(work)
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return await _lists_page(visit, 422, note=note, typed=typed)
    return go(visit, f"/lists/{made}?saved=1")


@routes.post("/lists/from-people")
async def from_people(
    visit: Posting,
    name: Annotated[str, Form(max_length=200)] = "",
    branch: Annotated[str, Form(max_length=40)] = "",
    q: Annotated[str, Form(max_length=500)] = "",
    label: Annotated[str, Form(max_length=40)] = "",
    sort: Annotated[PeopleSort, Form()] = PeopleSort.NAME,
    person: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Of those who are ticked in the table of people, else of all whom it has on all its pages."""
    asked = asked_of(q, label, sort)

    def work(tx: Tx, rights: Rights) -> str:
        sight = sending(rights)
        return saved_lists.add(
            tx,
            sight,
            Author(staff_id=visit.staff_id),
            name=name,
            branch_id=sight.branch_id(tx.conn, branch),
            members=_chosen(tx.conn, sight, asked, person or ()),
        )

    try:
        made = await visit.write(work)
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        typed = NewList(name=name, branch=branch, by="people")
        return await _lists_page(visit, 422, note=note, typed=typed)
    return go(visit, f"/lists/{made}?saved=1")


@routes.get("/lists/{list_id}")
async def list_page(
    visit: Reading, list_id: str, saved: Annotated[str, Query(max_length=5)] = ""
) -> Response:
    return await _list_page(visit, list_id, saved=saved)


@routes.post("/lists/{list_id}")
async def change_list(visit: Posting, list_id: str, typed: Typed) -> Response:
    """Its name, and what its rule asks for where it has one."""

    def work(tx: Tx, rights: Rights) -> None:
        sight = sending(rights)
        found = saved_lists.one(tx.conn, sight, list_id)
        rule = replace(typed.rule(), branch=found.rule.branch) if found.rule else None
        change = ListChange(name=typed.name, rule=rule)
        saved_lists.change(tx, sight, Author(staff_id=visit.staff_id), found, change)

    return await _changed(visit, list_id, work)


@routes.post("/lists/{list_id}/members")
async def change_members(
    visit: Posting,
    list_id: str,
    number: Annotated[str, Form(max_length=80)] = "",
    remove: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Adds whoever has this number, or takes one person out."""

    def work(tx: Tx, rights: Rights) -> None:
        sight = sending(rights)
        found = saved_lists.one(tx.conn, sight, list_id)
        people = saved_lists.people_of(tx.conn, sight, found, now_ms=tx.now_ms)
        added = [] if remove else _added(tx.conn, sight, number)
        members = [each for each in [*people, *added] if each != remove]
        change = ListChange(members=members)
        saved_lists.change(tx, sight, Author(staff_id=visit.staff_id), found, change)

    return await _changed(visit, list_id, work)


@routes.post("/lists/{list_id}/remove")
async def remove_list(visit: Posting, list_id: str) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        found = saved_lists.one(tx.conn, sending(rights), list_id)
        saved_lists.remove(tx, Author(staff_id=visit.staff_id), found)

    await visit.write(work)
    return go(visit, "/lists")


def _chosen(
    conn: sqlite3.Connection, sight: Sight, asked: TableAsked, named: Sequence[str]
) -> Sequence[str]:
    if named:
        return saved_lists.members_named(conn, sight, named)
    return table.every(conn, sight, asked, MAX_RECIPIENTS)


def _added(conn: sqlite3.Connection, sight: Sight, number: str) -> Sequence[str]:
    try:
        return saved_lists.members_named(conn, sight, [number])
    except NotFound as exc:
        raise InvalidInput("members", "Nobody is known under this number.") from exc


def _days(written: str) -> int | None:
    if not written.strip():
        return None
    if not written.strip().isdecimal():
        raise InvalidInput("rule", "Say a number of days.")
    return int(written)


async def _changed(visit: Visit, list_id: str, work: Callable[[Tx, Rights], None]) -> Response:
    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _list_page(visit, list_id, 422, note=note_of(visit.words, exc))
    return go(visit, f"/lists/{list_id}?saved=1")


async def _lists_page(
    visit: Visit, status: int = 200, *, note: Note | None = None, typed: NewList | None = None
) -> Response:
    rights, now_ms = visit.session.rights, visit.now_ms
    sight = sending(rights)

    def read(conn: sqlite3.Connection) -> ListsShown:
        return ListsShown(
            rows=[_row(conn, sight, each, now_ms) for each in saved_lists.every(conn, sight)],
            branches=branches_with(conn, rights, Permission.INBOX_WRITE),
            labels=labels.listed(conn, sight, Page(limit=_ALL)),
        )

    shown = await visit.read(read)
    return visit.page("lists.html", status, shown=shown, note=note, typed=typed or NewList())


def _row(conn: sqlite3.Connection, sight: Sight, found: SavedList, now_ms: int) -> ListRow:
    last = next(iter(sends.of_list(conn, sight, found.id)), None)
    return ListRow(
        about=found,
        label=listing.label_name(conn, sight, found.rule) if found.rule else None,
        people=len(saved_lists.people_of(conn, sight, found, now_ms=now_ms)),
        last=last,
        counts=progress.counts_of(conn, [last.id]).get(last.id) if last else None,
    )


async def _list_page(
    visit: Visit, list_id: str, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    sight, now_ms = sending(visit.session.rights), visit.now_ms

    def read(conn: sqlite3.Connection) -> ListShown:
        found = saved_lists.one(conn, sight, list_id)
        ids = saved_lists.people_of(conn, sight, found, now_ms=now_ms)
        sent = sends.of_list(conn, sight, found.id)
        return ListShown(
            about=found,
            label=listing.label_name(conn, sight, found.rule) if found.rule else None,
            people=table.rows(conn, sight, ids[:SHOWN]),
            count=len(ids),
            sends=sent,
            counts=progress.counts_of(conn, [each.id for each in sent]),
            labels=labels.listed(conn, sight, Page(limit=_ALL)),
            zone=branches.branch(conn, found.branch_id).settings.zone,
        )

    shown = await visit.show(read, lambda found: found.shown)
    rule = shown.about.rule
    typed = NewList.of(rule) if rule else NewList()
    return visit.page("list.html", status, shown=shown, typed=typed, saved=saved, note=note)
