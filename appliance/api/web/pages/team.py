"""`/settings/team`: colleagues are let in by a link, given roles, and let go."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from appliance.api.web.login_address import login_address
from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.team import colleagues, house_history
from appliance.desk.team.colleagues import NewLink
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/team"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamShown:
    """`branches` are those whose colleagues this person manages; `company`: also those of all.
    `named` are all branches.
    """

    named: Sequence[Branch]
    branches: Sequence[Branch]
    company: bool

    def name_of(self, branch_id: str | None) -> str:
        return next((each.name for each in self.named if each.id == branch_id), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What stands in the form. `branch` empty: everywhere."""

    name: str = ""
    role: str = "staff"
    branch: str = ""


class ChangeOfColleague(Protocol):
    def __call__(self, tx: Tx, rights: Rights, staff_id: str, /, *, by_staff_id: str) -> None: ...


def _typed(
    name: Annotated[str, Form(max_length=400)] = "",
    role: Annotated[str, Form(max_length=40)] = "staff",
    branch: Annotated[str, Form(max_length=40)] = "",
) -> Invitation:
    return Invitation(name=name, role=role, branch=branch)


Invited = Annotated[Invitation, Depends(_typed)]


@routes.get(PAGE)
async def team_page(visit: Reading) -> Response:
    return await _team(visit)


@routes.post(PAGE)
async def invite(visit: Posting, typed: Invited) -> Response:
    must_manage(visit)
    try:
        new = await let_in(visit, typed)
    except (InvalidInput, Refused) as exc:
        return await _team(visit, 422, note=note_of(visit.words, exc), typed=typed)
    return await _colleague(visit, new.staff_id, link=new)


@routes.get(f"{PAGE}/{{staff_id}}")
async def colleague_page(visit: Reading, staff_id: str, saved: str = "") -> Response:
    return await _colleague(visit, staff_id, saved=saved)


@routes.post(f"{PAGE}/{{staff_id}}/name")
async def rename(
    visit: Posting, staff_id: str, name: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    return await _changed(visit, staff_id, partial(colleagues.rename, name=name))


@routes.post(f"{PAGE}/{{staff_id}}/roles")
async def give_roles(visit: Posting, staff_id: str, request: Request) -> Response:
    """One field for each role: `role-` and the branch's id, or `role-` alone for everywhere; the
    same place may come more than once. `also_role` is one more, in `also_branch`.
    """
    form = await request.form()
    wanted = [
        (str(role), name.removeprefix("role-"))
        for name, role in form.multi_items()
        if name.startswith("role-")
    ]
    wanted.append((str(form.get("also_role", "")), str(form.get("also_branch", ""))))
    roles = list(dict.fromkeys((role, place or None) for role, place in wanted if role))
    return await _changed(visit, staff_id, partial(colleagues.give_roles, roles=roles))


@routes.post(f"{PAGE}/{{staff_id}}/email")
async def change_email(
    visit: Posting, staff_id: str, email: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    return await _changed(visit, staff_id, partial(colleagues.change_email, email=email))


@routes.post(f"{PAGE}/{{staff_id}}/disconnect")
async def disconnect(visit: Posting, staff_id: str) -> Response:
    return await _changed(visit, staff_id, colleagues.disconnect)


@routes.post(f"{PAGE}/{{staff_id}}/link")
async def new_link(visit: Posting, staff_id: str) -> Response:
    try:
        link = await visit.write(
            lambda tx, rights: colleagues.link(tx, rights, staff_id, by_staff_id=visit.staff_id)
        )
    except Refused as exc:
        return await _colleague(visit, staff_id, 409, note=note_of(visit.words, exc))
    return await _colleague(visit, staff_id, link=link)


@routes.post(f"{PAGE}/{{staff_id}}/disable")
async def disable(visit: Posting, staff_id: str) -> Response:
    return await _changed(visit, staff_id, colleagues.disable)


@routes.post(f"{PAGE}/{{staff_id}}/enable")
async def enable(visit: Posting, staff_id: str) -> Response:
    return await _changed(visit, staff_id, colleagues.enable)


@routes.post(f"{PAGE}/{{staff_id}}/log-out")
async def log_out(visit: Posting, staff_id: str) -> Response:
    return await _changed(visit, staff_id, colleagues.log_out)


def must_manage(visit: Visit) -> None:
    """Raises NotFound for who manages no colleagues at all."""
    if not visit.session.rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")


async def let_in(visit: Visit, typed: Invitation) -> NewLink:
    """Raises InvalidInput, or NotFound for the branch."""

    def work(tx: Tx, rights: Rights) -> NewLink:
        return colleagues.invite(
            tx,
            rights,
            typed.name,
            role=typed.role,
            branch_id=typed.branch or None,
            by_staff_id=visit.staff_id,
        )

    return await visit.write(work)


def shown(conn: sqlite3.Connection, rights: Rights) -> TeamShown:
    """Where this person may let others in."""
    return TeamShown(
        named=branches.branches(conn),
        branches=branches_with(conn, rights, Permission.STAFF_MANAGE),
        company=rights.may(Permission.STAFF_MANAGE, None),
    )


async def _changed(visit: Visit, staff_id: str, change: ChangeOfColleague) -> Response:
    try:
        await visit.write(
            lambda tx, rights: change(tx, rights, staff_id, by_staff_id=visit.staff_id)
        )
    except (InvalidInput, Refused) as exc:
        status = 409 if isinstance(exc, Refused) else 422
        return await _colleague(visit, staff_id, status, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}/{staff_id}?saved=1")


async def _team(
    visit: Visit, status: int = 200, *, note: Note | None = None, typed: Invitation | None = None
) -> Response:
    must_manage(visit)
    rights = visit.session.rights
    people = await visit.read(lambda conn: colleagues.managed(conn, rights, visit.now_ms))
    return visit.page(
        "team.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, rights)),
        people=people,
        note=note,
        typed=typed or Invitation(),
    )


async def _colleague(
    visit: Visit,
    staff_id: str,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    link: NewLink | None = None,
) -> Response:
    rights = visit.session.rights
    who = await visit.read(lambda conn: colleagues.one(conn, rights, staff_id, visit.now_ms))
    return visit.page(
        "colleague.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, rights)),
        who=who,
        saved=saved,
        note=note,
        address=link and login_address(visit.request, link.token),
        provider_name=visit.web.provider.name if visit.web.provider else None,
        provider_gives_roles=bool(visit.web.provider and visit.web.provider.gives_roles),
        past=await visit.read(lambda conn: house_history.of_colleague(conn, staff_id)),
        zone=BranchSettings().zone,
    )
