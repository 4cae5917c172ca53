"""`/contacts/{contact}/consent`: what is on record of a person's consent on a day; objections."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from appliance.api.json import consent_bodies, examples, writes
from appliance.api.json.callers import WRITES_PRIVACY, Caller
from appliance.api.json.consent_bodies import ConsentProofOut, ObjectedOut, ObjectionIn
from appliance.api.json.declared import One, Read
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.forms import SomeDay
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.services import Services
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.consent import withdrawal
from appliance.desk.privacy.ledger import days, proof
from appliance.desk.privacy.ledger.proof import ProofOfConsent
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofAsked:
    contact: str
    on_ms: int
    now_ms: int


async def _asked(
    request: Request,
    contact: str,
    on: Annotated[
        SomeDay,
        Query(
            description="A day, which is taken to its end, or a time with its offset; else now.",
            max_length=40,
        ),
    ] = None,
) -> ProofAsked:
    services: Services = request.app.state.services
    now_ms = services.clock.now_ms()
    return ProofAsked(contact=contact, on_ms=days.until_ms(on, now_ms=now_ms), now_ms=now_ms)


def _read(conn: sqlite3.Connection, sight: Sight, asked: ProofAsked) -> ProofOfConsent:
    return proof.proof(conn, sight, asked.contact, on_ms=asked.on_ms, now_ms=asked.now_ms)


READS: tuple[Read[Any, Any], ...] = (
    One(
        tag="privacy",
        path="/contacts/{contact}/consent",
        scope=Scope.AUDIT_READ,
        name="getConsent",
        summary="What is on record of a person's consent on a day",
        description="May each number write to them, by which entry, and all entries until then.",
        asked=_asked,
        read=_read,
        model=ConsentProofOut,
        example=consent_bodies.PROOF,
        shown=lambda found: Shown(contact_id=found.contact_id),
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)


@router.post(
    "/contacts/{contact}/objection",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_PRIVACY],
    operation_id="objectToAll",
    status_code=201,
    summary="Record that a person objects to every line of the company",
    response_model=None,
    openapi_extra=writes.takes(
        ObjectionIn,
        consent_bodies.OBJECTION,
        writes.path_id("contact", examples.CONTACT["id"]),
        IDEMPOTENCY_KEY,
    ),
    responses=answers(
        ObjectedOut,
        consent_bodies.OBJECTED,
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="Nothing is written to them any more; what waited is cancelled.",
    ),
)
async def object_to_all(request: Request) -> Response:
    """Only START, written by themselves, lets a line write to them again."""
    name = request.path_params["contact"]

    def whose(conn: sqlite3.Connection, caller: Caller, _: ObjectionIn) -> tuple[Identity, ...]:
        return caller.sight.contact(conn, name).identities

    def work(tx: Tx, caller: Caller, wanted: ObjectionIn) -> dict[str, Any]:
        found = caller.sight.contact(tx.conn, name)
        by = f"token:{caller.token.id}"
        done = withdrawal.object_to_all(tx, found, words=wanted.words, recorded_by=by)
        return {"contact": found.id, "cancelled": done}

    return await writes.made(request, Scope.PRIVACY_WRITE, ObjectionIn, work, whose=whose)
