"""When a message that is written in the inbox may leave, and what its writer had seen by then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form

from appliance.desk.team import later
from appliance.desk.team.later import Until

UNDO_MS = 5_000
"""For so long a message stays with Balie, and whoever sent it may think again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """`not_before` is one of the choices, or a day and a time as a browser writes them. `undo`: the
    page offers to take it back at once. `began` is the newest message that its writer had seen when
    they began; empty: nobody asks.
    """

    not_before: str = ""
    undo: bool = False
    began: str = ""

    def not_before_ms(self, now_ms: int, zone: str) -> int | None:
        """Raises InvalidInput for a day or a time that is none."""
        if self.not_before:
            known = {each.value: each for each in Until if each is not Until.REPLY}
            until = known.get(self.not_before, Until.AT)
            return later.time_of(until, now_ms=now_ms, zone=zone, at=self.not_before)
        return now_ms + UNDO_MS if self.undo else None


def timing_of(form: Mapping[str, str]) -> Timing:
    """As the composer's script sends it."""
    return Timing(
        not_before=form.get("not_before", "")[:40],
        undo=bool(form.get("undo")),
        began="" if form.get("anyway") else form.get("began", "")[:40],
    )


def _timing(
    not_before: Annotated[str, Form(max_length=40)] = "",
    undo: Annotated[str, Form(max_length=5)] = "",
    began: Annotated[str, Form(max_length=40)] = "",
    anyway: Annotated[str, Form(max_length=5)] = "",
) -> Timing:
    return timing_of({"not_before": not_before, "undo": undo, "began": began, "anyway": anyway})


Timed = Annotated[Timing, Depends(_timing)]
