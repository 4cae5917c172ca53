"""The service centre: takes parts from modems and joins them to messages for the truth log."""

from dataclasses import dataclass, field

from appliance.emulated.modem.header import Concatenation
from appliance.emulated.modem.submit import Submit, joined
from appliance.emulated.world.network import Bearer, Endpoint, Letter, Network
from appliance.emulated.world.truth import PartDeparture

_Key = tuple[str, str, int, bool, int]


@dataclass(slots=True)
class _Unfinished:
    id: str
    parts: dict[int, bytes] = field(default_factory=dict)


class ServiceCentre:
    """A message of several parts is one departure, made when each part was taken once.

    A part that comes again before that only adds to the list of parts; one that comes later begins
    a new message.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._unfinished: dict[_Key, _Unfinished] = {}

    def take(self, submit: Submit, *, sender: Endpoint, mr: int) -> None:
        concat = submit.concat or Concatenation(reference=0, total=1, part=1)
        to = submit.address.number
        key = (sender.number, to, concat.reference, concat.wide, concat.total)
        message = self._unfinished.get(key)
        if message is None:
            message = self._unfinished[key] = _Unfinished(self._network.new_id())
        message.parts.setdefault(concat.part, submit.units)
        self._network.truth.record_part(
            PartDeparture(
                at_ms=self._network.timers.now_ms(),
                phone=sender.address,
                number=sender.number,
                to=to,
                text=submit.text,
                id=message.id,
                part=concat.part,
                parts=concat.total,
                reference=submit.concat.reference if submit.concat else None,
                wide=concat.wide,
                mr=mr,
            )
        )
        if len(message.parts) == concat.total:
            del self._unfinished[key]
            self._leave(message, to=to, sender=sender)

    def _leave(self, message: _Unfinished, *, to: str, sender: Endpoint) -> None:
        letter = Letter(
            id=message.id,
            channel=Bearer.SMS,
            sender=sender.number,
            to=to,
            text=joined([units for _, units in sorted(message.parts.items())]),
            at_ms=self._network.timers.now_ms(),
        )
        self._network.take(letter, sender=sender, parts=len(message.parts))
