"""What the floors above know of a device, and what a device knows of them.

A driver is plain blocking code that runs in its device's own thread. It calls up only through
the two objects it is given: a `Listener` for what the device has to tell and a `Work` for what
it is to do. Both return only when what they were told is durable.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.media_protocol import Fetched, IncomingMedia, MediaFetch, OutgoingFile
from appliance.errors import DeviceError
from appliance.identities import Identity
from appliance.messages import Origin
from appliance.reasons import Reason


class DeviceState(Enum):
    #: Not plugged in, or the address does not answer.
    ABSENT = "absent"
    #: The phone asks a person to allow this computer.
    UNAUTHORIZED = "unauthorized"
    #: Plugged in, but the connection is dead.
    OFFLINE = "offline"
    #: Everything that was probed works.
    READY = "ready"
    #: Connected, but something keeps it from sending or receiving.
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`channels` are those that can send now; a phone may keep SMS when WhatsApp is stopped."""

    state: DeviceState
    reason: Reason = Reason.NONE
    channels: frozenset[Channel] = frozenset()
    facts: DeviceFacts = field(default_factory=DeviceFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """What the device shows of its SIM; each may be unreadable.

    Not `alone`: a second SIM works in the same phone, so that only what this one shows tells
    which of them is meant.
    """

    iccid: str | None
    number: str | None
    imsi: str | None = None
    alone: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`known` are texts that were last said in it, newest first: its chat shows some of them.

    `people` are its members as the phone shows them, by name or number; None where they were read
    just now, or never.
    """

    jid: str
    name: str
    known: tuple[str, ...] = ()
    people: frozenset[str] | None = None


class TextForm(Enum):
    """What the text of an incoming message is."""

    #: What they wrote, or a medium's sign with its words.
    WORDS = "words"
    #: The device cannot read it yet and says so; the words come later.
    WAITING = "waiting"
    #: They took it back; the device says so in its own words.
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as the device has it.

    `key` is the device's own identity for it, stable over restarts: the same key is the same
    message, and with another text it was changed since. Behind a `#` stands which it is of those
    that came at one moment. `sender` is E.164 where the device knows a number, else what it shows
    (`…@lid`, an alphanumeric SMS sender). `at_ms` is the device's time brought to UTC.
    `exact` is False when it was read from a screen, which shows minutes only. `heading` is a line
    above the text, as the subject of a mail, `below` what a mail quotes of what it answers.
    """

    channel: Channel
    key: str
    sender: str
    text: str
    at_ms: int
    sender_name: str | None = None
    group: Group | None = None
    exact: bool = True
    heading: str = ""
    below: str = ""
    origin: Origin = Origin.PERSON
    form: TextForm = TextForm.WORDS
    media: IncomingMedia | None = field(default=None, compare=False)
    #: Where the device's own numbering has come once this is kept: moved in the same transaction.
    cursor: tuple[str, int] | None = field(default=None, compare=False)


class Tick(Enum):
    """The tick of an own WhatsApp row, or the same knowledge of an SMS."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What an earlier attempt over the same device has proven of a long SMS.

    `sent` are the numbers of the parts that left, from 1; the others go under `reference` again.
    """

    reference: int
    sent: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedText:
    """The message that another one answers, by its words; `own`: the line wrote it.

    `by` are the names and the number under which a group may show who wrote it. `key` is the
    device's own identity for one that came in, `proof` what proved that one left over this device.
    """

    text: str
    own: bool
    at_ms: int
    by: frozenset[str] = frozenset()
    key: str | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One attempt at one message. `attempt_id` names the folder of its evidence.

    `number` is what the driver writes to: the value of whom it is for, in a scheme that the channel
    writes to. `text` is the caption of the `file`, and may be empty then. `group` is set for a
    post; `number` is then its address. A device that cannot answer the `quoted` message sends it
    without that, and says so. `by_rule`: a rule of the line says it, and no person or program.
    """

    attempt_id: str
    message_id: str
    channel: Channel
    number: str
    text: str
    started_ms: int
    resumed: Resumed | None = None
    file: OutgoingFile | None = None
    group: Group | None = None
    quoted: QuotedText | None = None
    by_rule: bool = False

    @property
    def identity(self) -> Identity:
        if self.group and self.channel.groups:
            return Identity(scheme=self.channel.groups, value=self.number)
        return self.channel.addressee(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was seen after a send or on a later look. `facts` are ids, counts, names of files; those
    of them that the queue understands stand in `evidence_facts`.

    `earlier` are the ticks of messages sent to the same person before, by their ids, where the
    chat showed them: it was open anyway.
    """

    tick: Tick
    facts: Mapping[str, Any] = field(default_factory=dict)
    earlier: Mapping[str, Tick] = field(default_factory=dict)


class Finding(Enum):
    """The answer of a device that was asked what became of an attempt."""

    PRESENT = "present"
    ABSENT = "absent"
    #: It was looked at and can be read both ways; a person decides.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A question about an attempt whose outcome is not known.

    `baseline` is what `Attempt.baseline` recorded before the tap; None when the attempt ended
    before it came so far, which proves that nothing was tapped.
    """

    outgoing: Outgoing
    baseline: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    finding: Finding
    proof: Proof | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickVisit:
    """A bounded visit to a chat to read the ticks of messages already sent, oldest first."""

    channel: Channel
    number: str
    sent: Sequence[Outgoing]
    group: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """Ticks by message id; messages that were not found on the screen are not in it."""

    by_message: Mapping[str, Tick]


class Attempt(Protocol):
    """The queue's side of one attempt, held by the driver while it works on it."""

    @property
    def outgoing(self) -> Outgoing: ...

    @property
    def evidence_folder(self) -> Path: ...

    @property
    def earlier(self) -> Sequence[Outgoing]:
        """Messages sent to this person whose last tick is not known yet, oldest first."""
        ...

    def baseline(self, facts: Mapping[str, Any]) -> None:
        """Records what stood there before the tap; a later call replaces it.

        Durable when the gate is open, and on return where it was open already.
        """
        ...

    def clear_to_send(
        self, baseline: Mapping[str, Any] | None = None
    ) -> AbstractContextManager[None]:
        """Asks the consent gate again and keeps every opt-out waiting until left.

        `baseline` is recorded in the same commit, for a device that had nothing to look at in
        between. The tap (or the modem's send command and its result), and nothing else, happens
        inside; a device that sends part by part enters once a part. Raises Refused when it may no
        longer be sent.
        """
        ...


class Errand(ABC):
    """Something to do beside messages; it tells by itself how it ended."""

    @abstractmethod
    def run(self, driver: "Driver") -> None:
        """In the device's thread. Raises StoreError when the end could not be kept: it is due
        again.
        """


class Work(Protocol):
    """What a device is to do next; called in the device's thread, between other calls."""

    def next_task(
        self, device_id: str, channels: frozenset[Channel]
    ) -> "Attempt | Look | TickVisit | MediaFetch | Errand | None": ...

    def sent(self, attempt: Attempt, proof: Proof) -> None: ...

    def not_sent(self, attempt: Attempt, error: Exception) -> None:
        """`error` is a DeviceError (its class is the policy) or the gate's own Refused."""
        ...

    def looked(self, look: Look, found: "Found | DeviceError") -> None: ...

    def visited(self, visit: TickVisit, ticks: "Ticks | DeviceError") -> None: ...

    def fetched(self, fetch: MediaFetch, found: "Fetched | DeviceError") -> None: ...


class Driver(Protocol):
    """One device. All methods block, each within a deadline of its own, and raise DeviceError.

    Used by one thread only, except `rouse` and `close`.
    """

    device_id: str

    def probe(self) -> Status:
        """Connects where needed and says how the device is. Raises nothing."""
        ...

    def receive(self) -> bool:
        """Tells the listener all that is new; True when there was something."""
        ...

    def send(self, attempt: Attempt) -> Proof: ...

    def look(self, look: Look) -> Found: ...

    def visit(self, visit: TickVisit) -> Ticks: ...

    def rest(self, timeout_s: float) -> bool:
        """Waits until the device may have news, somebody rouses it, or the time is over.

        True when the device itself says that it has news.
        """
        ...

    def rouse(self) -> None:
        """Ends a rest, also one that has not begun yet. Any thread."""
        ...

    def close(self) -> None: ...
