"""All routes of SMSGate's API; none stands in Balie's own document."""

from fastapi import APIRouter

from appliance.api.smsgate import devices

router = APIRouter(include_in_schema=False)
for part in (devices,):
    router.include_router(part.router)
