"""Small files in which the kernel says one thing each."""

from pathlib import Path


def text_of(path: Path) -> str | None:
    """Without the blanks around it; None where it cannot be read."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return None


def number_in(path: Path) -> int | None:
    text = text_of(path)
    return int(text) if text is not None and text.lstrip("-").isdecimal() else None
