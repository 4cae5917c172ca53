"""Examples of what the office says of people."""

from typing import Any

from appliance.api.json.examples import CONTACT

CONTACT_IN: dict[str, Any] = {
    "office_name": "Anna de Wit",
    "personnel_number": "10234",
    "numbers": ["+31687654321"],
    "labels": [],
    "fields": {"Shirt": "XL"},
    "state": "candidate",
    "branch": "Tilburg",
}
CONTACT_PATCH_IN: dict[str, Any] = {"state": "placed", "fields": {"Shirt": "L"}}
PAST: dict[str, Any] = {
    "id": "4711",
    "at": CONTACT["created_at"],
    "what": "contact.changed",
    "by": "Sanne",
    "fields": ["state"],
    "other": None,
    "undone": False,
}
MERGE_IN: dict[str, Any] = {"other": "+31687654322"}
SPLIT_IN: dict[str, Any] = {"numbers": ["+31687654322"]}
UNDO_IN: dict[str, Any] = {"other": "01977d2e-1c22-7b63-9d75-66e102b3c4d6"}
IMPORT: dict[str, Any] = {
    "rows": [{"row": 2, "verdict": "new", "why": "", "contact": CONTACT["id"]}],
    "written": True,
}
CONTACT_BY_IN: dict[str, Any] = {
    "office_name": "Anna de Wit",
    "numbers": ["+31687654321"],
    "state": "placed",
    "branch": "Tilburg",
}
CONTACTS_BY_IN: dict[str, Any] = {"items": [{"personnel_number": "00123", **CONTACT_BY_IN}]}
CONTACTS_BY: dict[str, Any] = {
    "items": [
        {
            "personnel_number": "00123",
            "verdict": "new",
            "why": "",
            "code": None,
            "contact": CONTACT["id"],
            "other": None,
        }
    ]
}
