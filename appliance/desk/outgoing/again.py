"""A message that did not arrive is sent once more: as a new one, by whoever asks for it now."""

from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import NotFound, Refused
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import not_arrived
from appliance.store.contacts import identity_of
from appliance.store.store import Tx

_ENDED = frozenset({MessageState.FAILED, MessageState.EXPIRED, MessageState.REFUSED})
"""One that is in doubt may have arrived: it is never sent again so."""


def send_again(tx: Tx, message_id: str, *, staff_id: str) -> str:
    """The id of the new message. Raises Refused when somebody was quicker or nothing is to be sent
    again, and what `accept` raises.
    """
    row = tx.conn.execute("SELECT * FROM message WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise NotFound("message")
    if MessageState(row["state"]) not in _ENDED or not _stands(tx, message_id):
        raise _settled()
    request = SendRequest(
        line_id=row["line_id"],
        identity=identity_of(row),
        text=row["text"],
        author=Author(staff_id=staff_id),
        contact_id=row["contact_id"],
        media=_files(tx, message_id),
    )
    done = accept_post(tx, request) if request.identity.is_group else accept(tx, request)
    not_arrived.settle(tx, message_id, staff_id=staff_id, again=done.id)
    return done.id


def seen_to(tx: Tx, message_id: str, *, staff_id: str) -> None:
    """Nothing more is to be done about it. Raises Refused when somebody was quicker."""
    if not not_arrived.settle(tx, message_id, staff_id=staff_id):
        raise _settled()


def _stands(tx: Tx, message_id: str) -> bool:
    found = tx.conn.execute("SELECT 1 FROM not_arrived WHERE message_id = ?", (message_id,))
    return found.fetchone() is not None


def _files(tx: Tx, message_id: str) -> list[str]:
    rows = tx.conn.execute(
        "SELECT media_id FROM message_media WHERE message_id = ? ORDER BY position", (message_id,)
    )
    return [row["media_id"] for row in rows]


def _settled() -> Refused:
    return Refused(Reason.NOTHING_TO_DECIDE, "Somebody has seen to this message already.")
