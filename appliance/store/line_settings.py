"""What a line may be told to do: when it falls back, what callers are sent, when credit is low."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.messages import MessageClass, clean_text
from appliance.sms_parts import MAX_PARTS, count_parts
from appliance.store.store import Tx

DEFAULT_FALLBACK = frozenset(
    {MessageClass.REPLY, MessageClass.CONFIRMATION, MessageClass.AUTOMATIC}
)
"""A list waits for the phone: its words were written for that number."""

MAX_FALLBACK_MIN = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """`fallback_after_min`: minutes that a way must be closed before the next one is taken.

    `fallback_classes` may leave over another device than the line's own. `call_answer` is what a
    caller is sent, with {branch} and {line} in it; None: nothing. `credit_warn_cents` None: never.
    """

    fallback_after_min: int = 10
    fallback_classes: frozenset[MessageClass] = DEFAULT_FALLBACK
    call_answer: str | None = None
    credit_warn_cents: int | None = None


DEFAULT_SETTINGS = LineSettings()


def taken_from(values: dict[str, Any]) -> LineSettings:
    """The settings of a row, whose columns are taken out of `values`."""
    return LineSettings(
        fallback_after_min=values.pop("fallback_after_min"),
        fallback_classes=_classes(values.pop("fallback_classes")),
        call_answer=values.pop("call_answer"),
        credit_warn_cents=values.pop("credit_warn_cents"),
    )


@lru_cache(maxsize=64)
def _classes(stored: str) -> frozenset[MessageClass]:
    """Remembered: a line is read for every message, and there are few ways to set it."""
    return frozenset(MessageClass(name) for name in json.loads(stored))


def keep(tx: Tx, line_id: str, settings: LineSettings) -> None:
    """Raises InvalidInput."""
    if not 0 <= settings.fallback_after_min <= MAX_FALLBACK_MIN:
        sentence = f"Give the minutes until the fallback, 0 to {MAX_FALLBACK_MIN}."
        raise InvalidInput("fallback_after_min", sentence)
    answer = clean_text(settings.call_answer) if settings.call_answer else None
    if answer is not None and count_parts(answer) > MAX_PARTS:
        sentence = f"What callers are sent is too long: more than {MAX_PARTS} SMS."
        raise InvalidInput("call_answer", sentence)
    classes = sorted(kind.value for kind in settings.fallback_classes)
    tx.conn.execute(
        "UPDATE line SET fallback_after_min = ?, fallback_classes = ?, call_answer = ?,"
        " credit_warn_cents = ? WHERE id = ?",
        (
            settings.fallback_after_min,
            json.dumps(classes),
            answer,
            settings.credit_warn_cents,
            line_id,
        ),
    )
    tx.emit(EventKind.LINE_CHANGED, line_id=line_id)
