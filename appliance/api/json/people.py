"""`/contacts`: the people, what the office says of them, and what became of that."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from appliance.api.json import examples, forms, people_examples, writes
from appliance.api.json.callers import WRITES_CONTACTS, Caller
from appliance.api.json.conversations import branch_of
from appliance.api.json.declared import Many, One, Read, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.forms import Time
from appliance.api.json.mapping import body_of
from appliance.api.json.office_bodies import ContactOut
from appliance.api.json.paging import DEFAULT_LIMIT, Limit, page
from appliance.api.json.people_bodies import (
    ContactIn,
    ContactPatchIn,
    GoneContactOut,
    ListedContactOut,
    MergeIn,
    NumberIn,
    PastOut,
    SplitIn,
    UndoIn,
)
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import ms_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.contacts import changing, delta, joining, past, people, splitting
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.delta import Changed, DeltaPlace, GoneContact
from appliance.desk.contacts.past import PastAsked
from appliance.desk.contacts.people import ContactEntry, PeopleAsked
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.identities import Identity, meant
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListAsked:
    """The people, or (`since`) those who changed."""

    people: PeopleAsked
    since: DeltaPlace | None = None

    @property
    def limit(self) -> int:
        return self.people.limit


async def _people_asked(
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[
        str | None,
        Query(
            description="`next` of the page before.",
            json_schema_extra={"pattern": f"^(?:[0-9]{{1,15}}-)?{_UUID}$"},
        ),
    ] = None,
    q: Annotated[
        str | None,
        Query(description="Beginnings of names, numbers, personnel numbers.", max_length=500),
    ] = None,
    personnel_number: Annotated[str | None, Query(max_length=200)] = None,
    updated_since: Annotated[
        Time | None,
        Query(
            description="Those who changed then or later, the oldest change first, with those who"
            " are gone: erased, or part of another contact."
        ),
    ] = None,
) -> _ListAsked:
    place = None if after is None else DeltaPlace.of(after)
    page = Page(after=place.contact_id if place else "", limit=limit + 1)
    asked = PeopleAsked(page=page, q=q, personnel_number=personnel_number)
    if updated_since is None:
        return _ListAsked(people=asked)
    since = DeltaPlace(updated_ms=max(0, ms_of(updated_since)))
    later = since if place is None or place.updated_ms < since.updated_ms else place
    return _ListAsked(people=asked, since=later)


def _people(conn: sqlite3.Connection, sight: Sight, asked: _ListAsked) -> Sequence[Changed]:
    if asked.since is None:
        return people.contacts(conn, sight, asked.people)
    wanted = asked.people
    names_some = wanted.q or wanted.personnel_number
    among = people.fitting(conn, sight, wanted) if names_some else None
    return delta.changed(conn, sight, asked.since, asked.limit, among=among)


class _ListedPeople(Many[_ListAsked, Changed]):
    """A page of those who changed goes on behind a time, not behind an id."""

    def body(self, found: Sequence[Changed], asked: _ListAsked) -> dict[str, Any]:
        limit = asked.limit - 1
        told = page(found, limit, _listed)
        if asked.since is not None and told["next"] is not None:
            told["next"] = delta.place_of(found[limit - 1]).cursor
        return told


def _listed(entry: Changed) -> dict[str, Any]:
    return body_of(GoneContactOut if isinstance(entry, GoneContact) else ContactOut, entry)


async def _contact_name(contact: str) -> str:
    return contact


async def _past_asked(
    contact: str,
    limit: Limit = DEFAULT_LIMIT,
    before: Annotated[
        str | None,
        Query(
            alias="after",
            description="`next` of the page before.",
            max_length=20,
            json_schema_extra=forms.whole("[0-9]{1,18}"),
        ),
    ] = None,
) -> PastAsked:
    if before is not None and not before.isdecimal():
        raise InvalidInput("after", "“after” is not a cursor: give the “next” of a page.")
    return PastAsked(contact=contact, after=int(before) if before else None, limit=limit + 1)


def _shown_contact(entry: ContactEntry) -> Shown:
    return Shown(contact_id=entry.id)


def _shown_person(entry: Changed) -> Shown | None:
    return _shown_contact(entry) if isinstance(entry, ContactEntry) else None


READS: tuple[Read[Any, Any], ...] = (
    _ListedPeople(
        tag="contacts",
        path="/contacts",
        scope=Scope.CONTACTS_READ,
        name="listContacts",
        summary="The people, or those who changed since a moment",
        description="By id; with `updated_since` the oldest change first.",
        asked=_people_asked,
        read=_people,
        model=ListedContactOut,
        example=examples.CONTACT,
        shown=_shown_person,
    ),
    One(
        tag="contacts",
        path="/contacts/{contact}",
        scope=Scope.CONTACTS_READ,
        name="getContact",
        summary="One person, by id or number",
        description="The contact.",
        asked=_contact_name,
        read=people.contact,
        model=ContactOut,
        example=examples.CONTACT,
        shown=_shown_contact,
        problems=("not-found",),
    ),
    Many(
        tag="contacts",
        path="/contacts/{contact}/history",
        scope=Scope.CONTACTS_READ,
        name="listContactHistory",
        summary="What became of a person's card",
        description="The newest first.",
        asked=_past_asked,
        read=past.past,
        model=PastOut,
        example=people_examples.PAST,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["contacts"], route_class=DirectRoute)

_SCOPE = Scope.CONTACTS_WRITE
_PROBLEMS = (*WRITE_PROBLEMS, Reason.NUMBER_TAKEN)
_WHO = (*WRITE_PROBLEMS, Reason.SAME_CONTACT, Reason.IDEMPOTENCY_MISMATCH)
_CONTACT = writes.path_id("contact", examples.CONTACT["id"])


@router.post(
    "/contacts",
    dependencies=[WRITES_CONTACTS],
    operation_id="addContact",
    summary="Enter a person",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(ContactIn, people_examples.CONTACT_IN, IDEMPOTENCY_KEY),
    responses=answers(
        ContactOut,
        examples.CONTACT,
        *_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="The person.",
    ),
)
async def add_contact(request: Request) -> Response:
    """It brings no consent: whom the office enters may be written to once they wrote."""

    def work(tx: Tx, caller: Caller, wanted: ContactIn) -> dict[str, Any]:
        branch_id = branch_of(tx.conn, caller, wanted.branch)
        added = changing.enter(tx, change_of(wanted), changer_of(caller), branch_id=branch_id)
        return shown_to(tx.conn, caller, added)

    return await writes.made(request, _SCOPE, ContactIn, work)


@router.patch(
    "/contacts/{contact}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONTACTS],
    operation_id="changeContact",
    summary="Say something else of a person",
    response_model=None,
    openapi_extra=writes.takes(ContactPatchIn, people_examples.CONTACT_PATCH_IN, _CONTACT),
    responses=answers(ContactOut, examples.CONTACT, *_PROBLEMS, description="As they are now."),
)
async def change_contact(request: Request) -> Response:
    """All of it or nothing, as one event. Their number may change, also the last one: who they are
    does not hang on it. What they call themselves only they change.
    """

    def work(tx: Tx, caller: Caller, wanted: ContactPatchIn) -> dict[str, Any]:
        found = _named(tx.conn, caller, request)
        changing.change(tx, found, change_of(wanted), changer_of(caller))
        return shown_to(tx.conn, caller, found)

    def whose(conn: sqlite3.Connection, caller: Caller, _: ContactPatchIn) -> tuple[Identity, ...]:
        return _all_of(conn, _named(conn, caller, request))

    return await writes.changed(request, _SCOPE, ContactPatchIn, work, whose=whose)


@router.post(
    "/contacts/{contact}/merge",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONTACTS],
    operation_id="mergeContacts",
    summary="Say that two contacts are one person",
    response_model=None,
    openapi_extra=writes.takes(MergeIn, people_examples.MERGE_IN, _CONTACT, IDEMPOTENCY_KEY),
    responses=answers(ContactOut, examples.CONTACT, *_WHO, description="The one person."),
)
async def merge_contacts(request: Request) -> Response:
    """Their conversations on a line become one. A withdrawal by either counts for both, and nobody
    gains consent. It can be undone.
    """

    def whose(conn: sqlite3.Connection, caller: Caller, wanted: MergeIn) -> tuple[Identity, ...]:
        other = caller.sight.contact(conn, wanted.other)
        return _all_of(conn, _named(conn, caller, request), other.id)

    def work(tx: Tx, caller: Caller, wanted: MergeIn) -> dict[str, Any]:
        keep = _named(tx.conn, caller, request)
        other = caller.sight.contact(tx.conn, wanted.other)
        joining.join_by(tx, keep, other.id, changer_of(caller).by)
        return shown_to(tx.conn, caller, keep)

    return await writes.made(request, _SCOPE, MergeIn, work, whose=whose, status=200)


@router.post(
    "/contacts/{contact}/split",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONTACTS],
    operation_id="splitContact",
    summary="Say that a contact is two people",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(SplitIn, people_examples.SPLIT_IN, _CONTACT, IDEMPOTENCY_KEY),
    responses=answers(
        ContactOut, examples.CONTACT, *_WHO, status=201, description="Who has these numbers now."
    ),
)
async def split_contact(request: Request) -> Response:
    """What was written from and to these numbers goes with them. What the person had closed stays
    closed for both. It can be undone.
    """

    def whose(conn: sqlite3.Connection, caller: Caller, _: SplitIn) -> tuple[Identity, ...]:
        return _all_of(conn, _named(conn, caller, request))

    def work(tx: Tx, caller: Caller, wanted: SplitIn) -> dict[str, Any]:
        found = _named(tx.conn, caller, request)
        numbers = [meant(each, field="numbers") for each in wanted.numbers]
        new_id = splitting.split(tx, found, numbers, changer_of(caller).by)
        return shown_to(tx.conn, caller, new_id)

    return await writes.made(request, _SCOPE, SplitIn, work, whose=whose)


@router.post(
    "/contacts/{contact}/undo",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONTACTS],
    operation_id="undoContact",
    summary="Take back the newest joining or splitting of a person",
    response_model=None,
    openapi_extra=writes.takes(UndoIn, people_examples.UNDO_IN, _CONTACT, IDEMPOTENCY_KEY),
    responses=answers(
        ContactOut,
        examples.CONTACT,
        *_WHO,
        Reason.CANNOT_UNDO,
        description="The contact that was kept then, as it is now.",
    ),
)
async def undo_contact(request: Request) -> Response:
    """All is as it was; what came since goes to whom it came from. What was cancelled stays so, and
    who withdrew meanwhile withdrew for both.
    """

    def whose(conn: sqlite3.Connection, caller: Caller, _: UndoIn) -> tuple[Identity, ...]:
        return splitting.concerned(conn, _named(conn, caller, request))

    def work(tx: Tx, caller: Caller, wanted: UndoIn) -> dict[str, Any]:
        found = _named(tx.conn, caller, request)
        by = changer_of(caller).by
        change = splitting.undo(tx, found, by, sight=caller.sight, other_id=wanted.other)
        return shown_to(tx.conn, caller, change.contact_id)

    return await writes.made(request, _SCOPE, UndoIn, work, whose=whose, status=200)


def change_of(wanted: ContactPatchIn) -> ContactChange:
    """Raises InvalidInput."""
    given = wanted.model_fields_set
    named_so = "name" in given and "office_name" not in given
    return ContactChange(
        given=frozenset(given | {"office_name"} if named_so else given),
        office_name=wanted.name if named_so else wanted.office_name,
        personnel_number=wanted.personnel_number,
        numbers=[
            meant(each.number if isinstance(each, NumberIn) else each, field="numbers")
            for each in wanted.numbers
        ],
        labels=wanted.labels,
        fields=wanted.fields,
        notes=wanted.notes,
        blocked=wanted.blocked,
        state=wanted.state,
        state_ms=ms_of(wanted.state_since) if wanted.state_since else None,
    )


def changer_of(caller: Caller) -> Changer:
    reads = caller.token.may(Scope.CONTACTS_READ)
    return Changer(by=Author(token_id=caller.token.id), sight=caller.sight, reads=reads)


def _named(conn: sqlite3.Connection, caller: Caller, request: Request) -> str:
    """The id of the contact in the address. Raises NotFound."""
    return caller.sight.contact(conn, request.path_params["contact"]).id


def _all_of(conn: sqlite3.Connection, *contact_ids: str) -> tuple[Identity, ...]:
    """By what these are known."""
    return tuple(one for each in contact_ids for one in contacts.identities_of(conn, each))


def shown_to(conn: sqlite3.Connection, caller: Caller, contact_id: str) -> dict[str, Any]:
    """A token that may not read people is told the id alone."""
    if not caller.token.may(Scope.CONTACTS_READ):
        return {"id": contact_id}
    return body_of(ContactOut, people.entries(conn, caller.sight, [contact_id])[0])
