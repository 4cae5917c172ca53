"""Examples of bodies, for the OpenAPI document; the tests hold them against the models."""

from typing import Any, Literal

from appliance.reasons import Reason

Order = Literal["oldest", "newest"]

_MESSAGE = "01977d2e-5f3a-7c41-9d2b-3f8a6c1e0b57"
_LINE = "01977d2e-0b11-7a52-8c64-55d0f1a2b3c4"
_CONTACT = "01977d2e-1c22-7b63-9d75-66e102b3c4d5"
_CONVERSATION = "01977d2e-2d33-7c74-8e86-77f213c4d5e6"
_DEVICE = "01977d2e-3e44-7d85-9f97-880324d5e6f7"
_BRANCH = "01977d2e-6a77-70a9-82ca-b3b657081920"
_STAFF = "01977d2e-7b99-72cb-a4ec-d5d8792a3b40"
_AT = "2026-03-02T08:30:00.000Z"
_SENT = "2026-03-02T08:30:04.250Z"

MESSAGES_IN: dict[str, Any] = {
    "reply": {
        "summary": "By the best channel",
        "value": {
            "line": "+31612345678",
            "to": "+31687654321",
            "text": "Hoi Anna, je kunt morgen om 7 uur beginnen. Lukt dat?",
        },
    },
    "photo": {
        "summary": "A photo with a caption",
        "value": {
            "line": "+31612345678",
            "to": "+31687654321",
            "text": "Zo vind je de ingang.",
            "media": ["01977d2e-6d22-7b1c-8a45-3f0f1f3d9b77"],
        },
    },
    "sms": {
        "summary": "By SMS, not before the morning, and not after an hour",
        "value": {
            "line": "+31612345678",
            "to": "+31687654321",
            "text": "Je loonstrook staat klaar.",
            "channel": "sms",
            "not_before": "2026-03-03T08:00:00+01:00",
            "ttl_s": 3600,
        },
    },
}

LISTS_IN: dict[str, Any] = {
    "names": {
        "summary": "Two variants with the recipient's first name",
        "value": {
            "line": "+31612345678",
            "to": ["+31687654321", "06 12 34 56 70"],
            "texts": [
                "Hoi {voornaam}, kun je zaterdag werken?",
                "Dag {voornaam}, heb je zaterdag tijd voor een dienst?",
            ],
        },
    },
}

LIST_PREVIEW: dict[str, Any] = {
    "dry_run": True,
    "accepted": 1,
    "refused": 1,
    "first_at": _SENT,
    "last_at": _SENT,
    "recipients": [
        {
            "to": "+31687654321",
            "verdict": "accepted",
            "id": None,
            "text": "Hoi Anna, kun je zaterdag werken?",
            "expected_at": _SENT,
            "reason": Reason.GAP,
        },
        {
            "to": "06 12 34 56 70",
            "verdict": "refused",
            "id": None,
            "text": None,
            "expected_at": None,
            "reason": Reason.OPTED_OUT,
        },
    ],
}

LIST_ACCEPTED: dict[str, Any] = {
    **LIST_PREVIEW,
    "dry_run": False,
    "recipients": [
        {**LIST_PREVIEW["recipients"][0], "id": _MESSAGE},
        LIST_PREVIEW["recipients"][1],
    ],
}

REPLAYED_HEADER: dict[str, Any] = {
    "Idempotency-Replayed": {
        "description": "`true` on an answer that was given before.",
        "schema": {"type": "string"},
        "example": "true",
    }
}

ACCEPTED: dict[str, Any] = {
    "id": _MESSAGE,
    "state": "queued",
    "expected_at": _SENT,
    "reason": Reason.GAP,
}

_CONTACT_REF: dict[str, Any] = {"id": _CONTACT, "number": "+31687654321", "name": "Anna de Wit"}

