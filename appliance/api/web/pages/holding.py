"""A hold on a person's page, for who guards their privacy."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.person import person_again
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, go
from appliance.api.web.words import retention_sentences
from appliance.desk.access.rights import Rights
from appliance.desk.contacts import card_form
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import holding, settings
from appliance.desk.privacy.retention.holding import HoldWish
from appliance.errors import InvalidInput
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.post("/people/{contact}/hold")
async def hold_person(
    visit: Posting,
    contact: str,
    on: Annotated[str, Form(max_length=1)] = "",
    reason: Annotated[str, Form(max_length=2_000)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        found = settings.sight_of(rights).contact(tx.conn, contact)
        wish = HoldWish(on=bool(on), reason=reason, until_ms=card_form.end_of(until))
        holding.change(tx, found.id, wish, Author(staff_id=visit.staff_id))

    try:
        await visit.write(work)
    except InvalidInput as exc:
        sentence = retention_sentences.wrong(visit.words, exc.field)
        return await person_again(visit, contact, note=Note(code=exc.field, sentence=sentence))
    return go(visit, f"/people/{contact}?saved=1#hold")
