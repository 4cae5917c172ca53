"""Who asks: a member of staff with a session, or a guest at the door; in which language."""

import hmac
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response

from appliance.api.services import Services
from appliance.api.web import templating
from appliance.api.web.cookies import GUEST, SESSION
from appliance.api.web.looks import Looks
from appliance.api.web.oidc.provider import OidcProvider
from appliance.api.web.page_finder import PageFinder
from appliance.api.web.passkeys import required
from appliance.api.web.passkeys.ceremonies import Ceremonies
from appliance.api.web.presence import Presence
from appliance.api.web.row_reads import RowReads
from appliance.api.web.streams import Streams
from appliance.api.web.undoing import Undoing
from appliance.api.web.words.i18n import Words, best_language
from appliance.desk.access import passkeys, sessions
from appliance.desk.access.accesses import Accesses, Readable, Reader, Shown
from appliance.desk.access.bearer import new_token
from appliance.desk.access.login import Door
from appliance.desk.access.rights import Rights
from appliance.desk.access.sessions import Session
from appliance.desk.access.throttle import Throttle
from appliance.errors import BalieError
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import ReaderPool, Tx

T = TypeVar("T")
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
# The reserved characters of RFC 3986 §2.2, and % for what is encoded already.
_PLAIN_IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%"


class LogInFirst(BalieError):
    """Nobody is logged in; `back` is where to go afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__("Log in first.")
        self.back = back


class PasskeyFirst(BalieError):
    """This administrator came in without the passkey that the house wants; `address` is where one
    is made or used.
    """

    def __init__(self, address: str) -> None:
        super().__init__("A passkey is needed first.")
        self.address = address


class ForgedRequest(BalieError):
    """The form lacks this session's token: it is from another site or from an old page."""


@dataclass(frozen=True, slots=True)
class Web:
    """What all pages share."""

    services: Services
    door: Door
    setup_brake: Throttle
    looks: Looks
    ceremonies: Ceremonies
    row_reads: RowReads
    provider: OidcProvider | None = None
    streams: Streams = field(default_factory=Streams)
    presence: Presence = field(default_factory=Presence)
    undoing: Undoing = field(default_factory=Undoing)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is not logged in. `token` is in a cookie and in each form of these pages."""

    request: Request
    web: Web
    words: Words
    token: str

    @property
    def secure(self) -> bool:
        return is_secure(self.request, self.web)

    def page(self, template: str, status: int = 200, **context: object) -> HTMLResponse:
        html = templating.render(
            template,
            self.words,
            theme=None,
            csrf=self.token,
            session=None,
            demo=self.web.services.demo,
            provider_name=self.web.provider.name if self.web.provider else None,
            **context,
        )
        answer = HTMLResponse(html, status)
        GUEST.put(answer, self.token, secure=self.secure)
        return answer


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by a member of staff who is logged in. `desk` is what `read` and `show` look into:
    the house's own database, or at a head office that of one box.
    """

    request: Request
    web: Web
    words: Words
    session: Session
    token: str
    accesses: Accesses
    desk: Readable

    @property
    def services(self) -> Services:
        return self.web.services

    @property
    def secure(self) -> bool:
        return is_secure(self.request, self.web)

    @property
    def staff_id(self) -> str:
        return self.session.staff_id

    @property
    def now_ms(self) -> int:
        return self.services.clock.now_ms()

    @property
    def cursor(self) -> str:
        """Where the stream of a page begins. It is taken before the page's data is read: an event
        in between may then be told twice, but is never missed.
        """
        return self.services.feed.cursor(self.services.feed.head)

    @property
    def must_add_passkey(self) -> bool:
        return self.services.admins_need_passkey and required.lacks_passkey(self.session)

    @property
    def partial(self) -> bool:
        """Asked by a script for a part of the page."""
        return is_partial(self.request)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """For data that shows no person; other data is read by `show`."""
        return await self.desk.aread(work)

    async def show(
        self,
        work: Callable[[sqlite3.Connection], T],
        shown: Callable[[T], Iterable[Shown]],
        *,
        what: ReadingKind = ReadingKind.READ,
        thing: Thing | None = None,
    ) -> T:
        """`shown` says whose data `work` found, `what` and `thing` how it is shown."""
        return await self.accesses.read(work, shown, what=what, thing=thing)

    async def write(self, work: Callable[[Tx, Rights], T]) -> T:
        """One transaction. `work` is given the rights that this person has inside it; they may have
        fewer than when the page was requested. Raises LogInFirst when they were logged out
        meanwhile.
        """
        return await self.services.store.awrite(lambda tx: work(tx, self.rights_in(tx)))

    def rights_in(self, tx: Tx) -> Rights:
        """Raises LogInFirst."""
        session = sessions.find(tx.conn, self.token, self.now_ms)
        if session is None:
            raise LogInFirst(_way_back(self.request))
        return session.rights

    def page(self, template: str, status: int = 200, **context: object) -> HTMLResponse:
        return HTMLResponse(self.part(template, **context), status)

    def part(self, template: str, **context: object) -> str:
        return templating.render(
            template,
            self.words,
            theme=self.session.theme,
            csrf=self.session.csrf,
            session=self.session,
            now_ms=self.now_ms,
            disk=self.services.disk,
            on_trial=self.services.on_trial,
            updates=self.services.updates,
            demo=self.services.demo,
            has_page=self.has_page,
            **context,
        )

    def has_page(self, address: str, method: str = "GET") -> bool:
        """What is offered leads somewhere: a head office has fewer pages than a box."""
        pages: PageFinder = self.request.app.state.pages
        return pages.has(address, method)


