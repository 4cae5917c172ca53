"""What Balie wishes for a phone that hangs: that its USB port is switched off and on, once.

Balie's process may switch nothing. It names a phone; root finds the port by itself.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.box.handed_files import read_handed
from appliance.errors import SetupError

FILE = "port-wish.json"
"""In the data directory."""
ANSWER = Path("/run/balie-box/port.json")
WITHIN_S = 60
"""A wish that nobody fulfilled by then is none any more."""

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


class PortOutcome(StrEnum):
    SWITCHED = "switched"
    #: This machine has not seen where it is plugged in.
    UNSEEN = "unseen"
    #: Something else is plugged in there now.
    TAKEN = "taken"
    #: Its hub does not switch this port alone, or `uhubctl` is not here.
    SHARED = "shared"
    #: Often enough for a day.
    OFTEN = "often"
    FAILED = "failed"
    #: Nobody answered in time.
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortWish:
    """`serial` is what the phone tells of itself on USB; `until_s` counts from 1970."""

    id: str
    serial: str
    until_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortAnswer:
    """Of the last wish; an empty `id`: there was none yet."""

    id: str
    outcome: PortOutcome | None


def is_serial(text: object) -> bool:
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def written(wish: PortWish) -> bytes:
    told = {"id": wish.id, "serial": wish.serial, "until_s": wish.until_s}
    return (json.dumps(told) + "\n").encode()


def read(content: bytes) -> PortWish:
    """Raises SetupError for anything that is no wish; it does not quote what it found."""
    try:
        told = json.loads(content)
        wish = PortWish(id=told["id"], serial=told["serial"], until_s=told["until_s"])
    except (ValueError, TypeError, KeyError) as exc:
        raise _senseless() from exc
    names_one = set(told) == {"id", "serial", "until_s"} and type(wish.until_s) is int
    if not (names_one and is_serial(wish.id) and is_serial(wish.serial)):
        raise _senseless()
    return wish


def answer_written(answer: PortAnswer) -> bytes:
    return (json.dumps({"id": answer.id, "outcome": answer.outcome}) + "\n").encode()


def answered(path: Path = ANSWER) -> PortAnswer | None:
    """None where this machine has no such unit, or it never ran."""
    try:
        told = json.loads(read_handed(path) or b"")
        outcome = None if told["outcome"] is None else PortOutcome(told["outcome"])
        return PortAnswer(id=str(told["id"]), outcome=outcome)
    except (ValueError, TypeError, KeyError):
        return None


def _senseless() -> SetupError:
    return SetupError("What Balie wishes for a USB port makes no sense.")
