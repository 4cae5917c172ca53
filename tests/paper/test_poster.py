"""A poster is read back by other programs than the one that drew it."""

from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import segno
from pypdf import PdfReader

from appliance.paper.poster import QUIET, Poster, PosterCode
from appliance.paper.poster_pdf import as_pdf
from appliance.paper.poster_svg import as_svg, code_svg

CODE = PosterCode(label="WhatsApp", link="https://wa.me/31612345678?text=Hallo%20Tilburg")
SMS = PosterCode(label="SMS", link="sms:+31612345678?&body=Hallo%20Tilburg")
POINTS_PER_MM = 72 / 25.4


def poster(**other: object) -> Poster:
    values: dict[str, Any] = {
        "language": "nl",
        "made_ms": 1_780_000_000_000,
        "branch": "De Werf & Zn., Łódź",
        "invitation": "Stuur ons een bericht",
        "codes": [CODE, SMS],
        "scan": "Richt de camera op een vierkant.",
        "number": "+31 6 12345678",
        "hours_title": "Openingstijden",
        "hours": [("maandag tot vrijdag", "08:30-17:30"), ("zaterdag", "09:00-12:00")],
        "notes": ["Geen berichten meer? Stuur STOP."],
    }
    return Poster(**{**values, **other})


@pytest.mark.parametrize(("half", "width_mm"), [(False, 210), (True, 148)])
def test_it_says_everything_on_one_sheet(half: bool, width_mm: int) -> None:
    """On A4 and on A5, all of it within the sheet."""
    reader = PdfReader(BytesIO(as_pdf(poster(), half=half)))
    assert len(reader.pages) == 1
    page = reader.pages[0]
    assert float(page.mediabox.width) == pytest.approx(width_mm * POINTS_PER_MM, abs=1)
    placed: list[float] = []

    def note(text: str, _cm: Any, matrix: Any, *_: Any) -> None:
        if text.strip():
            placed.append(float(matrix[5]))

    text = page.extract_text(visitor_text=note)
    for each in ("De Werf & Zn., Łódź", "WhatsApp", "SMS", "+31 6 12345678", "09:00-12:00", "STOP"):
        assert each in text
    assert min(placed) > 0


def test_a_long_name_and_many_hours_find_room() -> None:
    """Seven days that differ, and a name of eighty letters."""
    days = [(f"dag {n}", "08:30-12:30 en 13:00-17:30") for n in range(7)]
    drawn = as_pdf(poster(branch="Uitzendbureau " * 5, hours=days, codes=[CODE]), half=False)
    (page,) = PdfReader(BytesIO(drawn)).pages
    assert "dag 6" in page.extract_text()


def test_the_square_has_each_module_of_its_link() -> None:
    """Drawn in rows of dark modules, with four light ones around."""
    (path,) = (each for each in ET.fromstring(code_svg(CODE)) if each.tag.endswith("path"))  # noqa: S314 -- our own drawing
    drawn = set()
    for piece in path.attrib["d"].split("M")[1:]:
        at, _, rest = piece.partition("h")
        left, top = (round(float(each)) for each in at.split())
        width = round(float(rest.partition("v")[0]))
        drawn |= {(top - QUIET, left - QUIET + each) for each in range(width)}
    matrix = segno.make_qr(CODE.link, error="m").matrix
    dark = {(y, x) for y, row in enumerate(matrix) for x, on in enumerate(row) if on}
    assert drawn == dark


def test_the_drawing_is_whole_and_harmless() -> None:
    """What a branch is called is text, never a part of the drawing."""
    drawn = as_svg(poster(branch='"><script>alert(1)</script>'))
    root = ET.fromstring(drawn)  # noqa: S314 -- our own drawing
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    said = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert '"><script>alert(1)</script>' in said
    assert "+31 6 12345678" in said
