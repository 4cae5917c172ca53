"""Makes a web application that of a head office: boxes find their doors in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from appliance.office.head import link_routes
from appliance.office.head.head import Head
from appliance.office.head.office_broker import OfficeBroker


def furnish(app: FastAPI, head: Head) -> None:
    """Before it serves. `app.state.head` is the office from then on, until it is another one."""
    app.state.head = head
    others = list(app.router.routes)
    app.include_router(link_routes.router, include_in_schema=False)
    # Boxes ask many times a second: all other routes would be looked through first.
    app.router.routes[:] = [*app.router.routes[len(others) :], *others]
    inside = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(given: Any) -> AsyncIterator[Any]:
        waiting = app.state.head.waiting
        app.state.broker = broker = _broker_of(app.state.head)
        async with inside(given) as state:
            await waiting.start()
            if broker is not None:
                broker.start()
            yield state
            if broker is not None:
                await broker.close()
            await waiting.close()

    app.router.lifespan_context = lifespan


def _broker_of(head: Head) -> OfficeBroker | None:
    return None if head.broker_keys is None else OfficeBroker(head, head.broker_keys)
