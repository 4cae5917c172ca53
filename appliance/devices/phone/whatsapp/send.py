"""Sending one WhatsApp text: typed, checked, tapped once, proven from the chat."""

import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import Any

from appliance.devices.evidence_facts import telling_quoted
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.evidence import Evidence
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import is_between
from appliance.devices.phone.row_ids import ROW_IDS
from appliance.devices.phone.tap import ProvenUnsent, tap_send
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.own_row import is_row_of
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.replying import begin_reply, drop_reply
from appliance.devices.phone.whatsapp.row_memory import (
    ChatMemory,
    baseline_of,
    identity,
    rows_after,
)
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.ticks import ticks_of
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.protocol import Attempt, Proof, QuotedText, Tick
from appliance.errors import DeviceError, DeviceGone, Transient, Unconfirmed

_LEFT = frozenset({Tick.SENT, Tick.DELIVERED, Tick.READ})


def send_whatsapp(
    phone: Phone,
    attempt: Attempt,
    opened: Output | None = None,
    history: ChatMemory | None = None,
) -> Proof:
    """`opened` is the answer to the link where that was followed already, `history` since when.

    Raises what the protocol says of a send; the phone is left on its home screen.
    """
    evidence = Evidence(attempt.evidence_folder, phone.session)
    outgoing = attempt.outgoing
    with visiting(phone, outgoing.number, evidence.keep, history, outgoing.group, opened) as chat:
        return ChatSend(phone, attempt, chat, evidence).run()


