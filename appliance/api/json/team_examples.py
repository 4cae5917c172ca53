"""Examples of what a team says of its conversations: notes, labels, saved views."""

from typing import Any

from appliance.api.json.examples import CONVERSATION, LINE

_AT = CONVERSATION["created_at"]
_BRANCH = LINE["branch"]["id"]
_CONVERSATION = CONVERSATION["id"]
_STAFF = CONVERSATION["assignee"]["id"]

CONVERSATION_PATCH_IN: dict[str, Any] = {"state": "done", "closing_note": "Komt maandag langs."}
_FILTER = {"label": "ziek", "waiting": True, "sort": "waiting"}
VIEW: dict[str, Any] = {
    "id": "01977d2e-7d21-74ed-96fe-f7fa9b4c5d62",
    "name": "Ziek, wacht",
    "shared": True,
    "filter": _FILTER,
    "branch": _BRANCH,
    "created_at": _AT,
}
VIEW_IN: dict[str, Any] = {"name": "Ziek, wacht", "shared": True, "filter": _FILTER}
VIEW_PATCH_IN: dict[str, Any] = {"shared": False}
NOTE: dict[str, Any] = {
    "id": "01977d2e-7c10-73dc-95fd-e6e98a3b4c51",
    "conversation": _CONVERSATION,
    "text": "@Sanne belt morgen terug",
    "author": "Planning",
    "mentions": [{"id": _STAFF, "name": "Sanne"}],
    "media": [],
    "created_at": _AT,
}
NOTE_IN: dict[str, Any] = {"text": "@Sanne belt morgen terug"}
LABEL: dict[str, Any] = {
    "id": "01977d2e-7a88-71ba-93db-c4c768a3192f",
    "name": "ziek",
    "branch": _BRANCH,
    "created_at": _AT,
}
LABEL_IN: dict[str, Any] = {"name": "ziek", "branch": "Tilburg"}
LABEL_PATCH_IN: dict[str, Any] = {"name": "ziek gemeld"}
