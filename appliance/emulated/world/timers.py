"""What will happen later on an emulated phone, by the world's clock."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from appliance.clock import Clock, ManualClock


class Timers(Protocol):
    """Everything that an emulated phone or person does later is scheduled here."""

    def now_ms(self) -> int: ...

    def after(self, span_ms: float, call: Callable[[], None]) -> None:
        """`call` runs once, `span_ms` of the world's milliseconds from now."""
        ...


@dataclass(slots=True)
class LoopTimers:
    """Timers on the running event loop, at the speed of the clock."""

    clock: Clock

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def after(self, span_ms: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self.clock.real_s(span_ms), call)


@dataclass(slots=True)
class SteppedTimers:
    """Timers that stand still until told to advance: whole days in an instant, always alike."""

    clock: ManualClock
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def after(self, span_ms: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.clock.at_ms + span_ms, next(self._order), call))

    def advance(self, *, ms: int = 0, s: float = 0) -> None:
        """Runs what falls due, in order, with the clock at the moment of each."""
        until = self.clock.at_ms + ms + int(s * 1000)
        while self._due and self._due[0][0] <= until:
            due, _, call = heapq.heappop(self._due)
            self.clock.at_ms = max(self.clock.at_ms, int(due))
            call()
        self.clock.at_ms = until
