"""Static files: where they are, and addresses that change when they do."""

import functools
import hashlib
from pathlib import Path

from markupsafe import Markup

STATIC_DIR = Path(__file__).parent / "static"


@functools.cache
def asset(name: str) -> str:
    """The address of a static file, with a mark of its content: browsers may keep it for good."""
    path = STATIC_DIR / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "missing"
    return f"/static/{name}?v={digest}"


def icon(name: str, kind: str = "") -> Markup:
    """A picture for the eye only; whoever uses it says the same in text."""
    return Markup(
        '<svg class="icon {kind}" aria-hidden="true" focusable="false"><use href="{href}"/></svg>'
    ).format(kind=kind, href=f"{asset('icons.svg')}#{name}")
