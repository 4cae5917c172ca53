"""What somebody does about a message that should not be kept."""

import asyncio
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, go
from appliance.desk.access.rights import Rights
from appliance.desk.care import removing
from appliance.desk.inbox.thread import conversation_of_message
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


class CareDo(Enum):
    """The values are those of the buttons."""

    OPEN = "open"
    NONE = "none"
    REMOVE = "remove"


_DOES = {
    CareDo.OPEN: removing.open_up,
    CareDo.NONE: removing.put_away,
    CareDo.REMOVE: removing.remove,
}


@routes.post("/messages/{message_id}/care")
async def see_to_message(
    visit: Posting, message_id: str, do: Annotated[CareDo, Form()]
) -> Response:
    def work(tx: Tx, rights: Rights) -> str:
        conversation_id = conversation_of_message(tx.conn, rights, message_id)
        _DOES[do](tx, message_id, staff_id=visit.staff_id)
        return conversation_id

    conversation_id = await visit.write(work)
    if do is CareDo.REMOVE:
        services = visit.services
        await asyncio.to_thread(removing.clean_up, services.store, services.data_dir)
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")
