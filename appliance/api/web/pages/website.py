"""`/settings/website`: a number as a link, a square, a poster, a card and a piece of a website."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from markupsafe import Markup

from appliance.api.web.login_address import origin_of
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.snippet import script, script_hash, snippet_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import website_sentences
from appliance.api.web.words.i18n import LANGUAGES, Words
from appliance.channels import Channel
from appliance.desk.access.rights import Permission, Rights, line_with, lines_with
from appliance.desk.website import facts as website_facts
from appliance.desk.website import first_words, line_card
from appliance.desk.website.facts import LineFacts
from appliance.errors import InvalidInput, NotFound
from appliance.paper.poster import Poster
from appliance.paper.poster_svg import as_svg, code_svg
from appliance.store import branches, line_website
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/website"
SIZES = ("a4", "a5")
_Language = Annotated[str, Query(max_length=2)]
_Over = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsiteShown:
    """`choices` are the numbers that one may change."""

    choices: Sequence[tuple[Line, Branch]]
    facts: LineFacts

    @property
    def squares(self) -> Sequence[tuple[Channel, str, Markup]]:
        """In the branch's own language: the channel, its link, and the link as a square."""
        language = self.facts.branch.settings.language
        codes = [
            (each, website_sentences.code(self.facts, each, language))
            for each in self.facts.channels
        ]
        return [
            (channel, code.link, Markup(code_svg(code)))  # noqa: S704 -- a drawing of ours
            for channel, code in codes
        ]


@routes.get(PAGE)
async def website_page(
    visit: Reading, line: Annotated[str, Query(max_length=40)] = "", saved: str = ""
) -> Response:
    return await _page(visit, line, saved=saved)


@routes.post(f"{PAGE}/{{line_id}}")
async def change(
    visit: Posting,
    line_id: str,
    words_nl: Annotated[str, Form(max_length=2000)] = "",
    words_en: Annotated[str, Form(max_length=2000)] = "",
    refresh_from: Annotated[str, Form(max_length=2000)] = "",
    public_figures: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    typed = {"nl": normal_newlines(words_nl), "en": normal_newlines(words_en)}
    patch = {
        "first_words": typed,
        "refresh_from": refresh_from,
        "public_figures": bool(public_figures),
    }

    def work(tx: Tx, rights: Rights) -> None:
        own = _own(tx.conn, rights, line_id)
        line_website.change(tx, own.id, patch, by=f"staff:{visit.staff_id}")

    try:
        await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, line_id, 422, note=note, typed=patch)
    return go(visit, f"{PAGE}?line={line_id}&saved=1")


@routes.get(f"{PAGE}/balie.js")
async def script_file(visit: Reading) -> Response:
    """As a file, for a website that lets no script in its pages run."""
    if not visit.session.rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")
    return _file(script(), "text/javascript; charset=utf-8", "balie.js")


@routes.get(f"{PAGE}/{{line_id}}/poster.pdf")
async def poster_pdf(
    visit: Reading, line_id: str, language: _Language = "", size: str = "a4", over: _Over = ""
) -> Response:
    facts = await visit.read(lambda conn: _facts(conn, visit, line_id))
    drawn = website_sentences.poster(*_asked(facts, language, over), visit.now_ms)
    content = await asyncio.to_thread(_as_pdf, drawn, half=size == SIZES[1])
    return _file(content, "application/pdf", "poster.pdf")


def _as_pdf(poster: Poster, *, half: bool) -> bytes:
    from appliance.paper.poster_pdf import as_pdf  # its library takes 24 MB

    return as_pdf(poster, half=half)


@routes.get(f"{PAGE}/{{line_id}}/poster.svg")
async def poster_svg(
    visit: Reading, line_id: str, language: _Language = "", over: _Over = ""
) -> Response:
    facts = await visit.read(lambda conn: _facts(conn, visit, line_id))
    drawn = website_sentences.poster(*_asked(facts, language, over), visit.now_ms)
    return _file(as_svg(drawn), "image/svg+xml", "poster.svg")


@routes.get(f"{PAGE}/{{line_id}}/code.svg")
async def square_svg(
    visit: Reading, line_id: str, language: _Language = "", over: _Over = ""
) -> Response:
    """One square; of the first channel where none is named."""
    facts = await visit.read(lambda conn: _facts(conn, visit, line_id))
    words, _, channel = _asked(facts, language, over)
    chosen = channel or next(iter(facts.channels), None)
    if chosen is None:
        raise NotFound("channel")
    code = website_sentences.code(facts, chosen, words.language)
    return _file(code_svg(code), "image/svg+xml", f"{chosen.name}.svg")


@routes.get(f"{PAGE}/{{line_id}}/card.vcf")
async def card_file(visit: Reading, line_id: str) -> Response:
    facts = await visit.read(lambda conn: _facts(conn, visit, line_id))
    return _file(line_card.vcard(facts), "text/vcard; charset=utf-8", "card.vcf")


def _asked(facts: LineFacts, language: str, over: str) -> tuple[Words, LineFacts, Channel | None]:
    """Raises NotFound for a channel that the line has not."""
    known = language if language in LANGUAGES else facts.branch.settings.language
    channel = next((each for each in facts.channels if each.name == over), None)
    if over and channel is None:
        raise NotFound("channel")
    return Words(known), facts, channel


def _own(conn: sqlite3.Connection, rights: Rights, line_id: str) -> Line:
    """Raises NotFound."""
    return line_with(conn, rights, Permission.STAFF_MANAGE, line_id)


def _facts(conn: sqlite3.Connection, visit: Visit, line_id: str) -> LineFacts:
    """Raises NotFound."""
    return website_facts.of_line(conn, _own(conn, visit.session.rights, line_id), visit.now_ms)


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


async def _page(
    visit: Visit,
    line_id: str,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    """After something wrong `typed` stands in the form. Without a line it is that of the first."""
    rights = visit.session.rights
    if not rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> WebsiteShown | None:
        choices = [
            (each, branches.branch(conn, each.branch_id))
            for each in lines_with(conn, rights, Permission.STAFF_MANAGE)
        ]
        if not choices and not line_id:
            return None
        chosen = line_id or choices[0][0].id
        return WebsiteShown(choices=choices, facts=_facts(conn, visit, chosen))

    shown = await visit.read(read)
    return visit.page(
        "website.html",
        status,
        at=shown,
        snippet=snippet_of(shown.facts) if shown else None,
        script_hash=script_hash(),
        usual={each: first_words.usual(shown.facts, each) for each in LANGUAGES if shown},
        origin=origin_of(visit.request),
        sizes=SIZES,
        languages=LANGUAGES,
        saved=saved,
        note=note,
        typed=typed,
    )
