"""What somebody did with several conversations and may take back: in memory, for some minutes."""

from dataclasses import dataclass

from appliance.desk.access.bearer import new_token
from appliance.desk.team.bulk import BulkDone

LIFE_MS = 10 * 60_000
"""Whoever thinks better of it later does so with one conversation at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undoable:
    staff_id: str
    done: BulkDone
    at_ms: int


class Undoing:
    """Used by the event loop only."""

    def __init__(self) -> None:
        self._kept: dict[str, _Undoable] = {}

    def keep(self, staff_id: str, done: BulkDone, *, now_ms: int) -> str:
        """The name under which it is taken back. What the same person did before stays done."""
        self._kept = {
            name: each
            for name, each in self._kept.items()
            if each.staff_id != staff_id and now_ms - each.at_ms < LIFE_MS
        }
        name = new_token()
        self._kept[name] = _Undoable(staff_id=staff_id, done=done, at_ms=now_ms)
        return name

    def take(self, staff_id: str, name: str, *, now_ms: int) -> BulkDone | None:
        """Once. None for what is too long ago, or another person's."""
        kept = self._kept.get(name)
        if kept is None or kept.staff_id != staff_id or now_ms - kept.at_ms >= LIFE_MS:
            return None
        del self._kept[name]
        return kept.done
