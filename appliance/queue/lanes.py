"""The queue of a line: eight lanes, and the order in which what waits in them leaves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge

from appliance.channels import Channel
from appliance.messages import MessageClass
from appliance.queue.pacing import Waiting
from appliance.reasons import Reason

CLASSES = (
    MessageClass.CONFIRMATION,
    MessageClass.REPLY,
    MessageClass.AUTOMATIC,
    MessageClass.LIST,
)
"""The order in which classes leave."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Messages of one line under the same brakes; inside a lane, first in is first out."""

    kind: MessageClass
    answering: bool

    def __hash__(self) -> int:
        """Quicker than an Enum's own: each step of a plan asks for it a dozen times."""
        return 2 * CLASSES.index(self.kind) + self.answering


LANES = tuple(Lane(kind, answering) for kind in CLASSES for answering in (True, False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A waiting message as the planner sees it. `blocked`: an earlier one to them is in doubt.

    `bound_to`: the device over which a part of it left. `undecided`: it waits until somebody has
    decided whether they want no more. An answer `prefers` the channel on which they last wrote.
    """

    waiting: Waiting
    contact_id: str
    text: str
    wanted: Channel | None
    on_whatsapp: bool | None
    expected_ms: int | None
    reason: Reason | None
    tries: int
    blocked: bool
    bound_to: str | None = None
    prefers: Channel | None = None
    undecided: bool = False

    @property
    def lane(self) -> Lane:
        return Lane(self.waiting.kind, self.waiting.answering)


def place(message: Queued) -> tuple[int, str]:
    """Its place in the queue of a SIM; the smallest leaves first."""
    return CLASSES.index(message.waiting.kind), message.waiting.id


def by_id(message: Queued) -> str:
    return message.waiting.id


def by_class(lanes: Mapping[Lane, Iterable[Queued]], closed: set[Lane]) -> Iterator[Queued]:
    """Class before class, inside a class by their ids; none of a lane that is closed by then.

    `closed` may grow in between, also by a lane of which the first was read already.
    """
    for own in _BY_CLASS:
        given = [(lane, lanes[lane]) for lane in own if lane in lanes]
        if len(given) == 1:
            yield from _while_open(*given[0], closed)
        elif given:
            each_open = (_while_open(lane, waiting, closed) for lane, waiting in given)
            yield from (each for each in merge(*each_open, key=by_id) if each.lane not in closed)


_BY_CLASS = [[lane for lane in LANES if lane.kind is kind] for kind in CLASSES]


def _while_open(lane: Lane, waiting: Iterable[Queued], closed: set[Lane]) -> Iterator[Queued]:
    for each in () if lane in closed else waiting:
        if lane in closed:
            return
        yield each
