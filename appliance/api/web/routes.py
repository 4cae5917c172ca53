"""All pages together."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request

from appliance.api.services import Services
from appliance.api.web import live
from appliance.api.web.pages import (
    compose,
    contact,
    devices,
    inbox,
    login,
    pictures,
    settings,
    setup,
    setup_line,
    sms_length,
    thread,
    verdict,
)
from appliance.api.web.visit import Web
from appliance.desk.access.login import Door
from appliance.desk.access.throttle import Throttle
from appliance.desk.access.wrong_tries import WrongTries


def router(services: Services, wrong: WrongTries, more: Sequence[APIRouter]) -> APIRouter:
    web = Web(services, Door(services.store, services.clock, wrong), Throttle())

    async def provide(request: Request) -> None:
        request.state.web = web

    together = APIRouter(dependencies=[Depends(provide)], include_in_schema=False)
    for part in (
        login,
        setup,
        setup_line,
        inbox,
        thread,
        verdict,
        compose,
        sms_length,
        pictures,
        contact,
        live,
        devices,
        settings,
    ):
        together.include_router(part.routes)
    for each in more:
        together.include_router(each)
    return together
