"""`/privacy/archive`: what was written, as files for a judge, an inspector or one's own keeping."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from appliance.api.file_answers import saved_answer
from appliance.api.json.archive import MEDIA_TYPES
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import archive_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import asking, making, quarters
from appliance.desk.privacy.archive.asking import ArchiveSubject, ArchiveWish, SeenArchive
from appliance.desk.privacy.archive.period import recent_names
from appliance.desk.privacy.archive.sights import officer_sight
from appliance.errors import InvalidInput, NotFound
from appliance.store import lines
from appliance.store.archives import ArchiveFormat, ArchiveJob, QuarterSettings
from appliance.store.branch_settings import BranchSettings
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/privacy/archive"
SHOWN = 30
"""Archives on the page, the newest first."""
_DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAsked:
    """What stands in the form. `whose` is the id of a line, or empty for one person."""

    whose: str = ""
    contact: str = ""
    conversation: str = ""
    period: str = ""
    first: str = ""
    last: str = ""
    format: str = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveShown:
    """`subject` is the person or conversation from whose page one comes. `folder` is None for who
    does not guard the whole company.
    """

    jobs: Sequence[SeenArchive]
    lines: Sequence[Line]
    periods: Sequence[str]
    asked: ArchiveAsked = field(default_factory=ArchiveAsked)
    subject: ArchiveSubject | None = None
    folder: QuarterSettings | None = None
    folder_is_there: bool = True
    folder_typed: str | None = None

    @property
    def waits(self) -> bool:
        return any(each.is_open for each in self.jobs)

    @property
    def shown(self) -> Sequence[Shown]:
        scopes = [each.job.scope for each in self.jobs]
        return [
            Shown(contact_id=each.contact_id, conversation_id=each.conversation_id)
            for each in scopes
        ]


@routes.get(PAGE)
async def archive_page(
    visit: Reading,
    contact: Annotated[str, Query(max_length=80)] = "",
    conversation: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    return await _page(visit, ArchiveAsked(contact=contact, conversation=conversation))


@routes.get(f"{PAGE}/jobs")
async def archive_jobs(visit: Reading) -> Response:
    """The list alone, while something in it is being made."""
    found = await _found(visit, ArchiveAsked())
    return visit.page("_archives.html", shown=found)


@routes.post(PAGE)
async def make_archive(
    visit: Posting,
    whose: Annotated[str, Form(max_length=64)] = "",
    contact: Annotated[str, Form(max_length=80)] = "",
    conversation: Annotated[str, Form(max_length=64)] = "",
    period: Annotated[str, Form(max_length=10)] = "",
    first: Annotated[str, Form(max_length=40)] = "",
    last: Annotated[str, Form(max_length=40)] = "",
    format_: Annotated[str, Form(alias="format", max_length=4)] = "pdf",
) -> Response:
    must_be_officer(visit)
    asked = ArchiveAsked(
        whose=whose,
        contact=contact,
        conversation=conversation,
        period=period,
        first=first,
        last=last,
        format=format_,
    )
    try:
        wish = _wish(visit, asked)
        author = Author(staff_id=visit.staff_id)
        await visit.write(lambda tx, rights: asking.ask(tx, officer_sight(rights), wish, author))
    except InvalidInput as exc:
        return await _page(visit, asked, note=_note(visit, exc), status=422)
    return go(visit, f"{PAGE}#archives")


@routes.get(f"{PAGE}/{{archive_id}}/file")
async def archive_file(request: Request, visit: Reading, archive_id: str) -> Response:
    """Rights are asked again, and that it was taken is an event."""
    must_be_officer(visit)

    def write(tx: Tx, rights: Rights) -> ArchiveJob:
        return asking.take(tx, officer_sight(rights), archive_id, Author(staff_id=visit.staff_id))

    job = await visit.write(write)
    path = making.path_of(visit.services.data_dir, job)
    return await saved_answer(
        request, path, etag=job.sha256 or job.id, media_type=MEDIA_TYPES[path.suffix]
    )


@routes.post(f"{PAGE}/folder")
async def choose_folder(
    visit: Posting,
    folder: Annotated[str, Form(max_length=1000)] = "",
    format_: Annotated[str, Form(alias="format", max_length=4)] = "zip",
) -> Response:
    """Where each quarter's archives go; an empty one is nowhere."""
    must_be_officer(visit)
    try:
        told = QuarterSettings(
            folder=quarters.prepare(folder) if folder.strip() else None,
            format=_format(format_),
            language=visit.words.language,
        )
    except InvalidInput as exc:
        note = _note(visit, exc)
        return await _page(visit, ArchiveAsked(), note=note, folder=folder, status=422)

    def write(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.PRIVACY_MANAGE, None, "page")
        quarters.change(tx, told, staff_id=visit.staff_id)

    await visit.write(write)
    return go(visit, f"{PAGE}#quarters")


def _note(visit: Visit, exc: InvalidInput) -> Note:
    sentence = archive_sentences.WRONG.get(exc.field, archive_sentences.WRONG["line"])
    return Note(code=exc.field, sentence=visit.words.text(sentence))


async def _page(
    visit: Visit,
    asked: ArchiveAsked,
    *,
    note: Note | None = None,
    folder: str | None = None,
    status: int = 200,
) -> Response:
    found = await _found(visit, asked, folder)
    return visit.page("privacy_archive.html", status, shown=found, note=note)


async def _found(visit: Visit, asked: ArchiveAsked, folder: str | None = None) -> ArchiveShown:
    must_be_officer(visit)
    rights, now_ms = visit.session.rights, visit.now_ms

    def read(conn: sqlite3.Connection) -> ArchiveShown:
        sight = officer_sight(rights)
        whole = rights.may(Permission.PRIVACY_MANAGE, None)
        told = quarters.settings(conn) if whole else None
        return ArchiveShown(
            jobs=asking.listed(conn, sight, Page(limit=SHOWN)),
            lines=_lines(conn, sight),
            periods=recent_names(BranchSettings().zone, now_ms),
            asked=asked,
            subject=_subject(conn, sight, asked),
            folder=told,
            folder_is_there=not (told and told.folder) or quarters.is_there(told.folder),
            folder_typed=folder,
        )

    return await visit.show(read, lambda found: found.shown)


def _lines(conn: sqlite3.Connection, sight: Sight) -> Sequence[Line]:
    return [each for each in lines.lines(conn) if sight.sees_branch(each.branch_id)]


def _subject(conn: sqlite3.Connection, sight: Sight, asked: ArchiveAsked) -> ArchiveSubject | None:
    """None where nothing is named, and where it is not there."""
    try:
        return asking.subject(conn, sight, contact=asked.contact, conversation=asked.conversation)
    except NotFound:
        return None


def _wish(visit: Visit, asked: ArchiveAsked) -> ArchiveWish:
    by_days = asked.period in ("", _DAYS)
    return ArchiveWish(
        line=asked.whose or None,
        contact=(asked.contact if not asked.whose else "") or None,
        conversation=asked.conversation or None,
        first=asked.first if by_days else "",
        last=asked.last if by_days else "",
        period="" if by_days else asked.period,
        format=_format(asked.format),
        language=visit.words.language,
    )


def _format(name: str) -> ArchiveFormat:
    """Raises InvalidInput."""
    try:
        return ArchiveFormat(name)
    except ValueError:
        raise InvalidInput("format", "Choose PDF, JSON or ZIP.") from None
