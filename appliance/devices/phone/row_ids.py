"""Whose ids the rows of the phone's lists have: a list that began anew counts from one again.

A SIM moves to another phone, and a phone is made as new. Rows of the new list then have ids that
were read already, or lie far above them and are older than the SIM's coming.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from appliance.devices.evidence_facts import since_copy_in
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.phone import Phone

# Settings.Secure.ANDROID_ID of AOSP is drawn when the phone is set up, and anew by a reset.
_COMMANDS = ("getprop ro.serialno", "settings get secure android_id")
_ANDROID_ID = re.compile(r"[0-9a-f]{8,16}")
_MARK_DIGITS = 12
# What a cursor without a mark holds once a phone has taken it over.
_TAKEN_OVER = -1

# Of a device: the mark of the phone that carries its SIM, as a number, and since when it does.
_CARRIER, _CARRIES_SINCE = "carrier", "carrier since"

#: In a baseline: the mark of the phone that has its rows.
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


def note_carrier(phone: Phone) -> None:
    """Keeps since when this phone has carried the device's SIM; one that comes back begins anew."""
    if phone.row_ids is None or _is_carrier(phone):
        return
    # The time first: a kill in between leaves a time that is too late, which proves less.
    phone.listener.move_cursor(phone.device_id, _CARRIES_SINCE, phone.clock.now_ms())
    phone.listener.move_cursor(phone.device_id, _CARRIER, _number_of(phone.row_ids))


def tells_of(phone: Phone, baseline: Mapping[str, Any]) -> bool:
    """Whether this phone made the attempt, if any did; what another one lacks proves nothing.

    After a copy was put back nobody knows which phone it was: this one, if it has carried the SIM
    since before the message was accepted.
    """
    accepted_ms = since_copy_in(baseline)
    if accepted_ms is None:
        return ROW_IDS not in baseline or baseline[ROW_IDS] == phone.row_ids
    since_ms = phone.listener.cursor(phone.device_id, _CARRIES_SINCE)
    return _is_carrier(phone) and since_ms is not None and since_ms <= accepted_ms


def _is_carrier(phone: Phone) -> bool:
    noted = phone.listener.cursor(phone.device_id, _CARRIER)
    return phone.row_ids is not None and noted == _number_of(phone.row_ids)


def _number_of(mark: str) -> int:
    return int(mark, 16)


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
