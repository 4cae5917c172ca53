"""When a delivery that was not taken is tried again."""

import hashlib
import time
from email.utils import parsedate_to_datetime

from appliance.clock import MS_PER_S, Clock
from appliance.relay.dialect import Dialect, ReceiverAnswer
from appliance.store.webhook_deliveries import Delivery

MAX_RETRY_AFTER_S = 24 * 3600
JITTER = 0.1
"""A wait is up to so much longer, so that what failed together is not tried together."""


def due_again_ms(
    clock: Clock, dialect: Dialect, delivery: Delivery, answer: ReceiverAnswer | None
) -> int | None:
    """By Balie's clock; never sooner than the receiver asks. None: it was tried often enough."""
    if delivery.tries >= len(dialect.waits_s):
        return None
    wait_ms = _jittered(dialect.waits_s[delivery.tries], delivery) * MS_PER_S
    asked_ms = _on_clock_ms(clock, _retry_after_s(answer))
    return clock.now_ms() + round(max(wait_ms, asked_ms))


def _jittered(wait_s: float, delivery: Delivery) -> float:
    drawn = hashlib.sha256(f"{delivery.id} {delivery.tries}".encode()).digest()[0] / 255
    return wait_s * (1 + JITTER * drawn)


def _retry_after_s(answer: ReceiverAnswer | None) -> float:
    """In real seconds, as the receiver asks (RFC 9110, 10.2.3); 0 where it does not."""
    asked = (answer.headers.get("retry-after", "") if answer else "").strip()
    if asked.isascii() and asked.isdecimal():
        wait_s = float(asked[:9])
    else:
        try:
            wait_s = parsedate_to_datetime(asked).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def _on_clock_ms(clock: Clock, wait_s: float) -> float:
    """So long on Balie's own clock, which may be faster than the real one."""
    real_s = clock.real_s(MS_PER_S)
    return wait_s * MS_PER_S / real_s if real_s else wait_s * MS_PER_S
