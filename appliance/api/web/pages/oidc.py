"""`/oidc`: in by an account at the provider, and back from there."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.browsers import browser_of
from appliance.api.web.cookies import BEGUN, GUEST, SESSION
from appliance.api.web.login_address import origin_of
from appliance.api.web.oidc.provider import OidcProvider, Returned
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.login import enter
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import AtDoor, ForgedRequest, Guest, local_path
from appliance.desk.access.wrong_tries import Tried, Unproven
from appliance.desk.team import accounts
from appliance.desk.team.accounts import CameIn, StaffAccount
from appliance.errors import NotFound, Refused
from appliance.reasons import Reason
from appliance.store.store import ReaderPool, Tx

routes = APIRouter(route_class=PageRoute)

CALLBACK = "/oidc/callback"
FORBIDDEN, UNAVAILABLE = 403, 503


@routes.get("/oidc/login")
async def to_provider(
    guest: AtDoor,
    back: Annotated[str, Query(alias="next")] = "/",
    link: Annotated[str, Query(max_length=200)] = "",
    csrf: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """`link` is the log-in link that somebody opened and connects their account by. Its page says
    so with the token of this browser: else another site could bind a visitor's account to a link.
    """
    provider = _provider(guest)
    kept = GUEST.read(guest.request) or ""
    if link and not (kept and hmac.compare_digest(csrf.encode(), kept.encode())):
        raise ForgedRequest("The link was followed from elsewhere.")
    address = (guest.web.services.address or origin_of(guest.request)) + CALLBACK
    try:
        answer, key = await provider.begin(guest.request, address, back=local_path(back), link=link)
    except Refused as exc:
        return _refused(guest, exc)
    BEGUN.put(answer, key, secure=guest.secure)
    return answer


@routes.get(CALLBACK)
async def from_provider(guest: AtDoor) -> Response:
    provider = _provider(guest)
    try:
        came = await provider.returned(guest.request, BEGUN.read(guest.request) or "")
        inside = await _let_in(guest, provider, came)
    except (Refused, NotFound) as exc:
        return _refused(guest, exc)
    device = await guest.web.door.device_cookie(inside.name)
    answer = enter(guest, inside.session, device, came.begun.back)
    BEGUN.drop(answer, secure=guest.secure)
    return answer


async def _let_in(guest: Guest, provider: OidcProvider, came: Returned) -> CameIn:
    """Raises Refused, or NotFound for a log-in link that is over."""
    store, link = guest.web.services.store, came.begun.link
    account = StaffAccount(issuer=came.issuer, subject=came.subject)
    is_bound = await store.aread(lambda conn: accounts.is_bound(conn, account), ReaderPool.DOOR)
    if not link and not is_bound:
        account = await provider.account(came)
        if account.email is None:
            raise Refused(Reason.EMAIL_UNPROVEN, "The address of e-mail is not proven.")
    before, browser = SESSION.read(guest.request), browser_of(guest.request)

    roles = provider.roles(came)

    def work(tx: Tx) -> CameIn:
        if link:
            return accounts.connect(tx, link, account, roles, before=before, browser=browser)
        return accounts.come_in(tx, account, roles, before=before, browser=browser)

    return await store.awrite(work)


def _provider(guest: Guest) -> OidcProvider:
    """Raises NotFound where none is set."""
    if guest.web.provider is None:
        raise NotFound("page")
    return guest.web.provider


def _refused(guest: Guest, exc: Refused | NotFound) -> Response:
    if isinstance(exc, NotFound):
        exc = Refused(Reason.LOGIN_UNPROVEN, "The log-in link is over.")
    is_away = exc.code is Reason.PROVIDER_AWAY
    why = exc.why if isinstance(exc, Unproven) else ""
    if why or not is_away:
        guest.web.door.wrong.note(Tried.PROVIDER, address=address_of(guest.request), why=why)
    status = UNAVAILABLE if is_away else FORBIDDEN
    note = note_of(guest.words, exc)
    answer = guest.page("login.html", status, back="/", name="", note=note)
    BEGUN.drop(answer, secure=guest.secure)
    return answer
