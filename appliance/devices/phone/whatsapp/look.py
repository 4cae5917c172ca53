"""Looks in a chat for what became of a message, and reads the ticks of earlier ones."""

import time
from contextlib import closing

from appliance.devices.evidence_facts import since_copy_in, telling_quoted
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MINUTES_PER_DAY, MS_PER_MINUTE, is_between
from appliance.devices.phone.row_ids import tells_of
from appliance.devices.phone.shared_file import SharedFile
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.media import may_be_told
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.own_row import is_row_of
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import since_baseline, stood_there
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.ticks import ticks_of
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.protocol import Finding, Found, Look, Outgoing, Proof, Tick, Ticks, TickVisit
from appliance.errors import Transient


def look_whatsapp(phone: Phone, look: Look) -> Found:
    """Looks for an own row since the baseline; without a baseline nothing was tapped.

    The answer is *absent* only if the chat was seen to its end, on the phone that made the attempt.
    Raises what opening a chat raises.
    """
    if look.baseline is None:
        return Found(finding=Finding.ABSENT, facts={"baseline": False})
    with visiting(phone, look.outgoing.number, group=look.outgoing.group) as chat:
        seen = _loaded(chat, open_chat(chat))
        for rows in since_baseline(look.baseline, seen, salt=look.outgoing.attempt_id)[:1]:
            chat.arrivals.consider(rows)  # Balie may have died with the chat open
        if since_copy_in(look.baseline) is not None:
            seen = _end(chat, seen)
            told = _of_this_phone(phone, look, _judge_since_copy(phone, look, seen))
            _clean_up(chat, look.outgoing, seen, told)
            return told
        found = _judge(phone, look, seen)
        if found is not None and found.finding is Finding.ABSENT:
            found = _judge(phone, look, _end(chat, seen))
        found = _of_this_phone(phone, look, found or _judge_above(phone, look, chat, seen))
        _clean_up(chat, look.outgoing, seen, found)
        return found


def _of_this_phone(phone: Phone, look: Look, found: Found) -> Found:
    """A chat on another phone need not reach back to the attempt."""
    if found.finding is not Finding.ABSENT or tells_of(phone, look.baseline or {}):
        return found
    return Found(finding=Finding.UNCLEAR, facts={**found.facts, "doubt": "another phone"})


def _clean_up(chat: OpenChat, outgoing: Outgoing, seen: ChatPage, found: Found) -> None:
    """Takes what was not sent out of the entry, and a file off the phone that it needs no more."""
    absent = found.finding is Finding.ABSENT
    if outgoing.file is None:
        if absent and seen.entry and seen.entry.holds(outgoing.text):
            chat.type(seen, "")
        return
    if absent or (found.proof is not None and found.proof.tick is not Tick.PENDING):
        SharedFile(chat.phone.session, outgoing.attempt_id, outgoing.file).remove()


def _loaded(chat: OpenChat, seen: ChatPage) -> ChatPage:
    """Waits for a list without rows, which is still loading: every chat has at least its notice."""
    deadline = time.monotonic() + chat.phone.patience.wrong_s
    pauses = chat.phone.patience.pauses()
    now: ChatPage | None = seen
    while now is None or not now.loaded:
        if time.monotonic() > deadline:
            raise Transient("The chat shows none of its messages.", {"seen": "empty chat"})
        time.sleep(next(pauses))
        now = chat.look()
    return now


def _end(chat: OpenChat, seen: ChatPage) -> ChatPage:
    end = chat.to_end(seen)
    if end is None:
        raise Transient("The end of the chat was not reached.", {"seen": "not the end"})
    return end


def _judge(phone: Phone, look: Look, seen: ChatPage) -> Found | None:
    """By the rows since the baseline; None when the view does not reach back to it."""
    outgoing = look.outgoing
    since = since_baseline(look.baseline or {}, seen, salt=outgoing.attempt_id)
    if not since:
        return None
    facts = {"readings": len(since), "equal": seen.own_equal(outgoing.text)}
    matches = [_newest(phone, rows, outgoing) for rows in since]
    if None in matches and any(matches):
        return Found(finding=Finding.UNCLEAR, facts=facts)
    row = matches[0]
    if row is not None and _may_be_by_hand(phone, since[0], outgoing):
        return Found(finding=Finding.UNCLEAR, facts={**facts, "doubt": "typed on the phone"})
    if row is None:
        doubt = _doubt(phone, look, seen, since)
        finding = Finding.UNCLEAR if doubt else Finding.ABSENT
        return Found(finding=finding, facts={**facts, "doubt": doubt} if doubt else facts)
    tick = row.tick or Tick.PENDING
    shown = telling_quoted(quoted=True) if row.quoted else {}
    proof = Proof(tick=tick, facts={**facts, **shown, "time": row.time, "tick": tick.value})
    return Found(finding=Finding.PRESENT, proof=proof, facts=facts)


