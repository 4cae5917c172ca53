"""Static files: where they are, and addresses that change when they do."""

import functools
import hashlib
from pathlib import Path

from markupsafe import Markup

from appliance.messages import MessageState

STATIC_DIR = Path(__file__).parent / "static"

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
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "missing"
    return f"/static/{name}?v={digest}"


@functools.cache
def icon(name: str, kind: str = "") -> Markup:
    """A picture for the eye only; whoever uses it says the same in text."""
    return Markup(
        '<svg class="icon {kind}" aria-hidden="true" focusable="false"><use href="{href}"/></svg>'
    ).format(kind=kind, href=f"{asset('icons.svg')}#{name}")


def tick(state: MessageState) -> Markup:
    """How far a message of ours has come."""
    return icon(*_TICKS.get(state, ("alert", "bad")))
