"""The test of a phone from end to end: all that a working number needs, and nothing is sent."""

import time
from collections.abc import Callable, Sequence

from appliance.clock import Clock
from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.enrolment.portrait import after_stop
from appliance.devices.phone.health import WINDOW
from appliance.devices.phone.obstacles import Obstacle
from appliance.devices.phone.phone import PhonePatience
from appliance.devices.phone.phone_clock import DATE_COMMAND, measure
from appliance.devices.phone.receive import NOTIFICATION_TITLE, REDACTED
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.session import ServerSession, ServerWillNotStart
from appliance.devices.phone.sim import SIM_COMMANDS, read_cards
from appliance.devices.phone.sms import provider
from appliance.devices.phone.whatsapp.own_pages import OwnPages
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, Stopped, classify
from appliance.devices.phone.whatsapp.registration import page_in_front
from appliance.devices.phone.whatsapp.stops import stop_in_front
from appliance.devices.profile_protocol import is_account_of
from appliance.enrolment import Probe, ToDo
from appliance.errors import Transient

_LAUNCH = "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -p"
_NO_ROW = "_id=0"


class ProbeFailed(Exception):
    """`to_do` is what a person does about it."""

    def __init__(self, probe: Probe, to_do: ToDo) -> None:
        super().__init__(probe.value)
        self.probe = probe
        self.to_do = to_do


class Probes:
    """`package` is the WhatsApp that is opened, as its icon does. Leaves the phone at its home
    screen.
    """

    def __init__(
        self, session: ServerSession, clock: Clock, patience: PhonePatience, package: str
    ) -> None:
        self._session = session
        self._clock = clock
        self._patience = patience
        self._package = package

    def reading(self) -> Sequence[Probe]:
        """Those that a driver beside them does not notice. Raises ProbeFailed and DeviceGone."""
        return self._made(
            (Probe.NOTIFICATIONS, self._notifications, ToDo.RESTART),
            (Probe.CLOCK, self._time, ToDo.RESTART),
            (Probe.SIM, self._sim, ToDo.INSERT_SIM),
            (Probe.SMS, self._sms, ToDo.SMS_APP),
        )

    def touching(self, number: str) -> Sequence[Probe]:
        """Those that open things; without ACCOUNT where WhatsApp does not show its number. A page
        of WhatsApp's registration is left as it is, for the person at the phone. Raises ProbeFailed
        and DeviceGone.
        """
        stays = False
        try:
            made = self._made(
                (Probe.SCREEN, self._screen, ToDo.RESTART),
                (Probe.WHATSAPP, self._whatsapp, ToDo.LOOK),
            )
            return [*made, Probe.ACCOUNT] if self._is_account(number) else made
        except ProbeFailed as exc:
            stays = exc.to_do.registers
            raise
        finally:
            if not stays:
                self._session.leave()

    def _made(self, *probes: tuple[Probe, Callable[[], object], ToDo]) -> Sequence[Probe]:
        for probe, make, to_do in probes:
            try:
                make()
            except (Transient, ServerWillNotStart) as exc:
                raise ProbeFailed(probe, to_do) from exc
        return [probe for probe, _, _ in probes]

    def _notifications(self) -> None:
        (dump,) = self._session.run(REDACTED)
        if NOTIFICATION_TITLE not in dump.text:
            raise Transient("The phone does not list its notifications.")

    def _time(self) -> None:
        asked_ms = self._clock.now_ms()
        (date,) = self._session.run(DATE_COMMAND)
        measure(self._clock, date.text, asked_ms=asked_ms)

    def _sim(self) -> None:
        if not read_cards(self._session.run(*SIM_COMMANDS)).all:
            raise Transient("The phone sees no SIM.")

    def _sms(self) -> None:
        """Asks for a row that cannot be there: it is enough that the list answers."""
        provider.find(self._session.device, _NO_ROW)

    def _screen(self) -> None:
        if self._session.screen().empty:
            raise Transient("The phone's screen cannot be read.")

    def _whatsapp(self) -> None:
        (said,) = self._session.run(f"{_LAUNCH} {self._package}")
        if complaint_in(said.text):
            raise Transient("WhatsApp does not start.")
        until_s = time.monotonic() + self._patience.chat_s
        for pause_s in self._patience.pauses():
            if self._is_open():
                return
            if time.monotonic() > until_s:
                raise Transient("WhatsApp shows something that is not its list of chats.")
            time.sleep(pause_s)

    def _is_account(self, number: str) -> bool:
        """False where it does not show: its page rests on ids of two releases. Raises ProbeFailed
        for another account.
        """
        pages = OwnPages(
            session=self._session,
            patience=self._patience,
            package=self._package,
            look=self._page,
        )
        try:
            pages.open()
            shown = pages.number()
        except Transient:
            return False
        if shown is not None and not is_account_of(shown, number):
            raise ProbeFailed(Probe.ACCOUNT, ToDo.WRONG_ACCOUNT)
        return shown is not None

    def _page(self) -> Screen:
        """WhatsApp's windows. Raises Transient for what lies over them."""
        screen = self._session.screen()
        if isinstance(classify(screen, self._package), Obstacle):
            raise Transient("Something lies over WhatsApp.")
        return screen.of(self._package)

    def _is_open(self) -> bool:
        """Raises ProbeFailed at a page with which WhatsApp keeps its owner out."""
        seen = classify(self._session.screen(), self._package)
        if isinstance(seen, ChatsList | ChatPage):
            return True
        (window,) = self._session.run(WINDOW)
        if (page := page_in_front(window.text, self._package)) is not None:
            raise ProbeFailed(Probe.WHATSAPP, page)
        stop = seen.kind if isinstance(seen, Stopped) else stop_in_front(window.text, self._package)
        if stop is not None:
            raise ProbeFailed(Probe.WHATSAPP, after_stop(stop))
        return False
