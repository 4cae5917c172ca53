"""All pages together."""

from fastapi import APIRouter

from appliance.api.web import live
from appliance.api.web.pages import (
    adoption,
    case,
    compose,
    contact,
    devices,
    enrol,
    group,
    here,
    inbox,
    login,
    media,
    note,
    paper,
    pictures,
    recordings,
    screen,
    screens,
    search,
    settings,
    setup,
    setup_line,
    sms_length,
    texts,
    thread,
    verdict,
)

router = APIRouter()
for part in (
    login,
    setup,
    setup_line,
    inbox,
    thread,
    paper,
    case,
    note,
    here,
    verdict,
    compose,
    sms_length,
    pictures,
    recordings,
    media,
    contact,
    group,
    live,
    enrol,
    adoption,
    devices,
    screen,
    screens,
    search,
    texts,
    settings,
):
    router.include_router(part.routes)
