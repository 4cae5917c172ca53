"""`/metrics` of the office: how its boxes are. `/healthz` and `/readyz` are a box's own."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance.api.forwarded import is_from_this_machine
from appliance.api.json import health
from appliance.api.json.callers import caller_of
from appliance.api.json.documented import answers
from appliance.api.json.kept_figures import KeptFigures
from appliance.api.json.metrics import Metrics
from appliance.api.services import Services
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.office.api.seen_boxes import SeenBox, boxes_of_branches, seen_boxes
from appliance.office.tables import commands

router = APIRouter(tags=["health"])
router.routes.extend(each for each in health.router.routes if each.path != "/metrics")  # type: ignore[attr-defined]

_EXAMPLE = (
    "# HELP balie_office_box_behind Events of a box that are not here yet.\n"
    "# TYPE balie_office_box_behind gauge\n"
    'balie_office_box_behind{box="01977d2e-8c99-72cb-a4ec-d5d879203b42"} 0.0\n'
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Figures(Collector):
    boxes: Sequence[SeenBox]
    waiting: Mapping[str, int]
    now_ms: int

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("balie_office_boxes", "Boxes in sight.", value=len(self.boxes))
        named = ("box",)
        seen = GaugeMetricFamily(
            "balie_office_box_seen_seconds", "Since a box last said anything.", labels=named
        )
        behind = GaugeMetricFamily(
            "balie_office_box_behind", "Events of a box that are not here yet.", labels=named
        )
        held = GaugeMetricFamily(
            "balie_office_box_held", "1 while nothing is taken from a box.", labels=named
        )
        asked = GaugeMetricFamily(
            "balie_office_commands_waiting", "Commands that a box has not decided.", labels=named
        )
        for box in self.boxes:
            if box.seen_ms is not None:
                seen.add_metric((box.id,), (self.now_ms - box.seen_ms) / 1000)
            behind.add_metric((box.id,), box.behind)
            held.add_metric((box.id,), int(box.held))
            asked.add_metric((box.id,), self.waiting.get(box.id, 0))
        yield from (seen, behind, held, asked)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
    responses=answers(
        None,
        _EXAMPLE,
        "unauthorized",
        "forbidden",
        "store-unavailable",
        media_type="text/plain",
        description="The Prometheus text format, for programs on this machine itself, and for a "
        "token with `devices:read`, which is shown the boxes that it sees.",
    ),
)
async def get_metrics(request: Request) -> Response:
    services: Services = request.app.state.services
    sight = await _sight(request)
    now_ms = services.clock.now_ms()
    figures = await services.store.aread(lambda conn: _read(conn, sight, now_ms))
    kept: KeptFigures = request.app.state.figures
    metrics: Metrics = request.app.state.metrics
    registry = CollectorRegistry()
    registry.register(figures)
    text = metrics.text(await kept.figures(), each_device=False) + generate_latest(registry)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def _sight(request: Request) -> Sight:
    """Raises ProblemError. On this machine, too, a token that is sent must be right."""
    if "authorization" not in request.headers and is_from_this_machine(request):
        return Sight(None)
    return (await caller_of(request, Scope.DEVICES_READ.value)).sight


def _read(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> _Figures:
    every = seen_boxes(conn)
    if sight.branches is not None:
        ids = set(boxes_of_branches(conn, sight.branches))
        every = [each for each in every if each.id in ids]
    waiting = Counter(commands.boxes_asked(conn))
    return _Figures(boxes=every, waiting=waiting, now_ms=now_ms)
