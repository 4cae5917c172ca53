"""`/audit`: who changed what and who read what; and whether the latter is noted at all."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from appliance.api.json import audit_bodies, writes
from appliance.api.json.audit_bodies import AuditOut, ReadingLogIn, ReadingLogOut
from appliance.api.json.bodies import PageOut
from appliance.api.json.callers import WRITES_PRIVACY, Caller
from appliance.api.json.declared import One, Read, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.forms import Time
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import DEFAULT_LIMIT, Limit
from appliance.api.json.sending import DirectRoute
from appliance.api.json.times import ms_of
from appliance.api.services import Services
from appliance.desk.access.accesses import Accesses, Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.log import audit, house, readers
from appliance.desk.privacy.log.audit import NEWEST, AuditAsked, AuditPage
from appliance.errors import InvalidInput, NotFound
from appliance.store import readings
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _AuditAskedBy:
    staff: str | None
    contact: str | None
    about: AuditAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audit(Read[_AuditAskedBy, AuditPage]):
    """A page of the log; `model` and `example` are for one entry. To read it is noted, too."""

    def body(self, found: AuditPage, asked: _AuditAskedBy) -> dict[str, Any]:
        del asked
        return {"items": [body_of(self.model, each) for each in found.entries], "next": found.next}

    def whom(self, found: AuditPage, asked: _AuditAskedBy) -> Iterable[Shown]:
        """Ids alone show nobody."""
        del found, asked
        return ()

    def tell(self, accesses: Accesses, asked: _AuditAskedBy) -> None:
        del asked
        accesses.tell(ReadingKind.READ, Thing.LOG)

    @property
    def answer(self) -> tuple[type[PageOut[AuditOut]], dict[str, Any]]:
        return PageOut[AuditOut], {"items": [self.example], "next": None}


async def _asked(
    request: Request,
    staff: Annotated[
        str | None,
        Query(description="Whose doing: a colleague's id or name, or a token's id.", max_length=80),
    ] = None,
    contact: Annotated[str | None, Query(description="Id or number of a contact.")] = None,
    kind: Annotated[ReadingKind | None, Query(description="What they did.")] = None,
    since: Annotated[
        Time | None, Query(alias="from", description="Not what was before, with its offset.")
    ] = None,
    until: Annotated[
        Time | None, Query(alias="to", description="Only what was before, with its offset.")
    ] = None,
    after: Annotated[
        str | None, Query(description="`next` of the page before.", max_length=40)
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> _AuditAskedBy:
    services: Services = request.app.state.services
    await services.readings_kept()
    about = AuditAsked(
        kind=kind,
        from_ms=0 if since is None else _ms("from", since),
        until_ms=NEWEST if until is None else _ms("to", until),
        after=after,
        limit=limit,
    )
    return _AuditAskedBy(staff=staff, contact=contact, about=about)


def _ms(name: str, at: datetime) -> int:
    if at.tzinfo is None:
        raise InvalidInput(name, "Give the time with its offset, such as 2026-03-02T08:30:00Z.")
    return ms_of(at)


def _read(conn: sqlite3.Connection, sight: Sight, asked: _AuditAskedBy) -> AuditPage:
    who = readers.named(conn, asked.staff) if asked.staff else None
    contact_id = sight.contact(conn, asked.contact).id if asked.contact else None
    return audit.page(conn, sight, asked.about.of(who=who, contact_id=contact_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _LogState:
    on: bool


def _state(conn: sqlite3.Connection, sight: Sight, asked: None) -> _LogState:
    del sight, asked
    return _LogState(on=readings.is_on(conn))


async def _nothing() -> None:
    return


READS: tuple[Read[Any, Any], ...] = (
    _Audit(
        tag="privacy",
        path="/audit",
        scope=Scope.AUDIT_READ,
        name="listAudit",
        summary="Who changed and who read what",
        description="The newest first, ids alone. Reading is noted once the company has switched"
        " that on. A page may be short although there is a next one.",
        asked=_asked,
        read=_read,
        model=AuditOut,
        example=audit_bodies.ENTRY,
        problems=("not-found",),
    ),
    One(
        tag="privacy",
        path="/audit/reading",
        scope=Scope.AUDIT_READ,
        name="getReadingLog",
        summary="Whether it is noted who reads what",
        description="The switch.",
        asked=_nothing,
        read=_state,
        model=ReadingLogOut,
        example=audit_bodies.SWITCH,
        shown=nobody,
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)


@router.put(
    "/audit/reading",
    dependencies=[WRITES_PRIVACY],
    operation_id="setReadingLog",
    summary="Say whether it is noted who reads what",
    response_model=None,
    openapi_extra=writes.takes(ReadingLogIn, audit_bodies.SWITCH),
    responses=answers(
        ReadingLogOut, audit_bodies.SWITCH, *WRITE_PROBLEMS, description="The switch as it is now."
    ),
)
async def set_reading_log(request: Request) -> Response:
    """Where there is a works council, it has a say in this. It is for a token of all branches."""

    def work(tx: Tx, caller: Caller, wanted: ReadingLogIn) -> dict[str, Any]:
        if caller.sight.branches is not None:
            raise NotFound("page")
        house.switch(tx, on=wanted.on, token_id=caller.token.id)
        return body_of(ReadingLogOut, _LogState(on=wanted.on))

    return await writes.changed(request, Scope.PRIVACY_WRITE, ReadingLogIn, work)
