"""`/settings/branches`: hours, holidays, language and welcome of each, and when claims go back."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.team import must_manage, shown
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import branch_form, hours_form, new_branch
from appliance.desk.team import house_history
from appliance.desk.team.house_history import HouseEntry
from appliance.desk.texts import model_question
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branch_settings, branches, kept_settings, lines
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/branches"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchShown:
    """`values` are what the form shows; `was` is what is kept."""

    branch: Branch
    lines: Sequence[Line]
    values: Mapping[str, object]
    lunch: tuple[str, str]
    was: str
    past: Sequence[HouseEntry]


@routes.get(PAGE)
async def branches_page(visit: Reading) -> Response:
    return await _list(visit)


@routes.post(PAGE)
async def add(
    visit: Posting,
    name: Annotated[str, Form(max_length=400)] = "",
    language: Annotated[str, Form(max_length=10)] = "nl",
) -> Response:
    def work(tx: Tx, rights: Rights) -> Branch:
        rights.require(Permission.STAFF_MANAGE, None, "page")
        return new_branch.add(tx, name, {"language": language}, by=f"staff:{visit.staff_id}")

    try:
        new = await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _list(visit, 422, note=note_of(visit.words, exc), typed=name)
    return go(visit, f"{PAGE}/{new.id}?saved=1")


@routes.get(f"{PAGE}/{{branch_id}}")
async def branch_page(visit: Reading, branch_id: str, saved: str = "") -> Response:
    return await _branch(visit, branch_id, saved=saved)


@routes.post(f"{PAGE}/{{branch_id}}")
async def change(
    visit: Posting,
    branch_id: str,
    request: Request,
    weekday: Annotated[list[str] | None, Form()] = None,
) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}

    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.STAFF_MANAGE, branch_id, "branch")
        patch = branch_form.patch_of(form, weekday or [])
        branch_settings.change(tx, branch_id, patch, by=f"staff:{visit.staff_id}")

    try:
        await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        typed = {**form, "weekdays": "".join(weekday or [])}
        return await _branch(visit, branch_id, 422, note=note, typed=typed)
    return go(visit, f"{PAGE}/{branch_id}?saved=1")


@routes.post(f"{PAGE}/{{branch_id}}/name")
async def rename(
    visit: Posting, branch_id: str, name: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.STAFF_MANAGE, branch_id, "branch")
        new_branch.rename(tx, branch_id, name, staff_id=visit.staff_id)

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _branch(visit, branch_id, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}/{branch_id}?saved=1")


async def _list(
    visit: Visit, status: int = 200, *, note: Note | None = None, typed: str = ""
) -> Response:
    must_manage(visit)
    rights = visit.session.rights
    found = await visit.read(lambda conn: shown(conn, rights))
    return visit.page("branches.html", status, shown=found, note=note, typed=typed)


async def _branch(
    visit: Visit,
    branch_id: str,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """After something wrong, `typed` stands in the form."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> BranchShown:
        rights.require(Permission.STAFF_MANAGE, branch_id, "branch")
        found = next((each for each in branches.branches(conn) if each.id == branch_id), None)
        if found is None:
            raise NotFound("branch")
        own = [each for each in lines.lines(conn) if each.branch_id == branch_id]
        return _shown(found, own, typed, house_history.of_branch(conn, branch_id))

    return visit.page(
        "branch.html",
        status,
        at=await visit.read(read),
        saved=saved,
        note=note,
        countries=branch_form.COUNTRIES,
        going_back=branch_settings.GOING_BACK,
        model=visit.services.suggester,
        told_of_model=model_question.LAST,
    )


def _shown(
    branch: Branch,
    found: Sequence[Line],
    typed: Mapping[str, str] | None,
    past: Sequence[HouseEntry],
) -> BranchShown:
    settings: BranchSettings = branch.settings
    lunch = branch_form.lunch_of(settings)
    if typed is not None:
        lunch = (typed.get("lunch_from", ""), typed.get("lunch_until", ""))
    was = branch_form.drawn(settings)
    values = {
        **kept_settings.facts(settings),
        **hours_form.week_texts(settings),
        "hours": "same" if settings.week is None else hours_form.WEEK,
        "exceptions": hours_form.exceptions_text(settings.exceptions),
    }
    return BranchShown(
        branch=branch,
        lines=found,
        values={**values, **(typed or {})},
        lunch=lunch,
        was=typed.get("was", was) if typed else was,
        past=past,
    )
