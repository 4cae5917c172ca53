"""Examples of reports, as the document shows them."""

from collections.abc import Mapping
from typing import Any

from appliance.api.json import examples
from appliance.desk.reports.asking import ReportKind

_LINE = {"line": examples.LINE["id"], "name": examples.LINE["number"]}
_QUICK = {"count": 182, "median_s": 412.0, "p90_s": 2940.5}
_SLOW = {"count": 41, "median_s": 35100.0, "p90_s": 52200.0}
_TOOK = {
    "all": {**_QUICK, "count": 223, "within_target": 174},
    "in_hours": {**_QUICK, "within_target": 171},
    "out_of_hours": {**_SLOW, "within_target": 3},
}
_FIGURES = {
    "first_response": _TOOK,
    "resolution": {"all": _QUICK, "in_hours": _QUICK, "out_of_hours": _SLOW},
}

_ROUNDS = {
    "rounds": 12,
    "filled": 10,
    "minutes_to_filled": {"median": 38.5, "p90": 74.0},
    "seats": 96,
    "taken": 91,
    "asked": 241,
    "yes": 104,
    "no": 88,
    "unclear": 3,
    "silent": 46,
    "yes_rate": 0.432,
}


def _report(kind: ReportKind, item: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {
        "report": kind.value,
        "from": "2026-11-01",
        "to": "2026-11-29",
        "by": "line",
        "step": "day",
        "until": "2026-11-29T15:04:05.000Z",
        "items": [{**_LINE, **item}],
        "next": None,
        **more,
    }


REPORTS: Mapping[ReportKind, Mapping[str, Any]] = {
    ReportKind.RESPONSE: _report(ReportKind.RESPONSE, _FIGURES, all=_FIGURES),
    ReportKind.VOLUME: _report(ReportKind.VOLUME, {"in": 912, "out": 1034, "automatic": 87}),
    ReportKind.BUSY: _report(ReportKind.BUSY, {"weekday": 1, "hour": 9, "in": 64, "out": 71}),
    ReportKind.SENDS: _report(
        ReportKind.SENDS,
        {
            "sent": 1034,
            "replies": 902,
            "minute": {"most": 4, "ceiling": 6},
            "hour": {"most": 38, "ceiling": 80},
            "day": {"most": 61, "ceiling": 150},
        },
    ),
    ReportKind.ROUNDS: _report(ReportKind.ROUNDS, _ROUNDS, all=_ROUNDS),
}
