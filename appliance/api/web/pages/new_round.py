"""`/rounds/new`: who can work these hours? First who would be asked by when, then it starts."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.round_form import WAYS, RoundForm
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import round_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.inbox import overview
from appliance.desk.inbox.directory import Page
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.lists import saved_lists
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.rounds import askable, board, invited, round_texts, starting
from appliance.desk.rounds.askable import Askable, MoreLines, Reach
from appliance.desk.rounds.board import RoundContact
from appliance.desk.rounds.starting import Draft, StartRequest
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.errors import InvalidInput, NotFound
from appliance.ids import new_id
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.rounds import RoundAuthor
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/rounds/new"
NAMED = 3
"""People whose names and texts the page shows as examples."""
STEPS = 8
_ALL = 1_000
_CONFIRM = {
    "nl": "Top, je staat op het rooster. Tot dan!",
    "en": "Great, you are on the schedule. See you then!",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundChoices:
    """What a round can be made of. `language` is that in which the branch writes."""

    lines: Sequence[InboxLine]
    lists: Sequence[SavedList]
    labels: Sequence[Label]
    language: str

    def line(self, line_id: str) -> InboxLine | None:
        return next((each for each in self.lines if each.id == line_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPreview:
    """What the round would do. `refused` are those who may not be asked, by reason."""

    draft: Draft
    today: Askable
    zone: str
    first: Sequence[tuple[RoundContact, str]]
    people: int
    waiting: int
    refused: Mapping[Reason, Sequence[RoundContact]]

    @property
    def steps(self) -> Sequence[Reach]:
        """A few of them, with the last."""
        reach = list(self.today.reach)
        apart = max(1, -(-len(reach) // STEPS))
        return reach[::-1][::apart][::-1]

    @property
    def first_questions(self) -> int:
        return min(self.draft.about.at_once, self.people)

    @property
    def is_tight(self) -> bool:
        """Today has no room for the first questions."""
        count = self.today.reach[-1].count if self.today.reach else 0
        return count < self.first_questions

    @property
    def faster(self) -> Sequence[MoreLines]:
        """The other numbers that would reach more people, or the first ones earlier."""
        count = self.today.reach[-1].count if self.today.reach else 0
        now = self.today.enough_ms
        return [
            each
            for each in self.today.more_lines
            if each.count > count
            or (each.enough_ms is not None and (now is None or each.enough_ms < now))
        ]

    @property
    def shown(self) -> Sequence[Shown]:
        named = [who for who, _ in self.first]
        every = [*named, *(who for found in self.refused.values() for who in found)]
        return [Shown(contact_id=each.id, listed=True) for each in every if each.id is not None]


def planning(rights: Rights) -> Sight:
    """Where somebody may begin and decide rounds. Raises NotFound for who may nowhere."""
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")
    return sight_in(rights, Permission.INBOX_WRITE)


@routes.get(PAGE)
async def new_round_page(
    visit: Reading,
    list_id: Annotated[str, Query(alias="list", max_length=40)] = "",
    label: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    offered = await visit.read(lambda conn: _offered(conn, visit))
    first = offered.lines[0]
    begun = RoundForm.begun(
        visit.now_ms,
        first.zone,
        lines=[first.id],
        texts={"confirm_text": _CONFIRM[offered.language]},
    )
    return _page(visit, replace(begun, list=list_id, label=label, q=q), offered)


@routes.post(PAGE)
async def look_or_start(visit: Posting) -> Response:
    """`do`: look, start, or a change that the page offers. Only what was looked at is started."""
    sent = await visit.request.form()
    do, looked = str(sent.get("do", "")), str(sent.get("looked", ""))
    form = RoundForm.of(sent).with_change(do)
    offered = await visit.read(lambda conn: _offered(conn, visit))
    try:
        if do == "start" and looked == form.digest:
            seen = await visit.read(lambda conn: _foreseen(conn, visit, form))
            round_id = await visit.write(lambda tx, rights: _start(tx, rights, visit, form, seen))
            visit.services.planned()
            return go(visit, f"/rounds/{round_id}")
        preview = await visit.show(
            lambda conn: _preview(conn, visit, form), lambda found: found.shown
        )
    except InvalidInput as exc:
        return _page(visit, form, offered, 422, wrong=exc)
    return _page(visit, form, offered, preview=preview, changed=do == "start")


def _foreseen(conn: sqlite3.Connection, visit: Visit, form: RoundForm) -> Draft | None:
    sight, by = planning(visit.session.rights), RoundAuthor(staff_id=visit.staff_id)
    return starting.foresee(
        conn,
        sight,
        lambda: _request(conn, sight, form, by, visit.now_ms),
        now_ms=visit.now_ms,
    )


def _start(tx: Tx, rights: Rights, visit: Visit, form: RoundForm, foreseen: Draft | None) -> str:
    sight = planning(rights)
    request = _request(tx.conn, sight, form, RoundAuthor(staff_id=visit.staff_id), tx.now_ms)
    return starting.start(tx, sight, request, foreseen)


def _preview(conn: sqlite3.Connection, visit: Visit, form: RoundForm) -> RoundPreview:
    sight, now_ms = planning(visit.session.rights), visit.now_ms
    request = _request(conn, sight, form, RoundAuthor(staff_id=visit.staff_id), now_ms)
    draft = starting.draft(conn, sight, request, round_id=new_id(now_ms), now_ms=now_ms)
    asked = [each for each in draft.judged if each.can_be_asked]
    refused: dict[Reason, list[str]] = defaultdict(list)
    for each in draft.judged:
        if each.refusal is not None:
            refused[each.refusal].append(each.contact_id)
    names = board.names_of(conn, [each.contact_id for each in draft.judged])
    return RoundPreview(
        draft=draft,
        today=askable.askable(conn, sight, draft, now_ms=now_ms),
        zone=branches.branch(conn, draft.about.branch_id).settings.zone,
        first=[(names[each.contact_id], each.text) for each in asked[:NAMED]],
        people=len(asked),
        waiting=sum(each.waits for each in draft.judged),
        refused={why: [names[each] for each in ids] for why, ids in refused.items()},
    )


def _request(
    conn: sqlite3.Connection, sight: Sight, form: RoundForm, by: RoundAuthor, now_ms: int
) -> StartRequest:
    """Raises InvalidInput, NotFound for a line or a list that is not in sight."""
    asking = [sight.line(conn, each) for each in form.lines]
    if not asking:
        raise InvalidInput("lines", "Choose a number.")
    if not any(each.strip() for each in form.variants):
        raise InvalidInput("variants", "Write what you ask.")
    zone = branches.branch(conn, asking[0].branch_id).settings.zone
    contacts = invited.people(conn, sight, form.invited, now_ms=now_ms)
    return form.request(asking, contacts, by, zone=zone, now_ms=now_ms)


def _offered(conn: sqlite3.Connection, visit: Visit) -> RoundChoices:
    """Raises NotFound where there is no number to ask from."""
    rights = visit.session.rights
    sight = planning(rights)
    own = [each for each in overview.lines(conn, rights, visit.staff_id) if each.may_write]
    if not own:
        raise NotFound("page")
    return RoundChoices(
        lines=own,
        lists=saved_lists.every(conn, sight),
        labels=labels.listed(conn, sight, Page(limit=_ALL)),
        language=branches.branch(conn, own[0].branch_id).settings.language,
    )


def _page(
    visit: Visit,
    form: RoundForm,
    offered: RoundChoices,
    status: int = 200,
    *,
    preview: RoundPreview | None = None,
    wrong: InvalidInput | None = None,
    changed: bool = False,
) -> Response:
    said = {wrong.field: round_sentences.wrong(visit.words, wrong)} if wrong else {}
    ways = [*form.variants, *[""] * (WAYS - len(form.variants))]
    return visit.page(
        "round_new.html",
        status,
        form=form,
        ways=ways,
        offered=offered,
        preview=preview,
        wrong=said,
        changed=changed,
        reserve=round_texts.RESERVE[offered.language],
        filled=round_texts.FILLED[offered.language],
    )
