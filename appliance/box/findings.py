"""What the start of the box found that somebody should know, told until a start finds it well.

Root writes it, and everybody on the box may read it: it holds no secrets and nothing of people.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.box.whole_files import put_whole

PLACE = Path("/run/balie-box/findings.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFinding:
    """`what` is a code that pages have a sentence for; `about` is what it names, such as a key."""

    what: str
    about: str = ""


UNREADABLE = "card-unreadable"
"""`balie.toml` is no TOML."""
UNKNOWN_KEY = "card-unknown-key"
WRONG_VALUE = "card-wrong-value"
NO_ROOM = "card-not-grown"
"""The data partition could not grow to the end of the card."""
STATE_LOST = "slot-state-lost"
"""Which slot is good could not be read any more."""
OTHER_SLOT = "slot-not-loaded"
"""The slot that was to start could not be loaded, so the other one runs."""
NO_DATA = "card-data-missing"
"""The data partition cannot be mounted: everything is in memory."""
NAME_TAKEN = "box-name-taken"
"""Another machine has the name, so the box has taken the next one."""


def keep(findings: Sequence[StartFinding], place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    put_whole(place, json.dumps([asdict(each) for each in findings]).encode(), mode=0o644)


def kept(place: Path = PLACE) -> Sequence[StartFinding]:
    """Empty on a machine that is no such box, too, and where the file cannot be understood."""
    try:
        told = json.loads(place.read_bytes())
        return [StartFinding(what=str(each["what"]), about=str(each["about"])) for each in told]
    except (OSError, ValueError, TypeError, KeyError):
        return []
