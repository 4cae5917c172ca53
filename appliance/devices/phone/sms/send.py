"""Sending an SMS with the phone's own app, proven from the phone's list of SMS."""

import logging
import shlex
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from typing import Any

from appliance.clock import MS_PER_S
from appliance.devices.evidence_facts import since_copy_in
from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.content_rows import NoSuchColumn
from appliance.devices.phone.evidence import Evidence
from appliance.devices.phone.nags import is_unknown, put_away, tell_unknown
from appliance.devices.phone.obstacles import SENTENCES, clear_away, obstacle_on
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.row_ids import ROW_IDS, tells_of
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.sms.by_hand import key_of
from appliance.devices.phone.sms.provider import (
    SmsBox,
    SmsRow,
    SmsWords,
    addresses,
    bodies,
    find_with_words,
    rows_in,
    rows_query,
)
from appliance.devices.phone.sms.question import SmsQuestion, question_on
from appliance.devices.phone.sms.thread_screen import Thread, read_thread, same_number
from appliance.devices.phone.tap import ProvenUnsent, tap_send
from appliance.devices.protocol import Attempt, Finding, Found, Look, Outgoing, Proof, Tick
from appliance.errors import DeviceError, DeviceGone, Permanent, Transient, Unconfirmed

log = logging.getLogger(__name__)

# The newest id is among the rows of the last day, or there is none to compare with.
_DAY_MS = 24 * 3600 * MS_PER_S
# A row may be this much older than its attempt, because of clocks and the app's own delays.
_GRACE_MS = 60 * MS_PER_S
# Between looks; each is longer, because the network needs seconds and a look costs the phone work.
_LOOKS_AFTER_S = (0.4, 0.8, 1.6)
# An SMS that stays in the outbox for this long may wait for a question of Android.
_HELD_UP_S = 1.5

_WAITING = frozenset({SmsBox.OUTBOX, SmsBox.QUEUED})


def opening(phone: Phone, outgoing: Outgoing) -> tuple[str, str]:
    """Asks which rows there are before the tap, and opens the thread. Opening it costs nothing that
    has come: the rows of SMS stay.
    """
    now_ms = phone.clock.now_ms() + phone.time.ahead_ms
    target = f" -p {phone.sms_app}" if phone.sms_app else ""
    link = shlex.quote(f"sms:{outgoing.number}")
    return (
        rows_query(f"date>{now_ms - _DAY_MS}"),
        f"am start -a android.intent.action.SENDTO -d {link}{target}",
    )


def send_sms(phone: Phone, attempt: Attempt, listed: Output, opened: Output) -> Proof:
    """`listed` and `opened` are the answers to `opening`.

    Raises what the protocol says of a send; the phone is left on its home screen.
    """
    try:
        return _SendSms(phone, attempt).run(listed, opened)
    finally:
        with suppress(DeviceError):  # nobody can see the screen of a phone that is gone
            phone.session.leave()


