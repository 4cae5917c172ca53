"""`/settings/tokens`: what other programs come in with; each is shown once."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.team import must_manage, shown
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Rights
from appliance.desk.access.tokens import (
    MOST_PER_MINUTE,
    NEVER,
    USUAL_PER_MINUTE,
    NewSigningKey,
    NewToken,
    Scope,
    life_days,
    scopes_of,
)
from appliance.desk.team import programs
from appliance.errors import InvalidInput
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/tokens"
_LIVES = (30, 90, 365, 730)
"""Days, of which the page offers a choice; the third is the usual one."""
_ALL = [each.value for each in Scope]


@routes.get(PAGE)
async def tokens_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(PAGE)
async def add(
    visit: Posting,
    name: Annotated[str, Form(max_length=400)] = "",
    scope: Annotated[list[str] | None, Form()] = None,
    branch: Annotated[str, Form(max_length=40)] = "",
    expires: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    must_manage(visit)
    wanted = scope or []

    def work(tx: Tx, rights: Rights) -> NewToken:
        return programs.add(
            tx,
            rights,
            name,
            scopes=scopes_of(wanted),
            branch_id=branch or None,
            by_staff_id=visit.staff_id,
            life_days=life_days(expires),
        )

    try:
        new = await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, 422, note=note, typed=name, ticked=wanted)
    return await _page(visit, new=new)


@routes.post(f"{PAGE}/{{token_id}}/revoke")
async def revoke(visit: Posting, token_id: str) -> Response:
    await visit.write(
        lambda tx, rights: programs.revoke(tx, rights, token_id, by_staff_id=visit.staff_id)
    )
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{token_id}}/limit")
async def limit(
    visit: Posting, token_id: str, per_minute: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """How often a minute it may ask; empty: as usual."""
    said = per_minute.strip()
    wanted = int(said) if said.isdecimal() else None if not said else 0

    def work(tx: Tx, rights: Rights) -> None:
        programs.limit(tx, rights, token_id, wanted, by_staff_id=visit.staff_id)

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{token_id}}/rotate")
async def rotate(visit: Posting, token_id: str) -> Response:
    """Shows the new key of signatures, this once."""
    must_manage(visit)
    key = await visit.write(
        lambda tx, rights: programs.rotate_key(tx, rights, token_id, by_staff_id=visit.staff_id)
    )
    return await _page(visit, key=key)


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    new: NewToken | None = None,
    key: NewSigningKey | None = None,
    typed: str = "",
    ticked: Sequence[str] = _ALL,
) -> Response:
    must_manage(visit)
    rights = visit.session.rights
    return visit.page(
        "tokens.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, rights)),
        tokens=await visit.read(lambda conn: programs.managed(conn, rights)),
        scopes=_ALL,
        never=NEVER,
        most=MOST_PER_MINUTE,
        usual=USUAL_PER_MINUTE,
        lives=_LIVES,
        ticked=ticked,
        saved=saved,
        note=note,
        new=new,
        key=key,
        typed=typed,
        zone=BranchSettings().zone,
    )
