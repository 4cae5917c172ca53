"""The time by Balie's clock, for reads that depend on it."""

from typing import Annotated

from fastapi import Depends, Request

from appliance.api.services import Services


async def _now_ms(request: Request) -> int:
    services: Services = request.app.state.services
    return services.clock.now_ms()


Now = Annotated[int, Depends(_now_ms)]
