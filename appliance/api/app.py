"""The web application: JSON API, pages and static files in one, and how errors are answered."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from appliance.api import problems
from appliance.api.compression import Compression, StaticTexts
from appliance.api.forwarded import ForwardedBy
from appliance.api.headers import SafeHeaders
from appliance.api.json import (
    archive,
    audit,
    consents,
    conversations,
    dossiers,
    erasing,
    events,
    groups,
    health,
    holding,
    hours,
    line_rules,
    list_sends,
    lists,
    media,
    messages,
    people,
    people_import,
    reads,
    reports,
    retention,
    rounds,
    saved_lists,
    saved_views,
    sending,
    texts,
    uploading,
)
from appliance.api.json.callers import TokenBook
from appliance.api.json.kept_figures import KeptFigures
from appliance.api.json.metrics import Metrics
from appliance.api.json.openapi import DOCUMENT_PATH, document, get_document
from appliance.api.leaving import LeavingClients
from appliance.api.limits import BodyLimit
from appliance.api.methods import HeadRequests, not_possible
from appliance.api.problems import ProblemError
from appliance.api.quotas import Quotas
from appliance.api.services import Services
from appliance.api.web.assets import STATIC_DIR
from appliance.api.web.looks import Looks
from appliance.api.web.oidc.provider import OidcProvider
from appliance.api.web.page_route import broken, nothing_here
from appliance.api.web.passkeys.ceremonies import Ceremonies
from appliance.api.web.routes import router as pages
from appliance.api.web.visit import Web
from appliance.desk.access.login import Door
from appliance.desk.access.throttle import Throttle
from appliance.desk.access.wrong_tries import WrongTries
from appliance.errors import BalieError, StoreCorrupt

log = logging.getLogger(__name__)


class Application(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """`SafeHeaders` wraps all other middleware, because Starlette answers an unforeseen error
        outside of added middleware. Only `ForwardedBy`, which finds out who asks, wraps it in turn.
        """
        services: Services = self.state.services
        inside = SafeHeaders(super().build_middleware_stack(), secure=services.cookies_secure)
        return ForwardedBy(inside, services.proxies)

    def openapi(self) -> dict[str, Any]:
        return document(self, version("balie"))


def create_app(services: Services, *more_pages: APIRouter) -> FastAPI:
    """`more_pages` are those that only some program has."""
    app = Application(
        title="Balie",
        openapi_url=None,  # `get_document` makes it, beside the loop
        docs_url=None,  # Swagger UI comes from a CDN; nothing here does
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.document_lock = asyncio.Lock()
    furnish(app, services)
    app.add_middleware(BodyLimit)
    app.add_middleware(Compression)
    app.add_middleware(LeavingClients)
    app.add_middleware(HeadRequests)
    for routes in (pages, *more_pages):
        app.include_router(routes, include_in_schema=False)
    # Before the API: a page asks for dozens of files, and routes are looked through in their order.
    app.mount("/static", StaticTexts(directory=STATIC_DIR, check_dir=False), name="static")
    for part in (
        health,
        sending,
        lists,
        saved_lists,
        list_sends,
        reads,
        messages,
        uploading,
        media,
        groups,
        conversations,
        people,
        people_import,
        dossiers,
        reports,
        audit,
        consents,
        saved_views,
        texts,
        line_rules,
        hours,
        holding,
        archive,
        erasing,
        retention,
        rounds,
        events,
    ):
        app.include_router(part.router)
    for error in (ProblemError, BalieError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, _answer)
    app.add_route(DOCUMENT_PATH, get_document, include_in_schema=False)
    app.add_exception_handler(Exception, _answer_bug)
    return app


def furnish(app: FastAPI, services: Services) -> None:
    """Gives the routes what they share, in place of what they had: while nothing is served."""
    state = app.state
    state.services = services
    state.tokens = TokenBook(services.store)
    state.quotas = Quotas()
    state.wrong = WrongTries(services.store, services.clock)
    state.figures = KeptFigures(services.store, services.clock)
    state.metrics = Metrics(services.connections, state.wrong.totals, lambda: services.store.keeps)
    door = Door(services.store, services.clock, state.wrong)
    provider = OidcProvider(services.oidc, services.clock) if services.oidc else None
    state.web = Web(
        services, door, Throttle(), Looks(services), Ceremonies(services.clock), provider
    )
    app.middleware_stack = None  # the next request builds it, of these services


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.feed.start()
    yield
    await services.feed.close()
    await app.state.web.looks.close()
    await services.close()


async def _answer(request: Request, exc: Exception) -> Response:
    """Answers every error as a problem. The pages answer their own errors before this is called."""
    match exc:
        case ProblemError():
            return exc.problem.response()
        case BalieError():
            return problems.problem_of(exc).response()
        case RequestValidationError():
            return problems.of_validation(exc.errors()).response()
        case HTTPException(status_code=404) if _for_browser(request):
            return nothing_here(request)
        case HTTPException(status_code=405):
            return not_possible(request).response()
        case HTTPException():
            detail = _http_detail(exc)
            return problems.of_status(exc.status_code, detail, exc.headers).response()
        case _:
            raise exc


def _http_detail(exc: HTTPException) -> str:
    return "There is nothing at this address." if exc.status_code == 404 else exc.detail  # noqa: PLR2004 -- not found


def _for_browser(request: Request) -> bool:
    """True for a browser at an address outside the API."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")


async def _answer_bug(request: Request, exc: Exception) -> Response:
    """The server logs the traceback itself, after this.

    A damaged database page can hold anything, and reading it can raise any error: that is no bug.
    """
    log.error("%s %s failed: %s", request.method, request.url.path, type(exc).__name__)
    services: Services = request.app.state.services
    if await asyncio.to_thread(services.store.is_damaged):
        sentence = f"{services.store.path} is damaged; {type(exc).__name__} came of it."
        return await _answer(request, StoreCorrupt(sentence))
    if _for_browser(request):
        return broken(request)
    return problems.problem("internal-error").response()
