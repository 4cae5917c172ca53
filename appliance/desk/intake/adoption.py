"""A chat that the phone had before Balie came: what is kept of it, and what follows from it.

Who wrote there is a person of the line from now on, with their consent and its proof; who never
wrote stays closed, and nothing of theirs is kept. What stands there is news to nobody: it wakes no
rule, waits for nobody and counts for no pace. Only what was written by hand today counts, as it
would have without the walk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from appliance.adoption import ChatFate
from appliance.channels import Channel
from appliance.characters import clean_name
from appliance.clock import MS_PER_S
from appliance.desk.care import marking
from appliance.desk.consent import near_stop, near_stop_words, rule_words, withdrawal
from appliance.desk.intake import by_hand, placing
from appliance.desk.lines import code_words
from appliance.devices.adoption_protocol import HistoryRow, ReadChat
from appliance.devices.news_protocol import TypedByHand
from appliance.events import EventKind
from appliance.identities import TEL, Identity
from appliance.media.kinds import MediaWhy
from appliance.store import (
    branches,
    consent,
    contacts,
    conversations,
    imported,
    lines,
    media_fetches,
    messages,
)
from appliance.store.adoptions import Adoption, AdoptionChat, ChatOutcome
from appliance.store.consent import ConsentKind, Verdict
from appliance.store.imported import ImportedMessage
from appliance.store.lines import Line
from appliance.store.store import Tx

RECORDED_BY = "adoption"
_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A row with its place in the thread."""

    row: HistoryRow
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A row that is a message now."""

    row: HistoryRow
    channel: Channel
    message_id: str
    at_ms: int


def keep(tx: Tx, walk: Adoption, chat: AdoptionChat, found: ReadChat) -> ChatOutcome:
    """Called under the locks of whom it is with."""
    if found.who is None:
        return ChatOutcome(fate=ChatFate.UNKNOWN, came=found.came)
    who = placing.shown_identity(found.channel.told(found.who))
    line = lines.line(tx.conn, walk.line_id)
    zone = ZoneInfo(branches.branch(tx.conn, line.branch_id).settings.zone)
    today = datetime.fromtimestamp(tx.now_ms / MS_PER_S, zone).date()
    since_ms = contacts.held_since_ms(tx, who)
    rows = [
        row
        for row in found.rows
        if not _is_code(row, who, found) and not _is_of_former(row, since_ms, zone)
    ]
    known = contacts.by_identity(tx.conn, who)
    wrote = not all(row.own for row in rows) or (known and _wrote(tx, line.id, known.id))
    taken: Sequence[_Taken] = ()
    if wrote:
        contact_id = known.id if known else _new_contact(tx, who, chat.name)
        placed = _placed([row for row in rows if not _is_todays(row, today)], zone, tx.now_ms)
        taken = _history(tx, walk, line, (contact_id, who), placed, found)
        _follow(tx, line, contact_id, who, taken)
    for each in _placed([row for row in rows if _is_todays(row, today)], zone, tx.now_ms):
        by_hand.keep(tx, walk.device_id, _typed(each, found))
    if not wrote:
        return ChatOutcome(fate=ChatFate.CLOSED, identity=who, whole=found.whole)
    closed = consent.verdict(tx.conn, line.id, who).opted_out
    return ChatOutcome(
        fate=ChatFate.STOPPED if closed else ChatFate.ADOPTED,
        identity=who,
        came=sum(not each.row.own for each in taken),
        went=sum(each.row.own for each in taken),
        whole=found.whole,
    )


def _is_code(row: HistoryRow, who: Identity, found: ReadChat) -> bool:
    """Who reads a code for the line could take the number over."""
    return not row.own and code_words.service_of(who.value, row.text, found.channel) is not None


def _is_of_former(row: HistoryRow, since_ms: int, zone: ZoneInfo) -> bool:
    """Written by or to somebody who had the number before, or maybe so."""
    if since_ms == 0:
        return False
    return row.day is None or _moment_ms(row.day, row.minute, zone) < since_ms


def _is_todays(row: HistoryRow, today: date) -> bool:
    return row.own and row.day == today


def _wrote(tx: Tx, line_id: str, contact_id: str) -> bool:
    """Whether a message of theirs is in the conversation already."""
    row = tx.conn.execute(
        "SELECT 1 FROM conversation c JOIN message m ON m.conversation_id = c.id"
        " WHERE c.line_id = ? AND c.contact_id = ? AND m.direction = 'in' LIMIT 1",
        (line_id, contact_id),
    ).fetchone()
    return row is not None


def _new_contact(tx: Tx, who: Identity, shown: str) -> str:
    """Under the name that the phone shows, where it shows one."""
    named = clean_name(shown.removeprefix("~"))
    is_number = shown.startswith("+")
    contact_id = contacts.ensure(tx, who, chosen_name=None if is_number else named)
    if who.scheme == TEL:
        contacts.remember_whatsapp(tx, who, on_whatsapp=True)
    return contact_id


def _placed(rows: Sequence[HistoryRow], zone: ZoneInfo, now_ms: int) -> Sequence[_Placed]:
    """In their order. A row whose day is not known stands right before the first that has one."""
    dated = [_moment_ms(row.day, row.minute, zone) for row in rows if row.day is not None]
    first_ms = min(dated[0], now_ms) if dated else now_ms
    undated = sum(row.day is None for row in rows)
    placed: list[_Placed] = []
    before_ms = first_ms - undated - 1
    for row in rows:
        shown_ms = before_ms + 1
        if row.day is not None:
            shown_ms = max(_moment_ms(row.day, row.minute, zone), shown_ms)
        before_ms = shown_ms
        placed.append(_Placed(row=row, at_ms=min(shown_ms, now_ms)))
    return placed


def _moment_ms(day: date, minute: int | None, zone: ZoneInfo) -> int:
    hour, minutes = divmod(minute or 0, _MINUTES_PER_HOUR)
    moment = datetime.combine(day, time(hour, minutes), zone)
    return int(moment.timestamp()) * MS_PER_S


def _history(
    tx: Tx,
    walk: Adoption,
    line: Line,
    whose: tuple[str, Identity],
    placed: Sequence[_Placed],
    found: ReadChat,
) -> Sequence[_Taken]:
    contact_id, who = whose
    conversation_id = conversations.with_contact(tx, line.id, contact_id)
    owner = placing.key_owner(tx.conn, walk.device_id, line)
    taken = []
    for each in placed:
        row = each.row
        device_key = f"{owner}:{found.channel.name}:{row.key}"
        new = ImportedMessage(
            conversation_id=conversation_id,
            line_id=line.id,
            contact_id=contact_id,
            identity=who,
            own=row.own,
            text=row.text,
            channel=found.channel,
            device_key=row.key,
            key_digest=messages.digest_of(device_key),
            at_ms=each.at_ms,
            dated=row.day is not None,
        )
        message_id = imported.keep(tx, new)
        if message_id is not None:
            new_one = _Taken(
                row=row, channel=found.channel, message_id=message_id, at_ms=each.at_ms
            )
            taken.append(new_one)
            _note_medium(tx, walk, message_id, row)
            marking.look(tx, message_id)
    imported.take_up(tx, conversation_id)
    _tell(tx, walk, line, (conversation_id, contact_id), taken)
    return taken


def _note_medium(tx: Tx, walk: Adoption, message_id: str, row: HistoryRow) -> None:
    """Its file stays on the phone: nobody asked for it."""
    medium = row.media
    if medium is None:
        return
    why = MediaWhy.BEFORE if medium.has_file else MediaWhy.NO_FILE
    media_fetches.expect(
        tx,
        message_id,
        walk.device_id,
        kind=medium.kind,
        sign=medium.sign,
        words=medium.words,
        why_not=MediaWhy.VIEW_ONCE if medium.once else why,
    )


def _tell(
    tx: Tx, walk: Adoption, line: Line, where: tuple[str, str], taken: Sequence[_Taken]
) -> None:
    if not taken:
        return
    conversation_id, contact_id = where
    tx.emit(
        EventKind.CONVERSATION_ADOPTED,
        line_id=line.id,
        conversation_id=conversation_id,
        contact_id=contact_id,
        facts={
            "adoption": walk.id,
            "came": sum(not each.row.own for each in taken),
            "went": sum(each.row.own for each in taken),
        },
    )


def _follow(tx: Tx, line: Line, contact_id: str, who: Identity, taken: Sequence[_Taken]) -> None:
    """Of STOP and START the newest counts; neither opens again what Balie knows to be closed.

    Nobody is welcomed who is known for long.
    """
    tx.conn.execute(
        "INSERT OR IGNORE INTO welcome (line_id, contact_id) VALUES (?, ?)", (line.id, contact_id)
    )
    verdict = consent.verdict(tx.conn, line.id, who)
    theirs = [each for each in taken if not each.row.own]
    if verdict.opted_out or not theirs:
        return
    stop = _standing_stop(theirs)
    if stop is not None and not _is_older(tx, stop, verdict):
        _record(tx, line, contact_id, who, ConsentKind.OPTED_OUT, stop)
        withdrawal.cancel_waiting(tx, contact_id, line_id=line.id)
        near_stop.overtake(tx, contact_id, line.id)
        return
    if not verdict.allowed or verdict.sms_only:
        _record(tx, line, contact_id, who, ConsentKind.WROTE_FIRST, theirs[-1])
    _ask_about(tx, theirs)


def _standing_stop(theirs: Sequence[_Taken]) -> _Taken | None:
    """The newest STOP that no START came after."""
    for each in reversed(theirs):
        if rule_words.is_stop(each.row.text):
            return each
        if rule_words.is_start(each.row.text):
            return None
    return None


def _is_older(tx: Tx, stop: _Taken, verdict: Verdict) -> bool:
    """Whether they opened again since; a STOP whose day is not known counts as new."""
    entry = verdict.entry
    if entry is None or entry.kind is not ConsentKind.OPTED_IN_AGAIN or stop.row.day is None:
        return False
    row = tx.conn.execute(
        "SELECT written_ms FROM message WHERE id = ?", (entry.message_id,)
    ).fetchone()
    opened_ms = row["written_ms"] if row and row["written_ms"] is not None else entry.at_ms
    return bool(stop.at_ms < opened_ms)


def _ask_about(tx: Tx, theirs: Sequence[_Taken]) -> None:
    """The newest that may mean STOP is for a person to decide."""
    for each in reversed(theirs):
        if rule_words.is_start(each.row.text):
            return
        if near_stop_words.is_near_stop(each.row.text):
            near_stop.mark(tx, each.message_id)
            return


def _record(
    tx: Tx, line: Line, contact_id: str, who: Identity, kind: ConsentKind, proof: _Taken
) -> None:
    """The words stand in the ledger themselves: the message says when they were written."""
    consent.record(
        tx,
        identity=who,
        contact_id=contact_id,
        line_id=line.id,
        kind=kind,
        channel=proof.channel,
        message_id=proof.message_id,
        words=proof.row.text,
        recorded_by=RECORDED_BY,
    )


def _typed(placed: _Placed, found: ReadChat) -> TypedByHand:
    return TypedByHand(
        channel=found.channel,
        key=placed.row.key,
        to=found.who or "",
        text=placed.row.text,
        at_ms=placed.at_ms,
        exact=False,
    )
