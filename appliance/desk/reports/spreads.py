"""How long things took: the middle of them, and the ninth in ten."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.store.reports import SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """`median_s` and `p90_s` are None where there was none. `within` is how many of them were
    within the target.
    """

    count: int
    median_s: float | None
    p90_s: float | None
    within: int


class Spans:
    """Spans of time, as sheets hold them; each is within the target of its own line or not."""

    def __init__(self) -> None:
        self.by_target: dict[int, Counter[str]] = {}

    def add(self, letters: Iterable[str], *, target_s: int) -> None:
        self.by_target.setdefault(target_s, Counter()).update(letters)

    def join(self, other: "Spans") -> None:
        for target_s, counts in other.by_target.items():
            self.add(counts, target_s=target_s)

    @property
    def _counts(self) -> Counter[str]:
        """Where all lines have one target, as in most companies, nothing is put together."""
        several = list(self.by_target.values())
        return several[0] if len(several) == 1 else sum(several, Counter())

    @property
    def spread(self) -> Spread:
        counts = self._counts
        steps = sorted((SECONDS[letter], count) for letter, count in counts.items())
        median_s, p90_s = middle_and_ninth(steps)
        return Spread(
            count=counts.total(),
            median_s=median_s,
            p90_s=p90_s,
            within=sum(_within(counts, target) for target, counts in self.by_target.items()),
        )


def middle_and_ninth(steps: Sequence[tuple[int, int]]) -> tuple[float | None, float | None]:
    """Of values in their order, each with how often it came; None where there are none."""
    last = sum(count for _, count in steps) - 1
    return (_at(steps, last * 0.5), _at(steps, last * 0.9)) if steps else (None, None)


def _within(counts: Counter[str], target_s: int) -> int:
    return sum(count for letter, count in counts.items() if SECONDS[letter] <= target_s)


def _at(steps: Sequence[tuple[int, int]], place: float) -> float:
    """The value at this place of the sorted row; between two places it is between their values."""
    low, part = int(place), place - int(place)
    passed, below = 0, None
    for value, count in steps:
        passed += count
        if below is None and passed > low:
            below = value
        if below is not None and (part == 0 or passed > low + 1):
            return round(below + (value - below) * part, 1)
    return float(steps[-1][0])
