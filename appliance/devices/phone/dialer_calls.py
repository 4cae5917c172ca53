"""Missed calls from the dialer's notifications, for phones whose shell may not read the list."""

import re
from itertools import chain

from appliance.devices.news_protocol import MissedCall
from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.notification_records import NotificationRecord, extras_of
from appliance.devices.phone.texts import in_e164, label
from appliance.phone_numbers import is_e164

DIALERS = frozenset(
    {
        "com.google.android.dialer",
        "com.samsung.android.dialer",
        "com.android.dialer",
        "com.android.server.telecom",
    }
)

# Notification.CATEGORY_MISSED_CALL of AOSP.
_MISSED = "missed_call"
_SHOWN = re.compile(r"^ {16}android\.(?:text|title)=\w+ \((.*)\)$", re.MULTILINE)


def missed_call_in(
    record: NotificationRecord, contacts: Contacts, *, offset_ms: int
) -> MissedCall | None:
    """The number is empty where the caller withheld it, or an unknown name stands there."""
    if record.package not in DIALERS or record.category != _MISSED or record.user != 0:
        return None
    shown = _SHOWN.findall(extras_of(record))
    numbers = filter(is_e164, (in_e164(label(text)) for text in shown))
    saved = (f"+{digits}" for text in shown if (digits := contacts.number_of(text)))
    return MissedCall(
        key=f"dialer:{record.key}:{record.when_ms}",
        number=next(chain(numbers, saved), ""),
        at_ms=record.when_ms - offset_ms,
    )
