"""What a colleague chooses for themselves: how pages look and read."""

from dataclasses import asdict, dataclass

from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store.store import Tx

LANGUAGES = ("nl", "en")
THEMES = ("light", "dark")
TEXT_SIZES = ("large", "larger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """None: as the browser or the system says. `dense`: more rows of the list on a screen.
    `single_keys`: whether letters alone are shortcuts. `ctrl_sends`: Enter alone begins a line.
    """

    language: str | None = None
    theme: str | None = None
    text_size: str | None = None
    dense: bool = False
    single_keys: bool = True
    ctrl_sends: bool = False


def choose(tx: Tx, staff_id: str, wanted: Preferences) -> None:
    """Open pages follow when they are loaded again. Raises InvalidInput."""
    if wanted.language not in (None, *LANGUAGES):
        raise InvalidInput("language", "Choose Dutch (nl) or English (en).")
    if wanted.theme not in (None, *THEMES):
        raise InvalidInput("theme", "Choose light or dark.")
    if wanted.text_size not in (None, *TEXT_SIZES):
        raise InvalidInput("text_size", "Choose a size of letters from the list.")
    tx.conn.execute(
        "UPDATE staff SET language = :language, theme = :theme, text_size = :text_size,"
        " dense = :dense, single_keys = :single_keys, ctrl_sends = :ctrl_sends WHERE id = :id",
        {**asdict(wanted), "id": staff_id},
    )
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "look"})
