"""What a modem has to tell beside what every device tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from appliance.devices.listener_protocol import Listener
from appliance.messages import Origin
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPart:
    """One part of a long SMS, as the modem has it; parts come in any order, and twice.

    `key` is the part's own identity (the service centre's time stamp and its bytes). Parts of
    one message have the same `sender`, `reference`, `wide` (a reference of 16 bits) and `total`,
    and not always the same `origin`.
    `text` may begin or end with half a surrogate pair: joined, the halves are a character.
    """

    key: str
    sender: str
    reference: int
    wide: bool
    part: int
    total: int
    text: str
    at_ms: int
    origin: Origin = Origin.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What the network says became of one part that this device sent.

    `reference` is TP-MR as the modem gave it when it sent, `at_ms` the network's time. `arrived`
    None: the network still tries. `status` is TP-ST, for the evidence.
    """

    number: str
    reference: int
    at_ms: int
    arrived: bool | None
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The credit of a prepaid SIM. `cents` None: the operator's answer could not be read."""

    cents: int | None
    at_ms: int


class ModemListener(Listener, Protocol):
    """What a modem has to tell beside it."""

    def received_parts(self, device_id: str, parts: Sequence[IncomingPart]) -> None:
        """Durable on return; a message whose parts are all there is received with it."""
        ...

    def delivery_reports(self, device_id: str, reports: Sequence[DeliveryReport]) -> None:
        """Durable on return; what belongs to no message of this device is dropped."""
        ...

    def balance(self, device_id: str, balance: Balance) -> None: ...

    def hardware_seen(self, device_id: str, imei: str, iccid: str | None) -> Reason:
        """NONE where this is the modem that was enrolled; the first one seen binds it.

        Sticks of one batch may share an IMEI: then the SIM tells which of them this is.
        """
        ...

    def is_carried(self, device_id: str) -> bool:
        """Whether a line has this device; else nobody takes what it has, and it stays there."""
        ...

    def in_doubt(self, device_id: str) -> Sequence[Mapping[str, Any]]:
        """The baselines of this device's attempts whose outcome nobody knows yet.

        What they name is evidence; what none of them names may be cleared away.
        """
        ...

    def model_facts(self, model: str) -> Mapping[str, Any]:
        """What was learnt about a make, model and firmware by any device; empty when nothing."""
        ...

    def learn(self, model: str, facts: Mapping[str, Any]) -> None:
        """Adds to what is known of a model. Durable on return."""
        ...
