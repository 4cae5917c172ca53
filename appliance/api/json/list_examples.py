"""Examples of lists of people and of what is sent to them."""

from typing import Any

from appliance.api.json.examples import CONVERSATION, LINE, MESSAGE
from appliance.reasons import Reason

_AT = CONVERSATION["created_at"]
_ANNA, _BART = MESSAGE["contact"]["id"], "01977d2e-6c55-7a10-8d3e-0c5d2e1f7a90"
_VARIANTS = ["Hoi {voornaam}, kun je zaterdag werken?"]

SAVED_LIST: dict[str, Any] = {
    "id": "01977d2e-8f40-7c31-93aa-1b2c3d4e5f60",
    "name": "Nachtdienst",
    "branch": LINE["branch"]["id"],
    "members": [_ANNA, _BART],
    "rule": None,
    "count": 2,
    "created_at": _AT,
}
SAVED_LIST_IN: dict[str, Any] = {
    "name": "Nachtdienst",
    "branch": "Tilburg",
    "rule": {"label": "nacht", "last_contact": {"within_days": 30}},
}
SAVED_LIST_PATCH_IN: dict[str, Any] = {"members": [_ANNA, "+31687654321"]}
SEND_IN: dict[str, Any] = {"line": "+31612345678", "variants": _VARIANTS}
RESEND_IN: dict[str, Any] = {"deliver_until": _AT}
_GOES: dict[str, Any] = {
    "contact": _ANNA,
    "verdict": "goes",
    "why": Reason.GAP,
    "text": "Hoi Anna, kun je zaterdag werken?",
    "expected_at": _AT,
    "message": None,
    "state": None,
    "sent_at": None,
}
_REFUSED: dict[str, Any] = {
    **_GOES,
    "contact": _BART,
    "verdict": "refused",
    "why": Reason.LISTED_TODAY,
    "text": None,
    "expected_at": None,
}
_COUNTS = {"goes": 1, "refused": 1, "waiting": 1, "sent": 0, "answered": 0}
SEND_PREVIEW: dict[str, Any] = {
    "dry_run": True,
    "items": [_GOES, _REFUSED],
    "counts": _COUNTS,
    "done_by": _AT,
}
SEND: dict[str, Any] = {
    "id": "01977d2e-9a11-7d02-8b1c-2c3d4e5f6071",
    "list": SAVED_LIST["id"],
    "line": LINE["id"],
    "state": "running",
    "variants": _VARIANTS,
    "media": [],
    "items": [{**_GOES, "message": MESSAGE["id"], "state": "queued"}, _REFUSED],
    "counts": _COUNTS,
    "answers": [],
    "done_by": _AT,
    "deliver_until": _AT,
    "resends": None,
    "created_at": _AT,
}
