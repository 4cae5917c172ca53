"""What Balie can read of a phone, and what it has failed to read for too long."""

import logging
from enum import Enum

from appliance.channels import Channel
from appliance.reasons import Reason
from appliance.trouble import Trouble

log = logging.getLogger(__name__)


class Sense(Enum):
    """The gravest first."""

    CLOCK = "clock"
    NOTIFICATIONS = "notifications"
    SMS = "list of SMS"
    SIMS = "SIM of each SMS"


_REASONS = {
    Sense.CLOCK: Reason.CLOCK_UNREADABLE,
    Sense.NOTIFICATIONS: Reason.NOTIFICATIONS_UNREADABLE,
    Sense.SMS: Reason.SMS_UNREADABLE,
    Sense.SIMS: Reason.TWO_SIMS,
}
# Balie does not write where it cannot read an answer or a STOP. Proof needs the clock on both
# channels.
_CLOSED = {
    Sense.CLOCK: frozenset({Channel.WHATSAPP, Channel.SMS}),
    Sense.NOTIFICATIONS: frozenset({Channel.WHATSAPP}),
    Sense.SMS: frozenset({Channel.SMS}),
    Sense.SIMS: frozenset({Channel.SMS}),
}


class Senses:
    """A sense that has failed for `lost_after_s` is lost, until it works again."""

    def __init__(self, device_id: str, *, lost_after_s: float) -> None:
        self._lost_after_s = lost_after_s
        self._troubles = {
            sense: Trouble(log, f"the {sense.value} of {device_id} cannot be read", once=True)
            for sense in Sense
        }

    def failed(self, sense: Sense, why: object) -> None:
        self._troubles[sense].met(why)

    def works(self, sense: Sense) -> None:
        self._troubles[sense].over()

    @property
    def well(self) -> bool:
        """Whether all worked when they were last used."""
        return all(trouble.lasts_s is None for trouble in self._troubles.values())

    @property
    def reason(self) -> Reason:
        """The reason of the gravest lost sense; NONE when all can be read."""
        return next((_REASONS[sense] for sense in Sense if self._is_lost(sense)), Reason.NONE)

    @property
    def closed(self) -> frozenset[Channel]:
        """The channels over which nothing is sent until the lost senses work."""
        lost = (_CLOSED[sense] for sense in Sense if self._is_lost(sense))
        return frozenset[Channel]().union(*lost)

    def _is_lost(self, sense: Sense) -> bool:
        lasts_s = self._troubles[sense].lasts_s
        return lasts_s is not None and lasts_s >= self._lost_after_s
