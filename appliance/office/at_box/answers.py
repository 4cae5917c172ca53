"""What an office says to a question, whatever carried it: an answer, or one of its troubles."""

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from appliance.office.at_box.lane import Reply
from appliance.office.reading import Fields, Malformed, parsed
from appliance.office.troubles import LinkAway, LinkBehind, LinkHeld, LinkUnknown, StruckOff
from appliance.reasons import Reason

T = TypeVar("T")
HELD = frozenset({400, 413, 422})
_OK, _CREATED, _NOTHING = 200, 201, 204
_UNKNOWN, _BEHIND = 401, 409
_BUSY = frozenset({429, 503})
_NOT_KNOWN = "unauthorized"
_MOST_WAIT_S = 25.0


def checked(reply: Reply, *also: int) -> Reply:
    """Raises what the link may say instead of an answer."""
    status, code = reply.status, code_of(reply)
    if status in (_OK, _CREATED, _NOTHING, *also):
        return reply
    if status == _UNKNOWN and code == Reason.STRUCK_OFF:
        raise StruckOff
    if status == _UNKNOWN and code == _NOT_KNOWN:
        raise LinkUnknown
    if status == _BEHIND:
        raise LinkBehind(told(reply, lambda read: read.number("cursor")))
    if status in HELD and code:
        raise LinkHeld(str(_problem(reply).get("detail", code))[:500])
    if status in _BUSY:
        raise LinkAway("busy", retry_after_s=_retry_after_s(reply))
    raise LinkAway("no-office")


def told(reply: Reply, read: Callable[[Fields], T]) -> T:
    """Raises LinkAway for what no office says."""
    try:
        return read(parsed(reply.body))
    except Malformed:
        raise LinkAway("no-office") from None


def _problem(reply: Reply) -> dict[str, Any]:
    if reply.type != "application/problem+json":
        return {}
    with contextlib.suppress(Malformed):
        return dict(parsed(reply.body).all)
    return {}


def code_of(reply: Reply) -> str:
    """Of a problem; empty where it is none."""
    problem = _problem(reply)
    return str(problem.get("code") or str(problem.get("type", "")).rpartition(":")[2])


def _retry_after_s(reply: Reply) -> float | None:
    said = reply.headers.get("retry-after", "")
    return min(float(said), _MOST_WAIT_S) if said.isdigit() else None
