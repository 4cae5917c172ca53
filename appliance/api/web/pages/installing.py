"""What makes the pages an app: its name, and what answers while Balie cannot be reached."""

import hashlib
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from appliance.api.web import templating
from appliance.api.web.assets import asset
from appliance.api.web.cookies import SESSION
from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Web, session_of
from appliance.api.web.words.i18n import Words, best_language
from appliance.desk.access.rights import Permission
from appliance.desk.access.sessions import Session
from appliance.store import branches

routes = APIRouter(route_class=PageRoute)

_PAGE = "/offline"
_SHEETS = ("styles/colours.css", "styles/offline.css")
_SCRIPT = "offline.js"
_PAPER = "#f6f4ef"
_RAIL = "#12312d"
_ICONS = (("192", "any"), ("512", "any"), ("maskable-512", "maskable"))


@routes.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    """The name of the only branch that its reader sees stands in it, none for a guest."""
    session = await _session(request)
    branch = await _only_branch(request.app.state.web, session) if session else None
    return JSONResponse(
        {
            "id": "/",
            "name": f"Balie {branch}" if branch else "Balie",
            "short_name": "Balie",
            "lang": _words(request, session).language,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": _PAPER,
            "theme_color": _RAIL,
            "icons": [
                {
                    "src": asset(f"icons/{name}.png"),
                    "sizes": f"{name.rsplit('-')[-1]}x{name.rsplit('-')[-1]}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, purpose in _ICONS
            ],
        },
        media_type="application/manifest+json",
    )


@routes.get("/service-worker.js")
async def service_worker(request: Request) -> Response:
    """Another one wherever what it keeps is another one."""
    page = _offline(_words(request, await _session(request)))
    script = templating.environment().get_template("service-worker.js")
    mark = hashlib.sha256(page.encode()).hexdigest()[:12]
    text = script.render(kept=_kept(), mark=mark, icon=asset("icons/192.png"))
    return Response(text, media_type="text/javascript")


@routes.get(_PAGE)
async def offline_page(request: Request) -> Response:
    return HTMLResponse(_offline(_words(request, await _session(request))))


def _kept() -> Sequence[str]:
    return [_PAGE, *(asset(each) for each in _SHEETS), asset(_SCRIPT)]


def _offline(words: Words) -> str:
    sheets = [asset(each) for each in _SHEETS]
    return templating.render("offline.html", words, sheets=sheets, script=asset(_SCRIPT))


async def _session(request: Request) -> Session | None:
    token = SESSION.read(request)
    return await session_of(request.app.state.web, token) if token else None


async def _only_branch(web: Web, session: Session) -> str | None:
    seen = session.rights.branches(Permission.INBOX_READ)
    names = [
        each.name
        for each in await web.services.store.aread(branches.branches)
        if seen is None or each.id in seen
    ]
    return names[0] if len(names) == 1 else None


def _words(request: Request, session: Session | None) -> Words:
    chosen = session.language if session else None
    return Words(chosen or best_language(request.headers.get("accept-language")))
