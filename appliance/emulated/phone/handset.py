"""The phone behind the wire: screen, keys, apps, SIM, battery. Its shell is added elsewhere."""

from appliance.emulated.phone import dialer
from appliance.emulated.phone.apps import App, Intent
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.handset_state import HandsetState
from appliance.emulated.phone.hardware import PhoneSim
from appliance.emulated.phone.keys import name_of_key, press_in_entry
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.providers import MISSED
from appliance.emulated.phone.shade_screen import OPENS, draw_shade
from appliance.emulated.phone.sms.app import SmsApp
from appliance.emulated.phone.spec import PhoneSpec, iccid_for
from appliance.emulated.phone.system_dialogs import ENDS, draw_system_dialogs
from appliance.emulated.phone.systemui import (
    FallbackHome,
    Launcher,
    draw_bars,
    draw_keyboard,
    draw_keyguard,
    still_apps,
)
from appliance.emulated.phone.whatsapp.app import WhatsApp
from appliance.emulated.phone.whatsapp.generation import GENERATIONS
from appliance.emulated.phone.whatsapp.model import RowTick
from appliance.emulated.phone.wire.seam import RsaPublicKey
from appliance.emulated.world.network import Bearer, Letter, Network
from appliance.emulated.world.timers import Timers

#: The PIN after a restart by a fault, for a phone that had no PIN of its own.
RESTART_PIN = "1234"

#: A finger that moves no further stays where it is.
_SPOT_PX = 20


