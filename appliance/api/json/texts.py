"""`/texts`: what the office has ready to send."""

from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_MESSAGES, Caller
from appliance.api.json.conversations import branch_of
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import page_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.text_bodies import RenderedOut, RenderIn, TextIn, TextOut, TextPatchIn
from appliance.desk.access.tokens import Scope
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import CannedText, TextAuthor, TextWords
from appliance.reasons import Reason
from appliance.store.store import Tx


async def _text_id(text_id: str) -> str:
    return text_id


READS = (
    Many(
        tag="texts",
        path="/texts",
        scope=Scope.MESSAGES_READ,
        name="listTexts",
        summary="The texts that the office has ready",
        description="By id: those of the branch, and those of all branches.",
        asked=page_of,
        read=canned_texts.listed,
        model=TextOut,
        example=examples.TEXT,
        shown=nobody,
    ),
    One(
        tag="texts",
        path="/texts/{text_id}",
        scope=Scope.MESSAGES_READ,
        name="getText",
        summary="One text",
        description="The text.",
        asked=_text_id,
        read=canned_texts.one,
        model=TextOut,
        example=examples.TEXT,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["texts"], route_class=DirectRoute)

_SCOPE = Scope.MESSAGES_WRITE
_TEXT_ID = writes.path_id("text_id", examples.TEXT["id"])


@router.post(
    "/texts",
    dependencies=[WRITES_MESSAGES],
    operation_id="addText",
    summary="Have a text ready",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(TextIn, examples.TEXT_IN, IDEMPOTENCY_KEY),
    responses=answers(
        TextOut,
        examples.TEXT,
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="The text.",
    ),
)
async def add_text(request: Request) -> Response:
    """The same `Idempotency-Key` gives the first answer again."""

    def work(tx: Tx, caller: Caller, wanted: TextIn) -> dict[str, Any]:
        new = TextWords(
            shortcut=wanted.shortcut,
            title=wanted.title,
            variants=wanted.variants,
            branch_id=branch_of(tx.conn, caller, wanted.branch),
            language=wanted.language,
        )
        return body_of(TextOut, canned_texts.add(tx, new, _author(caller)))

    return await writes.made(request, _SCOPE, TextIn, work)


@router.patch(
    "/texts/{text_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="changeText",
    summary="Change a text",
    response_model=None,
    openapi_extra=writes.takes(TextPatchIn, examples.TEXT_PATCH_IN, _TEXT_ID),
    responses=answers(
        TextOut, examples.TEXT, *WRITE_PROBLEMS, description="The text as it is now."
    ),
)
async def change_text(request: Request) -> Response:
    """A token for one branch changes the texts of that branch alone."""

    def work(tx: Tx, caller: Caller, wanted: TextPatchIn) -> dict[str, Any]:
        found = _own(tx, caller, request)
        given = wanted.model_dump(exclude_none=True, exclude={"branch"})
        if "branch" in wanted.model_fields_set:  # null makes it a text of all branches
            given["branch_id"] = branch_of(tx.conn, caller, wanted.branch)
        now = canned_texts.change(tx, found.id, replace(found.words, **given), _author(caller))
        return body_of(TextOut, now)

    return await writes.changed(request, _SCOPE, TextPatchIn, work)


@router.delete(
    "/texts/{text_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="removeText",
    summary="Remove a text",
    status_code=204,
    response_model=None,
    openapi_extra={"parameters": [_TEXT_ID]},
    responses=writes.gone(*WRITE_PROBLEMS, description="It is gone; what was sent with it stays."),
)
async def remove_text(request: Request) -> Response:
    return await writes.removed(
        request,
        _SCOPE,
        lambda tx, caller: canned_texts.remove(tx, _own(tx, caller, request), _author(caller)),
    )


@router.post(
    "/texts/{text_id}/render",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="renderText",
    summary="A text for one person",
    response_model=None,
    openapi_extra=writes.takes(RenderIn, examples.RENDER_IN, _TEXT_ID),
    responses=answers(
        RenderedOut, examples.RENDERED, *WRITE_PROBLEMS, description="Nothing is sent by it."
    ),
)
async def render_text(request: Request) -> Response:
    """What Balie cannot fill stands in `missing`, and as a placeholder in the text."""

    def work(tx: Tx, caller: Caller, wanted: RenderIn) -> dict[str, Any]:
        text = canned_texts.one(tx.conn, caller.sight, request.path_params["text_id"])
        contact = caller.sight.contact(tx.conn, wanted.contact)
        name = contact.office_name or contact.chosen_name
        return asdict(canned_texts.render(tx, text, name, wanted.variant))

    return await writes.changed(request, _SCOPE, RenderIn, work)


def _author(caller: Caller) -> TextAuthor:
    return TextAuthor(token_id=caller.token.id)


def _own(tx: Tx, caller: Caller, request: Request) -> CannedText:
    return canned_texts.changeable(tx.conn, caller.sight, request.path_params["text_id"])
