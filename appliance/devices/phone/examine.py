"""Finds out how a phone is, and makes it ready where that needs no person."""

import logging
import time
from dataclasses import replace

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.health_facts import HealthFacts
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.battery import Heat
from appliance.devices.phone.health import (
    DISMISS,
    QUESTIONS,
    WINDOW,
    Health,
    read_health,
    shows_keyguard,
)
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MS_PER_MINUTE, measure
from appliance.devices.phone.receive import PhoneReceiver
from appliance.devices.phone.row_ids import recognise
from appliance.devices.phone.senses import Sense
from appliance.devices.phone.service import REGISTRY, is_in_service, names_operator
from appliance.devices.phone.session import ServerWillNotStart
from appliance.devices.phone.sms.limit import SmsLimitReader
from appliance.devices.phone.whatsapp.closed import why_closed
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, classify
from appliance.devices.phone.whatsapp.stops import StopKind, stop_in_front
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import DeviceError, SetupError, StoreError, Transient
from appliance.reasons import Reason
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

_AWAY = {
    DeviceState.ABSENT: Reason.NOT_PLUGGED_IN,
    DeviceState.UNAUTHORIZED: Reason.NOT_ALLOWED,
    DeviceState.OFFLINE: Reason.CONNECTION_DEAD,
}
# Stops that close WhatsApp on this phone alone.
_BY_STOP: dict[StopKind | None, Reason] = {
    StopKind.CLOCK_WRONG: Reason.PHONE_CLOCK,
    StopKind.STORAGE_FULL: Reason.PHONE_STORAGE,
}
# Seconds until a phone that stayed locked is asked again to open: each try lights its screen.
_ASK_TO_OPEN_S = 300.0
# Seconds until a ban screen is looked at again.
_LOOK_AT_STOP_S = 60.0
_OPENING_TRIES = 4
_OPENING_S = 0.25


