"""What the parts of one phone's driver share."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from appliance.clock import Clock
from appliance.devices.listener_protocol import Listener
from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.phone_clock import PhoneClock
from appliance.devices.phone.senses import Senses
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.sim import PhoneCard
from appliance.devices.phone.whatsapp.media import are_alike
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.stops import StopKind
from appliance.devices.protocol import Incoming, TextForm
from appliance.errors import StoreError

log = logging.getLogger(__name__)

# So many messages from screens are kept, to recognise them when a notification repeats them.
_KEPT = 200
# A screen shows only the minute; a notification that is earlier by more tells another message.
_SAME_MS = 120_000
_LONGER = 1.6
_LONGEST_PAUSE_S = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePatience:
    """Seconds of the real clock that a screen may take to become what was asked for."""

    #: A chat opens within this; looking a number up takes seconds.
    chat_s: float = 15.0
    #: Somebody else's chat or another number's dialog may still change within this.
    wrong_s: float = 3.0
    #: After the tap the own row is there within this.
    row_s: float = 6.0
    #: The clock on the row becomes a tick within this; Balie waits no longer.
    tick_s: float = 8.0
    #: The phone's sent box has an SMS within this.
    sms_s: float = 25.0
    #: A medium that was tapped is downloaded within this; else it is looked for later.
    download_s: float = 20.0
    #: Before the first look at a screen that was asked for; each later pause is longer.
    #: A look that comes too early is one more round trip.
    look_again_s: float = 0.2
    #: After this, what cannot be read is reported as unreadable.
    unreadable_s: float = 60.0
    #: After this, a list that could not be read is asked for again, even without news.
    read_again_s: float = 2.0

    def pauses(self) -> Iterator[float]:
        """Seconds before each look; they grow, because each look costs the phone work."""
        pause_s = self.look_again_s
        while True:
            yield pause_s
            pause_s = min(pause_s * _LONGER, _LONGEST_PAUSE_S)


@dataclass(slots=True, kw_only=True)
class Phone:
    """One phone: what it is made of, and what is known of it now.

    `card` is the SIM that the device is bound to, once it was seen. `stopped` is the kind of screen
    that closes WhatsApp for this number. `in_hand` is the latest attempt, `tapped`: it has come to
    its tap. `returns` are the chats, by `addresses`, that must be opened again, because messages
    may have come that were not told. `undelivered` are messages from screens that wait to be told.
    `own_sms` are the rows of SMS that are proven to be the line's own. `row_ids` marks whose ids
    the rows of its lists have; None where it does not say. `reads_rows`: WhatsApp took
    a file by its row in Android's list of media, and not by its path. `archive_from`: what came to
    archived chats before that day was heard, or is older than Balie's first look at them.
    `unplaced`: what came in chats, by their names, before it was known whose they are.
    """

    device_id: str
    session: ServerSession
    contacts: Contacts
    senses: Senses
    listener: Listener
    clock: Clock
    patience: PhonePatience = field(default_factory=PhonePatience)
    time: PhoneClock = field(default_factory=lambda: PhoneClock(ahead_ms=0, zone_minutes=0))
    whatsapp: str = "com.whatsapp"
    sms_app: str = ""
    row_ids: str | None = None
    card: PhoneCard | None = None
    stopped: StopKind | None = None
    in_hand: str | None = None
    tapped: bool = False
    reads_rows: bool = False
    returns: dict[str, ChatMemory | None] = field(default_factory=dict)
    undelivered: list[Incoming] = field(default_factory=list)
    from_screens: list[tuple[Incoming, int]] = field(default_factory=list)
    own_sms: set[int] = field(default_factory=set)
    archive_from: date | None = None
    unplaced: dict[str, ChatMemory] = field(default_factory=dict)

    @property
    def one_of_two(self) -> PhoneCard | None:
        """Our SIM where another one works in the phone, too: then each row must name its SIM."""
        return None if self.card is None or self.card.sim.alone else self.card

    def deliver(self, messages: list[Incoming]) -> None:
        """Tells the listener what waits from screens, and `messages`.

        Raises what the listener raises. What waited then goes on waiting. `messages` are not kept:
        a notification or a row of SMS is read again.
        """
        waiting = self.undelivered + messages
        if waiting:
            self.listener.received(self.device_id, waiting)
            self.undelivered.clear()

    def deliver_from_screen(self, messages: list[Incoming]) -> None:
        """Tells messages from a screen, which shows them once: what cannot be told now waits."""
        read_ms = self.clock.now_ms()
        self.from_screens = [*self.from_screens, *((m, read_ms) for m in messages)][-_KEPT:]
        self.undelivered += messages
        try:
            self.deliver([])
        except StoreError as exc:
            log.warning(
                "%d messages of %s wait to be stored: %s", len(messages), self.device_id, exc
            )

    def was_on_screen(self, message: Incoming) -> bool:
        """Whether a notification repeats a message that was already read from a chat.

        A message written after that reading is another message, even with the same words.
        """
        return any(are_alike(seen.text, message.text) for seen in self._read_before(message))

    def as_on_screen(self, message: Incoming) -> Incoming:
        """The message, with the key of the one from a chat that it replaces, if it replaces one.

        A screen shows only minutes, so there must be exactly one such message: one that waited for
        its words, or the only one that a deletion can mean.
        """
        replaced = [
            seen
            for seen in self._read_before(message)
            if (seen.form is TextForm.WAITING or message.form is TextForm.DELETED)
            and message.at_ms - seen.at_ms < _SAME_MS
        ]
        if len(replaced) != 1:
            return message
        # The next words of that minute are another message.
        self.from_screens = [each for each in self.from_screens if each[0] is not replaced[0]]
        return replace(message, key=replaced[0].key)

    def _read_before(self, message: Incoming) -> list[Incoming]:
        """Messages of this sender from chats that the notification may be about."""
        return [
            seen
            for seen, read_ms in self.from_screens
            if (seen.sender, _jid(seen)) == (message.sender, _jid(message))
            and message.at_ms <= read_ms
            and seen.at_ms - message.at_ms < _SAME_MS
        ]


def _jid(message: Incoming) -> str | None:
    return message.group.jid if message.group else None
