"""What a person or a test of the demo of several boxes holds in the hand: a page with the addresses
of all, and a button for each cable.
"""

import asyncio
import html
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from string import Template
from typing import Any, Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.responses import Response

from appliance.demo.cable import Cable
from appliance.runtime.web import bind

Pids = Callable[[], Mapping[str, int | None]]


@dataclass(slots=True, kw_only=True)
class Switchboard:
    """Runs in a thread of its own, with the cables. `shown` is what `tell` was given. `beside` are
    ports to which each cable has one more strand; once it runs `strands` says at which ports.
    """

    port: int
    cables: Sequence[Cable]
    pids: Pids
    beside: Sequence[int] = ()
    strands: Sequence[Sequence[int]] = field(default_factory=list, init=False)
    shown: Mapping[str, Any] = field(default_factory=dict)
    _server: uvicorn.Server | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> tuple[str, Sequence[int]]:
        """Its address, and the port of each cable."""
        ready: Future[Sequence[int]] = Future()
        sock = bind("127.0.0.1", self.port)
        config = uvicorn.Config(self._app(), log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        served = self._server.serve

        async def run() -> None:
            self.strands = [await self._beside(each) for each in self.cables]
            ready.set_result([await each.lay() for each in self.cables])
            await served([sock])
            for each in self.cables:
                each.close()

        self._thread = threading.Thread(target=asyncio.run, args=(run(),), name="switchboard")
        self._thread.start()
        return f"http://127.0.0.1:{sock.getsockname()[1]}", ready.result()

    async def _beside(self, cable: Cable) -> Sequence[int]:
        return [await cable.lay_beside(each) for each in self.beside]

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/", self._page, response_model=None)
        app.add_api_route("/state", self._state, response_model=None)
        app.add_api_route("/boxes/{number}/{what}", self._switch, methods=["POST"])
        return app

    async def _switch(
        self, request: Request, number: int, what: Literal["cut", "heal"], silently: bool = False
    ) -> Response:
        """`silently`: nothing comes through any more, and nobody is told."""
        origin = request.headers.get("origin")
        if origin not in (None, str(request.base_url).rstrip("/")):
            raise HTTPException(403, "A page of another address may not do that.")
        if not 1 <= number <= len(self.cables):
            raise HTTPException(404, "There is no such box.")
        cable = self.cables[number - 1]
        if what == "cut":
            cable.cut(silently=silently)
        else:
            cable.heal()
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", 303)
        return JSONResponse({"cut": cable.is_cut})

    async def _state(self) -> JSONResponse:
        cut = [each.is_cut for each in self.cables]
        return JSONResponse({"cut": cut, "pids": dict(self.pids())})

    async def _page(self) -> HTMLResponse:
        if not self.shown:
            return HTMLResponse("<!doctype html><title>Balie</title><p>Still starting.")
        office = self.shown["office"]
        rows = [
            _ROW.substitute(
                number=number,
                name=html.escape(box["name"]),
                url=html.escape(box["url"]),
                logins=_logins(box["logins"]),
                state="cut" if cable.is_cut else "whole",
                what="heal" if cable.is_cut else "cut",
                button="Heal" if cable.is_cut else "Cut",
            )
            for number, (box, cable) in enumerate(
                zip(self.shown["boxes"], self.cables, strict=True), start=1
            )
        ]
        page = _PAGE.substitute(
            url=html.escape(office["url"]), logins=_logins(office["logins"]), rows="\n".join(rows)
        )
        return HTMLResponse(page)


def _logins(given: Sequence[Mapping[str, str]]) -> str:
    told = (f"{each['name']} ({each['role']}): <code>{each['password']}</code>" for each in given)
    return "<br>".join(told)


_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Balie: a head office and its boxes</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8886; padding: 1rem 0; display: grid; gap: .5rem 2rem }
@media (min-width: 40rem) { section { grid-template-columns: 1fr 2fr auto } }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 0 } p { margin: 0 }
button { font: inherit; padding: .5rem 1.5rem; min-height: 44px }
.cut { font-weight: bold }
</style>
<h1>A head office and its boxes</h1>
<section><h2><a href="$url">Head office</a></h2><p>$logins</p></section>
$rows
</html>
""")
_ROW = Template("""<section>
<div><h2><a href="$url">$name</a></h2><p class="$state">The cable is $state.</p></div>
<p>$logins</p>
<form method="post" action="/boxes/$number/$what">
<button aria-label="$button the cable of $name">$button</button></form>
</section>""")