MESSAGE: dict[str, Any] = {
    "id": _MESSAGE,
    "direction": "out",
    "line": _LINE,
    "line_number": "+31612345678",
    "conversation": _CONVERSATION,
    "group": None,
    "contact": _CONTACT_REF,
    "channel": "whatsapp",
    "text": "Hoi Anna, je kunt morgen om 7 uur beginnen. Lukt dat?",
    "origin": "person",
    "media": [],
    "state": "sent",
    "reason": None,
    "kind": "reply",
    "author": "Planning",
    "expected_at": None,
    "not_before": None,
    "expires_at": "2026-03-03T08:30:00.000Z",
    "created_at": _AT,
    "happened_at": _AT,
    "written_at": None,
    "sent_at": _SENT,
    "delivered_at": None,
    "read_at": None,
}

MESSAGE_DETAIL: dict[str, Any] = {
    **MESSAGE,
    "history": [
        {
            "seq": 41,
            "at": _AT,
            "kind": "message.state",
            "facts": {"from": None, "to": "queued", "class": "reply"},
        },
        {
            "seq": 44,
            "at": _SENT,
            "kind": "message.state",
            "facts": {"from": "sending", "to": "sent", "reason": None},
        },
    ],
    "evidence": [
        {
            "attempt": "01977d2e-7b88-71ba-93db-c4c768192a31",
            "device": _DEVICE,
            "channel": "whatsapp",
            "started_at": _AT,
            "tapped_at": _SENT,
            "ended_at": _SENT,
            "outcome": "sent",
            "signature": None,
            "parts": [],
            "seen": {"tick": "sent", "own_rows": 1},
        }
    ],
}

UPLOAD: dict[str, Any] = {
    "id": "01a20069-7c11-7d43-a9e6-1f0b5d8e6a02",
    "kind": "document",
    "type": "application/pdf",
    "name": "rooster.pdf",
    "bytes": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}

CANCELLED: dict[str, Any] = {"id": _MESSAGE, "state": "cancelled"}

LINE: dict[str, Any] = {
    "id": _LINE,
    "number": "+31612345678",
    "branch": {"id": _BRANCH, "name": "Tilburg"},
    "stopped": None,
    "ready": ["whatsapp", "sms"],
    "routes": [
        {"channel": "whatsapp", "device": _DEVICE},
        {"channel": "sms", "device": _DEVICE},
    ],
    "fallback": {"after_min": 10, "kinds": ["automatic", "confirmation", "reply"]},
    "settings": {
        "fallback_after_min": 10,
        "fallback_classes": ["automatic", "confirmation", "reply"],
        "call_answer": "Bel ons op 013 555 00 00, of schrijf ons hier.",
        "credit_warn_cents": 250,
    },
    "waiting": 0,
}

CONTACT: dict[str, Any] = {
    "id": _CONTACT,
    "name": "Anna de Wit",
    "chosen_name": "Annie",
    "office_name": "Anna de Wit",
    "personnel_number": "10234",
    "numbers": [{"number": "+31687654321", "on_whatsapp": True}],
    "labels": ["heftruck"],
    "fields": {"Shirt": "XL"},
    "notes": "Werkt liever 's avonds.",
    "blocked": False,
    "state": "placed",
    "state_since": _AT,
    "created_at": _AT,
    "updated_at": _AT,
}

CONVERSATION: dict[str, Any] = {
    "id": _CONVERSATION,
    "line": _LINE,
    "contact": _CONTACT_REF,
    "group": None,
    "name": "Anna de Wit",
    "last_message": _MESSAGE,
    "last_at": _AT,
    "last_in_at": _AT,
    "created_at": _AT,
    "state": "open",
    "assignee": {"id": _STAFF, "name": "Sanne"},
    "labels": ["ziek"],
    "snoozed_until": None,
    "waiting_since": _AT,
    "closing_note": None,
}

GUARD: dict[str, Any] = {"on": True, "name": "Nachtploeg", "picture": None}

