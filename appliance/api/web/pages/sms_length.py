"""The count of SMS beside the text that is being typed; only the server counts."""

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.visit import Posting
from appliance.channels import Channel
from appliance.desk.inbox import overview
from appliance.desk.outgoing import sms_length
from appliance.desk.outgoing.sms_length import SmsLength
from appliance.desk.outgoing.ways import AUTO
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity, tel
from appliance.messages import clean_text
from appliance.phone_numbers import parse_number

routes = APIRouter(route_class=PageRoute)


@routes.post("/sms-length")
async def length(
    visit: Posting,
    line: Annotated[str, Form(max_length=40)] = "",
    to: Annotated[str, Form(max_length=200)] = "",
    text: Annotated[str, Form()] = "",
    channel: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """A part of a page; empty where there is nothing to say."""
    typed = _as_sent(text)
    over = None if channel in ("", AUTO) else Channel.named(channel)

    def read(conn: sqlite3.Connection) -> SmsLength | None:
        known = overview.lines(conn, visit.session.rights, visit.staff_id)
        if not any(each.id == line and each.may_write for each in known):
            raise NotFound("line")
        return sms_length.measure(conn, line_id=line, identity=_number(to), text=typed, over=over)

    found = await visit.read(read) if typed else None
    return visit.page("_sms_length.html", length=found)


def _as_sent(text: str) -> str:
    """Empty when the text could not be sent at all."""
    try:
        return clean_text(normal_newlines(text))
    except InvalidInput:
        return ""


def _number(given: str) -> Identity | None:
    """While it is being typed it is none yet."""
    try:
        return tel(parse_number(given))
    except InvalidInput:
        return None
