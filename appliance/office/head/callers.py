"""Which box asks: by the credential that it shows, looked up anew at each request."""

from fastapi import Request

from appliance.api.forwarded import address_of
from appliance.api.json.callers import token_of
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.office.head import refusals
from appliance.office.head.head import Head
from appliance.office.tables import credentials, invitations
from appliance.office.tables.boxes import BoxSeen
from appliance.office.tables.credentials import ShownCredential
from appliance.store.store import ReaderPool, Tx


def head_of(request: Request) -> Head:
    found: Head = request.app.state.head
    return found


async def box_of(request: Request) -> str:
    """The id of the box that asks. Raises ProblemError (401)."""
    head, text = head_of(request), token_of(request)
    shown = await head.store.aread(lambda conn: credentials.find(conn, text), ReaderPool.DOOR)
    if shown is None:
        if text:
            wrong: WrongTries = request.app.state.wrong
            wrong.note(Tried.TOKEN, address=address_of(request))
        raise refusals.unknown()
    if shown.is_struck_off:
        raise refusals.struck_off()
    if shown.is_first_use:
        await head.store.awrite(lambda tx: _first_use(tx, shown))
    head.upkeep.seen(shown.box_id, BoxSeen(at_ms=head.store.clock.now_ms()))
    return shown.box_id


def _first_use(tx: Tx, shown: ShownCredential) -> None:
    credentials.used(tx, shown)
    invitations.forget_used_by(tx, shown.box_id)