class ChatSend:
    """Types a text and proves it; what is sent otherwise in a chat is proven in the same way."""

    def __init__(self, phone: Phone, attempt: Attempt, chat: OpenChat, evidence: Evidence) -> None:
        self._phone = phone
        self._attempt = attempt
        self._chat = chat
        self._evidence = evidence
        self._text = attempt.outgoing.text
        self._started_ms = phone.clock.now_ms()
        self._earlier: Mapping[str, Tick] = {}
        self._answered: QuotedText | None = None

    def run(self) -> Proof:
        typed = self._typed(self._replying(open_chat(self._chat)))
        self._earlier = ticks_of(self._phone, self._attempt.earlier, typed.rows)
        salt = self._attempt.outgoing.attempt_id
        stood = baseline_of(typed, text=self._text, salt=salt)
        self._attempt.baseline({**stood, ROW_IDS: self._phone.row_ids})
        if typed.send is None:
            raise self._stopped("There is no Send button.", seen="no send")
        doubt = tap_send(self._phone, self._attempt, typed.send.centre, partial(self._clear, typed))
        try:
            return self._prove(typed)
        except (ProvenUnsent, Unconfirmed):
            raise
        except DeviceError as exc:
            gone = isinstance(exc, DeviceGone)
            raise Unconfirmed(
                "The phone could not be asked after the tap.", {**doubt, "gone": gone}
            ) from exc

    # Before the tap

    def _replying(self, opened: ChatPage) -> ChatPage:
        """The chat as an answer to the quoted message where that can be proven, else to none."""
        bare = drop_reply(self._chat, opened)
        quoted = self._attempt.outgoing.quoted
        if quoted is None:
            return bare
        self._answered = begin_reply(self._chat, bare, quoted)
        seen = self._chat.seen
        return seen if isinstance(seen, ChatPage) else bare

    def _answers_right(self, now: ChatPage) -> bool:
        if self._answered is None or now.reply is None:
            return now.reply is None and self._answered is None
        return now.reply.shows(self._answered, calls_author=self._chat.calls_author)

    def _clear(self, typed: ChatPage) -> None:
        """Leaves nothing that a person could send by mistake."""
        self._chat.type(typed, "")
        drop_reply(self._chat, typed)

    def _typed(self, opened: ChatPage) -> ChatPage:
        """The chat with the text in its entry and Send beside it."""
        if not self._chat.type(opened, self._text):
            raise self._stopped("The phone took no text.", seen="entry")
        deadline = time.monotonic() + self._phone.patience.wrong_s
        pauses = self._phone.patience.pauses()
        while True:
            now = self._chat.look()
            if now is not None and self._holds_text(now) and self._answers_right(now):
                return now
            if time.monotonic() > deadline:
                stopped = self._stopped("The entry does not hold the text.", seen="entry")
                self._take_back()
                raise stopped
            time.sleep(next(pauses))

    def _take_back(self) -> None:
        """The text may stand in a chat that a person has opened meanwhile: nobody is to send it."""
        seen = self._chat.seen
        if isinstance(seen, ChatPage) and self._holds_text(seen):
            self._clear(seen)

    def _holds_text(self, now: ChatPage) -> bool:
        """An empty entry shows its hint, which may equal the text, but then there is no Send."""
        return now.entry is not None and now.entry.holds(self._text) and now.send is not None

    def _stopped(self, sentence: str, **facts: str) -> Transient:
        """The error for a send that was not tapped; keeps what was seen."""
        return Transient(sentence, self._evidence.keep(self._chat.screen, **facts))

    # After the tap

    def _prove(self, typed: ChatPage) -> Proof:
        """Looks until the row and its tick are there, or until their time is over."""
        patience, tapped = self._phone.patience, time.monotonic()
        pauses = patience.pauses()
        row: MessageRow | None = None
        while True:
            time.sleep(next(pauses))
            now = self._look_again(tapped)
            row = self._own_row(typed, now) or row if now is not None else row
            if row is not None and row.tick in _LEFT:
                return self._proof(row)
            waited = time.monotonic() - tapped
            if row is None and waited > patience.row_s:
                return self._settle(typed)
            if row is not None and waited > patience.tick_s:
                raise self._pending(row)

    def _look_again(self, tapped: float) -> ChatPage | None:
        """None while the phone is away or cannot be read; raises when `row_s` is over."""
        try:
            return self._chat.look()
        except DeviceError:
            if time.monotonic() - tapped > self._phone.patience.row_s:
                raise
            return None

    def _own_row(self, typed: ChatPage, now: ChatPage) -> MessageRow | None:
        """The new own row with the text, once the entry does not hold the text any more."""
        if self._holds_text(now) or not now.rows:
            return None
        last = next((row for row in reversed(now.rows) if row.own), None)
        if last is None or not self._fits(last):
            return None
        later = rows_after(typed.rows, now.rows)
        if later is not None:
            return last if last in later else None
        # A row that was there is another since, as one that they edited: that proves no new one.
        return None if identity(last) in {identity(row) for row in typed.rows} else last

    def _young(self, row: MessageRow) -> bool:
        """Not older than the attempt, by the minute that the screen shows."""
        clock = self._phone.time
        first = clock.minute_of_day(self._started_ms)
        return is_between(row.time, first, clock.minute_of_day(self._phone.clock.now_ms()))

    def _proof(self, row: MessageRow) -> Proof:
        tick = row.tick or Tick.SENT
        facts: dict[str, Any] = {"seen": "own row", "time": row.time, "tick": tick.value}
        if self._attempt.outgoing.quoted is not None:
            facts |= telling_quoted(quoted=self._answered is not None)
        return Proof(tick=tick, facts=facts, earlier=self._earlier)

    def _pending(self, row: MessageRow) -> Unconfirmed:
        facts = {"row": True, "tick": row.tick.value if row.tick else "unknown"}
        kept = self._evidence.keep(self._chat.screen, **facts)
        return Unconfirmed("The message stands in the chat but has not left yet.", kept)

    def _settle(self, typed: ChatPage) -> Proof:
        """No row in time: an answer may have pushed it off the screen, or the tap did nothing."""
        now = self._chat.look()
        if now is None:
            raise self._unclear()
        return (
            self._settle_unmoved(now, typed) if self._holds_text(now) else self._search(now, typed)
        )

    def _search(self, now: ChatPage, typed: ChatPage) -> Proof:
        """The entry is empty, so the row must be above this view, after the rows from before."""
        before = {identity(row) for row in typed.rows}
        with closing(self._chat.above(now)) as views:
            rows = (row for view in views for row in reversed(view.rows) if self._fits(row))
            row = next(rows, None)
        if row is None or identity(row) in before:
            raise self._unclear()
        if row.tick in _LEFT:
            return self._proof(row)
        raise self._pending(row)

    def _fits(self, row: MessageRow) -> bool:
        return row.own and is_row_of(row, self._attempt.outgoing) and self._young(row)

    def _unclear(self) -> Unconfirmed:
        kept = self._evidence.keep(self._chat.screen, row=False)
        return Unconfirmed("The chat does not show what became of the message.", kept)

    def _settle_unmoved(self, now: ChatPage, typed: ChatPage) -> Proof:
        """The entry still holds the text. Once it is cleared, a late tap can send nothing."""
        kept = self._evidence.keep(self._chat.screen, row=False, entry=True)
        self._chat.type(now, "")
        after = self._chat.look()
        row = self._own_row(typed, after) if after is not None else None
        if row is not None:
            raise self._pending(row)
        if after is None or after.send is not None:
            raise Unconfirmed("The chat does not show what became of the message.", kept)
        raise ProvenUnsent("The tap on Send did nothing.", kept)
