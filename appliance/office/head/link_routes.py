"""`/link/v1`: what boxes ask the office (`office/link.py` says what goes over it).

Each answer is about the box whose credential was shown: no address names a box.
"""

import asyncio
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from appliance.api.forwarded import address_of
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.office import link
from appliance.office.batch import MAX_BATCH_BYTES
from appliance.office.head import authority, commanding, joining, refusals
from appliance.office.head.bodies import BodyTooBigError, body_of
from appliance.office.head.callers import box_of, head_of
from appliance.office.head.head import Head
from appliance.office.invitation import JoinAsk
from appliance.office.link import FetchAnswer, commands_as_json
from appliance.office.reading import MAX_INT, Malformed, plain
from appliance.office.reading import parsed as parsed_json
from appliance.office.tables import boxes, credentials

T = TypeVar("T")
router = APIRouter()

_SMALL = 64 * 1024
_ANSWER = 2 * link.MAX_ANSWER_BYTES
"""Base64 and a few words."""


@router.post(link.JOIN)
async def post_join(request: Request) -> Response:
    head = head_of(request)
    asked = await _told(request, JoinAsk.from_json, _SMALL)
    joined = await head.store.awrite(lambda tx: joining.join(tx, asked, head.public_key))
    if joined is None:
        wrong: WrongTries = request.app.state.wrong
        wrong.note(Tried.TOKEN, address=address_of(request))
        raise refusals.no_invitation()
    head.pushes.joined(joined.box)
    place = head.place_at_broker(joined.box, asked.key)
    return _json(replace(joined, broker=place).as_json(), 201)


@router.post(link.EVENTS)
async def post_events(request: Request) -> Response:
    head, box_id = head_of(request), await box_of(request)
    pushes = head.pushes
    zipped = request.headers.get("content-encoding", "").lower() == "gzip"
    with pushes.turn(box_id):
        try:
            raw = await body_of(request, MAX_BATCH_BYTES)
        except BodyTooBigError:
            raise await _beside(head, lambda: pushes.too_big(box_id)) from None
        pushed = await _beside(head, lambda: pushes.take(box_id, raw, zipped=zipped))
    return _json(pushed.as_json())


@router.get(link.COMMANDS)
async def get_commands(request: Request) -> Response:
    head, box_id = head_of(request), await box_of(request)
    after = _number(request.query_params.get("after", "0"))
    epoch = request.query_params.get("epoch") or None
    found = await commanding.waited(head, box_id, after, epoch, gone=request.is_disconnected)
    return _json(commands_as_json(found))


@router.post(link.CREDENTIAL)
async def post_credential(request: Request) -> Response:
    head, box_id = head_of(request), await box_of(request)
    made, box = await head.store.awrite(
        lambda tx: (credentials.make(tx, box_id), boxes.one(tx.conn, box_id))
    )
    return _json(replace(made, broker=head.place_at_broker(box_id, box.key)).as_json())


@router.post(link.ANSWERS + "/{ask}")
async def post_answer(request: Request, ask: str) -> Response:
    head, box_id = head_of(request), await box_of(request)
    if not head.fetches.is_awaited(box_id, ask):
        raise refusals.nobody_asked()
    async with head.fetches.turn(box_id):
        answer = await _told(request, FetchAnswer.from_json, _ANSWER)
    if not head.fetches.answered(box_id, ask, answer):
        raise refusals.nobody_asked()
    return Response(status_code=204)


@router.get(link.CA)
async def get_ca(request: Request) -> Response:
    pem = await asyncio.to_thread(authority.pem_of, head_of(request).data)
    if pem is None:
        raise refusals.no_authority()
    return Response(pem, media_type="application/x-pem-file")


async def _told(request: Request, read: Any, most: int) -> Any:
    try:
        raw = await body_of(request, most)
        return read(parsed_json(raw))
    except Malformed as exc:
        raise refusals.malformed(str(exc)) from exc
    except BodyTooBigError as exc:
        raise refusals.too_large(most) from exc


async def _beside(head: Head, work: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(head.pushes.threads, work)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= MAX_INT):
        raise refusals.malformed("“after” is no number")
    return int(text)


def _json(told: Any, status: int = 200) -> Response:
    return Response(plain(told), status, media_type="application/json")
