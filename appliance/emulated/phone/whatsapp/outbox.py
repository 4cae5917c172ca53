"""How an own WhatsApp message leaves: it waits for the network, and for the tick fault."""

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.whatsapp.model import Message
from appliance.emulated.world.network import Bearer, Letter

#: From the tap on Send until the server has the message.
_UPLINK_MS = 150


class Outbox:
    """A held message has not left; it leaves once the fault is lifted or the phone is online."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._held: list[tuple[Message, str]] = []
        self._offline: list[tuple[Message, str]] = []

    def post(self, message: Message, *, to: str) -> None:
        if self._host.faults.take(FaultKind.TICK_PENDING):
            self._held.append((message, to))
        else:
            self._host.timers.after(_UPLINK_MS, lambda: self._leave(message, to))

    def lift(self) -> None:
        """The tick fault is gone: held messages leave, oldest first."""
        held, self._held = self._held, []
        for message, to in held:
            self._leave(message, to)

    def back_online(self) -> None:
        waiting, self._offline = self._offline, []
        for message, to in waiting:
            self._leave(message, to)

    @property
    def waiting(self) -> int:
        return len(self._held) + len(self._offline)

    def _leave(self, message: Message, to: str) -> None:
        if not self._host.online:
            self._offline.append((message, to))
            return
        letter = Letter(
            id=message.letter_id,
            channel=Bearer.WHATSAPP,
            sender=self._host.number,
            to=to,
            text=message.text,
            at_ms=message.at_ms,
            medium=message.medium,
            digest=message.digest,
        )
        self._host.network.take(letter, sender=self._host)
