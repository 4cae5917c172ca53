"""`PUT /contacts/by/{personnel_number}`: people whom another system keeps, one or many."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api import problems
from appliance.api.json import examples, people_examples, posting, writes
from appliance.api.json.callers import WRITES_CONTACTS, Caller, caller_of, check_still_valid
from appliance.api.json.conversations import branch_of
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.office_bodies import ContactOut
from appliance.api.json.people import change_of, changer_of, shown_to
from appliance.api.json.people_bodies import (
    ContactByIn,
    ContactsByIn,
    ContactsByItemIn,
    ContactsByOut,
)
from appliance.api.json.sending import DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.contacts import upserting
from appliance.desk.contacts.upserting import Upsert, Upserted
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["contacts"], route_class=DirectRoute)

_AT_ONCE = 100
"""People of one transaction, so that nobody waits for all of them."""
_PROBLEMS = (*WRITE_PROBLEMS, Reason.NUMBER_TAKEN)
_GOOD = answers(ContactOut, examples.CONTACT, *_PROBLEMS, description="They were here.")
_NEW = answers(ContactOut, examples.CONTACT, status=201, description="They are new.")


@router.put(
    "/contacts/by/{personnel_number:path}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONTACTS],
    operation_id="putContactBy",
    summary="Enter or change the person with this personnel number",
    response_model=None,
    openapi_extra=writes.takes(
        ContactByIn, people_examples.CONTACT_BY_IN, writes.path_id("personnel_number", "00123")
    ),
    responses={**_GOOD, 201: _NEW[201]},
)
async def put_contact_by(request: Request) -> Response:
    """The same request again changes nothing. What it leaves out stays as it is; numbers are added,
    labels are these and no others, and a `branch` that is named knows them from then on. Whoever
    has a telephone number of it and no personnel number yet is that person: people often write
    before an office enters them. It brings no consent. Where it would be two people's, `contact`
    and `other` name them.
    """
    caller = await caller_of(request, Scope.CONTACTS_WRITE.value)
    wanted = posting.read_body(ContactByIn, await request.body())
    number = _same_number(request.path_params["personnel_number"], wanted)

    def write(tx: Tx) -> tuple[Upserted, dict[str, Any]]:
        check_still_valid(tx, caller)
        done = _put(tx, caller, number, wanted)
        return done, shown_to(tx.conn, caller, done.contact_id)

    def whose(conn: sqlite3.Connection) -> tuple[Identity, ...]:
        return upserting.concerned(conn, number, change_of(wanted), changer_of(caller))

    services = caller.services
    held = await services.store.aread(whose)
    done, body = await services.at_gate(partial(services.gate.write, services.store, held, write))
    return JSONResponse(body, 201 if done.verdict is Upsert.NEW else 200)


@router.put(
    "/contacts/by",
    dependencies=[WRITES_CONTACTS],
    operation_id="putContactsBy",
    summary="Enter or change many people by their personnel numbers",
    response_model=None,
    openapi_extra=writes.takes(ContactsByIn, people_examples.CONTACTS_BY_IN),
    responses=answers(
        ContactsByOut,
        people_examples.CONTACTS_BY,
        *WRITE_PROBLEMS,
        description="What became of each.",
    ),
)
async def put_contacts_by(request: Request) -> Response:
    """At most 500, each as a request of its own would do: one that is refused holds up no other.
    Whoever is not among them stays as they are.
    """
    caller = await caller_of(request, Scope.CONTACTS_WRITE.value)
    items = posting.read_body(ContactsByIn, await request.body()).items
    services = caller.services
    told: list[dict[str, Any]] = []
    for at in range(0, len(items), _AT_ONCE):
        some = items[at : at + _AT_ONCE]

        def write(tx: Tx, some: Sequence[ContactsByItemIn] = some) -> list[dict[str, Any]]:
            check_still_valid(tx, caller)
            return [_told(tx, caller, each) for each in some]

        held = await services.store.aread(partial(_concerned, caller=caller, items=some))
        told += await services.at_gate(partial(services.gate.write, services.store, held, write))
    return JSONResponse({"items": told})


def _put(tx: Tx, caller: Caller, number: str, wanted: ContactByIn) -> Upserted:
    branch_id = branch_of(tx.conn, caller, wanted.branch)
    return upserting.upsert(tx, number, change_of(wanted), changer_of(caller), branch_id=branch_id)


def _same_number(path: str, wanted: ContactByIn) -> str:
    """That of the address; the body may say it once more. Raises InvalidInput."""
    number = upserting.named(path)
    said = wanted.personnel_number
    if said is not None and upserting.named(said).casefold() != number.casefold():
        raise InvalidInput(upserting.FIELD, "The address names another personnel number.")
    return number


def _concerned(
    conn: sqlite3.Connection, caller: Caller, items: Sequence[ContactsByItemIn]
) -> tuple[Identity, ...]:
    found: list[Identity] = []
    for each in items:
        try:
            found += upserting.concerned(
                conn, each.personnel_number, change_of(each), changer_of(caller)
            )
        except InvalidInput:  # its verdict says so
            continue
    return tuple(dict.fromkeys(found))


def _told(tx: Tx, caller: Caller, item: ContactsByItemIn) -> dict[str, Any]:
    """One that is refused leaves nothing, and the others stay."""
    answer = {"personnel_number": item.personnel_number, "why": "", "code": None, "other": None}
    try:
        with tx.whole():
            done = _put(tx, caller, item.personnel_number, item)
    except (InvalidInput, NotFound, Refused) as exc:
        wrong = problems.problem_of(exc)
        of_whom = {name: wrong.extra.get(name) for name in ("contact", "other")}
        return {
            **answer,
            "verdict": "refused",
            "why": wrong.detail,
            "code": wrong.code,
            **of_whom,
        }
    return {**answer, "verdict": done.verdict.value, "contact": done.contact_id}
