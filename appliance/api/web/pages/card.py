"""`/media/{media_id}/people`: who stands on a card that came, to enter whom nobody knows yet."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import own_branches, reading
from appliance.api.web.visit import Reading
from appliance.desk.contacts import card_reading
from appliance.desk.contacts.card_reading import CardPerson
from appliance.desk.inbox.attachments import SeenMedia, seen_by_staff
from appliance.errors import NotFound
from appliance.media.kinds import MediaKind
from appliance.store.readings import Thing

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPerson:
    """`known` has for each number the id of the contact whom this reader knows by it."""

    person: CardPerson
    known: dict[str, str]


@routes.get("/media/{media_id}/people")
async def people_on_card(visit: Reading, media_id: str) -> Response:
    """Raises NotFound for what is no card, and for who may enter nobody."""
    await own_branches(visit)
    rights = visit.session.rights

    def card(conn: sqlite3.Connection) -> tuple[SeenMedia, str]:
        seen = seen_by_staff(conn, rights, visit.staff_id, media_id)
        if seen.media.kind is not MediaKind.CONTACT or seen.media.here is None:
            raise NotFound("file")
        return seen, seen.media.here

    _, name = await visit.show(card, lambda found: [found[0].shown], thing=Thing.FILE)
    path = visit.services.media_files.path_of(name)
    found = await asyncio.to_thread(
        lambda: card_reading.people_on(path.read_bytes()[: card_reading.MOST_BYTES])
    )
    sight = reading(visit)

    def offered(conn: sqlite3.Connection) -> Sequence[OfferedPerson]:
        return [
            OfferedPerson(
                person=each,
                known={number: known for number in each.numbers if (known := whose(conn, number))},
            )
            for each in found
        ]

    def whose(conn: sqlite3.Connection, number: str) -> str | None:
        try:
            return sight.contact(conn, number).id
        except NotFound:
            return None

    return visit.page("card_people.html", people=await visit.read(offered))
