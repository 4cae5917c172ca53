"""Pictures, decoded by Pillow alone: how large they are, and small WebP copies of them.

A picture comes from anybody. Only four formats are tried, and none with more pixels than a phone's
camera makes: a small file may claim a picture that fills the memory.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from appliance.store.part_files import held_part, keep

EDGE = 480
"""Pixels of the longer side of a thumbnail."""
MAX_PIXELS = 20_000_000
MAX_JPEG_PIXELS = 50_000_000
"""A JPEG is decoded no larger than it is needed, so a larger one takes no more memory."""
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_BROKEN = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError)
_ONE_AT_A_TIME = threading.Lock()
"""A decoded picture takes up to 80 MB, and a Pi has little."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    width: int
    height: int


def size_of(path: Path) -> PictureSize | None:
    """As it is looked at, read from its beginning; None for what is no picture that is shown."""
    try:
        with _opened(path) as picture:
            width, height = picture.size
            most = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
            if width * height > most:
                return None
            turned = _is_on_its_side(picture)
    except _BROKEN:
        return None
    return PictureSize(height, width) if turned else PictureSize(width, height)


def _is_on_its_side(picture: Image.Image) -> bool:
    """As the camera noted it before the pixels: Pillow decodes all of a PNG to look behind them."""
    if picture.format == "PNG" and "exif" not in picture.info:
        return False
    noted = picture.getexif().get(0x0112)
    return isinstance(noted, int) and noted >= 5  # noqa: PLR2004 -- EXIF: on its side


def make_thumbnail(path: Path, target: Path) -> bool:
    """Whether there is a thumbnail at `target` now. Takes a while, so not for the event loop."""
    with _ONE_AT_A_TIME:
        if target.is_file():
            return True
        if size_of(path) is None:
            return False
        try:
            small = _small(path)
            with held_part(target) as (part, handle):
                small.save(part, "WEBP", quality=75)
                keep(part, handle, target)
        except _BROKEN:
            return False
    return True


def decoded(path: Path, edge: int) -> Image.Image | None:
    """RGB or RGBA, its longer side no longer than `edge`; None for what is no picture that is
    shown. Takes a while, so not for the event loop.
    """
    with _ONE_AT_A_TIME:
        if size_of(path) is None:
            return None
        try:
            return _small(path, edge)
        except _BROKEN:
            return None


def _small(path: Path, edge: int = EDGE) -> Image.Image:
    with _opened(path) as picture:
        picture.draft("RGB", (edge * 2, edge * 2))  # a JPEG is decoded no larger than needed
        picture.thumbnail((edge, edge))
        turned = ImageOps.exif_transpose(picture)
        return turned.convert("RGB" if turned.mode in ("L", "RGB", "CMYK", "YCbCr") else "RGBA")


def _opened(path: Path) -> Image.Image:
    return Image.open(path, formats=_FORMATS)
