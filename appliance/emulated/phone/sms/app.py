"""The SMS app on one phone, and the radio behind it."""

from itertools import count
from urllib.parse import unquote, urlsplit

from appliance.emulated.phone.apps import Host, Intent
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.hardware import PhoneSim
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.notifications import Notification, ShadeMessage
from appliance.emulated.phone.providers import FAILED, INBOX, OUTBOX, SENT, Providers
from appliance.emulated.phone.sms.parts import part_count
from appliance.emulated.phone.sms.screens import SmsGeneration, ThreadScreen, ThreadsScreen
from appliance.emulated.phone.sms.usage import Question, SmsUsage
from appliance.emulated.world.network import Bearer, Letter
from appliance.emulated.world.numbers import e164, shown

PACKAGE = "com.google.android.apps.messaging"
_UID = 10188
_LABEL = "Messages"
#: The radio needs about this long for a part.
_PART_MS = 400
#: After this time without a network or a SIM the app gives a message up.
_GIVE_UP_MS = 2000
_MARK_READ = {"en": "Mark as read", "nl": "Markeren als gelezen"}
_REPLY = {"en": "Reply", "nl": "Beantwoorden"}
_YOU = {"en": "You", "nl": "Jij"}


class SmsApp:
    package = PACKAGE
    uid = _UID

    def __init__(
        self, host: Host, *, generation: SmsGeneration, providers: Providers, usage: SmsUsage
    ) -> None:
        self._host = host
        self._usage = usage
        self._generation = generation
        self._providers = providers
        self._brush = Brush(PACKAGE)
        self._threads: dict[str, int] = {}
        self._drafts: dict[str, str] = {}
        self._new: dict[str, list[ShadeMessage]] = {}
        self._ids = count(1)
        self._open: str | None = None
        self._focused = False
        self._held: list[tuple[int, str, str]] = []
        self.sim: PhoneSim | None = None
        self.subscription = -1
        #: The subscription over which the phone sends SMS, where it has two.
        self.sends_by = -1

    # What arrives and what leaves

    def arrive(self, letter: Letter, *, subscription: int | None = None) -> None:
        """An SMS: a row in the inbox, a notification."""
        self._providers.add_sms(
            address=letter.sender,
            body=letter.text,
            date_ms=letter.at_ms,
            kind=INBOX,
            thread=self._thread(letter.sender),
            sub_id=self.subscription if subscription is None else subscription,
        )
        if letter.sender == self._open and self._host.sees(self):
            self._providers.read_thread(self._thread(letter.sender))
            return
        message = ShadeMessage(
            sender=self._name(letter.sender), text=letter.text, time_ms=letter.at_ms
        )
        self._new.setdefault(letter.sender, []).append(message)
        self._host.shade.post(self._notification(letter.sender))

    def _send(self) -> None:
        number = self._open
        text = self._drafts.pop(number, "") if number else ""
        if not number or not text:
            return
        row = self._providers.add_sms(
            address=number,
            body=text,
            date_ms=self._host.timers.now_ms(),
            kind=OUTBOX,
            thread=self._thread(number),
            sub_id=self.sends_by,
        )
        if self._host.faults.take(FaultKind.TICK_PENDING):
            self._held.append((row, number, text))
            return
        parts = part_count(text)
        short_code = number if self._host.faults.take(FaultKind.SHORT_CODE_ASKED) else ""
        if not short_code and self._usage.take(PACKAGE, parts, now_ms=self._host.timers.now_ms()):
            self._to_radio(row, number, text)
            return
        question = Question(
            app=_LABEL,
            short_code=short_code,
            allow=lambda: self._to_radio(row, number, text),
            deny=lambda: self._providers.move_sms(row, FAILED),
        )
        self._usage.ask(question)

    def typed(self, number: str, text: str) -> None:
        """A person writes on this phone."""
        row = self._providers.add_sms(
            address=number,
            body=text,
            date_ms=self._host.timers.now_ms(),
            kind=OUTBOX,
            thread=self._thread(number),
            sub_id=self.sends_by,
        )
        self._to_radio(row, number, text)

    def _to_radio(self, row: int, number: str, text: str) -> None:
        span = _PART_MS * part_count(text)
        self._host.timers.after(span, lambda: self._leave(row, number, text))

    def lift(self) -> None:
        """The fault is gone: held messages leave the outbox, oldest first."""
        held, self._held = self._held, []
        for row, number, text in held:
            self._leave(row, number, text)

    def _leave(self, row: int, number: str, text: str) -> None:
        if self.sim is None or not self._host.online:
            self._host.timers.after(_GIVE_UP_MS, lambda: self._providers.move_sms(row, FAILED))
            return
        letter = Letter(
            id=self._host.network.new_id(),
            channel=Bearer.SMS,
            sender=self._host.number,
            to=number,
            text=text,
            at_ms=self._host.timers.now_ms(),
        )
        self._providers.move_sms(row, SENT)
        self._host.network.take(letter, sender=self._host, parts=part_count(text))

    def _thread(self, address: str) -> int:
        if address not in self._threads:
            self._threads[address] = next(self._ids)
        return self._threads[address]

    def _name(self, address: str) -> str:
        return self._host.contacts.get(address) or shown(address)

    # The shade

    def _notification(self, address: str) -> Notification:
        messages = self._new[address]
        return Notification(
            package=PACKAGE,
            uid=_UID,
            id=0,
            tag=f"{PACKAGE}:incoming_message:-:{self._thread(address)}",
            shortcut=str(self._thread(address)),
            group_key="bugle-notification-group",
            channel="bugle_default_channel",
            style="MessagingStyle",
            title=self._name(address),
            text=messages[-1].text,
            when_ms=messages[-1].time_ms,
            messages=tuple(messages[-25:]),
            self_name=_YOU[self._host.language],
            actions=(_MARK_READ[self._host.language], _REPLY[self._host.language]),
            color=0xFF1A73E8,
        )

    def dismissed(self, address: str) -> None:
        if address in self._new:
            self._host.shade.cancel(self._notification(address).key)

    def restarted(self) -> None:
        """The phone started and was unlocked: the app shows again what is unread."""
        for address in self._new:
            self._host.shade.post(self._notification(address))

    def _read(self) -> None:
        if self._open is None:
            return
        self._providers.read_thread(self._thread(self._open))
        self.dismissed(self._open)
        self._new.pop(self._open, None)

    # The app

    def activity(self) -> str:
        if self._open is None:
            return f"{PACKAGE}.ui.ConversationListActivity"
        return f"{PACKAGE}.ui.conversation.ConversationActivity"

    def handle(self, intent: Intent) -> bool:
        parts = urlsplit(intent.data)
        if parts.scheme in {"sms", "smsto"}:
            address = unquote(parts.path)
            self._show_thread(e164(address) or address)
            body = intent.extras.get("sms_body")
            if body is not None and self._open is not None:
                self._drafts[self._open] = body
                self._focus()
            return True
        return not intent.data

    def _show_thread(self, address: str) -> None:
        self._open = address
        self._focused = False
        self._host.show_keyboard(visible=False)
        if self._host.sees(self):
            self._read()

    def windows(self) -> list[Node]:
        if self._open is None:
            return [self._threads_screen().draw()]
        return [self._thread_screen(self._open).draw()]

    def _threads_screen(self) -> ThreadsScreen:
        threads = []
        for address, thread in self._threads.items():
            messages = self._providers.thread(thread)
            if messages:
                threads.append((messages[-1][0], thread, self._name(address), messages[-1][1]))
        threads.sort(reverse=True)
        return ThreadsScreen(
            brush=self._brush,
            screen=self._host.screen,
            threads=[(thread, name, text) for _, thread, name, text in threads],
        )

    def _thread_screen(self, address: str) -> ThreadScreen:
        return ThreadScreen(
            brush=self._brush,
            screen=self._host.screen,
            language=self._host.language,
            generation=self._generation,
            zone=self._host.zone,
            title=self._name(address),
            number=shown(address),
            draft=self._drafts.get(address, ""),
            focused=self._focused,
            messages=self._providers.thread(self._thread(address)),
        )

    def perform(self, action: str) -> None:
        verb, _, argument = action.partition(":")
        if verb == "entry":
            self._focus()
        elif verb == "send":
            self._send()
        elif verb == "open-thread":
            address = next(a for a, t in self._threads.items() if t == int(argument))
            self._show_thread(address)

    def _focus(self) -> None:
        self._focused = True
        self._host.show_keyboard(visible=True)

    def back(self) -> bool:
        if self._open is None:
            return False
        self._open = None
        self._focused = False
        return True

    def entry_text(self) -> str | None:
        return None if self._open is None else self._drafts.get(self._open, "")

    def set_entry(self, text: str) -> None:
        if self._open is not None:
            self._drafts[self._open] = text

    def hold(self, what: str, *, aside: bool) -> None:
        """Nothing here answers to a long press."""

    def scroll(self, pixels: int) -> None:
        """The lists of this app do not scroll; a driver needs only the newest messages."""

    def in_sight(self) -> None:
        self._read()

    def out_of_sight(self) -> None:
        self._focused = False

    def stop(self) -> None:
        self._open = None
        self._focused = False
