"""A picture of the screen in which nothing can be read: where its frames are, and no more."""

import io

from PIL import Image, ImageDraw

from appliance.devices.phone.screen import SYSTEM_UI, Box, Screen, View
from appliance.errors import Transient

_BLACK = "black"


def blacked_out(png: bytes, screen: Screen) -> bytes:
    """A PNG, black wherever a text, a picture or something unknown stands.

    Whatever draws without children may draw a picture, and whatever no window covers is unknown.
    Raises Transient when the picture and the hierarchy are not of one screen.
    """
    shown = Image.open(io.BytesIO(png)).convert("RGB")
    windows = [window for window in screen.windows if not window.box.empty]
    if not windows or not _fits(windows, shown.size):
        raise Transient("The picture is not of the screen that was read. Try again.")
    masked = Image.new("RGB", shown.size, _BLACK)
    for window in windows:
        masked.paste(shown.crop(_corners(window.box)), _corners(window.box)[:2])
    canvas = ImageDraw.Draw(masked)
    for window in windows:
        for view in window.walk():
            if _tells(view) and not view.box.empty:
                left, top, right, bottom = _corners(view.box)
                canvas.rectangle((left, top, right - 1, bottom - 1), fill=_BLACK)
    written = io.BytesIO()
    masked.save(written, "PNG", optimize=True)
    return written.getvalue()


def _tells(view: View) -> bool:
    leaf = not view.children
    return leaf or bool(view.text or view.desc) or view.package == SYSTEM_UI


def _fits(windows: list[View], size: tuple[int, int]) -> bool:
    """The bars at the bottom may be no window."""
    right = max(each.box.right for each in windows)
    bottom = max(each.box.bottom for each in windows)
    return right == size[0] and bottom <= size[1]


def _corners(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom
