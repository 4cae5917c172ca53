"""One's own notifications: which browser, when, for which numbers; and the house's choice."""

import asyncio
import dataclasses
import logging
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import JSONResponse, Response

from appliance.api.web.mail_shown import MailShown, mail_shown
from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words.notice_sentences import notice
from appliance.desk.access.accesses import Shown
from appliance.desk.access.bearer import token_hash
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.notices import choices
from appliance.desk.notices.choices import NoticeChoice
from appliance.desk.notices.news import News, NewsKind, news_for
from appliance.errors import InvalidInput, NotFound, SetupError
from appliance.ids import is_id
from appliance.push.keys import public_key_of
from appliance.push.services import is_push_service
from appliance.store import branches, lines, push
from appliance.store.house_key import HouseKey
from appliance.store.push import PushAddress, PushHouse
from appliance.store.store import Tx

log = logging.getLogger(__name__)
routes = APIRouter(route_class=PageRoute)

ADDRESS = "/me/notifications"
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}={0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShownLine:
    id: str
    branch: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notifications:
    """What the page shows. `key` is empty where no browser can be told."""

    choice: NoticeChoice
    lines: Sequence[_ShownLine]
    house: PushHouse
    may_switch: bool
    key: str = ""
    mail: MailShown | None = None


@routes.get(ADDRESS)
async def notifications_page(visit: Reading, saved: str = "", mailed: str = "") -> Response:
    return await notifications_answer(visit, saved=saved, mailed=mailed)


@routes.post(ADDRESS)
async def choose(
    visit: Posting,
    begins: Annotated[str, Form()] = "",
    ends: Annotated[str, Form()] = "",
    day: Annotated[list[str] | None, Form()] = None,
    line: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`line` are those that one wants to be told of; of later ones one is told, too."""
    shown = await visit.read(lambda conn: _lines(conn, visit.session.rights))
    without = [each.id for each in shown if each.id not in (line or ())]
    patch = {"begins": begins, "ends": ends, "weekdays": "".join(day or ()), "without": without}
    try:
        await visit.write(lambda tx, _: choices.choose(tx, visit.staff_id, patch))
    except InvalidInput as exc:
        return await notifications_answer(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{ADDRESS}?saved=1")


@routes.post(f"{ADDRESS}/house")
async def choose_for_the_house(
    visit: Posting,
    is_on: Annotated[str, Form()] = "",
    shows_text: Annotated[str, Form()] = "",
    contact: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Raises NotFound for who is no administrator of the whole house."""
    if is_on and not _MAIL.fullmatch(contact.strip()):
        wrong = InvalidInput("contact", "Write an address of e-mail, such as ict@example.com.")
        return await notifications_answer(visit, 422, note=note_of(visit.words, wrong))
    await visit.write(
        lambda tx, rights: _switch(
            tx, rights, visit, is_on=bool(is_on), shows=bool(shows_text), contact=contact.strip()
        )
    )
    return go(visit, f"{ADDRESS}?saved=1")


@routes.post(f"{ADDRESS}/browser")
async def tell_this_browser(
    visit: Posting,
    endpoint: Annotated[str, Form()] = "",
    public_key: Annotated[str, Form()] = "",
    secret: Annotated[str, Form()] = "",
) -> Response:
    """It says so at each visit; that it is still this person's counts for a week."""
    known = is_push_service(endpoint, visit.services.push_services)
    if not known or not (_KEY.fullmatch(public_key) and _KEY.fullmatch(secret)):
        raise InvalidInput("endpoint", "This browser's push service is none that Balie knows.")
    given = PushAddress(endpoint=endpoint, public_key=public_key, secret=secret)
    address = await asyncio.to_thread(_sealed, visit.services.data_dir, given)
    await visit.write(lambda tx, _: _subscribe(tx, visit, address))
    return Response(status_code=204)


@routes.post(f"{ADDRESS}/browser/end")
async def forget_this_browser(visit: Posting, endpoint: Annotated[str, Form()] = "") -> Response:
    await visit.write(lambda tx, _: push.end_address(tx, endpoint))
    return Response(status_code=204)


@routes.get(f"{ADDRESS}/news")
async def news(
    visit: Reading,
    conversation: Annotated[str, Query(max_length=40)],
    why: Annotated[NewsKind, Query()] = NewsKind.WAITS,
) -> Response:
    """What an open page may say of a conversation in which that just happened; 204: nothing."""
    if not is_id(conversation):
        raise NotFound("conversation")
    found = await visit.show(
        lambda conn: news_for(conn, visit.staff_id, conversation, visit.now_ms), _shown
    )
    if found is None or found.why is not why:
        return Response(status_code=204)
    return JSONResponse(dict(notice(visit.words, found)))


def _shown(found: News | None) -> Sequence[Shown]:
    return (Shown(conversation_id=found.conversation_id, listed=True),) if found else ()


async def notifications_answer(
    visit: Visit, status: int = 200, *, saved: str = "", mailed: str = "", note: Note | None = None
) -> Response:
    found = await visit.read(lambda conn: _found(conn, visit))
    # Makes the key, where there is none, and loads what reads it.
    key = await asyncio.to_thread(_key, visit) if found.house.is_on else ""
    page = dataclasses.replace(found, key=key)
    return visit.page(
        "notifications.html", status, page=page, saved=saved, mailed=mailed, note=note
    )


def _found(conn: sqlite3.Connection, visit: Visit) -> _Notifications:
    rights = visit.session.rights
    return _Notifications(
        choice=choices.choice_of(conn, visit.staff_id),
        lines=_lines(conn, rights),
        house=push.house(conn),
        may_switch=rights.may(Permission.STAFF_MANAGE, None),
        mail=mail_shown(conn, visit),
    )


def _key(visit: Visit) -> str:
    try:
        return public_key_of(visit.services.data_dir)
    except SetupError as exc:
        log.warning("%s", exc)
        return ""


def _lines(conn: sqlite3.Connection, rights: Rights) -> Sequence[_ShownLine]:
    names = {each.id: each.name for each in branches.branches(conn)}
    return [
        _ShownLine(id=each.id, branch=names[each.branch_id], number=each.number)
        for each in lines.lines(conn)
        if rights.may(Permission.INBOX_READ, each.branch_id)
    ]


def _switch(
    tx: Tx, rights: Rights, visit: Visit, *, is_on: bool, shows: bool, contact: str
) -> None:
    rights.require(Permission.STAFF_MANAGE, None, "page")
    push.set_house(tx, is_on=is_on, shows_text=shows, contact=contact, staff_id=visit.staff_id)


def _sealed(data_dir: Path, address: PushAddress) -> PushAddress:
    return push.sealed(HouseKey.of(data_dir), address)


def _subscribe(tx: Tx, visit: Visit, address: PushAddress) -> None:
    if not push.house(tx.conn).is_on:
        raise NotFound("notifications")
    push.subscribe(
        tx,
        address,
        staff_id=visit.staff_id,
        session_hash=token_hash(visit.token),
        language=visit.words.language,
    )
