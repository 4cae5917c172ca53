"""The pretend network: carries WhatsApp and SMS between phones and the people of the world."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import Protocol

from appliance.emulated.phone.whatsapp.media import Medium
from appliance.emulated.phone.whatsapp.model import RowTick
from appliance.emulated.world import numbers
from appliance.emulated.world.timers import Timers
from appliance.emulated.world.truth import Departure, TruthLog


class Bearer(Enum):
    WHATSAPP = "whatsapp"
    SMS = "sms"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message on its way; `group` is the subject of its group.

    `jid` is the chat's where it is neither the sender's nor a group's. `text` is a medium's
    caption, `digest` the SHA-256 of its file where a phone of ours sent it.
    `quotes` are the words of the message that it answers.

    `sender` of an SMS may be a name such as KPN. `name` is what a WhatsApp user calls itself.
    """

    id: str
    channel: Bearer
    sender: str
    to: str
    text: str
    at_ms: int
    name: str = ""
    group: str = ""
    group_jid: str = ""
    jid: str = ""
    medium: Medium | None = None
    waiting: bool = False
    digest: str = ""
    quotes: str = ""


class Endpoint(Protocol):
    """A device with a number."""

    @property
    def number(self) -> str: ...

    @property
    def address(self) -> str:
        """What the truth log calls the device: its ADB serial or its IMEI."""

    def reachable(self, channel: Bearer) -> bool:
        """Whether it could take a message now."""

    def arrive(self, letter: Letter) -> None: ...

    def tick(self, letter_id: str, tick: RowTick) -> None:
        """News of a WhatsApp message that this device sent."""


class People(Protocol):
    """All numbers that are no devices of ours."""

    def on_whatsapp(self, number: str) -> bool: ...

    def delivered_after_ms(self, number: str) -> int:
        """How long a message is under way to this number's phone."""

    def got(self, letter: Letter) -> None:
        """The network has a letter for a person; the person decides when it is delivered."""


@dataclass(slots=True)
class Network:
    """Every letter has one id, and its sender hears of its ticks in order."""

    timers: Timers
    truth: TruthLog
    people: People | None = None
    _endpoints: dict[str, Endpoint] = field(default_factory=dict)
    _waiting: dict[str, deque[Letter]] = field(default_factory=dict)
    _sent: dict[str, Letter] = field(default_factory=dict)
    _sms_only: set[str] = field(default_factory=set)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def attach(self, endpoint: Endpoint, *, whatsapp: bool = True) -> None:
        if not whatsapp:
            self._sms_only.add(endpoint.number)
        self._endpoints[endpoint.number] = endpoint
        self.flush(endpoint.number)

    def detach(self, number: str) -> None:
        self._endpoints.pop(number, None)

    def new_id(self) -> str:
        return f"m{next(self._ids):06}"

    def on_whatsapp(self, number: str) -> bool:
        if number in self._endpoints:
            return number not in self._sms_only
        return self.people is None or self.people.on_whatsapp(number)

    def take(self, letter: Letter, *, sender: Endpoint, parts: int | None = None) -> None:
        """The letter has left the device; nothing can call it back."""
        self.truth.record(
            Departure(
                at_ms=self.timers.now_ms(),
                phone=sender.address,
                number=sender.number,
                channel=letter.channel.value,
                to=letter.to,
                text=letter.text,
                id=letter.id,
                parts=parts,
                sha256=letter.digest or None,
            )
        )
        if letter.channel is Bearer.WHATSAPP:
            self._sent[letter.id] = letter
            self.tick(letter.id, RowTick.SENT)
        if letter.to in self._endpoints:
            self.deliver(letter)
        elif self.people is not None:
            self.people.got(letter)

    def deliver(self, letter: Letter) -> None:
        """Delivers to a device: at once, or, when it is back, after all that waits for it.

        A call waits for nobody.
        """
        endpoint = self._endpoints.get(letter.to)
        if letter.channel is Bearer.CALL:
            if endpoint is not None and endpoint.reachable(Bearer.CALL):
                endpoint.arrive(letter)
            return
        queue = self._waiting.setdefault(letter.to, deque())
        queue.append(letter)
        if endpoint is not None:
            self.flush(letter.to)

    def flush(self, number: str) -> None:
        """Hands over what waits for a device, as far as the device can take it now."""
        endpoint = self._endpoints.get(number)
        if endpoint is None:
            return
        queue, self._waiting[number] = self._waiting.get(number, deque()), deque()
        for letter in queue:
            if endpoint.reachable(letter.channel):
                endpoint.arrive(letter)
            else:
                self._waiting[number].append(letter)

    def waiting(self, number: str) -> int:
        return len(self._waiting.get(number, ()))

    def tick(self, letter_id: str, tick: RowTick) -> None:
        letter = self._sent.get(letter_id)
        if letter is None:
            return
        if tick is RowTick.READ:
            del self._sent[letter_id]
        sender = self._endpoints.get(letter.sender)
        if sender is not None:
            sender.tick(letter_id, tick)

    def read_by(self, person: str, *, sender: str | None = None) -> int:
        """The person reads all messages that were sent to them; returns how many."""
        letters = [
            letter
            for letter in self._sent.values()
            if letter.to in {person, numbers.jid_of(person)} and sender in {None, letter.sender}
        ]
        for letter in letters:
            self.tick(letter.id, RowTick.DELIVERED)
            self.tick(letter.id, RowTick.READ)
        return len(letters)
