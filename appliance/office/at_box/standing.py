"""How the link stands now, for who shows it; kept in memory, because it changes all the time."""

from dataclasses import dataclass

UNAUTHORIZED = "unauthorized"
NO_CREDENTIAL = "no-credential"


@dataclass(slots=True)
class LinkStanding:
    """Written by the thread of the link, read by any. `behind` counts events that the office has
    yet to get; `trouble` is a code, as `LinkAway.why` has it or one of these.
    """

    seen_ms: int | None = None
    behind: int | None = None
    trouble: str | None = None
