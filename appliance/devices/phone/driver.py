"""One Android phone as the floors above see it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from appliance.channels import Channel
from appliance.clock import Clock
from appliance.devices.adoption_protocol import ChatToRead, GoesOn, ListedChat, ReadChat
from appliance.devices.charge_protocol import ChargePause
from appliance.devices.group_protocol import GroupSeen, GroupTurn
from appliance.devices.listener_protocol import Listener
from appliance.devices.media_protocol import Fetched, MediaFetch
from appliance.devices.phone.adb.calls import Deadlines, Output
from appliance.devices.phone.bell.bell import Bell
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.phone.charging import pause_charging
from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.examine import PhoneExaminer
from appliance.devices.phone.first_question import FirstAnswers, ask_first, remember
from appliance.devices.phone.notification_records import NotificationRecord
from appliance.devices.phone.phone import Phone, PhonePatience
from appliance.devices.phone.receive import PhoneReceiver
from appliance.devices.phone.recovery.rescue import PhoneRescue
from appliance.devices.phone.row_ids import note_carrier
from appliance.devices.phone.senses import Senses
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.sim import SIM_STATE, is_taken_out, sends_by
from appliance.devices.phone.sms.send import look_sms, opening, send_sms
from appliance.devices.phone.whatsapp.addresses import address_of, jid_of
from appliance.devices.phone.whatsapp.adoption.listing import list_chats
from appliance.devices.phone.whatsapp.adoption.reading import read_chat
from appliance.devices.phone.whatsapp.archived_news import hear_archived_chats
from appliance.devices.phone.whatsapp.chat import link_to
from appliance.devices.phone.whatsapp.clearing import clear_chat
from appliance.devices.phone.whatsapp.file_send import send_file
from appliance.devices.phone.whatsapp.groups.group_changes import change_group
from appliance.devices.phone.whatsapp.hidden.chats_list import NotInList
from appliance.devices.phone.whatsapp.look import look_whatsapp, visit_whatsapp
from appliance.devices.phone.whatsapp.media_fetch import fetch_media
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.own_profile import read_own_profile
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.send import send_whatsapp
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.phone.whom import can_be_opened, person
from appliance.devices.profile_protocol import OwnProfile
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Found,
    Group,
    Look,
    Proof,
    Status,
    Ticks,
    TickVisit,
)
from appliance.devices.removal_protocol import RemovalTurn
from appliance.errors import (
    BalieError,
    DeviceError,
    DeviceGone,
    LineStopped,
    NotOnChannel,
    Permanent,
    Refused,
    SimMissing,
    Transient,
    Unconfirmed,
)
from appliance.phone_settings import PhoneSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

_CONNECTED = frozenset({DeviceState.READY, DeviceState.DEGRADED})

# A chat that could not be read is tried again later, less and less often.
_RETURN_AGAIN_S = 2.0
_RETURN_AT_MOST_S = 300.0


class PhoneDriver:
    """Implements `Driver`. Used by one thread, except `rouse` and `close`."""

    def __init__(
        self,
        *,
        device_id: str,
        serial: str,
        listener: Listener,
        clock: Clock,
        deadlines: Deadlines | None = None,
        patience: PhonePatience | None = None,
        tower: BellTower | None = None,
        settings: PhoneSettings | None = None,
    ) -> None:
        """Without a `tower` nobody listens to the phone's bell, and it is polled; without
        `settings` nothing is tried with a phone that cannot be read.
        """
        self.device_id = device_id
        session = ServerSession(serial, deadlines)
        patience = patience or PhonePatience()
        self._phone = Phone(
            device_id=device_id,
            session=session,
            contacts=Contacts(session),
            senses=Senses(device_id, lost_after_s=patience.unreadable_s),
            listener=listener,
            clock=clock,
            patience=patience,
        )
        self._receiver = PhoneReceiver(self._phone)
        self._examiner = PhoneExaminer(self._phone, self._receiver)
        self._roused = threading.Event()
        self._bell = (
            Bell(
                device_id,
                session.device,
                tower,
                concerns=self._receiver.concerns,
                rouse=self._roused.set,
            )
            if tower is not None
            else None
        )
        self._settings = settings
        self._rescue = PhoneRescue(device_id, session, settings) if settings else None
        self._return_at = 0.0
        self._return_wait_s = _RETURN_AGAIN_S

    @property
    def session(self) -> ServerSession:
        return self._phone.session

    def probe(self) -> Status:
        was_silent = self._examiner.silent
        status = self._examiner.probe()
        is_back = was_silent and not self._examiner.silent
        if self._bell is not None and (is_back or status.state not in _CONNECTED):
            self._bell.take_down()
        return status if self._rescue is None else self._rescue.examined(status)

    def receive(self) -> bool:
        """A phone with a trusted bell that did not ring is asked only now and then."""
        if not self._examiner.right_sim:
            if self._examiner.silent:
                raise DeviceGone("The phone could not be examined.")
            return False
        note_carrier(self._phone)
        found = not self._is_quiet() and self._poll()
        if self._phone.returns and self._examiner.usable and time.monotonic() >= self._return_at:
            self._return()
        return found

    def _is_quiet(self) -> bool:
        return self._bell is not None and self._bell.stands_in and self._receiver.settled

    def _poll(self) -> bool:
        if self._bell is None:
            return self._receiver.poll()
        self._bell.keep_up()
        self._bell.poll_begins()
        found = self._receiver.poll()
        self._bell.poll_ended(found=found)
        return found

    def _return(self) -> None:
        """Opens a chat that may hold messages that were never told."""
        number, history = self._phone.returns.popitem()
        try:
            self._take_in_hand(number)
            with visiting(self._phone, number, history=history) as chat:
                open_chat(chat)
        except (LineStopped, NotOnChannel, NotInList) as exc:
            log.warning("a chat on %s cannot be read: %s", self.device_id, exc)
        except BalieError as exc:
            log.info("a chat on %s is looked into later: %s", self.device_id, exc)
            self._phone.returns.setdefault(number, history)
            self._return_at = time.monotonic() + self._return_wait_s
            self._return_wait_s = min(self._return_wait_s * 2, _RETURN_AT_MOST_S)
        else:
            self._return_wait_s = _RETURN_AGAIN_S

    def send(self, attempt: Attempt) -> Proof:
        self._phone.tapped = False
        outgoing = attempt.outgoing
        self._phone.in_hand = outgoing.attempt_id
        if not can_be_opened(outgoing):
            raise Permanent("This is no number and no chat of WhatsApp's.")
        by_channel: dict[Channel, Callable[[Attempt], Proof]] = {
            Channel.WHATSAPP: self._send_whatsapp,
            Channel.SMS: self._send_sms,
        }
        try:
            return by_channel[outgoing.channel](attempt)
        except (DeviceError, Refused):
            raise
        except Exception as exc:
            log.exception("attempt %s failed in Balie itself", attempt.outgoing.attempt_id)
            facts = {"error": type(exc).__name__}
            if self._phone.tapped:
                raise Unconfirmed("Balie failed after the tap.", facts) from exc
            raise Transient("Balie could not begin to send.", facts) from exc

    def _send_whatsapp(self, attempt: Attempt) -> Proof:
        """What the phone is asked first it is asked together with the link to the chat."""
        outgoing, link = attempt.outgoing, link_to(self._phone, attempt.outgoing)
        if outgoing.file or link is None:
            self._take_in_hand(person(outgoing))
            send = send_file if outgoing.file else send_whatsapp
            return send(self._phone, attempt)
        self._need_right_sim()
        asked_ms = self._phone.clock.now_ms()
        try:
            first = self._ask(outgoing.number, then=[link])
        except DeviceError:
            self._leave_unread(outgoing.number, asked_ms)
            raise
        history = ChatMemory(opened_ms=asked_ms)
        (opened,) = first.then
        try:
            self._listen(outgoing.number, first)
        except Exception:
            self._read_opened(outgoing.number, opened, history)
            raise
        return send_whatsapp(self._phone, attempt, opened, history)

    def _leave_unread(self, number: str, asked_ms: int) -> None:
        """The chat may be open, where what comes is not announced: it is left, and looked into
        later for what came since.
        """
        self._phone.returns.setdefault(address_of(number), ChatMemory(opened_ms=asked_ms))
        with suppress(DeviceError):
            self._phone.session.leave()

    def _read_opened(self, number: str, opened: Output, history: ChatMemory) -> None:
        """An open chat has no notification any more: what came stands on the screen alone."""
        try:
            with visiting(self._phone, number, history=history, opened=opened) as chat:
                open_chat(chat)
        except BalieError as exc:
            log.info("an opened chat on %s was not read: %s", self.device_id, exc)

    def _send_sms(self, attempt: Attempt) -> Proof:
        """What the phone is asked first it is asked together with the opening of the thread."""
        number, begins = attempt.outgoing.number, opening(self._phone, attempt.outgoing)
        try:
            first = self._ask(number, by_sim=True, then=begins)
            self._listen(number, first, opens_chat=False)
            self._need_sim(first.sim)
            self._need_choice(first.dump)
        except BalieError:
            with suppress(DeviceError):
                self._phone.session.leave()
            raise
        return send_sms(self._phone, attempt, *first.then)

    def look(self, look: Look) -> Found:
        if look.baseline is not None:
            opens_chat = look.outgoing.channel is Channel.WHATSAPP
            whose = person(look.outgoing)
            self._guarded(lambda: self._take_in_hand(whose, opens_chat=opens_chat))
        by_channel = {Channel.WHATSAPP: look_whatsapp, Channel.SMS: look_sms}
        asked = by_channel[look.outgoing.channel]
        return self._guarded(lambda: asked(self._phone, look))

    def visit(self, visit: TickVisit) -> Ticks:
        """No ticks where the chat has unread messages: opening it would mark them read."""
        if visit.channel is not Channel.WHATSAPP:
            return Ticks(by_message={})
        jid = visit.group.jid if visit.group else jid_of(visit.number)
        whose = None if visit.group else visit.number
        listed = self._guarded(lambda: self._take_in_hand(whose))
        if any(record.shortcut == jid and record.message_count for record in listed):
            return Ticks(by_message={})
        return self._guarded(lambda: visit_whatsapp(self._phone, visit))

    def fetch(self, fetch: MediaFetch) -> Fetched:
        if not self._examiner.right_sim:
            raise Transient("Another SIM is in the phone.")
        return self._guarded(lambda: fetch_media(self._phone, fetch, self._take_in_hand))

    def rest(self, timeout_s: float) -> bool:
        """A rouse ends it early, and the bell; often in a row the bell does not."""
        self._roused.wait(timeout_s)
        self._roused.clear()
        if self._bell is None:
            return False
        if (breath_s := self._bell.breath_s) > 0:
            self._roused.wait(breath_s)
        return self._bell.has_rung()

    def rouse(self) -> None:
        self._roused.set()

    def close(self) -> None:
        if self._bell is not None:
            self._bell.take_down()
        self._phone.session.close()

    def change_group(self, turn: GroupTurn) -> GroupSeen:
        self._take_in_hand(None)
        return change_group(self._phone, turn)

    def clear_chat(self, turn: RemovalTurn) -> None:
        clear_chat(self._phone, turn, self._take_in_hand(turn.number))

    def list_chats(self, goes_on: GoesOn, *, most: int) -> Sequence[ListedChat]:
        self._take_in_hand(None)
        return list_chats(self._phone, self._unless_news(goes_on), most=most)

    def read_chat(self, wanted: ChatToRead) -> ReadChat:
        self._take_in_hand(None)
        goes_on = self._unless_news(wanted.goes_on)
        return read_chat(self._phone, replace(wanted, goes_on=goes_on))

    def _unless_news(self, goes_on: GoesOn) -> GoesOn:
        """What comes is received first, where the phone says so."""
        return lambda: goes_on() and not (self._bell is not None and self._bell.rings)

    def hear_archived(self, groups: Sequence[Group]) -> bool:
        self._take_in_hand(None)
        return hear_archived_chats(self._phone, groups)

    def own_profile(self) -> OwnProfile:
        self._take_in_hand(None)
        return read_own_profile(self._phone)

    def pause_charging(self, pause: ChargePause) -> bool:
        if self._settings is None or not self._settings.may_spare_battery:
            return False
        self._poll()
        return pause_charging(self._phone, pause, self._roused)

    def _take_in_hand(
        self, number: str | None, *, opens_chat: bool = True
    ) -> list[NotificationRecord]:
        answers = self._ask(number)
        return self._listen(number, answers, opens_chat=opens_chat)

    def _ask(
        self, number: str | None, *, by_sim: bool = False, then: Sequence[str] = ()
    ) -> FirstAnswers:
        if by_sim and not self._examiner.right_sim:
            self._need_sim(*self._phone.session.run(SIM_STATE))
        self._need_right_sim()
        return ask_first(self._phone, number, by_sim=by_sim, then=then)

    def _listen(
        self, number: str | None, answers: FirstAnswers, *, opens_chat: bool = True
    ) -> list[NotificationRecord]:
        """Tells what the notifications hold.

        Raises Transient when a chat is to be opened and they cannot be read: their messages would
        be lost.
        """
        listed = self._receiver.before_a_chat(answers.redacted, answers.shown)
        if listed is None and opens_chat:
            raise Transient("The notifications of the phone cannot be read.")
        remember(self._phone, number, answers)
        return listed or []

    def _need_right_sim(self) -> None:
        if not self._examiner.right_sim:
            raise Transient("Another SIM is in the phone.")

    def _need_sim(self, state: Output) -> None:
        """Only this device's routes stop; another device of the line goes on."""
        slot = self._phone.card.slot if self._phone.card else 0
        if is_taken_out(state.text, slot):
            raise SimMissing("The SIM was taken out of the phone.", {"sim": "absent"})

    def _need_choice(self, dump: Output | None) -> None:
        """With two SIMs the phone sends SMS by the one that was chosen in its settings."""
        if dump is None:
            return
        ours, chosen = self._phone.one_of_two, sends_by(dump.text)
        if ours is not None and chosen not in {None, ours.subscription}:
            raise Transient("The phone would send the SMS by its other SIM.", {"sim": "other"})

    @staticmethod
    def _guarded(call: Callable[[], T]) -> T:
        """Raises only DeviceError; `call` never taps Send."""
        try:
            return call()
        except DeviceError:
            raise
        except Exception as exc:
            log.exception("a look at the phone failed in Balie itself")
            raise Transient("Balie could not look.", {"error": type(exc).__name__}) from exc
