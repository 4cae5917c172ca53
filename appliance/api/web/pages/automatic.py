"""`/settings/automatic`: what a number says by itself, a trial of it, and its duty roster."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import automatic_sentences
from appliance.characters import clean_name
from appliance.desk.access.rights import Permission, Rights, line_with, lines_with
from appliance.desk.automatic import absence, roster, rules, rules_form, trial
from appliance.desk.automatic.absence import Absence
from appliance.desk.automatic.calendar_file import MOST_BYTES, RosterWrong
from appliance.desk.automatic.calendar_reading import read_calendar
from appliance.desk.automatic.roster import Roster
from appliance.desk.automatic.trial import Trial, TrialAsked
from appliance.desk.team import house_history
from appliance.desk.team.house_history import HouseEntry
from appliance.errors import InvalidInput, NotFound
from appliance.store import branches, kept_settings, line_settings
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/automatic"
SATURDAY, EVENING, SOMEBODY = 6, "22:00", "Fatima"
"""What the trial asks until somebody asks otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialForm:
    """`day` is an ISO weekday, `at` HH:MM; `owner` the id of a colleague who is away."""

    day: int = SATURDAY
    at: str = EVENING
    name: str = SOMEBODY
    first: bool = False
    there: bool = True
    owner: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticShown:
    """`values` are what the form shows, `was` is what is kept. `choices` are the numbers whose
    rules one may change.
    """

    choices: Sequence[tuple[Line, Branch]]
    line: Line
    branch: Branch
    values: Mapping[str, Any]
    was: str
    roster: Roster | None
    away: Sequence[Absence]
    trial: Trial | None
    past: Sequence[HouseEntry]


async def _trial_of(
    day: Annotated[int, Query(ge=1, le=7)] = SATURDAY,
    at: Annotated[str, Query(max_length=5)] = "",
    name: Annotated[str, Query(max_length=80)] = "",
    first: str = "",
    there: str = "",
    owner: Annotated[str, Query(max_length=40)] = "",
) -> TrialForm:
    """Without a time nothing was asked."""
    if not at:
        return TrialForm()
    return TrialForm(
        day=day,
        at=at,
        name=name,
        first=bool(first),
        there=bool(there),
        owner=owner,
        asked=True,
    )


@routes.get(PAGE)
async def automatic_page(
    visit: Reading,
    asked: Annotated[TrialForm, Depends(_trial_of)],
    line: Annotated[str, Query(max_length=40)] = "",
    saved: str = "",
) -> Response:
    return await _page(visit, line, saved=saved, asked=asked)


@routes.post(f"{PAGE}/{{line_id}}")
async def change(visit: Posting, line_id: str, request: Request) -> Response:
    form = [(name, str(value)) for name, value in (await request.form()).multi_items()]

    def work(tx: Tx, rights: Rights) -> None:
        line = _own(tx.conn, rights, line_id)
        patch = rules_form.patch_of(form)
        rules.change(tx, line.id, line.rules, patch, by=f"staff:{visit.staff_id}")

    try:
        await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        typed = {**rules_form.said_in(form), "was": dict(form).get("was", "")}
        return await _page(visit, line_id, 422, note=note, typed=typed)
    return go(visit, f"{PAGE}?line={line_id}&saved=1")


@routes.post(f"{PAGE}/{{line_id}}/after-done")
async def ask_after_done(
    visit: Posting, line_id: str, question: Annotated[str, Form(max_length=5000)] = ""
) -> Response:
    """Empty: nobody is asked."""

    def work(tx: Tx, rights: Rights) -> None:
        line = _own(tx.conn, rights, line_id)
        patch = {"after_done": question.strip() or None}
        line_settings.change(tx, line.id, patch, by=f"staff:{visit.staff_id}")

    try:
        await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, line_id, 422, note=note, question=question)
    return go(visit, f"{PAGE}?line={line_id}&saved=1#after-done")


