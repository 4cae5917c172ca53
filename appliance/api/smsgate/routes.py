"""All routes of SMSGate's API; none stands in Balie's own document."""

from fastapi import APIRouter

from appliance.api.smsgate import (
    devices,
    health,
    hooks,
    inbox,
    logs,
    messages,
    sending,
    settings,
    tokens,
)

router = APIRouter(include_in_schema=False)
for part in (health, devices, sending, messages, inbox, logs, hooks, settings, tokens):
    router.include_router(part.router)
