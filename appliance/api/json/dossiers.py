"""`/contacts/{contact}/dossier`: all that is kept of a person, as a package."""

import sqlite3
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Security
from fastapi.responses import Response
from pydantic import StringConstraints

from appliance.api.dossier_answers import DossierWish, dossier_answer
from appliance.api.json.callers import Caller, check_still_valid, identify
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.late_route import LateRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.dossier import making
from appliance.desk.privacy.dossier.asked import MARK, DossierAsked
from appliance.desk.privacy.requests import steps
from appliance.desk.privacy.requests.steps import RequestStep
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=LateRoute)

_Left = Annotated[str, StringConstraints(pattern=f"^{MARK.pattern}$")]
_Officer = Annotated[Caller, Security(identify, scopes=[Scope.PRIVACY_WRITE.value])]


@router.get(
    "/contacts/{contact}/dossier",
    operation_id="getDossier",
    summary="All that is kept of a person",
    response_model=None,
    response_class=Response,
    responses=answers(
        None,
        "…",
        *READ_PROBLEMS,
        "not-found",
        description="A ZIP: `dossier.json`, `dossier.pdf`, `media/…`, and `manifest.json` with"
        " name, bytes and sha256 of each. It holds what the token's branch keeps; a token of the"
        " company gets what all branches keep.",
        media_type="application/zip",
    ),
)
async def get_dossier(
    caller: _Officer,
    contact: str,
    without: Annotated[
        list[_Left] | None,
        Query(
            description="What of other people's data is left out of it: whole kinds (`colleagues`,"
            " `members`, `cards`, `notes`), or single things by the marks that stand in"
            " `third_party` beside them."
        ),
    ] = None,
    language: Annotated[
        Literal["nl", "en", "de", "pl", "ro", "bg", "tr", "uk", "ar"],
        Query(description="Of `dossier.pdf`, where theirs is not known."),
    ] = "nl",
) -> Response:
    """Handing it out is an event, and stands in the log of reading."""

    def asked(conn: sqlite3.Connection) -> DossierAsked:
        return making.asked_of(conn, caller.sight, contact, without or ())

    def noted(tx: Tx, made: DossierAsked) -> None:
        check_still_valid(tx, caller)
        left_out = sorted(made.without)
        steps.note(
            tx,
            RequestStep.GIVEN,
            Author(token_id=caller.token.id),
            contact_id=made.contact_id,
            branch_id=caller.token.branch_id,
            facts={"without": left_out} if left_out else {},
        )

    wanted = DossierWish(by=caller.token.name, language=language, asked=asked)
    return await dossier_answer(caller.services, caller.accesses, wanted, noted)
