"""How many SMS Android lets an app send before it asks the phone's owner.

SmsUsageMonitor of AOSP counts the parts of each app in a sliding window. It reads both settings
when the phone starts, and uses its own figure for a setting that is missing or no number.
"""

import logging
import re

from appliance.devices.device_facts import SmsLimitFacts
from appliance.devices.phone.adb.calls import Output

log = logging.getLogger(__name__)

LIMIT_COMMANDS = (
    "settings get global sms_outgoing_check_max_count",
    "settings get global sms_outgoing_check_interval_ms",
)

# DEFAULT_SMS_MAX_COUNT and DEFAULT_SMS_CHECK_PERIOD of AOSP. Android 4.1 had half an hour, which
# the pacing's own limit is for.
_PARTS = 30
_WINDOW_MS = 60_000
# A setting beyond these is a typing mistake.
_MOST_PARTS = 100_000
_LONGEST_MS = 24 * 3600 * 1000
_NUMBER = re.compile(r"[0-9]{1,9}")


class SmsLimitReader:
    """Reads the limit again and again, and tells of nonsense once."""

    def __init__(self) -> None:
        self._told: tuple[str, ...] = ()

    def facts(self, answers: list[Output]) -> SmsLimitFacts:
        """From the answers to LIMIT_COMMANDS."""
        said = tuple(answer.line for answer in answers)
        parts, window_ms = _positive(said[0], _MOST_PARTS), _positive(said[1], _LONGEST_MS)
        if said != self._told:
            self._told = said
            for text, value in zip(said, (parts, window_ms), strict=True):
                if value is None and text not in {"null", ""}:
                    log.warning("the phone's limit for SMS is nonsense and ignored: %.20s", text)
        return SmsLimitFacts(sms_parts=parts or _PARTS, sms_window_ms=window_ms or _WINDOW_MS)


def _positive(text: str, most: int) -> int | None:
    value = int(text) if _NUMBER.fullmatch(text) else 0
    return value if 0 < value <= most else None