@routes.post(f"{PAGE}/{{line_id}}/roster")
async def bring_roster(
    visit: Posting, line_id: str, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    """In the place of the one that there was."""
    rights = visit.session.rights
    branch = await visit.read(lambda conn: _branch_of(conn, _own(conn, rights, line_id)))
    raw = await file.read(MOST_BYTES + 1) if file is not None else b""
    name = (file.filename if file is not None else None) or ""
    try:
        shifts = await asyncio.to_thread(read_calendar, raw, branch.settings.zone, visit.now_ms)
    except RosterWrong as exc:
        note = Note(code=exc.field, sentence=automatic_sentences.wrong_roster(visit.words, exc))
        return await _page(visit, line_id, 422, note=note)

    def work(tx: Tx, rights: Rights) -> None:
        line = _own(tx.conn, rights, line_id)
        roster.bring(tx, line, name, shifts, staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, f"{PAGE}?line={line_id}&saved=1#roster")


@routes.post(f"{PAGE}/{{line_id}}/roster/remove")
async def remove_roster(
    visit: Posting, line_id: str, sure: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    del sure

    def work(tx: Tx, rights: Rights) -> None:
        roster.remove(tx, _own(tx.conn, rights, line_id).id, staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, f"{PAGE}?line={line_id}&saved=1#roster")


def _own(conn: sqlite3.Connection, rights: Rights, line_id: str) -> Line:
    """Raises NotFound."""
    return line_with(conn, rights, Permission.STAFF_MANAGE, line_id)


def _branch_of(conn: sqlite3.Connection, line: Line) -> Branch:
    return branches.branch(conn, line.branch_id)


async def _page(
    visit: Visit,
    line_id: str,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: Mapping[str, Any] | None = None,
    question: str | None = None,
    asked: TrialForm | None = None,
) -> Response:
    """After something wrong, `typed` or `question` stands in its form. Without a line it is that of
    the first.
    """
    form = asked or TrialForm()
    rights = visit.session.rights
    if not rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> AutomaticShown | None:
        choices = [
            (each, _branch_of(conn, each))
            for each in lines_with(conn, rights, Permission.STAFF_MANAGE)
        ]
        if not choices and not line_id:
            return None
        line = _own(conn, rights, line_id) if line_id else choices[0][0]
        return _shown(conn, choices, line, typed, form, visit.now_ms)

    return visit.page(
        "automatic.html",
        status,
        at=await visit.read(read),
        saved=saved,
        note=note,
        form=form,
        question=question,
    )


def _shown(
    conn: sqlite3.Connection,
    choices: Sequence[tuple[Line, Branch]],
    line: Line,
    typed: Mapping[str, Any] | None,
    form: TrialForm,
    now_ms: int,
) -> AutomaticShown:
    branch = _branch_of(conn, line)
    was = rules_form.drawn(line.rules)
    away = absence.in_branch(conn, line.branch_id, now_ms)
    return AutomaticShown(
        choices=choices,
        line=line,
        branch=branch,
        values={**kept_settings.facts(line.rules), **(typed or {})},
        was=typed["was"] if typed else was,
        roster=roster.of_line(conn, line.id, now_ms),
        away=away,
        trial=_tried(conn, line, branch, form, away, now_ms) if form.asked else None,
        past=house_history.of_line(conn, line.id),
    )


def _tried(
    conn: sqlite3.Connection,
    line: Line,
    branch: Branch,
    form: TrialForm,
    away: Sequence[Absence],
    now_ms: int,
) -> Trial | None:
    """None for a time that is none. An owner who is not among those `away` is none."""
    try:
        clock = time.fromisoformat(form.at)
    except ValueError:
        return None
    at_ms = trial.next_moment(form.day, clock, branch.settings.zone, now_ms)
    asked = TrialAsked(
        at_ms=at_ms,
        is_new=form.first,
        is_there=form.there,
        owner_id=next((each.staff_id for each in away if each.staff_id == form.owner), None),
        name=clean_name(form.name),
    )
    return trial.tried(conn, line, asked)
