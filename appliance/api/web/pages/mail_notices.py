"""One's own e-mail: of what Balie mails, how often, and a test of it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.notifications import ADDRESS, notifications_answer
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Visit, go
from appliance.api.web.words import mail_sentences
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.notices import mail_choices
from appliance.desk.notices.mail_choices import MailPace
from appliance.desk.notices.mail_post import MailPost
from appliance.errors import InvalidInput, MailError, NotFound, SetupError
from appliance.store import mail_notices
from appliance.store.mail_notices import MailReader
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = f"{ADDRESS}/mail"
AGAIN_MS = 10_000
"""Between two tests of one person: a page cannot be made to send mail after mail."""
_TEST = "test"


@routes.post(PAGE)
async def choose(
    visit: Posting,
    branch: Annotated[list[str] | None, Form()] = None,
    waits: Annotated[list[str] | None, Form()] = None,
    incidents: Annotated[str, Form()] = MailPace.OFF,
) -> Response:
    """`branch` and `waits` go in pairs. Raises NotFound for who has nothing to be mailed."""
    wanted = dict(zip(branch or (), waits or (), strict=False))
    try:
        await visit.write(lambda tx, rights: _choose(tx, rights, visit.staff_id, wanted, incidents))
    except InvalidInput as exc:
        return await notifications_answer(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{ADDRESS}?saved=1")


@routes.post(f"{PAGE}/test")
async def test(visit: Posting) -> Response:
    """Blocks until the mail server has answered. Raises NotFound without server or address."""
    post = visit.services.mail
    reader = await visit.write(lambda tx, rights: _asked(tx, rights, visit))
    if post is None or reader is None:
        raise NotFound("page")
    try:
        await asyncio.to_thread(_send, post, reader, visit)
    except (MailError, SetupError) as exc:
        return await notifications_answer(visit, 422, note=_failed(visit, exc))
    return go(visit, f"{ADDRESS}?mailed=1")


def _choose(tx: Tx, rights: Rights, staff_id: str, wanted: dict[str, str], incidents: str) -> None:
    """Branches that this person does not lead stay as they are."""
    if not mail_choices.is_for(rights):
        raise NotFound("page")
    led = {each.id for each in branches_with(tx.conn, rights, Permission.REPORT_READ)}
    kept = mail_choices.choice_of(tx.conn, staff_id).waits
    said = {**kept, **{name: pace for name, pace in wanted.items() if name in led}}
    mail_choices.choose(tx, staff_id, {"waits": said, "incidents": incidents})


def _asked(tx: Tx, rights: Rights, visit: Visit) -> MailReader | None:
    """Whom the test goes to; it is noted, so that the next one waits its turn."""
    reader = mail_notices.reader(tx.conn, visit.staff_id)
    if reader is None or not mail_choices.is_for(rights):
        return None
    if tx.now_ms - mail_notices.told_ms(tx.conn, visit.staff_id, _TEST) < AGAIN_MS:
        raise InvalidInput("test", "Wait a moment before the next test.")
    mail_notices.told(tx, visit.staff_id, [_TEST], tx.now_ms)
    return reader


def _failed(visit: Visit, exc: Exception) -> Note:
    """The second sentence is for who looks after the mail server, as that server said it."""
    sentence = visit.words.text("The mail server has not taken the test.")
    return Note(code="mail", sentence=sentence, remedy=str(exc))


def _send(post: MailPost, reader: MailReader, visit: Visit) -> None:
    said = mail_sentences.of_test(visit.words, address=post.address)
    post.send(reader, said, mark=f"test-{visit.now_ms}", now_ms=visit.now_ms)
