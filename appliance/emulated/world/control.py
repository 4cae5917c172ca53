"""The control address of the emulator: inject, fault and truth over HTTP on the loopback."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from appliance.emulated.modem.control import ModemControl
from appliance.emulated.modem.control_bodies import MODEM_EXAMPLES
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.phone import EmulatedPhone, default_times
from appliance.emulated.phone.phone_state import state_of
from appliance.emulated.world.beside import BesideControl
from appliance.emulated.world.control_bodies import FaultBody, TruthBody, injection
from appliance.emulated.world.control_examples import EXAMPLES
from appliance.emulated.world.injector import Injector
from appliance.emulated.world.network import Network
from appliance.emulated.world.refusal import ControlRefusal
from appliance.emulated.world.world import World

Answer = dict[str, Any]
T = TypeVar("T")


class _Server(uvicorn.Server):
    """Signals are the emulator's own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Control:
    """`POST /` takes one key of inject, fault or truth, as the paths of these names do."""

    def __init__(
        self,
        phones: Sequence[EmulatedPhone],
        modems: Sequence[EmulatedModem],
        *,
        world: World,
        network: Network,
        beside: Sequence[BesideControl] = (),
    ) -> None:
        self._phones = phones
        self._beside = {each.kind: each for each in beside}
        self._modems = ModemControl(modems, network=network)
        self._network = network
        self._injector = Injector(self._phone, world=world, network=network)
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._app(), log_config=None, access_log=False, lifespan="off", ws="none"
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._task
        if self._socket is not None:
            self._socket.close()

    def _app(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.add_exception_handler(ControlRefusal, _refused)
        app.add_api_route("/", self._describe, methods=["GET"])
        app.add_api_route("/", self._any, methods=["POST"])
        app.add_api_route("/phones", self._states, methods=["GET"])
        app.add_api_route("/modems", self._modem_states, methods=["GET"])
        app.add_api_route("/truth", self._truth_since, methods=["GET"])
        for name, verb in self._verbs().items():
            app.add_api_route(f"/{name}", _posted(verb), methods=["POST"])
        return app

    def _verbs(self) -> dict[str, Callable[[Any], Answer]]:
        return {"inject": self._inject, "fault": self._fault, "truth": self._truth}

    async def _describe(self) -> Answer:
        return {
            "about": "Emulated phones and modems, and what stands beside them. POST one of these "
            'bodies to the path of its name, or all to / as {"inject": {...}}, {"fault": {...}} or '
            '{"truth": {...}}.',
            "faults": [kind.value for kind in FaultKind],
            "modem_faults": [kind.value for kind in ModemFaultKind],
            "examples": EXAMPLES,
            "modem_examples": MODEM_EXAMPLES,
            "beside_examples": [each for one in self._beside.values() for each in one.examples],
            "state": "GET /phones, GET /modems",
            "phones": [{"serial": p.serial, "number": p.handset.number} for p in self._phones],
        }

    async def _any(self, request: Request) -> Answer:
        body = await _json(request)
        verbs = self._verbs()
        if not isinstance(body, dict) or len(body) != 1 or next(iter(body)) not in verbs:
            raise ControlRefusal("The body needs exactly one key: inject, fault or truth.")
        name, inner = next(iter(body.items()))
        return verbs[name](inner)

    async def _states(self) -> Answer:
        waiting = self._network.waiting
        return {"items": [state_of(p, waiting=waiting(p.handset.number)) for p in self._phones]}

    async def _modem_states(self) -> Answer:
        return {"items": self._modems.states()}

    async def _truth_since(self, since: int = 0) -> Answer:
        return self._truth({"since": since})

    def _truth(self, body: Any) -> Answer:
        wanted = _valid(TruthBody.model_validate, body)
        truth = self._network.truth
        return {
            "items": [departure.as_json() for departure in truth.items(since_ms=wanted.since)],
            "parts": [asdict(part) for part in truth.parts(since_ms=wanted.since)],
        }

    def _inject(self, body: Any) -> Answer:
        beside = self._beside.get(str(body.get("kind"))) if isinstance(body, dict) else None
        if beside is not None:
            return _valid(beside.inject, body)
        if self._modems.concerns(body, phones=bool(self._phones)):
            return _valid(self._modems.inject, body)
        return self._injector.inject(_valid(injection, body))

    def _fault(self, body: Any) -> Answer:
        if self._modems.concerns(body, phones=bool(self._phones)):
            return _valid(self._modems.fault, body)
        wanted = _valid(FaultBody.model_validate, body)
        phone = self._phone(wanted.phone)
        if wanted.lift:
            phone.lift(wanted.fault)
            return {"lifted": wanted.fault.value}
        said = "times" in wanted.model_fields_set
        phone.arm(
            Fault(
                kind=wanted.fault,
                times=wanted.times if said else default_times(wanted.fault),
                seconds=wanted.seconds,
                method=wanted.method,
            )
        )
        return {"armed": wanted.fault.value}

    def _phone(self, name: str) -> EmulatedPhone:
        """By serial or number; without a name the only one there is."""
        if not name and len(self._phones) == 1:
            return self._phones[0]
        for phone in self._phones:
            if name in {phone.serial, phone.handset.number}:
                return phone
        known = ", ".join(f"{p.serial} ({p.handset.number})" for p in self._phones)
        raise ControlRefusal(
            f"There is no phone {name!r}; there is {known}."
            if name
            else f"The body must name a phone: {known}.",
            status=404 if name else 422,
        )


def _posted(verb: Callable[[Any], Answer]) -> Callable[[Request], Awaitable[Answer]]:
    async def endpoint(request: Request) -> Answer:
        return verb(await _json(request))

    return endpoint


async def _json(request: Request) -> Any:
    raw = await request.body()
    try:
        return json.loads(raw or b"{}")
    except ValueError as exc:
        raise ControlRefusal("The body is no JSON.", status=400) from exc


def _valid(read: Callable[[Any], T], body: Any) -> T:
    try:
        return read(body)
    except ValidationError as exc:
        sentences = [
            f"{'.'.join(str(part) for part in error['loc']) or 'body'}: {error['msg']}"
            for error in exc.errors()
        ]
        raise ControlRefusal("; ".join(sentences)) from exc


async def _refused(request: Request, exc: Exception) -> Response:
    del request
    status = exc.status if isinstance(exc, ControlRefusal) else 500
    return JSONResponse({"error": str(exc)}, status_code=status)