class _SendSms:
    def __init__(self, phone: Phone, attempt: Attempt) -> None:
        self._phone = phone
        self._attempt = attempt
        self._outgoing = attempt.outgoing
        self._evidence = Evidence(attempt.evidence_folder, phone.session)
        self._screen: Screen | None = None
        self._declined: SmsQuestion | None = None

    def run(self, listed: Output, opened: Output) -> Proof:
        baseline = _newest(self._phone, listed)
        typed = self._typed(self._opened(opened))
        if typed.send is None:
            raise self._stopped("There is no Send button.")
        self._attempt.baseline(baseline)
        clear = partial(self._phone.session.set_text, typed.entry_id, "")
        doubt = tap_send(self._phone, self._attempt, typed.send, clear)
        return self._prove(baseline, doubt)

    # Before the tap

    def _opened(self, answer: Output) -> Thread:
        if complaint := complaint_in(answer.text):
            raise Transient("The SMS app did not open.", {"am": complaint})
        return self._await("The thread did not open.", lambda _thread: True)

    def _typed(self, thread: Thread) -> Thread:
        if not self._phone.session.set_text(thread.entry_id, self._outgoing.text):
            raise self._stopped("The phone took no text.")
        return self._await(
            "The entry does not hold the text.", lambda now: now.holds(self._outgoing.text)
        )

    def _await(self, failure: str, is_so: Callable[[Thread], bool]) -> Thread:
        """The thread with this number, once `is_so`; raises Transient with what was seen."""
        deadline = time.monotonic() + self._phone.patience.wrong_s
        pauses = self._phone.patience.pauses()
        while True:
            time.sleep(next(pauses))
            thread = self._look()
            if thread is not None and is_so(thread):
                return thread
            self._make_way()
            if time.monotonic() > deadline:
                raise self._stopped(failure)

    def _look(self) -> Thread | None:
        """The thread; None if something lies over it, which would get the next tap."""
        self._screen = self._phone.session.screen()
        if obstacle_on(self._screen) is not None:
            return None
        thread = read_thread(self._screen, self._phone.sms_app)
        if thread is None or not thread.is_with(self._outgoing.number, self._phone.contacts):
            return None
        return thread

    def _make_way(self) -> None:
        screen = self._screen
        obstacle = obstacle_on(screen) if screen is not None else None
        if screen is None or obstacle is None or put_away(self._phone, screen, obstacle):
            return
        kept = self._evidence.keep(screen, seen=obstacle.kind.value)
        if is_unknown(obstacle):
            tell_unknown(self._phone, screen, kept)
        clear_away(self._phone.session, obstacle)
        raise Transient(SENTENCES[obstacle.kind], kept)

    def _stopped(self, sentence: str) -> Transient:
        return Transient(sentence, self._evidence.keep(self._screen, seen="sms app"))

    # After the tap

    def _prove(self, baseline: Mapping[str, Any], doubt: dict[str, Any]) -> Proof:
        tapped_at = time.monotonic()
        deadline = tapped_at + self._phone.patience.sms_s
        pauses_s = chain(_LOOKS_AFTER_S, repeat(_LOOKS_AFTER_S[-1]))
        while True:
            time.sleep(next(pauses_s))
            row = self._row(baseline, may_be_away=time.monotonic() < deadline)
            if row is not None and row.box not in _WAITING:
                return self._outcome(row)
            if time.monotonic() > deadline:
                break
            if row is not None and time.monotonic() > tapped_at + _HELD_UP_S:
                self._decline()
            if row is None and not doubt and self._still_typed():
                break
        if row is None and self._withdrawn(baseline):
            raise ProvenUnsent("The tap on Send did nothing.", {"row": False, **doubt})
        kept = self._evidence.keep(self._screen, row=row is not None, **doubt)
        raise Unconfirmed("The phone does not say that the SMS has left.", kept)

    def _decline(self) -> None:
        """Answers Android's question with no, by Back; the row then shows that nothing left."""
        with suppress(DeviceError):
            question = question_on(self._phone.session.screen())
            if question is not None:
                log.warning("%s asks about an SMS: %s", self._phone.device_id, question.value)
                self._declined = question
                self._phone.session.back()

    def _outcome(self, row: SmsRow) -> Proof:
        if row.box is SmsBox.SENT:
            return _proof(self._phone, row)
        facts: dict[str, Any] = {"sms_id": row.id, "box": _box(row)}
        if self._declined is not None:
            facts["declined"] = self._declined.value
        if self._declined is SmsQuestion.SHORT_CODE:
            raise Permanent("Android takes this for a number that may cost money.", facts)
        raise ProvenUnsent("The phone could not send the SMS.", facts)

    def _row(self, baseline: Mapping[str, Any], *, may_be_away: bool) -> SmsRow | None:
        """None while the phone is away or the list cannot be read; raises after a while.

        Neither proves after a tap that nothing left.
        """
        try:
            return row_of(self._phone, self._outgoing, baseline)
        except DeviceError as exc:
            if may_be_away:
                return None
            gone = isinstance(exc, DeviceGone)
            raise Unconfirmed(
                "The phone could not be asked after the tap.", {"gone": gone}
            ) from exc

    def _still_typed(self) -> bool:
        try:
            thread = self._look()
        except DeviceError:
            return False
        return thread is not None and thread.holds(self._outgoing.text)

    def _withdrawn(self, baseline: Mapping[str, Any]) -> bool:
        """Clears the entry, so that a late tap does nothing; true if there is still no row."""
        try:
            thread = self._look()
            if thread is None or not thread.holds(self._outgoing.text):
                return False
            self._phone.session.set_text(thread.entry_id, "")
            after = self._look()
            cleared = after is not None and not after.holds(self._outgoing.text)
            return cleared and row_of(self._phone, self._outgoing, baseline) is None
        except DeviceError:
            return False


