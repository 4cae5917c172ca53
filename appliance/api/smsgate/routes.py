"""All routes of SMSGate's API; none stands in Balie's own document."""

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

ROUTERS = tuple(
    part.router
    for part in (health, devices, sending, messages, inbox, logs, hooks, settings, tokens)
)
