"""A picture of which nobody can read anything: that there is one, and roughly how it looks."""

import io
from pathlib import Path

from PIL import Image, ImageFilter

from appliance.media.thumbnails import BROKEN, opened, size_of

_EDGE = 18
"""Pixels of the longer side: of a phone's screen a line of text is less than one of them."""


def blurred(path: Path) -> bytes | None:
    """As WebP, of a few hundred bytes; None for what is no picture. Takes a while, so not for the
    event loop.
    """
    if size_of(path) is None:
        return None
    made = io.BytesIO()
    try:
        with opened(path) as picture:
            picture.draft("RGB", (_EDGE * 8, _EDGE * 8))
            small = picture.convert("RGB")
        small.thumbnail((_EDGE, _EDGE), Image.Resampling.BOX)
        small.filter(ImageFilter.GaussianBlur(1)).save(made, "WEBP", quality=60)
    except BROKEN:
        return None
    return made.getvalue()
