"""What somebody wrote on the phone itself: it stands in the conversation like an answer of the
line, and counts in its pace.
"""

from appliance.desk.intake import placing
from appliance.devices.news_protocol import TypedByHand
from appliance.messages import MessageClass
from appliance.queue import greeting
from appliance.queue.pacing import ANSWER_WINDOW_MS
from appliance.store import contacts, conversations, erased, messages
from appliance.store.store import Tx


def keep(tx: Tx, device_id: str, typed: TypedByHand) -> None:
    """One that is known is dropped, and one to somebody who was erased since. It gives nobody's
    consent.
    """
    to = placing.shown_identity(typed.channel.told(typed.to))
    line = placing.line_for(tx.conn, device_id, to)
    if line is None:
        return
    owner = placing.key_owner(tx.conn, device_id, line)
    digest = messages.digest_of(f"{owner}:{typed.channel.name}:{typed.key}")
    at_ms = min(typed.at_ms, tx.now_ms)
    if messages.is_known(tx.conn, digest) or erased.is_of_erased(
        tx.conn, to, at_ms, exact=typed.exact
    ):
        return
    contact_id = contacts.ensure(tx, to)
    conversation_id, last_in_ms = conversations.found_or_begun(tx, line.id, contact_id)
    answers = last_in_ms is not None and at_ms - last_in_ms <= ANSWER_WINDOW_MS
    about = messages.NewByHand(
        conversation_id=conversation_id,
        line_id=line.id,
        contact_id=contact_id,
        device_id=device_id,
        identity=to,
        text=typed.text,
        channel=typed.channel,
        kind=MessageClass.REPLY if answers else MessageClass.AUTOMATIC,
        answering=answers,
        device_key=typed.key,
        key_digest=digest,
        exact=typed.exact,
        at_ms=at_ms,
    )
    messages.keep_by_hand(tx, about)
    if answers:
        greeting.take_back(tx, line.id, contact_id)
