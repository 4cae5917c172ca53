"""Examples of webhooks for the document."""

from typing import Any

WEBHOOK: dict[str, Any] = {
    "id": "01977d2e-8c99-72cb-a4ec-d5d879203b71",
    "url": "https://planning.example.com/balie",
    "events": ["message.received", "consent.*"],
    "line": None,
    "branch": None,
    "content": "ids",
    "enabled": True,
    "off_why": None,
    "failing_since": None,
    "created_at": "2026-03-02T08:30:00.000Z",
}
NEW_WEBHOOK = {**WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
WEBHOOK_IN = {"url": WEBHOOK["url"], "events": WEBHOOK["events"], "content": "ids"}
WEBHOOK_PATCH_IN = {"enabled": False}
ROTATED = {
    "secret": NEW_WEBHOOK["secret"],
    "previous_expires_at": "2026-03-03T08:30:00.000Z",
}
DELIVERY: dict[str, Any] = {
    "id": "msg_6f1c0f9e6a5b4c3d2e1f0a9b8c7d6e5f",
    "type": "message.received",
    "state": "pending",
    "event": 44,
    "created_at": "2026-03-02T08:30:00.000Z",
    "next_at": "2026-03-02T08:30:05.000Z",
    "attempts": [{"at": "2026-03-02T08:30:00.000Z", "status": 503, "error": None, "took_ms": 41}],
}
TOLD_AGAIN = {"id": DELIVERY["id"]}
REPLAY_IN = {"since": "2026-03-02T06:00:00Z"}
REPLAY = {"since": "2026-03-02T06:00:00.000Z"}
