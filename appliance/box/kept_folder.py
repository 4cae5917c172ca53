"""Where root's own programs keep what outlives a start: Balie's user cannot write there."""

from pathlib import Path

_OF_CARD = Path("/data/box")
_OF_PACKAGE = Path("/var/lib/balie-box")


def kept_folder() -> Path:
    """On a card it lies on the data partition; `/var` is memory there."""
    return _OF_CARD if _OF_CARD.is_dir() else _OF_PACKAGE
