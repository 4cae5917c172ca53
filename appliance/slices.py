"""A slice: the present rows of one table that belong to one thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | int | float | bytes | None


class Privacy(StrEnum):
    """What head office may know of people; from wide to narrow."""

    ALL = "all"
    #: What was written and who somebody is stay at the box; a thread is fetched when somebody with
    #: rights opens it.
    ON_DEMAND = "on_demand"
    #: Nothing that tells people apart leaves the box as it is.
    FIGURES = "figures"

    def narrower(self, other: "Privacy") -> "Privacy":
        ordered = list(Privacy)
        return max(self, other, key=ordered.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """All rows of `table` where each column of `of` has its value, as they are now; who has a copy
    takes away what it has there and puts these in its place. An empty `of` means the whole table.
    """

    table: str
    of: Mapping[str, Value]
    rows: Sequence[Mapping[str, Value]]
