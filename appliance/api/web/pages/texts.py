"""The texts that the office has ready: where they are kept, and at hand while somebody writes."""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import JSONResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing import wording
from appliance.desk.outgoing.wording import MAX_VARIANTS, FilledText
from appliance.desk.texts import canned_texts, model_question, offers, often
from appliance.desk.texts.canned_texts import CannedText, TextAuthor, TextWords
from appliance.desk.texts.model_question import ModelQuestion
from appliance.desk.texts.often import OftenGiven
from appliance.errors import InvalidInput, NotFound
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/texts"
_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsShown:
    """`branches` are those whose texts this person may change; `company`: also those of all."""

    texts: Sequence[CannedText]
    branches: Sequence[Branch]
    company: bool

    def may_change(self, text: CannedText) -> bool:
        if text.branch_id is None:
            return self.company
        return any(each.id == text.branch_id for each in self.branches)


@routes.get("/c/{conversation_id}/texts")
async def choices(
    visit: Reading, conversation_id: str, q: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """What fits behind the slash."""

    def read(conn: sqlite3.Connection) -> Sequence[CannedText]:
        about = offers.writing(conn, visit.session.rights, conversation_id)
        return offers.matching(conn, about, q)

    return visit.page("_text_choices.html", texts=await visit.read(read))


@routes.get("/c/{conversation_id}/suggestions")
async def suggestions(visit: Reading, conversation_id: str) -> Response:
    """The office's own texts at once; a language model's proposal comes by itself."""
    has_model = visit.services.suggester is not None

    def read(conn: sqlite3.Connection) -> tuple[Sequence[CannedText], bool]:
        about = offers.writing(conn, visit.session.rights, conversation_id)
        return offers.suggested(conn, about), has_model and model_question.is_on(conn, about)

    texts, asks_model = await visit.read(read)
    return visit.page(
        "_suggestions.html", texts=texts, asks_model=asks_model, conversation_id=conversation_id
    )


@routes.get("/c/{conversation_id}/suggestions/model")
async def model_suggestion(visit: Reading, conversation_id: str) -> Response:
    """What a language model proposes; nothing where it has nothing to say in time."""
    suggester = visit.services.suggester
    if suggester is None:
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> tuple[ModelQuestion | None, str | None]:
        about = offers.writing(conn, visit.session.rights, conversation_id)
        return model_question.question(conn, about), about.name

    question, name = await visit.read(read)
    said = None if question is None else await suggester.suggest(question)
    filled = None if said is None else wording.fill(said, name)
    return visit.page("_model_suggestion.html", said=filled, source=suggester)


@routes.post("/c/{conversation_id}/texts/{text_id}")
async def take(visit: Posting, conversation_id: str, text_id: str) -> Response:
    """The text for whom the conversation is with; it is put into the field and not sent."""

    def work(tx: Tx, rights: Rights) -> FilledText:
        return offers.take(tx, offers.writing(tx.conn, rights, conversation_id), text_id)

    return JSONResponse(asdict(await visit.write(work)))


@routes.get(PAGE)
async def texts_page(
    visit: Reading, saved: str = "", of: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """`of` is a message that a new text begins with, without what is personal in it."""
    if not of:
        return await _page(visit, saved=saved)
    found = await visit.read(lambda conn: often.text_of(conn, visit.session.rights, of))
    begun = TextWords(
        shortcut="",
        title="",
        variants=[found.text],
        branch_id=found.branch_id,
        language=canned_texts.DEFAULT_LANGUAGE,
    )
    return await _page(visit, typed=begun)


@routes.get(f"{PAGE}/often")
async def often_part(visit: Reading) -> Response:
    """What colleagues write often, and what may become a text."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> Sequence[OftenGiven]:
        sight = Sight(rights.branches(Permission.INBOX_READ))
        known = canned_texts.listed(conn, sight, Page(limit=_ALL))
        said = [variant for each in known for variant in each.variants]
        return often.often_given(conn, rights, said)

    return visit.page("_often.html", given=await visit.read(read))


@routes.post(PAGE)
async def keep(
    visit: Posting,
    shortcut: Annotated[str, Form(max_length=200)] = "",
    title: Annotated[str, Form(max_length=400)] = "",
    variant: Annotated[list[str] | None, Form()] = None,
    branch: Annotated[str, Form(max_length=40)] = "",
    language: Annotated[str, Form(max_length=20)] = canned_texts.DEFAULT_LANGUAGE,
    text: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """A new one, or the one that is called `text`. Fields for variants may be empty."""
    words = TextWords(
        shortcut=shortcut,
        title=title,
        variants=[each for each in (variant or [])[: MAX_VARIANTS + 1] if each.strip()],
        branch_id=branch or None,
        language=language,
    )
    by = TextAuthor(staff_id=visit.staff_id)

    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.INBOX_WRITE, words.branch_id, "branch")
        if text:
            canned_texts.change(tx, _own(tx, rights, text).id, words, by)
        else:
            canned_texts.add(tx, words, by)

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), typed=words, text=text)
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{text_id}}/remove")
async def remove(visit: Posting, text_id: str) -> Response:
    by = TextAuthor(staff_id=visit.staff_id)
    await visit.write(lambda tx, rights: canned_texts.remove(tx, _own(tx, rights, text_id), by))
    return go(visit, f"{PAGE}?saved=1")


def _own(tx: Tx, rights: Rights, text_id: str) -> CannedText:
    sight = Sight(rights.branches(Permission.INBOX_WRITE))
    return canned_texts.changeable(tx.conn, sight, text_id)


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: TextWords | None = None,
    text: str = "",
) -> Response:
    """After something wrong, `typed` stands in the form of `text`, or in that of a new one."""
    rights = visit.session.rights
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> TextsShown:
        return TextsShown(
            texts=canned_texts.listed(
                conn, Sight(rights.branches(Permission.INBOX_READ)), Page(limit=_ALL)
            ),
            branches=branches_with(conn, rights, Permission.INBOX_WRITE),
            company=rights.may(Permission.INBOX_WRITE, None),
        )

    shown = await visit.read(read)
    return visit.page(
        "texts.html", status, shown=shown, saved=saved, note=note, typed=typed, text=text
    )