class PhoneExaminer:
    """`right_sim` and `usable` are what the last examination found.

    Balie reads only a phone with its own SIM, and opens chats only on a usable one.
    """

    def __init__(self, phone: Phone, receiver: PhoneReceiver) -> None:
        self._phone = phone
        self._receiver = receiver
        self._sms_limit = SmsLimitReader()
        self._heat = Heat()
        self._silence = Trouble(log, f"{phone.device_id} could not be examined", once=True)
        self._connected = False
        self._opens_freely = False
        self._ask_to_open_at = 0.0
        self.look_at_stop_at = 0.0
        self.right_sim = False
        self.usable = False

    @property
    def silent(self) -> bool:
        """Whether the phone has not been examined since it came, or did not answer last time."""
        return not self._connected

    def probe(self) -> Status:
        try:
            state = adb_server.connection_state(self._phone.session.serial)
        except SetupError:
            return self._away(DeviceState.ABSENT, Reason.CONNECTION_DEAD)
        if state in _AWAY:
            return self._away(state, _AWAY[state])
        try:
            return self._examine()
        except DeviceError as exc:
            self._silence.met(exc)
            self._connected = False
            return Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING)
        except StoreError as exc:
            self._silence.met(exc)
            return Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING)

    def _away(self, state: DeviceState, reason: Reason) -> Status:
        if self._connected:
            self._phone.session.close()
        self._connected = self.right_sim = self.usable = False
        return Status(state=state, reason=reason)

    def _examine(self) -> Status:
        asked_ms = self._phone.clock.now_ms()
        health = read_health(self._phone.session.run(*QUESTIONS), self._sms_limit)
        self._tell_time(health, asked_ms=asked_ms)
        if not self._connected:
            self._greet()
        self._phone.sms_app = health.sms_app
        self._phone.whatsapp = health.whatsapp[0] if health.whatsapp else self._phone.whatsapp
        self._note_front(health)
        reason = self._hindrance(health)
        channels = self._channels(reason, health)
        if reason is Reason.NONE:
            reason = self._phone.senses.reason
        if reason is Reason.NONE and self._sends_by_another(health):
            reason = Reason.SMS_SIM
        self._heat.note(health.battery)
        if self._heat.rests:
            channels = frozenset()
            reason = Reason.TOO_HOT if reason is Reason.NONE else reason
        state = DeviceState.READY if reason is Reason.NONE else DeviceState.DEGRADED
        self.usable = Channel.WHATSAPP in channels
        self._silence.over()
        return Status(state=state, reason=reason, channels=channels, facts=self._facts(health))

    def _facts(self, health: Health) -> DeviceFacts:
        """Those of the examination, with what of it a person has to know."""
        facts, phone = health.facts(), self._phone
        more = HealthFacts(
            resting=self._heat.rests,
            stop=phone.stopped.value if phone.stopped else None,
            clock_ahead_min=round(phone.time.ahead_ms / MS_PER_MINUTE),
            served=self._has_network(health),
        )
        return replace(facts, own={**facts.own, **more.as_facts()})

    def _has_network(self, health: Health) -> bool | None:
        """None where there is no SIM of ours, or the phone does not tell."""
        card = self._phone.card
        if card is None or not self.right_sim or not health.booted:
            return None
        if names_operator(health.operator, card.slot):
            return True
        (registry,) = self._phone.session.run(REGISTRY)
        return is_in_service(registry.text, card.slot)

    def _tell_time(self, health: Health, *, asked_ms: int) -> None:
        """If the phone does not tell the time, the offset that was last measured stays."""
        phone = self._phone
        try:
            phone.time = measure(phone.clock, health.date, asked_ms=asked_ms)
        except Transient as exc:
            phone.senses.failed(Sense.CLOCK, exc)
        else:
            phone.senses.works(Sense.CLOCK)

    def _note_front(self, health: Health) -> None:
        """A page in front closes WhatsApp, even when nothing is to be sent. A page that asks to
        register does not: a person may be setting the phone up.
        """
        closed = stop_in_front(health.window, self._phone.whatsapp)
        if closed is not None and closed is not StopKind.NOT_SET_UP:
            self._phone.stopped = closed

    def _greet(self) -> None:
        """The phone is back after it was away, or here for the first time."""
        self._phone.session.close()
        recognise(self._phone)
        self._phone.contacts.forget()
        self._receiver.restart()
        self._opens_freely = False
        self._ask_to_open_at = 0.0
        self._phone.session.leave()  # no notification comes for a chat that is open
        self._connected = True

    def _hindrance(self, health: Health) -> Reason:
        """What keeps the phone from working, the gravest first."""
        if not health.booted:
            return Reason.BOOTING
        foreign = self._foreign_sim(health)
        self.right_sim = foreign is Reason.NONE
        if not self.right_sim:
            return foreign
        if health.keyguard and not self._opens():
            return Reason.LOCKED
        try:
            self._phone.session.connect()
        except ServerWillNotStart:
            return Reason.SERVER_WILL_NOT_START
        return self._whatsapp_hindrance(health)

    def _foreign_sim(self, health: Health) -> Reason:
        """Why the SIM that the device is bound to is not found in any slot; NONE if it is."""
        phone, cards = self._phone, health.cards.all
        if not cards:
            return Reason.NO_SIM
        seen = phone.listener.sim_seen
        card = next((each for each in cards if seen(phone.device_id, each.sim)), None)
        if card is None:
            return Reason.OTHER_SIM if len(cards) == 1 else Reason.TWO_SIMS
        phone.card = card
        if phone.one_of_two and card.subscription is None:
            return Reason.TWO_SIMS
        return Reason.NONE

    def _sends_by_another(self, health: Health) -> bool:
        """Whether the phone's app sends SMS by the other SIM, or asks a person each time."""
        ours, sends_by = self._phone.one_of_two, health.cards.sends_by
        return ours is not None and sends_by is not None and sends_by != ours.subscription

    def _whatsapp_hindrance(self, health: Health) -> Reason:
        if health.whatsapp is None:
            return Reason.NO_WHATSAPP
        if not self._is_stopped():
            return Reason.NONE
        return _BY_STOP.get(self._phone.stopped, Reason.WHATSAPP_STOPPED)

    def _channels(self, reason: Reason, health: Health) -> frozenset[Channel]:
        sms = {Channel.SMS} if health.sms_app else set()
        able: frozenset[Channel] = frozenset()
        if reason is Reason.NONE:
            able = frozenset({Channel.WHATSAPP, *sms})
        elif reason in {Reason.NO_WHATSAPP, Reason.WHATSAPP_STOPPED, *_BY_STOP.values()}:
            able = frozenset(sms)
        closed = {Channel.SMS} if self._sends_by_another(health) else set()
        return able - self._phone.senses.closed - closed

    def _opens(self) -> bool:
        """Whether a swipe opens the lock; remembered, because each try lights the screen."""
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
        """A ban, log-out or expiry that was seen counts until its screen is gone."""
        phone = self._phone
        if phone.stopped is None or time.monotonic() < self.look_at_stop_at:
            return phone.stopped is not None
        launch = "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
        phone.session.run(*DISMISS, f"{launch} -p {phone.whatsapp}")
        seen = classify(phone.session.screen(), phone.whatsapp)
        closed = why_closed(phone, seen)
        phone.session.leave()
        if closed is None and isinstance(seen, ChatsList | ChatPage):
            phone.stopped = None
        else:
            phone.stopped = closed or phone.stopped
            self.look_at_stop_at = time.monotonic() + _LOOK_AT_STOP_S
        return phone.stopped is not None