def _proof(phone: Phone, row: SmsRow) -> Proof:
    """An SMS that left by the phone's other SIM has left, too, from another number."""
    phone.own_sms.add(row.id)
    tick = Tick.DELIVERED if row.delivered else Tick.SENT
    if row.box in _WAITING:
        tick = Tick.PENDING
    facts: dict[str, Any] = {"sms_id": row.id, "box": _box(row)}
    ours = phone.one_of_two
    if ours is not None and row.subscription != ours.subscription:
        facts["other_sim"] = True if row.subscription is not None else "unknown"
        log.warning("an SMS of %s left by another SIM, or may have", phone.device_id)
    return Proof(tick=tick, facts=facts)


def _box(row: SmsRow) -> str:
    return row.box.name.lower() if row.box else "unknown"


def _newest(phone: Phone, listed: Output) -> dict[str, Any]:
    """The newest row before the tap; the row of this message gets a higher id."""
    now_ms = phone.clock.now_ms() + phone.time.ahead_ms
    rows = rows_in(listed.text)
    newest = max((row.id for row in rows), default=0)
    return {"sms_id": newest, "since_ms": now_ms - _GRACE_MS, ROW_IDS: phone.row_ids}


def row_of(phone: Phone, outgoing: Outgoing, baseline: Mapping[str, Any]) -> SmsRow | None:
    """The newest row to this number with this text that came after the baseline."""
    since_ms = since_copy_in(baseline)
    if since_ms is not None:
        baseline = {"sms_id": 0, "since_ms": since_ms + phone.time.ahead_ms - _GRACE_MS}
    where = f"_id>{int(baseline['sms_id'])} AND date>={int(baseline['since_ms'])}"
    rows, words = _with_sims(phone, where)
    out = [row for row in rows if _is_outgoing(row)]
    if out and words is not None and _says(words, outgoing):
        return out[0]
    who = addresses(phone.session.device, [row.id for row in out])
    ours = [row for row in out if same_number(who.get(row.id, ""), outgoing.number)]
    texts = bodies(phone.session.device, [row.id for row in ours])
    wanted = outgoing.text.strip()
    fits = [row for row in ours if texts.get(row.id, "").strip() == wanted]
    # Since the copy Balie's own messages, too, look as if somebody had typed them on the phone.
    typed = _typed_keys(phone, outgoing) if fits and since_ms is None else set()
    return next((row for row in reversed(fits) if key_of(row) not in typed), None)


def _typed_keys(phone: Phone, outgoing: Outgoing) -> set[str | None]:
    """The keys of what somebody wrote to them on the phone itself."""
    since_ms = outgoing.started_ms - _GRACE_MS
    written = phone.listener.written(phone.device_id, outgoing.number, since_ms=since_ms)
    return {each.key for each in written}


def _says(words: SmsWords, outgoing: Outgoing) -> bool:
    return same_number(words.address, outgoing.number) and (
        words.text.strip() == outgoing.text.strip()
    )


def _with_sims(phone: Phone, where: str) -> tuple[list[SmsRow], SmsWords | None]:
    try:
        return find_with_words(phone.session.device, where, by_sim=phone.one_of_two is not None)
    except NoSuchColumn:
        return find_with_words(phone.session.device, where)


def _is_outgoing(row: SmsRow) -> bool:
    return row.box not in {SmsBox.INBOX, SmsBox.DRAFT, None}


def look_sms(phone: Phone, look: Look) -> Found:
    """Asks the phone's list of SMS; without a baseline nothing was tapped.

    The list of another phone, or of one made as new, does not tell what the first one did.
    """
    if look.baseline is None:
        return Found(finding=Finding.ABSENT, facts={"baseline": False})
    row = row_of(phone, look.outgoing, look.baseline)
    if row is not None and row.box is not SmsBox.FAILED:
        proof = _proof(phone, row)
        return Found(finding=Finding.PRESENT, proof=proof, facts=proof.facts)
    facts = {"row": False} if row is None else _proof(phone, row).facts
    if not tells_of(phone, look.baseline):
        return Found(finding=Finding.UNCLEAR, facts={**facts, "doubt": "another phone"})
    return Found(finding=Finding.ABSENT, facts=facts)