GROUP: dict[str, Any] = {
    "id": "01977d2e-4f55-7e96-80a8-991435e6f708",
    "line": _LINE,
    "name": "Nachtploeg",
    "picture": None,
    "guard": GUARD,
    "members": [
        {"name": "Anna de Wit", "number": "+31687654321", "contact": _CONTACT, "admin": False}
    ],
    "created_at": _AT,
}

JOURNAL: dict[str, Any] = {
    "at": _AT,
    "what": "name",
    "by": "Balie",
    "from": "Feestploeg",
    "to": "Nachtploeg",
    "put_back": True,
}

GROUP_IN: dict[str, Any] = {"line": "+31612345678", "name": "Nachtploeg", "members": [_CONTACT]}
GROUP_PATCH_IN: dict[str, Any] = {"name": "Nachtploeg"}
GUARD_IN: dict[str, Any] = {"on": True, "name": "Nachtploeg"}
MEMBERS_IN: dict[str, Any] = {"members": ["+31687654321"]}

CALL: dict[str, Any] = {
    "id": "01a20069-dd90-7176-bc6c-eeee4075f8c1",
    "line": _LINE,
    "number": "+31687654321",
    "contact": None,
    "at": _AT,
    "channel": None,
}

DEVICE: dict[str, Any] = {
    "id": _DEVICE,
    "kind": "phone",
    "state": "ready",
    "reason": Reason.NONE,
    "channels": ["sms", "whatsapp"],
    "sim_number": "+31612345678",
    "imei": None,
    "balance": None,
    "facts": {"awake": True, "battery_percent": 87, "battery_celsius": 31.5},
    "lines": [_LINE],
    "changed_at": _AT,
}

INCIDENT: dict[str, Any] = {
    "id": "01977d2e-8d00-7c1a-8b55-3f2e1d0c9b8a",
    "device": _DEVICE,
    "line": _LINE,
    "kind": "away",
    "since": _AT,
    "until": None,
    "stops": ["sms", "whatsapp"],
    "sentence": "The phone is not plugged in, or it is switched off. Plug the cable into the phone"
    " and into Balie, and switch the phone on.",
}

HIT: dict[str, Any] = {
    "kind": "message",
    "id": _MESSAGE,
    "conversation": _CONVERSATION,
    "contact": _CONTACT,
    "line": _LINE,
    "at": _AT,
    "title": "Anna de Wit",
    "snippet": "Is mijn loonstrook er al?",
    "marks": [[8, 18]],
    "link": f"/c/{_CONVERSATION}#m-{_MESSAGE}",
}

TEXT: dict[str, Any] = {
    "id": "01977d2e-91aa-7b3e-9f10-2c4d5e6f7a8b",
    "shortcut": "loon",
    "title": "Wanneer is het loon er?",
    "variants": ["Hoi {voornaam}, je loon staat {dag} op je rekening."],
    "branch": None,
    "language": "nl",
    "created_at": _AT,
}
TEXT_IN: dict[str, Any] = {
    each: TEXT[each] for each in ("shortcut", "title", "variants", "language")
}
TEXT_PATCH_IN: dict[str, Any] = {"title": "Wanneer komt het loon?"}
RENDER_IN: dict[str, Any] = {"contact": "+31687654321"}
RENDERED: dict[str, Any] = {
    "text": "Hoi Anna, je loon staat {dag} op je rekening.",
    "missing": ["dag"],
}

EVENT: dict[str, Any] = {
    "seq": 44,
    "epoch": "01977d2e-8c99-72cb-a4ec-d5d879203b42",
    "at": _SENT,
    "kind": "message.state",
    "branch": None,
    "line": _LINE,
    "conversation": _CONVERSATION,
    "contact": _CONTACT,
    "message": _MESSAGE,
    "device": None,
    "staff": None,
    "facts": {"from": "sending", "to": "sent", "reason": None},
}
