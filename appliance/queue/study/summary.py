"""The result of a simulation, in figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from appliance.messages import MessageClass
from appliance.queue.profile import Profile
from appliance.queue.study.load import Load
from appliance.queue.study.simulate import Item, Run


def summary_of(runs: Sequence[Run], load: Load, profile: Profile) -> Mapping[str, Any]:
    """Ready for JSON. Waits are seconds, by class."""
    sent = [item for run in runs for item in run.sent]
    return {
        "lines": len(runs),
        "days": load.days,
        "seed": load.seed,
        "heard": sum(run.heard for run in runs),
        "accepted": sum(run.accepted for run in runs),
        "sent": len(sent),
        "expired": sum(run.expired for run in runs),
        "waiting": sum(run.waiting for run in runs),
        "answers_share": share(item.waiting.answering for item in sent),
        "as_announced": as_announced(runs),
        "overlaps": sum(run.overlaps for run in runs),
        "waits_s": {
            kind.value: waits
            for kind in MessageClass
            if (waits := _waits([item for item in sent if item.waiting.kind is kind]))
        },
        "peaks": _peaks(runs, profile),
        "reasons": _reasons(runs),
    }


def as_announced(runs: Sequence[Run]) -> float:
    """The share of sent messages whose wait was within a tenth of the announced wait."""
    return share(item.came_as_announced for run in runs for item in run.sent)


def share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return round(sum(found) / len(found), 4) if found else 1.0


def _waits(items: Sequence[Item]) -> Mapping[str, float]:
    if not items:
        return {}
    waited = sorted(item.waited_ms / 1000 for item in items)
    at = {name: waited[int(rank * (len(waited) - 1))] for name, rank in _RANKS.items()}
    return {"count": len(waited), **at}


_RANKS = {"p50": 0.5, "p95": 0.95, "max": 1.0}


def _peaks(runs: Sequence[Run], profile: Profile) -> Mapping[str, int]:
    peaks = [each for run in runs for each in run.peaks.values()]
    return {
        "minute": max((each.minute for each in peaks), default=0),
        "minute_ceiling": profile.per_minute,
        "hour": max((each.hour for each in peaks), default=0),
        "hour_ceiling": profile.per_hour,
        "day": max((each.day for each in peaks), default=0),
        "day_ceiling": max((each.budget for each in peaks), default=0),
        "recipients": max((each.recipients for each in peaks), default=0),
        "recipients_ceiling": profile.recipients_per_month,
    }


def _reasons(runs: Sequence[Run]) -> Mapping[str, int]:
    """How many messages waited for which reason when they were accepted; the commonest first."""
    total: dict[str, int] = {}
    for run in runs:
        for reason, count in run.reasons.items():
            if reason:
                total[reason] = total.get(reason, 0) + count
    return dict(sorted(total.items(), key=lambda each: -each[1]))
