"""Whether what comes in by a webhook was sent by Balie (Standard Webhooks)."""

from collections.abc import Mapping
from typing import Any


def verified(body: bytes, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """What the webhook says. `body` is as it came, not parsed and written anew; `secret` is the
    `whsec_…` that Balie told once.

    Raises standardwebhooks' WebhookVerificationError when it was not sent by Balie, or too long
    ago. Needs `balie-client[webhooks]`.
    """
    from standardwebhooks.webhooks import Webhook

    told: dict[str, Any] = Webhook(secret).verify(body, dict(headers))
    return told
