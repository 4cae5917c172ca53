"""What a benchmark is, and the list of them: each module of this folder registers its own."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from sys import modules


class Better(Enum):
    MORE = ">="
    LESS = "<="


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`peer` is the peer's value in the same run, in the unit that the docstring names."""

    value: float
    peer: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """`group` is the name of its module, or what the module calls its `GROUP`."""

    name: str
    group: str
    unit: str
    better: Better
    bound: float
    measure: Callable[[], Measured]

    @property
    def target(self) -> str:
        return f"{self.better.value} {self.bound:g}"

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.better is Better.MORE else value <= self.bound


BENCHMARKS: dict[str, Benchmark] = {}


def at_least(bound: float, unit: str) -> Callable[[Callable[[], Measured]], Callable[[], Measured]]:
    """Registers a figure that must reach `bound`; its name is the function's."""
    return _registering(Better.MORE, bound, unit)


def at_most(bound: float, unit: str) -> Callable[[Callable[[], Measured]], Callable[[], Measured]]:
    """Registers a figure that must stay within `bound`; its name is the function's."""
    return _registering(Better.LESS, bound, unit)


def _registering(
    better: Better, bound: float, unit: str
) -> Callable[[Callable[[], Measured]], Callable[[], Measured]]:
    def register(measure: Callable[[], Measured]) -> Callable[[], Measured]:
        name = measure.__name__.replace("_", "-")
        if name in BENCHMARKS:
            raise ValueError(f"two benchmarks are called {name}")
        BENCHMARKS[name] = Benchmark(
            name=name,
            group=getattr(modules[measure.__module__], "GROUP", None)
            or measure.__module__.rpartition(".")[2],
            unit=unit,
            better=better,
            bound=bound,
            measure=measure,
        )
        return measure

    return register
