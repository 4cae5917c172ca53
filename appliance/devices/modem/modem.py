"""What the parts of a modem's driver share: the open channel, and what is known so far."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from appliance.clock import Clock
from appliance.devices.modem.at.answers import Answer, AtError, PortGone, Rebooted
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.at.errors import classify
from appliance.devices.modem.options import ModemOptions
from appliance.devices.modem_protocol import ModemListener
from appliance.errors import DeviceGone

log = logging.getLogger(__name__)

# A doubt that nobody has asked about for so long was settled elsewhere.
_FORGOTTEN_S = 3600.0
_OWN_SERVICE_CENTRE = "00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemIdentity:
    """How the modem names itself; unknown words are empty."""

    imei: str
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""

    @property
    def key(self) -> str:
        """What is learnt is kept under this key: it holds for one make, model and firmware."""
        return " ".join(word for word in (self.manufacturer, self.model, self.firmware) if word)


@dataclass(slots=True, kw_only=True)
class Modem:
    """`spent` are slots of attempts that ended with proof, by storage.

    They are freed at a later turn, when the outcome is durable. Until then the slot is the
    evidence.
    """

    device_id: str
    first_port: str
    listener: ModemListener
    clock: Clock
    options: ModemOptions
    channel: AtChannel | None = None
    port: str | None = None
    identity: ModemIdentity | None = None
    #: The modem has its settings; it loses them at each start.
    settled: bool = False
    #: The attempt was inside the gate, so something may have left.
    tapped: bool = False
    #: Whether the status in slots has been checked since the modem was settled.
    truth_checked: bool = False
    #: What each domain of the network said last, as <stat> of 27.007 §7.2.
    registration: dict[str, int | None] = field(default_factory=dict)
    spent: dict[str, list[int]] = field(default_factory=dict)
    #: Monotonic seconds at which an attempt was first known to be in doubt.
    doubted_s: dict[str, float] = field(default_factory=dict)
    #: Those attempts that were tapped since the modem was last settled.
    awake: set[str] = field(default_factory=set)

    @property
    def at(self) -> AtChannel:
        """Raises DeviceGone while there is none."""
        channel = self.channel
        if channel is None:
            raise DeviceGone("The modem is not plugged in.")
        return channel

    @contextmanager
    def talking(self) -> Iterator[AtChannel]:
        """Notes what an error says about the whole modem, and raises it again."""
        try:
            yield self.at
        except Rebooted:
            self.settled = False
            raise
        except PortGone:
            self.detach()
            raise

    def command(self, text: str, *, timeout_s: float | None = None) -> Answer:
        """Raises AtError, or a DeviceError."""
        with self.talking() as channel:
            return channel.command(text, timeout_s=timeout_s or self.options.patience.command_s)

    def pdu_command(self, text: str, pdu: bytes, *, timeout_s: float) -> Answer:
        """As `command`; the SIM's own service centre is taken."""
        with self.talking() as channel:
            return channel.pdu_command(
                text, _OWN_SERVICE_CENTRE + pdu.hex().upper(), timeout_s=timeout_s
            )

    def try_command(self, text: str, *, timeout_s: float | None = None) -> Answer | None:
        """None where the modem answers with an error: it may not know the command."""
        try:
            return self.command(text, timeout_s=timeout_s)
        except AtError as exc:
            log.debug("%s to %s: %s", self.device_id, text.partition("=")[0], exc)
            return None

    def must(self, text: str, *, timeout_s: float | None = None) -> Answer:
        """Raises an error of the modem as the DeviceError of its class."""
        try:
            return self.command(text, timeout_s=timeout_s)
        except AtError as exc:
            raise classify(exc) from exc

    def attach(self, channel: AtChannel, port: str) -> None:
        self.channel, self.port, self.settled = channel, port, False

    def detach(self) -> None:
        channel, self.channel = self.channel, None
        self.settled = False
        if channel is not None:
            channel.close()

    @property
    def learnt(self) -> Mapping[str, Any]:
        if self.identity is None or not self.identity.key:
            return {}
        return self.listener.model_facts(self.identity.key)

    def learn(self, **facts: Any) -> None:
        if self.identity is not None and self.identity.key:
            self.listener.learn(self.identity.key, facts)

    def spend(self, storage: str, slots: Sequence[int]) -> None:
        self.spent.setdefault(storage, []).extend(slots)

    def doubt(self, attempt_id: str) -> None:
        """Begins a doubt about the attempt, unless there is one; the network's time-out runs from
        here.

        After a tap of an earlier process it runs from this process's first question, which is
        later.
        """
        now_s = time.monotonic()
        for each, since_s in list(self.doubted_s.items()):
            if each != attempt_id and now_s - since_s > _FORGOTTEN_S:
                self.settle_doubt(each)
        self.doubted_s.setdefault(attempt_id, now_s)

    def settle_doubt(self, attempt_id: str) -> None:
        del self.doubted_s[attempt_id]
        self.awake.discard(attempt_id)

    def may_have_started_since(self, attempt_id: str) -> bool:
        """Whether, as far as is known, the modem may have restarted since the tap."""
        return attempt_id not in self.awake

    @property
    def may_be_sending(self) -> bool:
        """Whether the network's time-out still runs for any attempt in doubt."""
        network_ms = self.options.patience.network_ms
        return not all(self.has_waited(each, network_ms) for each in self.doubted_s)

    def has_waited(self, attempt_id: str, span_ms: int) -> bool:
        """Whether `span_ms` of the world's time has passed since the doubt began."""
        waited_s = time.monotonic() - self.doubted_s[attempt_id]
        return waited_s >= self.clock.real_s(span_ms)
