"""Who looks at which conversation, and who types there: in memory, for as long as pages say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GONE_MS = 60_000
"""A page says every 50 seconds that somebody looks; without that they are gone."""
TYPES_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    name: str
    typing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastSeen:
    name: str
    looked_ms: int
    typed_ms: int


class Presence:
    """Used by the event loop only."""

    def __init__(self) -> None:
        self._there: dict[str, dict[str, _LastSeen]] = {}

    def here(
        self, conversation_id: str, staff_id: str, name: str, *, now_ms: int, typing: bool
    ) -> None:
        there = self._there.setdefault(conversation_id, {})
        before = there.get(staff_id)
        typed_ms = now_ms if typing else (before.typed_ms if before else -TYPES_MS)
        there[staff_id] = _LastSeen(name=name, looked_ms=now_ms, typed_ms=typed_ms)

    def stopped_typing(self, conversation_id: str, staff_id: str, *, now_ms: int) -> None:
        """They have sent what they typed."""
        seen = self._there.get(conversation_id, {}).get(staff_id)
        if seen is not None:
            still = _LastSeen(name=seen.name, looked_ms=now_ms, typed_ms=-TYPES_MS)
            self._there[conversation_id][staff_id] = still

    def gone(self, conversation_id: str, staff_id: str) -> None:
        there = self._there.get(conversation_id, {})
        there.pop(staff_id, None)
        if not there:
            self._there.pop(conversation_id, None)

    def around(self, staff_id: str, now_ms: int) -> Mapping[str, Sequence[Onlooker]]:
        """Wherever this person is: who else is there, by name."""
        self._forget(now_ms)
        return {
            conversation_id: [
                Onlooker(name=seen.name, typing=now_ms - seen.typed_ms < TYPES_MS)
                for other, seen in sorted(there.items(), key=lambda each: each[1].name)
                if other != staff_id
            ]
            for conversation_id, there in self._there.items()
            if staff_id in there
        }

    def _forget(self, now_ms: int) -> None:
        for conversation_id, there in list(self._there.items()):
            for staff_id, seen in list(there.items()):
                if now_ms - seen.looked_ms >= GONE_MS:
                    self.gone(conversation_id, staff_id)