class BareHandset(HandsetState):
    """Implements `apps.Host` for the apps and `network.Endpoint` for the network."""

    def __init__(self, spec: PhoneSpec, *, timers: Timers, network: Network) -> None:
        super().__init__(spec, timers=timers, network=network)
        self._open_apps(spec)
        self.plug_sim(
            PhoneSim(
                number=spec.number,
                iccid=spec.iccid or iccid_for(spec.number),
                operator=spec.operator,
            )
        )

    def _open_apps(self, spec: PhoneSpec) -> None:
        self.whatsapp = WhatsApp(
            self, generation=GENERATIONS[spec.whatsapp], lookup_ms=spec.lookup_ms
        )
        self.sms = SmsApp(self, generation=spec.sms, providers=self.providers, usage=self.sms_usage)
        icons = {self.whatsapp.package: "WhatsApp", self.sms.package: "Messages"}
        self.launcher = Launcher(self, icons)
        apps: list[App] = [self.whatsapp, self.sms, self.launcher, *still_apps(self)]
        self.apps = {app.package: app for app in apps}
        self.front: App = self.launcher

    # What the wire asks

    @property
    def screen_on(self) -> bool:
        return self.powered and self.lock.awake

    def key_accepted(self, key: RsaPublicKey) -> bool:
        return self.spec.authorised or key in self.accepted_keys

    def key_offered(self, key: RsaPublicKey, comment: str) -> None:
        del comment
        self.offered_key = key

    def accept_key(self) -> None:
        """Somebody taps Allow in the dialog about USB debugging."""
        if self.offered_key is not None:
            self.accepted_keys.add(self.offered_key)

    def full_text(self, node: Node) -> str:
        return node.text

    # The screen

    def windows(self) -> list[Node]:
        """The keyguard alone while the screen is dark or closed."""
        if self.recorded is not None:
            return self.recorded.windows
        clock_time = self.clock_time()
        if not self.lock.open:
            keyguard = draw_keyguard(
                self.screen,
                clock_time=clock_time,
                bouncer=self.lock.bouncer,
                notices=len(self.shade.posted),
            )
            return [keyguard]
        keyboard = [draw_keyboard(self.screen)] if self.keyboard_open else []
        alerts = self._alerts()
        bars = draw_bars(self.screen, clock_time=clock_time)
        return [*self.front.windows(), *keyboard, *alerts, *self._shade(), *bars]

    def _shade(self) -> list[Node]:
        notifications = [each.notification for each in self.shade.posted.values()]
        return [draw_shade(self.screen, notifications)] if self.shade_open else []

    def pull_shade(self, *, down: bool) -> None:
        self.shade_open = down
        if down:
            self.shade.pulled_down()

    def _open_notification(self, key: str) -> None:
        """Only WhatsApp's lead to their chat here; others bring their app."""
        posted = self.shade.posted.get(key)
        self.shade_open = False
        if posted is None:
            return
        app = self.apps.get(posted.notification.package, self.launcher)
        if app is self.whatsapp and posted.notification.shortcut:
            self.whatsapp.open_chat(self.whatsapp.account.chat(posted.notification.shortcut))
        self.bring(app)

    def _alerts(self) -> list[Node]:
        """What the system has put over the app in front, the newest last."""
        icons = {self.whatsapp.package: "WhatsApp", self.sms.package: "Messages"}
        name = icons.get(self.front.package, "WhatsApp")
        questions = self.sms_usage.draw(self.screen, self.language)
        dialogs = draw_system_dialogs(
            self.faults, screen=self.screen, language=self.language, app=name
        )
        return [*questions, *dialogs]

    def sees(self, app: App) -> bool:
        return self.powered and self.lock.open and self.front is app

    def show_keyboard(self, *, visible: bool) -> None:
        self.keyboard_open = visible

    def bring(self, app: App) -> None:
        """The app comes to the front, behind the keyguard if that is closed."""
        if app is not self.front:
            self.front.out_of_sight()
            self.keyboard_open = False
            self.front = app
        if self.lock.open:
            app.in_sight()

    def start(self, app: App, intent: Intent) -> bool:
        """Whether the app took the intent and is in front now."""
        if not app.handle(intent):
            return False
        self.bring(app)
        self.network.flush(self.number)
        return True

    # Hands

    def tap(self, x: float, y: float) -> None:
        target = self._under(x, y)
        name = target.resource_id.rpartition("/")[2] if target else ""
        self.taps += 1
        self.tapped.append(name)
        if self.faults.take(FaultKind.TAP_LOST, method=name) or target is None:
            return
        if self.recorded is not None:
            return
        verb, _, argument = target.action.partition(":")
        if verb == "nav":
            self.press_key(argument)
        elif verb == "sms-limit":
            self.sms_usage.answer(allow=argument == "allow")
        elif verb == ENDS:
            self.lift(FaultKind(argument))
        elif verb == OPENS:
            self._open_notification(argument)
        elif verb == "launch":
            self.start(self.apps.get(argument, self.launcher), Intent())
        else:
            self.front.perform(target.action)

    def _under(self, x: float, y: float) -> Node | None:
        """The node that a finger at this place hits; a dialog gets all taps of its app."""
        if self.recorded is not None:
            return self.recorded.under(x, y)
        if not self.lock.open:
            return None
        bars = draw_bars(self.screen, clock_time="")
        keyboard = [draw_keyboard(self.screen)] if self.keyboard_open else []
        alerts = self._shade() or self._alerts()[-1:]
        for root in [*bars, *(alerts or [*keyboard, self.front.windows()[-1]])]:
            if root.bounds.contains(x, y):
                hits = [n for n in root.walk() if n.action and n.bounds.contains(x, y)]
                return hits[-1] if hits else None
        return None

    def swipe(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Down shows what is above; up on the keyguard opens it. On one spot it is a long press."""
        if not self.lock.open:
            if y2 < y1:
                self.dismiss_keyguard()
            return
        if abs(y2 - y1) > _SPOT_PX:
            self.front.scroll(int(y2 - y1))
            return
        windows = self.front.windows()
        under = [n for n in windows[-1].walk() if n.hold and n.bounds.contains(x1, y1)]
        if under:
            self.front.hold(under[-1].hold, aside=x2 - x1 > _SPOT_PX)

    def set_text(self, node: Node, text: str) -> bool:
        if node.action != "entry" or not self.lock.open:
            return False
        self.front.set_entry(text)
        return True

    def type_text(self, text: str) -> None:
        """Types keys, as from a keyboard, into the PIN field or the entry of the app in front."""
        if not self.lock.open:
            self.lock.typed += text
            return
        before = self.front.entry_text()
        if before is not None:
            self.front.set_entry(before + text)

    def press_key(self, key: str) -> bool:
        name = name_of_key(key)
        if name == "power":
            self.sleep() if self.lock.awake else self.wake()
        elif name == "wakeup":
            self.wake()
        elif name == "sleep":
            self.sleep()
        elif not self.lock.open:
            self._key_on_keyguard(name)
        elif name == "home":
            self.shade_open = False
            self.bring(self.launcher)
        elif name == "back":
            self._back()
        else:
            press_in_entry(self.front, name)
        return True

    def _key_on_keyguard(self, name: str) -> None:
        if name == "menu":
            self.dismiss_keyguard()
        elif name == "enter":
            self.lock.enter()
            self._opened()

    def _back(self) -> None:
        if self.sms_usage.questions:
            self.sms_usage.answer(allow=False)
        elif self.shade_open:
            self.shade_open = False
        elif self.keyboard_open:
            self.keyboard_open = False
        elif not self.front.back():
            self.bring(self.launcher)

    # Screen and lock

    def wake(self) -> None:
        self.lock.wake()
        self._opened()

    def sleep(self) -> None:
        self.lock.sleep()
        self.keyboard_open = False

    def dismiss_keyguard(self) -> None:
        self.lock.dismiss()
        self._opened()

    def unlock(self) -> None:
        """A person types the PIN; after a restart the apps start now."""
        self.lock.wake()
        self.lock.unlock()
        self._opened()

    def _opened(self) -> None:
        if not self.lock.open:
            return
        if not self.apps_run:
            self._apps_start()
        self.front.in_sight()

    def _apps_start(self) -> None:
        self.apps_run = True
        self.front = self.launcher
        self.whatsapp.restarted()
        self.sms.restarted()
        self.whatsapp.outbox.back_online()
        self.network.flush(self.number)

    # Power

    def power_off(self) -> None:
        self.powered = self.apps_run = False
        for app in self.apps.values():
            app.stop()
        self.shade.clear()
        self.clipboard = ""
        self.keyboard_open = False
        self.set_properties.clear()

    def power_on(self) -> None:
        """Dark and locked: apps run after the first unlock only."""
        self.powered = True
        self.sms_usage.start()
        self.lock.restart(pin=self.lock.pin or RESTART_PIN)
        self.front = FallbackHome(self)

    # Network

    @property
    def online(self) -> bool:
        return self.powered and self.radio and self.apps_run

    def set_radio(self, *, on: bool) -> None:
        self.radio = on
        if self.online:
            self.whatsapp.outbox.back_online()
            self.network.flush(self.number)

    def reachable(self, channel: Bearer) -> bool:
        if not self.online:
            return False
        if channel is Bearer.WHATSAPP:
            runs = self.whatsapp in self.apps.values() and not self.whatsapp.stopped
            return runs and not self.whatsapp.closed
        return self.sim is not None and self.sim.number in {"", self.number}

    def arrive(self, letter: Letter) -> None:
        if letter.channel is Bearer.WHATSAPP:
            self.whatsapp.arrive(letter)
        elif letter.channel is Bearer.SMS:
            self.sms.arrive(letter)
        else:
            self._missed_call(letter)

    def tick(self, letter_id: str, tick: RowTick) -> None:
        self.whatsapp.tick(letter_id, tick)

    def lift(self, kind: FaultKind) -> None:
        """Ends the fault; what it held back goes on."""
        self.faults.lift(kind)
        if kind is FaultKind.TICK_PENDING:
            self.whatsapp.outbox.lift()
            self.sms.lift()
        self.network.flush(self.number)

    def plug_sim(self, sim: PhoneSim | None) -> None:
        self.sim = sim
        self.sms.sim = sim
        self.sms.subscription = self.sms.sends_by = self.providers.insert_sim(sim, 0)
        self.network.flush(self.number)

    def plug_second_sim(self, sim: PhoneSim | None) -> int:
        """Puts a card into the second slot; returns its subscription. The first still sends SMS."""
        self.second_sim = sim
        self.second_subscription = self.providers.insert_sim(sim, 1)
        return self.second_subscription

    def arrive_on(self, letter: Letter, subscription: int) -> None:
        """A message or call over the named SIM; -1 where the phone does not note the SIM."""
        if letter.channel is Bearer.SMS:
            self.sms.arrive(letter, subscription=subscription)
        else:
            self._missed_call(letter, subscription=subscription)

    def _missed_call(self, letter: Letter, *, subscription: int | None = None) -> None:
        over = self.sms.subscription if subscription is None else subscription
        name = self.contacts.get(letter.sender, "")
        self.providers.add_call(
            number=letter.sender, date_ms=letter.at_ms, kind=MISSED, name=name, sub_id=over
        )
        self.shade.post(dialer.missed_call(letter, name=name, language=self.language))
