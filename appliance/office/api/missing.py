"""Boxes that are missing in an answer, because what the office has of them cannot be read: the
others are listed, and a header says which are not.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.exceptions import HTTPException

from appliance.api.problems import ProblemError
from appliance.errors import BalieError, StoreError, StoreUnavailable
from appliance.office.head.head import Head
from appliance.office.head.readable import judge

MISSING = "Balie-Missing"
"""A header with the ids of those boxes."""


@dataclass(slots=True)
class MissingBoxes:
    """Of one answer."""

    head: Head
    _failed: dict[str, StoreError] = field(default_factory=dict)

    def add_known(self, box_id: str) -> None:
        """It was found before."""
        self._failed[box_id] = _unreadable(box_id)

    async def add(self, failed: Mapping[str, Exception], *, well: int) -> None:
        """These could not be read, and so many others could."""
        for box_id, exc in failed.items():
            self._failed[box_id] = exc if isinstance(exc, StoreError) else _unreadable(box_id)
        if failed:
            await asyncio.to_thread(partial(judge, self.head.store, failed, well=well))

    @property
    def first(self) -> StoreError | None:
        return next(iter(self._failed.values()), None)

    @property
    def ids(self) -> Collection[str]:
        return set(self._failed)

    @property
    def headers(self) -> Mapping[str, str]:
        return {MISSING: ", ".join(sorted(self._failed))} if self._failed else {}


def is_of_reading(exc: Exception) -> bool:
    """Not an answer, such as a refusal: whatever else comes of rows that cannot be."""
    is_answer = isinstance(exc, BalieError | ProblemError | HTTPException)
    return isinstance(exc, StoreError) or not is_answer


def _unreadable(box_id: str) -> StoreError:
    return StoreUnavailable(f"The office's copy of the box {box_id} cannot be read.")
