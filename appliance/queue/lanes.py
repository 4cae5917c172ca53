"""The queue of a line: eight lanes, and the order in which what waits in them leaves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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


class Lane(NamedTuple):
    """Messages of one line under the same brakes; inside a lane, first in is first out.

    A tuple and no dataclass, because each step of a plan hashes it a dozen times.
    """

    kind: MessageClass
    answering: bool


LANES = tuple(Lane(kind, answering) for kind in CLASSES for answering in (True, False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A waiting message as the planner sees it. `blocked`: an earlier one to them is in doubt, or
    it is a post and who would read it is not known.

    Of a post in a group `contact_id` is its conversation.

    `bound_to`: the device over which a part of it left. `undecided`: it waits until somebody has
    decided whether they want no more. `paused`: somebody holds back its list. An answer `prefers`
    the channel on which they last wrote.
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
    has_files: bool = False
    undecided: bool = False
    paused: bool = False
    lane: Lane = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lane = Lane(self.waiting.kind, self.waiting.answering)
        object.__setattr__(self, "lane", lane)


def place(message: Queued) -> tuple[int, str]:
    """Its place in the queue of a SIM; the smallest leaves first."""
    return CLASSES.index(message.waiting.kind), message.waiting.id


def by_id(message: Queued) -> str:
    return message.waiting.id


def by_class(lanes: Mapping[Lane, Iterable[Queued]], closed: set[Lane]) -> Iterator[Queued]:
    """Class before class, inside a class by their ids; none of a lane that is closed by then.

    `closed` may grow in between, also by a lane of which the first was read already.
    """
    for answering, begun in _BY_CLASS:
        these, those = lanes.get(answering), lanes.get(begun)
        if these is not None and those is not None:
            yield from _in_turn((answering, iter(these)), (begun, iter(those)), closed)
        elif these is not None:
            yield from _while_open(answering, these, closed)
        elif those is not None:
            yield from _while_open(begun, those, closed)


_BY_CLASS = tuple(zip(LANES[::2], LANES[1::2], strict=True))

_Ahead = tuple[Lane, Iterator[Queued]]


def _in_turn(one: _Ahead, other: _Ahead, closed: set[Lane]) -> Iterator[Queued]:
    """The two lanes of a class, of which only what is asked for is read."""
    first, second = _next(*one, closed), _next(*other, closed)
    while first is not None or second is not None:
        if second is None or (first is not None and first.waiting.id < second.waiting.id):
            if first is not None and first.lane not in closed:
                yield first
            first = _next(*one, closed)
        else:
            if second.lane not in closed:
                yield second
            second = _next(*other, closed)


def _while_open(lane: Lane, waiting: Iterable[Queued], closed: set[Lane]) -> Iterator[Queued]:
    for each in () if lane in closed else waiting:
        if lane in closed:
            return
        yield each


def _next(lane: Lane, waiting: Iterator[Queued], closed: set[Lane]) -> Queued | None:
    return None if lane in closed else next(waiting, None)
