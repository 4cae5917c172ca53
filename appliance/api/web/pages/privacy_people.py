"""`/privacy/people/{contact}`: all that is kept of one person, on one page and as a package."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.dossier_answers import DossierWish, dossier_answer
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import officer_sight
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.api.web.words.i18n import PAPER_LANGUAGES
from appliance.desk.access.accesses import Shown
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.dossier import making
from appliance.desk.privacy.dossier.asked import DossierAsked
from appliance.desk.privacy.dossier.overview import DossierShown, overview
from appliance.desk.privacy.requests import requests, steps
from appliance.desk.privacy.requests.requests import PrivacyRequest
from appliance.desk.privacy.requests.steps import RequestStep
from appliance.errors import Refused
from appliance.reasons import Reason
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import ReaderPool, Tx

routes = APIRouter(route_class=PageRoute)

MOST = 100
"""Of each part; the package holds all."""
Without = Annotated[list[str] | None, Form()]
Language = Annotated[str, Form(max_length=10)]


@routes.get("/privacy/people/{contact}")
async def file_page(visit: Reading, contact: str) -> Response:
    return await _page(visit, contact)


@routes.post("/privacy/people/{contact}/preview")
async def preview_file(
    visit: Posting, contact: str, without: Without = None, language: Language = ""
) -> Response:
    """The same page, with what is of others as the file would have it."""
    return await _page(visit, contact, without or [], preview=True, language=language)


@routes.post("/privacy/people/{contact}/file")
async def save_file(
    visit: Posting, contact: str, without: Without = None, language: Language = ""
) -> Response:
    return await saved_file(visit, contact, without or [], None, language)


async def _page(
    visit: Visit,
    contact: str,
    without: Sequence[str] = (),
    *,
    preview: bool = False,
    language: str = "",
) -> Response:
    shown = await file_of(visit, contact, without)
    zone = BranchSettings().zone
    return visit.page(
        "privacy_person.html", shown=shown, zone=zone, preview=preview, language=language
    )


async def file_of(visit: Visit, contact: str, without: Sequence[str] = ()) -> DossierShown:
    """Raises NotFound, InvalidInput."""
    sight = officer_sight(visit.session.rights)
    return await visit.accesses.read(
        lambda conn: overview(conn, making.asked_of(conn, sight, contact, without), most=MOST),
        _whom,
        ReaderPool.LONG,
    )


def _whom(found: DossierShown) -> list[Shown]:
    who = found.contact_id
    talks = [Shown(contact_id=who, conversation_id=each) for each in found.conversation_ids]
    return talks or [Shown(contact_id=who)]


async def saved_file(
    visit: Visit,
    contact: str,
    without: list[str],
    request: PrivacyRequest | None,
    language: str,
) -> Response:
    """The package; that it was made is an event, and a step of its request. Raises NotFound,
    InvalidInput, and Refused where nobody has said how they made sure who asks.
    """
    sight = officer_sight(visit.session.rights)
    if request is not None and request.checked is None:
        raise Refused(Reason.REQUEST_UNCHECKED, "First say how you made sure who asks.")

    def noted(tx: Tx, made: DossierAsked) -> None:
        officer_sight(visit.rights_in(tx)).contact(tx.conn, made.contact_id)
        by = Author(staff_id=visit.staff_id)
        left_out = sorted(made.without)
        if request is not None:
            requests.give(tx, request, made.contact_id, left_out, by)
        else:
            facts = {"without": left_out} if left_out else {}
            steps.note(tx, RequestStep.GIVEN, by, contact_id=made.contact_id, facts=facts)

    wish = DossierWish(
        by=visit.session.name,
        language=language if language in PAPER_LANGUAGES else visit.words.language,
        is_chosen=language in PAPER_LANGUAGES,
        asked=lambda conn: making.asked_of(conn, sight, contact, without),
    )
    return await dossier_answer(visit.services, visit.accesses, wish, noted)
