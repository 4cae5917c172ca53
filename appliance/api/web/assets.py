"""Static files: where they are, and addresses that change when they do."""

import functools
import hashlib
import re
from pathlib import Path

from markupsafe import Markup

from appliance.messages import MessageState

STATIC_DIR = Path(__file__).parent / "static"

_IMPORTED = re.compile(rb'"(\./[a-z-]+\.js)"')
_TICKS = {
    MessageState.QUEUED: ("clock", ""),
    MessageState.SENDING: ("clock", ""),
    MessageState.UNCONFIRMED: ("unsure", ""),
    MessageState.SENT: ("tick", ""),
    MessageState.DELIVERED: ("ticks", ""),
    MessageState.READ: ("ticks", "read"),
    MessageState.CANCELLED: ("withdrawn", ""),
}


@functools.cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its content: browsers may keep it for good."""
    path = STATIC_DIR / name
    if not path.exists():
        return f"/static/{name}?v=missing"
    if path.parent == STATIC_DIR and path.suffix == ".js":
        return f"/static/{name}?v={_mark_of_scripts()}"
    return f"/static/{name}?v={mark_of(path.read_bytes())}"


def text_of(path: Path) -> bytes:
    """A script's imports get marks as well: without one a browser asks again on each page."""
    text = path.read_bytes()
    if path.parent != STATIC_DIR or path.suffix != ".js":
        return text
    return _IMPORTED.sub(rb'"\1?v=' + _mark_of_scripts().encode() + b'"', text)


@functools.cache
def _mark_of_scripts() -> str:
    """One for all of them, because they import each other in circles."""
    return mark_of(b"".join(path.read_bytes() for path in sorted(STATIC_DIR.glob("*.js"))))


def mark_of(content: bytes) -> str:
    """Another one for other content."""
    return hashlib.sha256(content).hexdigest()[:12]


@functools.cache
def icon(name: str, kind: str = "") -> Markup:
    """A picture for the eye only; whoever uses it says the same in text."""
    return Markup(
        '<svg class="icon {kind}" aria-hidden="true" focusable="false"><use href="{href}"/></svg>'
    ).format(kind=kind, href=f"{asset('icons.svg')}#{name}")


def tick(state: MessageState) -> Markup:
    """How far a message of ours has come."""
    return icon(*_TICKS.get(state, ("alert", "bad")))
