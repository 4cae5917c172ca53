"""The web application: JSON API, pages and static files in one, and how errors are answered."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from appliance.api import calendar, cloud, problems, public, smsgate
from appliance.api.address_brake import AddressBrake
from appliance.api.cloud.routes import router as cloud_routes
from appliance.api.compression import Compression, StaticTexts
from appliance.api.dropin import told
from appliance.api.forwarded import ForwardedBy
from appliance.api.headers import SafeHeaders
from appliance.api.held import HeldWrites
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
    people_by_number,
    people_import,
    reads,
    releasing,
    reports,
    retention,
    rounds,
    saved_lists,
    saved_views,
    sending,
    signing_key,
    texts,
    uploading,
    vcards,
    webhooks,
)
from appliance.api.json.callers import TokenBook
from appliance.api.json.kept_figures import KeptFigures
from appliance.api.json.metrics import Metrics
from appliance.api.json.openapi import DOCUMENT_PATH, document, get_document
from appliance.api.leaving import LeavingClients
from appliance.api.limits import BodyLimit
from appliance.api.methods import HeadRequests, not_possible
from appliance.api.problems import Problem, ProblemError
from appliance.api.program_routes import ProgramRoutes
from appliance.api.public import PublicFigures
from appliance.api.quotas import Quotas
from appliance.api.services import Services
from appliance.api.smsgate.routes import ROUTERS as SMSGATE_ROUTERS
from appliance.api.web.assets import STATIC_DIR
from appliance.api.web.looks import Looks
from appliance.api.web.oidc.provider import OidcProvider
from appliance.api.web.page_finder import PageFinder
from appliance.api.web.page_route import broken, not_during_trial, nothing_here
from appliance.api.web.passkeys.ceremonies import Ceremonies
from appliance.api.web.routes import router as box_pages
from appliance.api.web.row_reads import RowReads
from appliance.api.web.visit import Web
from appliance.desk.access.login import Door
from appliance.desk.access.throttle import Throttle
from appliance.desk.access.wrong_tries import WrongTries
from appliance.errors import BalieError, StoreCorrupt

log = logging.getLogger(__name__)

DROP_INS = (smsgate.DROP_IN, cloud.DROP_IN)
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""Nobody outside is told of requests, and so none asks whether somebody listens."""
_NOT_FOUND = 404
JSON_API = (
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
    people_by_number,
    people_import,
    vcards,
    dossiers,
    reports,
    audit,
    consents,
    saved_views,
    texts,
    line_rules,
    releasing,
    hours,
    holding,
    archive,
    erasing,
    retention,
    rounds,
    webhooks,
    signing_key,
    events,
)
BOX_API: Sequence[APIRouter] = (
    *(part.router for part in JSON_API),
    *SMSGATE_ROUTERS,
    cloud_routes,
)


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


def create_app(
    services: Services,
    *more_pages: APIRouter,
    pages: PageFinder = box_pages,
    api: Sequence[APIRouter] = BOX_API,
) -> FastAPI:
    """`more_pages` are those that only some program has; `api` is what it has for programs."""
    app = Application(
        title="Balie",
        openapi_url=None,  # `get_document` makes it, beside the loop
        docs_url=None,  # Swagger UI comes from a CDN; nothing here does
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        lifespan=_lifespan,
    )
    app.state.document_lock = asyncio.Lock()
    app.state.pages = pages
    furnish(app, services)
    app.add_middleware(BodyLimit, told=_told)
    app.add_middleware(Compression)
    app.add_middleware(LeavingClients)
    app.add_middleware(HeadRequests)
    app.add_middleware(HeldWrites, told=_told_to)
    for routes in (pages, *more_pages):
        app.include_router(routes, include_in_schema=False)
    app.mount("/static", StaticTexts(directory=STATIC_DIR, check_dir=False), name="static")
    for part in (public, calendar):
        app.include_router(part.router, include_in_schema=False)
    app.include_router(ProgramRoutes(api))
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
    state.brake = AddressBrake()
    state.public_figures = PublicFigures(services.store, services.clock)
    state.metrics = Metrics(services, state.wrong.totals)
    door = Door(services.store, services.clock, state.wrong)
    provider = OidcProvider(services.oidc, services.clock) if services.oidc else None
    state.web = Web(
        services,
        door,
        Throttle(),
        Looks(services),
        Ceremonies(services.clock),
        RowReads(services.store),
        provider,
    )
    services.office.serve(app, services)
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
    if isinstance(exc, HTTPException) and exc.status_code == _NOT_FOUND and _for_browser(request):
        return nothing_here(request)
    return _told(request.url.path, _problem(request, exc))


def _problem(request: Request, exc: Exception) -> Problem:
    match exc:
        case ProblemError():
            return exc.problem
        case BalieError():
            return problems.problem_of(exc)
        case RequestValidationError():
            return problems.of_validation(exc.errors())
        case HTTPException(status_code=405):
            return not_possible(request)
        case HTTPException():
            return problems.of_status(exc.status_code, _http_detail(exc), exc.headers)
        case _:
            raise exc


def _told_to(request: Request, problem: Problem) -> Response:
    if _for_programs(request.url.path):
        return _told(request.url.path, problem)
    return not_during_trial(request, problem.headers)


def _told(path: str, problem: Problem) -> Response:
    return told(DROP_INS, path, problem)


def _http_detail(exc: HTTPException) -> str:
    return "There is nothing at this address." if exc.status_code == 404 else exc.detail  # noqa: PLR2004 -- not found


def _path(request: Request) -> str:
    """As the route has it: in some addresses stands a secret."""
    route = request.scope.get("route")
    return str(getattr(route, "path", request.url.path))


def _for_browser(request: Request) -> bool:
    """True for a browser at an address outside the APIs."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not _for_programs(request.url.path)


def _for_programs(path: str) -> bool:
    return path.startswith("/api/") or any(each.serves(path) for each in DROP_INS)


async def _answer_bug(request: Request, exc: Exception) -> Response:
    """The server logs the traceback itself, after this.

    A damaged database page can hold anything, and reading it can raise any error: that is no bug.
    """
    log.error("%s %s failed: %s", request.method, _path(request), type(exc).__name__)
    services: Services = request.app.state.services
    if await asyncio.to_thread(services.store.is_damaged):
        sentence = f"{services.store.path} is damaged; {type(exc).__name__} came of it."
        return await _answer(request, StoreCorrupt(sentence))
    if _for_browser(request):
        return broken(request)
    return _told(request.url.path, problems.problem("internal-error"))