def _judge_since_copy(phone: Phone, look: Look, seen: ChatPage) -> Found:
    """By the rows since the message was accepted. Rows show no day: after half a day one that looks
    like it proves nothing, and neither does none. One that somebody typed on the phone counts, too:
    Balie's own look the same to a copy that does not know them. *Absent* only where the view
    reaches back to before it, or to the beginning of the chat.
    """
    outgoing, rows = look.outgoing, list(seen.rows)
    row = _newest(phone, rows, outgoing)
    facts = {"rows": len(rows), "equal": seen.own_equal(outgoing.text)}
    doubt = _doubt(phone, look, seen, [rows])
    if row is not None and not _is_long_ago(phone, outgoing):
        tick = row.tick or Tick.PENDING
        proof = Proof(tick=tick, facts={**facts, "time": row.time, "tick": tick.value})
        return Found(finding=Finding.PRESENT, proof=proof, facts=facts)
    reaches = not seen.filled or any(not _in_time(phone, each, outgoing) for each in rows)
    if reaches and not doubt:
        return Found(finding=Finding.ABSENT, facts=facts)
    return Found(finding=Finding.UNCLEAR, facts={**facts, "doubt": doubt or "too many rows"})


def _doubt(phone: Phone, look: Look, seen: ChatPage, since: list[list[MessageRow]]) -> str:
    """Why a message that does not show may have left; empty when it has not left.

    Rows show no day, and may vanish: disappearing messages after a day, others when a person
    deletes them.
    """
    outgoing = look.outgoing
    if _is_long_ago(phone, outgoing):
        return "too long ago"
    for row in (row for rows in since for row in rows if _in_time(phone, row, outgoing)):
        if row.rewritten or is_row_of(row, outgoing):
            return "a row that may have been it"
    return "an equal row" if any(_is_shifted(phone, look, seen, rows) for rows in since) else ""


def _is_shifted(phone: Phone, look: Look, seen: ChatPage, since: list[MessageRow]) -> bool:
    """Whether an equal row counts as old although old rows have changed, so that it may be new."""
    outgoing, baseline = look.outgoing, look.baseline or {}
    old = seen.rows[: len(seen.rows) - len(since)]
    return _newest(phone, list(old), outgoing) is not None and not all(
        stood_there(baseline, row, salt=outgoing.attempt_id) for row in old
    )


def _judge_above(phone: Phone, look: Look, chat: OpenChat, seen: ChatPage) -> Found:
    """Looks further up. A row there is proof; no row is no proof, because views have gaps."""
    with closing(chat.above(seen)) as views:
        judged = (_judge(phone, look, view) for view in views)
        found = next((each for each in judged if each is not None), None)
    if found is not None and found.finding is Finding.PRESENT:
        return found
    return Found(finding=Finding.UNCLEAR, facts={"reached": found is not None})


def _newest(phone: Phone, rows: list[MessageRow], outgoing: Outgoing) -> MessageRow | None:
    fits = (row for row in reversed(rows) if row.own and is_row_of(row, outgoing))
    return next((row for row in fits if _in_time(phone, row, outgoing)), None)


def _may_be_by_hand(phone: Phone, rows: list[MessageRow], outgoing: Outgoing) -> bool:
    """Whether somebody wrote the same on the phone itself meanwhile, as often as it shows."""
    written = phone.listener.written(phone.device_id, outgoing.number, since_ms=outgoing.started_ms)
    text, has_file = outgoing.text, outgoing.file is not None
    typed = [each.text for each in written if each.key]
    same = [told for told in typed if may_be_told(text, told, has_file=has_file)]
    fits = [row for row in rows if row.own and is_row_of(row, outgoing)]
    return len(fits) <= len(same)


def _in_time(phone: Phone, row: MessageRow, outgoing: Outgoing) -> bool:
    """Rows show only the time of day, which proves nothing after half a day."""
    if _is_long_ago(phone, outgoing):
        return True
    first = phone.time.minute_of_day(outgoing.started_ms)
    return is_between(row.time, first, phone.time.minute_of_day(phone.clock.now_ms()))


def _is_long_ago(phone: Phone, outgoing: Outgoing) -> bool:
    return phone.clock.now_ms() - outgoing.started_ms > MINUTES_PER_DAY // 2 * MS_PER_MINUTE


def visit_whatsapp(phone: Phone, visit: TickVisit) -> Ticks:
    """The ticks of the messages that the chat shows, matched from the newest upwards."""
    with visiting(phone, visit.number, group=visit.group) as chat:
        seen = open_chat(chat)
        return Ticks(by_message=ticks_of(phone, visit.sent, seen.rows))
