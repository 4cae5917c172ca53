"""What pacing is asked in tests: messages that wait, and what has left."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import (
    DAY_MS,
    DEFAULT_PROFILE,
    History,
    Left,
    Waiting,
    earliest,
)
from appliance.reasons import Reason
from tests.queue.counter import ANNA, MONDAY

OFFICE = OfficeHours(
    zone="Europe/Amsterdam",
    opens=time(8, 30),
    closes=time(17, 30),
    weekdays=frozenset({1, 2, 3, 4, 5}),
)


OLD = MONDAY - 400 * DAY_MS


LIST, REPLY = MessageClass.LIST, MessageClass.REPLY


def waiting(**about: Any) -> Waiting:
    plain = Waiting(
        id="id",
        identity=tel(ANNA),
        kind=REPLY,
        text_length=60,
        created_ms=MONDAY,
        typed=False,
        answering=True,
        unanswered=0,
    )
    return replace(plain, **about)


BEGUN = waiting(kind=LIST, answering=False)


TYPED = waiting(typed=True)


def slot(
    message: Waiting, *left: Left, now_ms: int = MONDAY, since_ms: int = OLD
) -> tuple[int | None, Reason | None]:
    history = History(left=left, since_ms=since_ms)
    found = earliest(message, history, DEFAULT_PROFILE, OFFICE, now_ms=now_ms)
    return found.at_ms, found.brake


def sent(*ago_ms: int, answering: bool = True) -> Sequence[Left]:
    times = sorted(MONDAY - each for each in ago_ms)
    return [Left(at_ms=each, identity=tel(ANNA), answering=answering) for each in times]
