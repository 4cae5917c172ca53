"""Asking a chat what became of a message, and reading the ticks of those already sent."""

from contextlib import closing

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MINUTES_PER_DAY, MS_PER_MINUTE, is_between
from appliance.devices.phone.row_memory import since_baseline
from appliance.devices.phone.whatsapp_chat import Chat
from appliance.devices.phone.whatsapp_open import open_chat
from appliance.devices.phone.whatsapp_rows import Row
from appliance.devices.phone.whatsapp_screen import Conversation
from appliance.devices.phone.whatsapp_ticks import ticks_of
from appliance.devices.phone.whatsapp_visit import visiting
from appliance.devices.protocol import (
    Finding,
    Found,
    Look,
    Outgoing,
    Proof,
    Tick,
    Ticks,
    Visit,
)


def look_whatsapp(phone: Phone, look: Look) -> Found:
    """Counts the own rows that came since the baseline; without one nothing was tapped."""
    if look.baseline is None:
        return Found(finding=Finding.ABSENT, facts={"baseline": False})
    with visiting(phone, look.outgoing.number) as chat:
        seen = open_chat(chat)
        for rows in since_baseline(look.baseline, seen, salt=look.outgoing.attempt_id)[:1]:
            chat.arrivals.consider(rows)  # Balie may have died with the chat open
        found = _judge(phone, look, seen) or _judge_above(phone, look, chat, seen)
        if found.finding is Finding.ABSENT and seen.entry and seen.entry.holds(look.outgoing.text):
            chat.type(seen, "")
        return found


def _judge(phone: Phone, look: Look, seen: Conversation) -> Found | None:
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
    if row is None:
        return Found(finding=Finding.ABSENT, facts=facts)
    tick = row.tick or Tick.PENDING
    proof = Proof(tick=tick, facts={**facts, "time": row.time, "tick": tick.value})
    return Found(finding=Finding.PRESENT, proof=proof, facts=facts)


def _judge_above(phone: Phone, look: Look, chat: Chat, seen: Conversation) -> Found:
    """Much was written since. A row found further up is proof; none is not, for views have gaps."""
    with closing(chat.above(seen)) as views:
        judged = (_judge(phone, look, view) for view in views)
        found = next((each for each in judged if each is not None), None)
    if found is not None and found.finding is Finding.PRESENT:
        return found
    return Found(finding=Finding.UNCLEAR, facts={"reached": found is not None})


def _newest(phone: Phone, rows: list[Row], outgoing: Outgoing) -> Row | None:
    fits = (row for row in reversed(rows) if row.own and row.says(outgoing.text))
    return next((row for row in fits if _in_time(phone, row, outgoing)), None)


def _in_time(phone: Phone, row: Row, outgoing: Outgoing) -> bool:
    """Rows show the time of day alone: after half a day it says nothing."""
    now_ms = phone.clock.now_ms()
    if now_ms - outgoing.started_ms > MINUTES_PER_DAY // 2 * MS_PER_MINUTE:
        return True
    first = phone.time.minute_of_day(outgoing.started_ms)
    return is_between(row.time, first, phone.time.minute_of_day(now_ms))


def visit_whatsapp(phone: Phone, visit: Visit) -> Ticks:
    """The ticks of the messages that the chat shows, matched from the newest upwards."""
    with visiting(phone, visit.number) as chat:
        seen = open_chat(chat)
        return Ticks(by_message=ticks_of(phone, visit.sent, seen.rows))
