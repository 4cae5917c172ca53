"""One Android phone as the floors above see it."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from appliance.clock import Clock
from appliance.devices import adb_server
from appliance.devices.adb import Deadlines
from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.health import (
    DISMISS,
    QUESTIONS,
    WINDOW,
    Health,
    read_health,
    shows_keyguard,
)
from appliance.devices.phone.notification_records import Record
from appliance.devices.phone.phone import Patience, Phone
from appliance.devices.phone.phone_clock import DATE_COMMAND, measure
from appliance.devices.phone.receive import REDACTED, SHOWN, Receiver
from appliance.devices.phone.session import ServerWillNotStart, Session
from appliance.devices.phone.sms_send import look_sms, send_sms
from appliance.devices.phone.texts import digits_in
from appliance.devices.phone.whatsapp_chat import visiting
from appliance.devices.phone.whatsapp_look import look_whatsapp, visit_whatsapp
from appliance.devices.phone.whatsapp_notifications import ACCOUNT
from appliance.devices.phone.whatsapp_screen import Elsewhere, Stopped, classify
from appliance.devices.phone.whatsapp_send import send_whatsapp
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Found,
    Listener,
    Look,
    Proof,
    Reason,
    Status,
    Ticks,
    Visit,
)
from appliance.errors import (
    DeviceError,
    Refused,
    SetupError,
    StoreError,
    Transient,
    Unconfirmed,
)
from appliance.messages import Channel

log = logging.getLogger(__name__)

T = TypeVar("T")

_AWAY = {
    DeviceState.ABSENT: Reason.NOT_PLUGGED_IN,
    DeviceState.UNAUTHORIZED: Reason.NOT_ALLOWED,
    DeviceState.OFFLINE: Reason.CONNECTION_DEAD,
}
# A phone that stayed locked when asked to open is asked again this often: each time it lights up.
_ASK_TO_OPEN_S = 300.0
# A ban screen is looked at again this often.
_LOOK_AT_STOP_S = 60.0
# A chat that could not be read now is read later.
_CATCH_UP_AGAIN_S = 60.0
_OPENING_TRIES = 4
_OPENING_S = 0.25


class PhoneDriver:
    """Implements `Driver`. Used by one thread, except `close`."""

    def __init__(
        self,
        *,
        device_id: str,
        serial: str,
        listener: Listener,
        clock: Clock,
        deadlines: Deadlines | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.device_id = device_id
        self._serial = serial
        session = Session(serial, deadlines)
        self._phone = Phone(
            device_id=device_id,
            session=session,
            contacts=Contacts(session),
            listener=listener,
            clock=clock,
            patience=patience or Patience(),
        )
        self._receiver = Receiver(self._phone)
        self._connected = False
        self._right_sim = False
        self._opens_freely = False
        self._ask_to_open_at = 0.0
        self._look_at_stop_at = 0.0
        self._catch_up_at = 0.0

    # How it is

    def probe(self) -> Status:
        try:
            state = adb_server.connection_state(self._serial)
        except SetupError:
            return self._away(DeviceState.ABSENT, Reason.CONNECTION_DEAD)
        if state in _AWAY:
            return self._away(state, _AWAY[state])
        try:
            return self._examine()
        except DeviceError as exc:
            log.info("%s does not answer: %s", self.device_id, exc)
            self._connected = False
            return Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING)
        except StoreError as exc:
            log.warning("the SIM of %s could not be noted: %s", self.device_id, exc)
            return Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING)

    def _away(self, state: DeviceState, reason: Reason) -> Status:
        if self._connected:
            self._phone.session.close()
        self._connected = self._right_sim = False
        return Status(state=state, reason=reason)

    def _examine(self) -> Status:
        asked_ms = self._phone.clock.now_ms()
        health = read_health(self._phone.session.run(*QUESTIONS))
        self._phone.time = measure(self._phone.clock, health.date, asked_ms=asked_ms)
        if not self._connected:
            self._greet()
        self._phone.sms_app = health.sms_app
        self._phone.whatsapp = health.whatsapp[0] if health.whatsapp else self._phone.whatsapp
        reason = self._hindrance(health)
        channels = self._channels(reason, health)
        state = DeviceState.READY if reason is Reason.NONE else DeviceState.DEGRADED
        return Status(state=state, reason=reason, channels=channels, facts=health.facts())

    def _greet(self) -> None:
        """The phone is back after it was away, or here for the first time."""
        self._phone.session.close()
        self._phone.contacts.forget()
        self._receiver.restart()
        self._opens_freely = False
        self._ask_to_open_at = 0.0
        self._connected = True

    def _hindrance(self, health: Health) -> Reason:
        """What keeps the phone from working, the gravest first."""
        if not health.booted:
            return Reason.BOOTING
        foreign = self._foreign_sim(health)
        self._right_sim = foreign is Reason.NONE
        if not self._right_sim:
            return foreign
        if health.keyguard and not self._opens():
            return Reason.LOCKED
        try:
            self._phone.session.connect()
        except ServerWillNotStart:
            return Reason.SERVER_WILL_NOT_START
        return self._whatsapp_hindrance(health)

    def _foreign_sim(self, health: Health) -> Reason:
        if health.sim is None:
            return Reason.NO_SIM
        ours = self._phone.listener.sim_seen(self.device_id, health.sim)
        return Reason.NONE if ours else Reason.OTHER_SIM

    def _whatsapp_hindrance(self, health: Health) -> Reason:
        if health.whatsapp is None:
            return Reason.NO_WHATSAPP
        return Reason.WHATSAPP_STOPPED if self._is_stopped() else Reason.NONE

    @staticmethod
    def _channels(reason: Reason, health: Health) -> frozenset[Channel]:
        sms = {Channel.SMS} if health.sms_app else set()
        if reason is Reason.NONE:
            return frozenset({Channel.WHATSAPP, *sms})
        if reason in {Reason.NO_WHATSAPP, Reason.WHATSAPP_STOPPED}:
            return frozenset(sms)
        return frozenset()

    def _opens(self) -> bool:
        """Whether the lock gives way to a swipe; remembered, for asking lights the screen."""
        if self._opens_freely:
            return True
        if time.monotonic() < self._ask_to_open_at:
            return False
        self._phone.session.run(*DISMISS)
        for _ in range(_OPENING_TRIES):
            (window,) = self._phone.session.run(WINDOW)
            if not shows_keyguard(window.text):
                self._opens_freely = True
                return True
            time.sleep(_OPENING_S)
        self._ask_to_open_at = time.monotonic() + _ASK_TO_OPEN_S
        return False

    def _is_stopped(self) -> bool:
        """A ban, log-out or expiry that was seen stands until the screen is gone."""
        phone = self._phone
        if phone.stopped is None or time.monotonic() < self._look_at_stop_at:
            return phone.stopped is not None
        launch = "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
        phone.session.run(*DISMISS, f"{launch} -p {phone.whatsapp}")
        seen = classify(phone.session.screen(), phone.whatsapp)
        phone.session.leave()
        if isinstance(seen, Stopped | Elsewhere):
            self._look_at_stop_at = time.monotonic() + _LOOK_AT_STOP_S
        else:
            phone.stopped = None
        return phone.stopped is not None

    # What it does

    def receive(self) -> bool:
        if not self._right_sim:
            return False
        found = self._receiver.poll()
        if self._receiver.overflowing and time.monotonic() >= self._catch_up_at:
            self._catch_up()
        return found

    def _catch_up(self) -> None:
        """More is unread than notifications hold: the chat itself has the rest."""
        number = self._receiver.overflowing.pop()
        try:
            self._take_in_hand(number)
            with visiting(self._phone, number) as chat:
                chat.open()
        except DeviceError as exc:
            log.warning("unread messages of a chat on %s wait: %s", self.device_id, exc)
            self._receiver.overflowing.add(number)
            self._catch_up_at = time.monotonic() + _CATCH_UP_AGAIN_S

    def send(self, attempt: Attempt) -> Proof:
        self._phone.tapped = False
        by_channel: dict[Channel, Callable[[Phone, Attempt], Proof]] = {
            Channel.WHATSAPP: send_whatsapp,
            Channel.SMS: send_sms,
        }
        try:
            self._take_in_hand(attempt.outgoing.number)
            return by_channel[attempt.outgoing.channel](self._phone, attempt)
        except (DeviceError, Refused):
            raise
        except Exception as exc:
            log.exception("attempt %s failed in Balie itself", attempt.outgoing.attempt_id)
            facts = {"error": type(exc).__name__}
            if self._phone.tapped:
                raise Unconfirmed("Balie failed after the tap.", facts) from exc
            raise Transient("Balie could not begin to send.", facts) from exc

    def look(self, look: Look) -> Found:
        if look.baseline is not None:
            self._guarded(lambda: self._take_in_hand(look.outgoing.number))
        by_channel = {Channel.WHATSAPP: look_whatsapp, Channel.SMS: look_sms}
        asked = by_channel[look.outgoing.channel]
        return self._guarded(lambda: asked(self._phone, look))

    def visit(self, visit: Visit) -> Ticks:
        """Nothing where something unread waits in the chat: opening it would mark it read."""
        if visit.channel is not Channel.WHATSAPP:
            return Ticks(by_message={})
        jid = digits_in(visit.number) + ACCOUNT
        listed = self._guarded(lambda: self._take_in_hand(visit.number))
        if any(record.shortcut == jid for record in listed):
            return Ticks(by_message={})
        return self._guarded(lambda: visit_whatsapp(self._phone, visit))

    def close(self) -> None:
        self._phone.session.close()

    def _take_in_hand(self, number: str) -> list[Record]:
        """Notifications are told first, then the phone is woken; one shell call for all."""
        if not self._right_sim:
            raise Transient("Another SIM is in the phone.")
        phone = self._phone
        asked_ms = phone.clock.now_ms()
        question = phone.contacts.question(number)
        commands = [REDACTED, SHOWN, DATE_COMMAND, *DISMISS, *([question] if question else [])]
        redacted, shown, date, *_, last = phone.session.run(*commands)
        listed = self._receiver.before_a_chat(redacted, shown)
        phone.time = measure(phone.clock, date.text, asked_ms=asked_ms)
        if question:
            phone.contacts.answered(number, last)
        return listed

    @staticmethod
    def _guarded(call: Callable[[], T]) -> T:
        """Only a DeviceError leaves it; nothing is ever tapped in here."""
        try:
            return call()
        except DeviceError:
            raise
        except Exception as exc:
            log.exception("a look at the phone failed in Balie itself")
            raise Transient("Balie could not look.", {"error": type(exc).__name__}) from exc
