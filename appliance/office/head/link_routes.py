"""`/link/v1`: what boxes ask the office (`office/link.py` says what goes over it).

Each answer is about the box whose credential was shown: no address names a box.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from appliance.api.forwarded import address_of
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.office import link
from appliance.office.batch import MAX_BATCH_BYTES
from appliance.office.head import authority, joining, refusals
from appliance.office.head.bodies import BodyTooBigError, body_of
from appliance.office.head.callers import box_of, head_of
from appliance.office.head.head import Head
from appliance.office.invitation import JoinAsk
from appliance.office.link import FetchAnswer, OfficeCommand, commands_as_json
from appliance.office.reading import MAX_INT, Malformed, plain
from appliance.office.reading import parsed as parsed_json
from appliance.office.tables import box_epochs, boxes, commands, credentials
from appliance.office.tables.box_epochs import EpochStanding
from appliance.store.store import ReaderPool

T = TypeVar("T")
router = APIRouter()

_SMALL = 64 * 1024
_MOST_AHEAD = 1_000_000
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
    return _json(joined.as_json(), 201)


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
    found = await _waited(head, request, box_id, after, epoch)
    if found and await head.store.aread(_told_to(box_id), ReaderPool.LIVE) < found[-1].n:
        last = found[-1].n
        noted = head.store.submit(lambda tx: commands.note_told(tx, box_id, last), durable=False)
        await asyncio.wrap_future(noted)
    return _json(commands_as_json(found))


@router.post(link.CREDENTIAL)
async def post_credential(request: Request) -> Response:
    head, box_id = head_of(request), await box_of(request)
    made = await head.store.awrite(lambda tx: credentials.make(tx, box_id))
    return _json(made.as_json())


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


async def _waited(
    head: Head, request: Request, box_id: str, after: int, epoch: str | None
) -> "list[OfficeCommand]":
    """The commands after that, or none once the question was held open for long. A box whose
    numbering nobody knows yet waits with the others: its first batch says where it comes from.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + link.HELD_OPEN_S
    with head.waiting.bell(box_id) as bell:
        while True:
            bell.clear()
            found: Sequence[OfficeCommand] = ()
            if await _is_believed(head, box_id, epoch):
                await _go_on(head, box_id, after)
                found = await head.store.aread(
                    lambda conn: commands.waiting(conn, box_id, after), ReaderPool.LIVE
                )
            left_s = until_s - loop.time()
            if found or left_s <= 0 or head.waiting.ended:
                return list(found)
            try:
                async with asyncio.timeout(left_s):
                    await bell.wait()
            except TimeoutError:
                continue
            if await request.is_disconnected():
                return []


async def _is_believed(head: Head, box_id: str, epoch: str | None) -> bool:
    """Of two machines that speak as one box only one gets commands, and none while nobody knows
    which is which. False: nothing is known of this numbering yet. Raises ProblemError.
    """
    box, epochs = await head.store.aread(
        lambda conn: (boxes.one(conn, box_id), box_epochs.of_box(conn, box_id)), ReaderPool.LIVE
    )
    if box.conflict:
        raise refusals.held(box.held or "")
    if epoch is None and len(epochs) > 1:
        raise refusals.malformed("“epoch” is missing, and several numberings came as this box")
    standing = epochs.get(epoch or next(iter(epochs), ""))
    if standing is EpochStanding.DISOWNED:
        raise refusals.struck_off()
    if standing is EpochStanding.PAST:
        raise refusals.held("The box was put back from a copy; this is what it was before.")
    return standing is EpochStanding.PRESENT


async def _go_on(head: Head, box_id: str, after: int) -> None:
    """An office that was put back gave its boxes some commands more, never a million."""
    told = await head.store.aread(_told_to(box_id), ReaderPool.LIVE)
    if after <= told:
        return
    if after > told + _MOST_AHEAD:
        raise refusals.malformed("“after” is far beyond what this office ever gave")
    await head.store.awrite(lambda tx: commands.go_on_after(tx, box_id, after))


def _told_to(box_id: str) -> Callable[[sqlite3.Connection], int]:
    return lambda conn: commands.told(conn, box_id)


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
