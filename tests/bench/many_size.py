"""How large the company of the group `many` is: `--boxes` and `--seconds` make it smaller."""

from dataclasses import dataclass

BOXES, SECONDS = 100, 30.0
DAY_EVENTS = 5_000
"""That a box has to tell after a day's cut."""
EVENTS_A_SECOND = 500.0
"""Of all boxes together."""


@dataclass(slots=True, kw_only=True)
class ManySize:
    """`seconds`: so long each load lasts; a day is as much shorter as these are."""

    boxes: int = BOXES
    seconds: float = SECONDS

    @property
    def real(self) -> int:
        """So many have a database of their own; where there are more, they are made up."""
        return min(self.boxes, BOXES)

    @property
    def share(self) -> float:
        return min(1.0, self.seconds / SECONDS)

    @property
    def day_events(self) -> int:
        return int(DAY_EVENTS * self.share)


SIZE = ManySize()
