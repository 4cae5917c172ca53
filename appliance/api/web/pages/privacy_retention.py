"""`/privacy/retention`: how long things are kept, tried out before it is said."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import retention_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import proposal, settings
from appliance.desk.privacy.retention.settings import HouseShown
from appliance.errors import InvalidInput
from appliance.store import terms
from appliance.store.aging import Aged
from appliance.store.branch_settings import BranchSettings
from appliance.store.readings import KEEP_DAYS
from appliance.store.store import Tx
from appliance.store.terms import Keeps, Relation, Terms

routes = APIRouter(route_class=PageRoute)

T = TypeVar("T")
PAGE = "/privacy/retention"
_AUDIT = "audit"
_NAMES = (*(f"{where.value}.{what.value}" for where in Relation for what in Keeps), _AUDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsForm:
    """`typed` is what stands in the fields, by names such as `placed.texts`. `tried` is what these
    terms would let go of; None: nobody asked.
    """

    typed: Mapping[str, str]
    tried: Aged | None = None


@routes.get(PAGE)
async def retention_page(
    visit: Reading,
    request: Request,
    saved: Annotated[str, Query(max_length=1)] = "",
    begun: Annotated[str, Query(max_length=1)] = "",
    proposed: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """With the terms in the address they are tried out."""
    typed = _typed(request.query_params)
    if proposed:
        return await _page(visit, TermsForm(typed=_drawn(proposal.proposed())))
    if not typed:
        return await _page(visit, None, saved=bool(saved), begun=bool(begun))
    sight = settings.sight_of(visit.session.rights)
    try:
        wanted = _terms(typed)
    except InvalidInput as exc:
        return await _page(visit, TermsForm(typed=typed), 422, note=_note(visit, exc))
    tried = await _aside(visit, lambda conn: settings.tried(conn, sight, wanted, visit.now_ms))
    return await _page(visit, TermsForm(typed=typed, tried=tried))


@routes.post(PAGE)
async def save_terms(visit: Posting, request: Request) -> Response:
    typed = _typed({name: str(text) for name, text in (await request.form()).items()})

    def work(tx: Tx, rights: Rights) -> None:
        by = Author(staff_id=visit.staff_id)
        settings.change(tx, settings.sight_of(rights), _terms(typed), by)

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, TermsForm(typed=typed), 422, note=_note(visit, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/run")
async def run_now(visit: Posting) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        settings.run_now(tx, settings.sight_of(rights), Author(staff_id=visit.staff_id))

    await visit.write(work)
    return go(visit, f"{PAGE}?begun=1")


async def _page(
    visit: Visit,
    form: TermsForm | None,
    status: int = 200,
    *,
    note: Note | None = None,
    saved: bool = False,
    begun: bool = False,
) -> Response:
    sight = settings.sight_of(visit.session.rights)
    now_ms = visit.now_ms

    def held(found: HouseShown) -> list[Shown]:
        return [Shown(contact_id=each.hold.contact_id) for each in found.held]

    shown = await visit.show(lambda conn: settings.house(conn, sight), held)
    days = await _aside(visit, lambda conn: settings.week(conn, sight, now_ms))
    kept = _drawn(shown.terms.terms)
    if form is None:
        fresh = shown.terms.saved_ms is None and sight.branches is None
        form = TermsForm(typed=_drawn(proposal.proposed()) if fresh else kept)
    return visit.page(
        "privacy_retention.html",
        status,
        shown=shown,
        days=days,
        form=form,
        kept=kept,
        may_say=sight.branches is None,
        grounds=dict.fromkeys(each for _, each in proposal.PROPOSED.values()),
        audit_ground=proposal.Ground.AUDIT,
        audit_days=KEEP_DAYS,
        kinds=tuple(Keeps),
        relations=tuple(Relation),
        note=note,
        saved=saved,
        begun=begun,
        zone=BranchSettings().zone,
    )


async def _aside(visit: Visit, work: Callable[[Connection], T]) -> T:
    """In a thread of its own: it may read for seconds, and pages do not wait for it."""
    return await asyncio.to_thread(visit.services.store.read, work)


def _note(visit: Visit, exc: InvalidInput) -> Note:
    return Note(code=exc.field, sentence=retention_sentences.wrong(visit.words, exc.field))


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    """What stands in the form's fields; empty where none of them came."""
    if not any(name in given for name in _NAMES):
        return {}
    return {name: given.get(name, "").strip() for name in _NAMES}


def _terms(typed: Mapping[str, str]) -> Terms:
    """Raises InvalidInput."""
    return terms.checked({name: _days(name, text) for name, text in typed.items()})


def _days(name: str, text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):  # noqa: PLR2004 -- no term is that long
        raise InvalidInput(name, "A term is a number of days.")
    return int(text) if text else None


def _drawn(found: Terms) -> dict[str, str]:
    named = found.named
    return {name: str(named.get(name, "")) for name in _NAMES}
