"""The one tap on Send, while the consent gate is held."""

import logging
from collections.abc import Callable
from typing import Any

from appliance.devices.phone.phone import Phone
from appliance.devices.protocol import Attempt
from appliance.errors import DeviceError, DeviceGone, Transient, Unconfirmed

log = logging.getLogger(__name__)


class ProvenUnsent(Transient):
    """What was seen after the tap proves that nothing left.

    Any other trouble after a tap is a doubt: a phone that cannot answer proves nothing.
    """


def tap_send(
    phone: Phone, attempt: Attempt, point: tuple[int, int], withdraw: Callable[[], object]
) -> dict[str, Any]:
    """Taps once; returns the facts of a doubt that only a look at the phone can settle, or none.

    Raises an error that proves that nothing was tapped (the gate's own refusal, DeviceGone), after
    `withdraw` has taken the text out of the entry.
    """
    reached = False
    failure: DeviceError | None = None
    try:
        with attempt.clear_to_send():
            reached = True
            failure = _tapped(phone, point)
    except Exception:
        if not reached:
            _quietly(withdraw)
            raise
        log.exception("the gate failed after the tap of attempt %s", attempt.outgoing.attempt_id)
    if isinstance(failure, DeviceGone):
        _quietly(withdraw)
        raise failure
    return dict(failure.evidence) if failure else {}


def _tapped(phone: Phone, point: tuple[int, int]) -> DeviceError | None:
    """DeviceGone proves that no tap left, Unconfirmed that one may have."""
    phone.tapped = True
    try:
        phone.session.tap(point)
    except (DeviceGone, Unconfirmed) as exc:
        return exc
    return None


def _quietly(withdraw: Callable[[], object]) -> None:
    """Clears the entry, so that no person sends the text by mistake."""
    try:
        withdraw()
    except DeviceError as exc:
        log.info("the entry could not be cleared: %s", exc)
