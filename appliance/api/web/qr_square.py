"""A text as a square that a camera reads."""

import segno
from markupsafe import Markup


def square(text: str) -> Markup:
    """Dark on light by night, too: some cameras read it no other way."""
    code = segno.make_qr(text, error="m")
    drawn = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return Markup(drawn)  # noqa: S704 -- a drawing; the text stands nowhere in it