def is_secure(request: Request, web: Web) -> bool:
    """Whether cookies are for https only: always, or because this request came by https."""
    return web.services.cookies_secure or request.url.scheme == "https"


def is_partial(request: Request) -> bool:
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


async def guest_of(request: Request) -> Guest:
    token = GUEST.read(request) or new_token()
    return Guest(request, request.app.state.web, _words(request, None), token)


async def visit_of(request: Request) -> Visit:
    """Raises LogInFirst, or PasskeyFirst."""
    web: Web = request.app.state.web
    token = SESSION.read(request)
    session = await session_of(web, token) if token else None
    if session is None or token is None:
        raise LogInFirst(_way_back(request))
    if web.services.admins_need_passkey and required.lacks_passkey(session):
        await _to_passkey(request, web, session)
    if session.stale and web.services.store.keeps:
        await web.services.store.awrite(lambda tx: sessions.seen(tx, token))
    words = _words(request, session.language)
    request.state.language = words.language
    accesses = web.services.accesses(Reader(staff_id=session.staff_id))
    return Visit(request, web, words, session, token, accesses, web.services.store)


async def _to_passkey(request: Request, web: Web, session: Session) -> None:
    there = await web.services.store.aread(
        lambda conn: passkeys.of_staff(conn, session.staff_id), ReaderPool.DOOR
    )
    address = required.elsewhere(session, request.url.path, has_one=bool(there))
    if address is not None:
        raise PasskeyFirst(address)


async def session_of(web: Web, token: str) -> Session | None:
    now_ms = web.services.clock.now_ms()
    return await web.services.store.aread(
        lambda conn: sessions.find(conn, token, now_ms), ReaderPool.DOOR
    )


async def checked_guest(guest: Annotated[Guest, Depends(guest_of)]) -> Guest:
    await _check(guest.request, GUEST.read(guest.request) or "")
    return guest


async def checked_visit(visit: Annotated[Visit, Depends(visit_of)]) -> Visit:
    await _check(visit.request, visit.session.csrf)
    return visit


AtDoor = Annotated[Guest, Depends(guest_of)]
AtDoorPosting = Annotated[Guest, Depends(checked_guest)]
Reading = Annotated[Visit, Depends(visit_of)]
Posting = Annotated[Visit, Depends(checked_visit)]
"""The parameter type of an endpoint says who may call it and whether a token was checked."""


def local_path(wanted: str) -> str:
    """The address when it stays within these pages, else the inbox."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if inside and wanted.isprintable() else "/"


def in_header(address: str) -> str:
    """The address with everything but plain ASCII encoded, line breaks too: a header can
    carry it.
    """
    return quote(address, safe=_PLAIN_IN_ADDRESSES)


def login_address(back: str) -> str:
    return f"/login?next={quote(back, safe='')}" if back not in ("", "/") else "/login"


def go(visitor: Guest | Visit, address: str) -> Response:
    """Sends the browser to another page, whether it or a script made the request."""
    if is_partial(visitor.request):
        return Response(status_code=204, headers={"HX-Redirect": in_header(address)})
    return Response(status_code=303, headers={"Location": in_header(address)})


# The token does more than keep other sites out: it ties a page to its session. A page from before
# a colleague logged in on this browser comes from the right site, and without the token it would
# write in the colleague's name. `Origin` is not compared with the address asked for: that address
# is known from `Host` only, a proxy may set `Host` to anything, and Balie never uses it.
async def _check(request: Request, expected: str) -> None:
    # Browsers send it by themselves and no page can forge it; over plain http they omit it.
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedRequest("The form came from another site.")
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        form = await request.form()
        given = str(form.get(CSRF_FIELD, ""))
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        await request.close()  # a file of the form may lie on the disk
        raise ForgedRequest("The form was too old. Load the page again and repeat it.")


def _way_back(request: Request) -> str:
    """The page that is open, not the part or the form that was asked for."""
    if is_partial(request):
        current = _split(request.headers.get("hx-current-url", "/"))
        return local_path(f"{current.path}?{current.query}" if current.query else current.path)
    if request.method != "GET":
        return "/"
    return str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")


def _split(address: str) -> SplitResult:
    """Any program may send this header: a value that is no address counts as the inbox."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("/")


def _words(request: Request, chosen: str | None) -> Words:
    return Words(chosen or best_language(request.headers.get("accept-language")))
