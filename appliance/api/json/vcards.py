"""`/contacts/{contact}/vcard`: a person as a card for an address book."""

from typing import Annotated

from fastapi import APIRouter, Security
from fastapi.responses import Response

from appliance.api.json.callers import Caller, identify
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.late_route import LateRoute
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.contacts import people
from appliance.desk.contacts.card_files import vcard
from appliance.store.readings import ReadingKind, Thing

router = APIRouter(prefix="/api/v1", tags=["contacts"], route_class=LateRoute)

_EXAMPLE = """BEGIN:VCARD
VERSION:3.0
UID:019a5b0e-5a0f-7b61-9d4e-1f2a3b4c5d6e
FN:Anna de Wit
N:Anna de Wit;;;;
TEL;TYPE=CELL:+31687654321
END:VCARD
"""


@router.get(
    "/contacts/{contact}/vcard",
    operation_id="getContactCard",
    summary="A person as a card for an address book",
    response_model=None,
    response_class=Response,
    responses=answers(
        None,
        _EXAMPLE,
        *READ_PROBLEMS,
        "not-found",
        description="vCard 3.0. Notes and fields of the office stay out.",
        media_type="text/vcard",
    ),
)
async def get_contact_card(
    caller: Annotated[Caller, Security(identify, scopes=[Scope.CONTACTS_READ.value])], contact: str
) -> Response:
    """By id or number."""
    card = await caller.accesses.read(
        lambda conn: people.contact(conn, caller.sight, contact),
        lambda found: [Shown(contact_id=found.id)],
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
    headers = {"Content-Disposition": 'attachment; filename="contact.vcf"'}
    return Response(vcard(card), headers=headers, media_type="text/vcard; charset=utf-8")
