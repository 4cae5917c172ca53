"""All that the office has for programs, in place of a box's API."""

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, FastAPI

from appliance.api.app import BOX_API
from appliance.api.json import saved_views
from appliance.office.api import casework, events, health, sending
from appliance.office.api.claims import OfficeConversationOut
from appliance.office.api.elsewhere import add_refusals
from appliance.office.api.events import OfficeEventOut
from appliance.office.api.fetched import FetchedMemory
from appliance.office.api.reads import add_reads
from appliance.office.api.walks import WalkRoute
from appliance.office.head.head import Head


@cache
def routers() -> Sequence[APIRouter]:
    """For `create_app`."""
    reads = APIRouter(prefix="/api/v1", route_class=WalkRoute)
    add_reads(reads)
    known = (
        *(health.router, sending.direct, reads, sending.router, casework.router),
        *(saved_views.router, events.router),
    )
    elsewhere = APIRouter()
    add_refusals(elsewhere, known, BOX_API)
    return *known, elsewhere


def furnish(app: FastAPI) -> None:
    """Gives the routes what they share, beside what `api.app.furnish` gives; the office is there
    already.
    """
    head: Head = app.state.head
    app.state.fetched = FetchedMemory()
    app.state.fetched_files = FetchedMemory()
    for memory in (app.state.fetched, app.state.fetched_files):
        head.forgotten.listen(memory.forget)
    app.state.more_bodies = (OfficeConversationOut, OfficeEventOut)
