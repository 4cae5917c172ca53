"""When a place is tried again that a copy did not come to."""

from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.store.copy_places import PlaceTold

AGAIN_MS = 3_600_000
"""Until a place is tried again that failed, unless it was only not there."""
SOON_MS = 20_000
"""Until somebody may have mounted the stick."""
AT_ONCE = 3
"""So often a stick is written to anew at the next look. One that breaks each time would be written
to without end, gigabytes each time.
"""


class CopyTries:
    """Used by one thread. A start of Balie forgets how often the stick broke."""

    def __init__(self) -> None:
        self._broke = 0
        self._tried_ms: dict[str, int] = {}  # a store's own time goes on from a clock's that leapt

    def may(self, told: PlaceTold | None, now_ms: int) -> bool:
        if told is None or told.failed is None or told.tried_ms is None:
            return True
        if told.failed == CopyWhy.ABSENT:
            return True
        if told.failed == CopyWhy.PULLED and self._broke < AT_ONCE:
            return True
        wait_ms = SOON_MS if told.failed == CopyWhy.NOT_MOUNTED else AGAIN_MS
        return not 0 <= now_ms - self._tried_ms.get(told.place, told.tried_ms) < wait_ms

    def ended(self, place: CopyPlace, why: str | None, now_ms: int) -> None:
        """`why` None: a copy came."""
        self._tried_ms[place.value] = now_ms
        if place is CopyPlace.STICK:
            self._broke = self._broke + 1 if why == CopyWhy.PULLED else 0

    def stick_is_away(self) -> None:
        """Whoever plugs it in again, or another one, sees what becomes of it at once."""
        self._broke = min(self._broke, AT_ONCE - 1)
