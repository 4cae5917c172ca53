"""Examples of rounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.api.json.examples import CONTACT, LINE
from appliance.reasons import Reason

_ANNA = {"id": CONTACT["id"], "number": "+31687654321", "name": "Anna de Wit"}
_BRAM = {
    "id": "01977d2e-7e10-75dc-97fd-e6e98a3b4d60",
    "number": "+31687654322",
    "name": "Bram Jansen",
}
_STRANGER = {"id": None, "number": "+31687654399", "name": None}
_DAY = datetime.now(UTC).date() + timedelta(days=180)
"""Of an example that one may send as it is: no round is for work in the past."""
_AT = "2026-03-02T09:00:00.000Z"
_QUESTION = "Hoi {voornaam}, kun je morgen van 07:00 tot 15:00 werken? Antwoord met ja of nee."

ROUND_IN: dict[str, Any] = {
    "line": LINE["number"],
    "contacts": ["+31687654321", "+31687654322", "+31687654399"],
    "variants": [_QUESTION],
    "seats": 1,
    "starts_at": f"{_DAY}T06:00:00.000Z",
    "ends_at": f"{_DAY}T14:00:00.000Z",
    "closes_at": f"{_DAY}T05:00:00.000Z",
    "confirm_text": "Top, je staat op het rooster voor morgen 07:00!",
    "reserve_text": "Dank je! Je staat op de reservelijst.",
}
ROUND: dict[str, Any] = {
    "id": "01977d2e-7f32-76fe-98fe-f7fa9b4c5e71",
    "state": "filled",
    "branch": LINE["branch"]["id"],
    "lines": [LINE["id"]],
    "seats": 1,
    "at_once": 3,
    "order": "given",
    "starts_at": ROUND_IN["starts_at"],
    "ends_at": ROUND_IN["ends_at"],
    "closes_at": ROUND_IN["closes_at"],
    "created_at": _AT,
    "filled_at": "2026-03-02T09:07:12.000Z",
    "minutes_to_filled": 7,
    "asked": [_ANNA, _BRAM],
    "yes": [_ANNA],
    "reserve": [],
    "no": [],
    "unclear": [],
    "silent": [_BRAM],
    "not_asked": [],
    "refused": [{"contact": _STRANGER, "why": Reason.CONSENT_REQUIRED}],
}
ROUND_PREVIEW: dict[str, Any] = {
    "dry_run": True,
    "seats": 1,
    "at_once": 3,
    "askable": [{"by": "2026-03-02T09:01:10.000Z", "count": 2}],
    "enough_at": None,
    "seats_today": 0,
    "more_lines": [],
    "not_asked": [_ANNA, _BRAM],
    "refused": ROUND["refused"],
}
ANSWER_IN: dict[str, Any] = {"answer": "yes"}
PEOPLE = """\
name;number;state;why;asked_at;answered_at;answer
Anna de Wit;'+31687654321;yes;;2026-03-02T09:01Z;2026-03-02T09:07Z;Ja hoor!
"""
CALENDAR = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20260303T060000Z
DTEND:20260303T140000Z
SUMMARY:Tilburg (1/1)
DESCRIPTION:Anna de Wit
END:VEVENT
END:VCALENDAR
"""
