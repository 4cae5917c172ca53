"""The style sheets of a page, joined: each one alone would be a request more before the page shows,
with more headers than rules.
"""

import functools
from collections.abc import Mapping, Sequence

from appliance.api.web.assets import STATIC_DIR, mark_of

_ALL = (
    *("colours", "tokens", "base", "fields", "notes", "door", "frame", "list", "row", "thread"),
    *("case", "team-note", "bubble", "proof", "composer", "contact", "group", "devices", "enrol"),
    *("screens", "search", "texts"),
)
_NOT_IN_THE_INBOX = ("door", "devices", "enrol", "group")
_JOINED: Mapping[str, Sequence[str]] = {
    "house": _ALL,
    "inbox": [each for each in _ALL if each not in _NOT_IN_THE_INBOX],
}
"""By name, the files in the order of their rules."""


@functools.cache
def joined(name: str) -> bytes:
    """Raises KeyError where there is none of this name."""
    folder = STATIC_DIR / "styles"
    return b"".join((folder / f"{each}.css").read_bytes() for each in _JOINED[name])


@functools.cache
def style_sheet(name: str) -> str:
    """The address, with a mark of its content: browsers may keep it for good."""
    return f"/static/sheets/{name}.css?v={mark_of(joined(name))}"
