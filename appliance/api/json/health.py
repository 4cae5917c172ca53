"""`/healthz`, `/readyz` and `/metrics`: for programs that watch the box. No personal data.

`/metrics` is for programs on this machine, and for a token with `devices:read`. The credit and the
signal of a single device are not shown to a token of one branch.
"""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from appliance.api.forwarded import is_from_this_machine
from appliance.api.json.bodies import HealthOut
from appliance.api.json.callers import caller_of
from appliance.api.json.documented import answers
from appliance.api.json.kept_figures import KeptFigures
from appliance.api.json.metrics import Metrics
from appliance.api.problems import ProblemError, problem
from appliance.api.services import Services
from appliance.desk.access.tokens import Scope
from appliance.errors import StoreError
from appliance.store import events

router = APIRouter(tags=["health"])

_OK = b'{"status":"ok"}'
_TRIAL = b'{"status":"trial"}'
_OK_EXAMPLE = {"status": "ok"}
_METRICS_EXAMPLE = (
    "# HELP balie_messages Messages by state.\n# TYPE balie_messages gauge\n"
    'balie_messages{direction="out",state="sent"} 12.0\n'
)


@router.get(
    "/healthz",
    operation_id="getHealth",
    summary="Is the process alive",
    response_model=None,
    responses=answers(HealthOut, _OK_EXAMPLE, "internal-error", description="It answers."),
)
async def get_health() -> Response:
    return Response(_OK, media_type="application/json")


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Can it do its work",
    response_model=None,
    responses=answers(HealthOut, _OK_EXAMPLE, "not-ready", description="Everything has started."),
)
async def get_readiness(request: Request) -> Response:
    services: Services = request.app.state.services
    lacks = await missing(services)
    if lacks:
        detail = f"Not ready yet: {', '.join(lacks)}."
        raise ProblemError(
            problem("not-ready", detail, headers={"Retry-After": "1"}, missing=lacks)
        )
    return Response(_TRIAL if services.on_trial else _OK, media_type="application/json")


async def missing(services: Services) -> list[str]:
    """What is not ready, by name."""
    return [*services.ready(), *await _unusable(services)]


async def _unusable(services: Services) -> list[str]:
    """The store, when it is damaged and cannot be read, or its disk is full."""
    try:
        await services.store.aread(events.last_seq)
    except StoreError:
        return ["store"]
    keeps = services.store.keeps or await asyncio.to_thread(services.store.keeps_again)
    return [] if keeps else ["store"]


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
    responses=answers(
        None,
        _METRICS_EXAMPLE,
        "unauthorized",
        "forbidden",
        "store-unavailable",
        media_type="text/plain",
        description="The Prometheus text format, for programs on this machine itself, and for a "
        "token with `devices:read`. Signal and credit of each device are not shown to a token of "
        "one branch.",
    ),
)
async def get_metrics(request: Request) -> Response:
    each_device = await _may_see_devices(request)
    kept: KeptFigures = request.app.state.figures
    metrics: Metrics = request.app.state.metrics
    text = metrics.text(await kept.figures(), each_device=each_device)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def _may_see_devices(request: Request) -> bool:
    """Raises ProblemError for who may see nothing: without a token, with a wrong one or with one
    that lacks the scope. On this machine, too, a token that is sent must be right: silence would
    hide the caller's mistake.
    """
    if "authorization" not in request.headers and is_from_this_machine(request):
        return True
    caller = await caller_of(request, Scope.DEVICES_READ.value)
    return caller.token.branch_id is None
