"""The entrance for posts in groups: as that for messages, but everybody in the group reads them."""

from appliance.channels import Channel
from appliance.desk.outgoing.attaching import check_files, refuse_answer, words_of
from appliance.desk.outgoing.sending import Accepted, SendRequest, already, keep, waiting_as
from appliance.errors import InvalidInput, NotFound
from appliance.queue.pacing import DAY_MS
from appliance.queue.permission import may_write
from appliance.queue.promise import Coming
from appliance.store import group_tasks, groups, lines, quotes
from appliance.store.groups import ChatGroup
from appliance.store.store import Tx


def accept_post(tx: Tx, request: SendRequest) -> Accepted:
    """Keeps the post and promises to send it; `request.identity` is the group's.

    Who is in the group is read from the phone before it leaves, if that was not done today. Raises
    NotFound, InvalidInput, LineFull, and Refused while somebody in the group wants no messages.
    """
    line = lines.line(tx.conn, request.line_id)
    group = groups.of_identity(tx.conn, line.id, request.identity)
    if group is None:
        raise NotFound("group")
    text = words_of(request.text, request.media)
    check_files(tx.conn, request.media, text)
    refuse_answer(request.media, request.quotes)
    if request.client_id and (known := already(tx, request, None, text)):
        return known
    channel = _channel_of(request)
    if not channel.fits(text):
        raise InvalidInput("text", f"At most {channel.longest} characters can be posted.")
    may_write(tx.conn, line_id=line.id, identity=request.identity, channel=channel).check()
    if request.room is not None:
        request.room.take(tx, line.id)
    if group.read_ms is None or tx.now_ms - group.read_ms > DAY_MS:
        group_tasks.read_soon(tx, group)
    coming = _coming(tx, request, group, text, channel)
    if request.quotes and not quotes.is_in(tx.conn, request.quotes, coming.conversation_id):
        raise InvalidInput("quotes", "There is no such message in the conversation with them.")
    return keep(tx, line, request, coming)


def _coming(tx: Tx, request: SendRequest, group: ChatGroup, text: str, channel: Channel) -> Coming:
    conversation_id = groups.conversation_of(tx, group)
    row = tx.conn.execute(
        "SELECT last_in_ms FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    heard_ms = row["last_in_ms"]
    return Coming(
        waiting=waiting_as(tx, request, text, channel, heard_ms=heard_ms),
        contact_id=conversation_id,
        conversation_id=conversation_id,
        last_in_ms=heard_ms,
        text=text,
        wanted=channel,
        on_whatsapp=None,
        has_files=bool(request.media),
    )


def _channel_of(request: SendRequest) -> Channel:
    """The one that has such groups. Raises InvalidInput when another one was asked for."""
    found = Channel.with_groups(request.identity.scheme)
    if found is None or request.channel not in (None, found):
        raise InvalidInput("channel", "A group is written to over the channel that it is on.")
    return found
