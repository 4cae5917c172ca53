"""The screen as a picture: frames, fields and words, enough for a person to see where it is."""

import asyncio
import hashlib
import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from appliance.emulated.phone.hierarchy_xml import shown_text
from appliance.emulated.phone.node import Node

_PAPER = "#fbfaf7"
_DARK = "#000000"
_INK = "#1d1f21"
_FRAME = "#9aa5a0"
_TEXT_SIZE_PX = 30
_QUALITY = 80

#: Left, top, right, bottom, words, whether to frame it, the picture that is drawn there.
Mark = tuple[int, int, int, int, str, bool, str]
#: Squares in a row of a picture.
_SQUARES = 8


async def jpeg(windows: list[Node], size: tuple[int, int]) -> bytes:
    """Drawn in a thread, since it takes as long as many calls to other phones."""
    return await asyncio.to_thread(_saved, _marks(windows), size, "JPEG")


async def png(windows: list[Node], size: tuple[int, int], *, lit: bool = True) -> bytes:
    if not lit:
        return await asyncio.to_thread(_saved, [], size, "PNG", paper=_DARK)
    return await asyncio.to_thread(_saved, _marks(windows), size, "PNG")


def _marks(windows: list[Node]) -> list[Mark]:
    """A copy of the screen, because the handset goes on changing."""
    marks = []
    for window in windows:
        for node in window.walk():
            words = shown_text(node) or (node.content_desc if node.clickable else "")
            if node.visible_to_user and (words or node.clickable):
                box = node.bounds
                place = (box.left, box.top, box.right, box.bottom)
                marks.append((*place, words, node.clickable, node.picture))
    return marks


def _saved(
    marks: list[Mark], size: tuple[int, int], picture_format: str, *, paper: str = _PAPER
) -> bytes:
    picture = Image.new("RGB", size, paper)
    canvas = ImageDraw.Draw(picture)
    for left, top, right, bottom, words, framed, shown in marks:
        if shown:
            _paint(canvas, (left, top, right, bottom), shown)
            continue
        if framed and right > left and bottom > top:
            canvas.rectangle((left, top, right - 1, bottom - 1), outline=_FRAME, width=2)
        canvas.text((left + 8, top + 8), words, fill=_INK, font=_font())
    encoded = io.BytesIO()
    picture.save(encoded, picture_format, quality=_QUALITY)
    return encoded.getvalue()


def _paint(canvas: ImageDraw.ImageDraw, box: tuple[int, int, int, int], name: str) -> None:
    """Grey squares, other ones for another name."""
    left, top, right, bottom = box
    wide, high = (right - left) / _SQUARES, (bottom - top) / _SQUARES
    shades = hashlib.shake_128(name.encode()).digest(_SQUARES * _SQUARES)
    for at, shade in enumerate(shades):
        row, column = divmod(at, _SQUARES)
        corner = left + column * wide, top + row * high
        canvas.rectangle((corner, (corner[0] + wide, corner[1] + high)), fill=(shade,) * 3)


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_TEXT_SIZE_PX)
