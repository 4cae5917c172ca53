"""`/archive`: what was written, taken out as a file that a judge or a program can read."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from appliance.api.file_answers import saved_answer
from appliance.api.json import writes
from appliance.api.json.archive_bodies import ArchiveIn, ArchiveOut
from appliance.api.json.callers import WRITES_PRIVACY, Caller, check_still_valid
from appliance.api.json.declared import Many, One
from appliance.api.json.documented import READ_PROBLEMS, WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import page_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import asking, making
from appliance.desk.privacy.archive.asking import ArchiveWish, SeenArchive
from appliance.errors import NotFound
from appliance.reasons import Reason
from appliance.store.archives import ArchiveFormat, ArchiveJob, ArchiveState
from appliance.store.store import Tx

WAIT_S = 25.0
"""How long the address of a file waits for a file that is being made."""
_LOOK_S = 0.25
MEDIA_TYPES = {".pdf": "application/pdf", ".json": "application/json", ".zip": "application/zip"}
_IN: dict[str, Any] = {"line": "+31612345678", "from": "2026-07-01", "to": "2026-09-30"}
_JOB: dict[str, Any] = {
    "id": "0198a6c2-7d1e-7c3a-9b56-3f0a4b1c2d3e",
    "state": "complete",
    "url": "/api/v1/archive/0198a6c2-7d1e-7c3a-9b56-3f0a4b1c2d3e/file",
    "format": "pdf",
    "line": "0198a6c2-7d1e-7c3a-9b56-3f0a4b1c2d40",
    "contact": None,
    "conversation": None,
    "from_at": "2026-06-30T22:00:00.000Z",
    "to_at": "2026-09-30T22:00:00.000Z",
    "created_at": "2026-11-29T08:30:00.000Z",
    "expires_at": "2026-12-06T08:30:20.000Z",
    "messages": 2310,
    "done": 2310,
    "bytes": 812345,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "chain": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "why": None,
}


@dataclass(frozen=True, slots=True)
class _ArchiveTold:
    """A job as it is answered."""

    seen: SeenArchive

    @property
    def id(self) -> str:
        return self.seen.id

    @property
    def url(self) -> str | None:
        here = self.seen.state is ArchiveState.COMPLETE
        return f"/api/v1/archive/{self.id}/file" if here else None

    @property
    def shown(self) -> Shown:
        scope = self.seen.job.scope
        return Shown(contact_id=scope.contact_id, conversation_id=scope.conversation_id)


async def _archive_id(archive_id: str) -> str:
    return archive_id


def _listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[_ArchiveTold]:
    return [_ArchiveTold(each) for each in asking.listed(conn, sight, page)]


def _one(conn: sqlite3.Connection, sight: Sight, archive_id: str) -> _ArchiveTold:
    return _ArchiveTold(asking.one(conn, sight, archive_id.lower()))


READS = (
    Many(
        tag="privacy",
        path="/archive",
        scope=Scope.PRIVACY_WRITE,
        name="listArchives",
        summary="The archives that were asked for",
        description="The newest first.",
        asked=page_of,
        read=_listed,
        model=ArchiveOut,
        example=_JOB,
        shown=lambda told: told.shown,
    ),
    One(
        tag="privacy",
        path="/archive/{archive_id}",
        scope=Scope.PRIVACY_WRITE,
        name="getArchive",
        summary="How far an archive is",
        description="The job, with the address of its file when that is there.",
        asked=_archive_id,
        read=_one,
        model=ArchiveOut,
        example=_JOB,
        shown=lambda told: told.shown,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)


@router.post(
    "/archive",
    dependencies=[WRITES_PRIVACY],
    operation_id="makeArchive",
    summary="Take out what was written",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(ArchiveIn, _IN, IDEMPOTENCY_KEY),
    responses=answers(
        ArchiveOut,
        {**_JOB, "state": "queued", "url": None},
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        status=202,
        description="The job; its file is there when it is `complete`.",
    ),
)
async def make_archive(request: Request) -> Response:
    """What the token sees of a line, a contact or a conversation, as PDF, JSON or both with all
    files. The file is deleted after a week.
    """

    def work(tx: Tx, caller: Caller, wanted: ArchiveIn) -> dict[str, Any]:
        wish = ArchiveWish(
            line=wanted.line,
            contact=wanted.contact,
            conversation=wanted.conversation,
            first=wanted.first or "",
            last=wanted.last or "",
            period=wanted.period or "",
            format=ArchiveFormat(wanted.format),
            language=wanted.language,
        )
        archive_id = asking.ask(tx, caller.sight, wish, Author(token_id=caller.token.id))
        return body_of(ArchiveOut, _one(tx.conn, caller.sight, archive_id))

    return await writes.made(request, Scope.PRIVACY_WRITE, ArchiveIn, work, status=202)


async def get_archive_file(
    request: Request, caller: Annotated[Caller, WRITES_PRIVACY], archive_id: str
) -> Response:
    """Rights are asked again, and that it was taken is an event."""
    services = caller.services
    await _until_made(caller, archive_id.lower())

    def write(tx: Tx) -> ArchiveJob:
        check_still_valid(tx, caller)
        return asking.take(tx, caller.sight, archive_id.lower(), Author(token_id=caller.token.id))

    job = await services.store.awrite(write)
    path = making.path_of(services.data_dir, job)
    return await saved_answer(
        request, path, etag=job.sha256 or job.id, media_type=MEDIA_TYPES[path.suffix]
    )


router.add_api_route(
    "/archive/{archive_id}/file",
    get_archive_file,
    route_class_override=APIRoute,
    operation_id="getArchiveFile",
    summary="The file of an archive",
    response_model=None,
    response_class=Response,
    responses=answers(
        None,
        "…",
        *READ_PROBLEMS,
        "not-found",
        "range-not-satisfiable",
        description="Its bytes. While it is being made, the answer waits up to 25 seconds for it.",
        media_type="application/octet-stream",
        other_types=MEDIA_TYPES.values(),
    ),
)


async def _until_made(caller: Caller, archive_id: str) -> None:
    """Raises NotFound."""
    store = caller.services.store
    for _ in range(int(WAIT_S / _LOOK_S)):
        seen = await store.aread(lambda conn: asking.one(conn, caller.sight, archive_id))
        if not seen.is_open:
            return
        await asyncio.sleep(_LOOK_S)
    raise NotFound("file")
