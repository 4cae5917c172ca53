"""Reports over the two years of a company: a million messages, the real server on the loopback."""

import time

from tests.bench.benchmark import Measured, at_most
from tests.bench.desk import p95
from tests.bench.desk_server import csrf_of
from tests.bench.desk_stage import stage

GROUP = "office"
ASKED = 40
FROM = "2020-01-01"
"""Before the first message: all of them are asked for."""
KINDS = ("response", "volume", "sends", "busy", "rounds")


@at_most(150, "ms p95 of the slowest report over all messages, by number")
def reports_by_line_p95() -> Measured:
    return _slowest("line")


@at_most(150, "ms p95 of the slowest report over all messages, by month")
def reports_by_time_p95() -> Measured:
    return _slowest("time")


@at_most(150, "ms p95 of the slowest report over all messages, by colleague")
def reports_by_staff_p95() -> Measured:
    browser = stage().browser
    form = {"csrf": csrf_of(browser.get("/overview/over-time").text), "on": "1"}
    switched = browser.post("/overview/over-time/per-person", data=form)
    if not switched.has_redirect_location:
        raise RuntimeError(f"figures of colleagues cannot be switched on: {switched.status_code}")
    return _slowest("staff")


@at_most(60, "ms p95 of the page of a lead")
def overview_p95() -> Measured:
    return Measured(value=_p95("/overview"))


def _slowest(by: str) -> Measured:
    path = "/api/v1/reports/{kind}?from={first}&by={by}"
    asked = (path.format(kind=kind, first=FROM, by=by) for kind in KINDS)
    return Measured(value=max(_p95(each) for each in asked))


def _p95(path: str) -> float:
    here = stage()
    headers = {"Authorization": f"Bearer {here.server.built.token}"}
    spans = []
    for _ in range(ASKED):
        began_s = time.perf_counter()
        here.browser.get(path, headers=headers).raise_for_status()
        spans.append((time.perf_counter() - began_s) * 1000)
    return p95(spans)
