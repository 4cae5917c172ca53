"""`/settings/labels`: the labels of conversations, their colours, and how often each is used."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/labels"
_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsShown:
    """`counts` by id; `branches` are those whose labels this person may change; `company`: also
    those of all.
    """

    labels: Sequence[Label]
    counts: Mapping[str, int]
    branches: Sequence[Branch]
    company: bool

    def may_change(self, label: Label) -> bool:
        return self.company if label.branch_id is None else bool(self.branch(label))

    def branch(self, label: Label) -> str:
        """The name of its branch; empty for all branches."""
        return next((each.name for each in self.branches if each.id == label.branch_id), "")

    def others(self, label: Label) -> Sequence[Label]:
        """Those that it may become one with."""
        return [
            each
            for each in self.labels
            if each.id != label.id and each.branch_id in (None, label.branch_id)
        ]


@routes.get(PAGE)
async def labels_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(PAGE)
async def add(
    visit: Posting,
    name: Annotated[str, Form(max_length=200)] = "",
    colour: Annotated[str, Form(max_length=20)] = "",
    branch: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.INBOX_WRITE, branch or None, "branch")
        labels.add(tx, name, branch or None, colour=colour or None, by=_me(visit))

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), typed=name)
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{label_id}}")
async def change(
    visit: Posting,
    label_id: str,
    name: Annotated[str, Form(max_length=200)] = "",
    colour: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        label = _own(tx, rights, label_id)
        labels.rename(tx, label, name, by=_me(visit))
        labels.paint(tx, label, colour or None, by=_me(visit))

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), label=label_id)
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{label_id}}/merge")
async def merge(
    visit: Posting, label_id: str, into: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        other = labels.one(tx.conn, Sight(rights.branches(Permission.INBOX_WRITE)), into)
        labels.merge(tx, _own(tx, rights, label_id), other, by=_me(visit))

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), label=label_id)
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{label_id}}/remove")
async def remove(visit: Posting, label_id: str) -> Response:
    await visit.write(
        lambda tx, rights: labels.remove(tx, _own(tx, rights, label_id), by=_me(visit))
    )
    return go(visit, f"{PAGE}?saved=1")


def _me(visit: Visit) -> Author:
    return Author(staff_id=visit.staff_id)


def _own(tx: Tx, rights: Rights, label_id: str) -> Label:
    return labels.changeable(tx.conn, Sight(rights.branches(Permission.INBOX_WRITE)), label_id)


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: str = "",
    label: str = "",
) -> Response:
    """After something wrong, `label` is open, or `typed` stands in the form of a new one."""
    rights = visit.session.rights
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> LabelsShown:
        sight = Sight(rights.branches(Permission.INBOX_WRITE))
        found = labels.listed(conn, sight, Page(limit=_ALL))
        return LabelsShown(
            labels=sorted(found, key=lambda each: each.name.casefold()),
            counts=labels.counts(conn),
            branches=branches_with(conn, rights, Permission.INBOX_WRITE),
            company=rights.may(Permission.INBOX_WRITE, None),
        )

    return visit.page(
        "labels.html",
        status,
        shown=await visit.read(read),
        saved=saved,
        note=note,
        typed=typed,
        label=label,
    )
