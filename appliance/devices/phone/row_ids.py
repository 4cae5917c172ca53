"""Whose ids the rows of the phone's lists have: a list that began anew counts from one again.

A SIM moves to another phone, and a phone is made as new. Rows of the new list then have ids that
were read already, or lie far above them and are older than the SIM's coming.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.phone import Phone

# Settings.Secure.ANDROID_ID of AOSP is drawn when the phone is set up, and anew by a reset.
_COMMANDS = ("getprop ro.serialno", "settings get secure android_id")
_ANDROID_ID = re.compile(r"[0-9a-f]{8,16}")
_MARK_DIGITS = 12
# What a cursor without a mark holds once a phone has taken it over.
_TAKEN_OVER = -1

#: In a baseline: whose ids its rows have.
ROW_IDS = "row_ids"


def recognise(phone: Phone) -> None:
    """Asks the phone which one it is."""
    mark = _read_mark(phone.session.run(*_COMMANDS))
    if mark != phone.row_ids:
        phone.own_sms.clear()
    phone.row_ids = mark


def _read_mark(answers: list[Output]) -> str | None:
    """From the answers to the commands; None where the phone does not say which it is."""
    serial, android_id = (answer.line for answer in answers)
    if not _ANDROID_ID.fullmatch(android_id):
        return None
    told = f"{serial} {android_id}".encode()
    return hashlib.sha256(told).hexdigest()[:_MARK_DIGITS]


def are_others(phone: Phone, baseline: Mapping[str, Any]) -> bool:
    """Whether the baseline was taken from a list that is not the phone's own of now."""
    noted = baseline.get(ROW_IDS)
    return noted is not None and phone.row_ids is not None and noted != phone.row_ids


def last_read(phone: Phone, name: str) -> int | None:
    """The id up to which this phone's own list was read; None for a list that is new to Balie."""
    value = phone.listener.cursor(phone.device_id, _cursor_of(phone, name))
    if value is None and phone.row_ids is not None:
        return _taken_over(phone, name)
    return None if value == _TAKEN_OVER else value


def read_up_to(phone: Phone, name: str, row_id: int) -> None:
    phone.listener.move_cursor(phone.device_id, _cursor_of(phone, name), row_id)


def _cursor_of(phone: Phone, name: str) -> str:
    return name if phone.row_ids is None else f"{name} {phone.row_ids}"


def _taken_over(phone: Phone, name: str) -> int | None:
    """Cursors had no mark before: the first phone that has one takes them over, no other does."""
    value = phone.listener.cursor(phone.device_id, name)
    if value is None or value == _TAKEN_OVER:
        return None
    read_up_to(phone, name, value)
    phone.listener.move_cursor(phone.device_id, name, _TAKEN_OVER)
    return value
