"""How long things took: the middle of them and the ninth in ten, exactly."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """`median_s` and `p90_s` are None where there was none. `within` is how many of them were
    within the target.
    """

    count: int
    median_s: float | None
    p90_s: float | None
    within: int


@dataclass(slots=True)
class Spans:
    """Spans of time in seconds, as sheets hold them; each is within the target of its own line."""

    counts: Counter[str] = field(default_factory=Counter)
    within: int = 0

    def add(self, text: str, *, target_s: int) -> None:
        counts = Counter(text.split())
        self.within += sum(count for span, count in counts.items() if int(span) <= target_s)
        self.counts.update(counts)

    def join(self, other: "Spans") -> None:
        self.counts.update(other.counts)
        self.within += other.within

    @property
    def spread(self) -> Spread:
        steps = sorted((int(span), count) for span, count in self.counts.items())
        total = sum(count for _, count in steps)
        return Spread(
            count=total,
            median_s=_at(steps, (total - 1) * 0.5) if steps else None,
            p90_s=_at(steps, (total - 1) * 0.9) if steps else None,
            within=self.within,
        )


def _at(steps: Sequence[tuple[int, int]], place: float) -> float:
    """The value at this place of the sorted row; between two places it is between their values."""
    low, part = int(place), place - int(place)
    passed, below = 0, None
    for seconds, count in steps:
        passed += count
        if below is None and passed > low:
            below = seconds
        if below is not None and (part == 0 or passed > low + 1):
            return round(below + (seconds - below) * part, 1)
    return float(steps[-1][0])
