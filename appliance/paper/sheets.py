"""The sheets of a document: where lines, rules and pictures are put, in points from the top left.

fpdf2 keeps the pages, cuts the letters out and writes the file. Lines are put by operators of our
own, because its paragraphs cost milliseconds each and a year of a line has tens of thousands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from appliance.errors import LettersMissing
from appliance.paper.measures import HEIGHT, Ink

VENDOR = Path(__file__).parent / "vendor"
"""Put there by `scripts/prepare`."""
_A5 = (419.53, 595.28)
SMALLER = 0.7047
"""A5 is A4 drawn so much smaller: its width is what fits."""

_FACES = {
    "text": "NotoSans_400Regular.ttf",
    "bold": "NotoSans_600SemiBold.ttf",
    "arabic": "IBMPlexSansArabic_400Regular.ttf",
    "emoji": "NotoEmoji_400Regular.ttf",
}


@dataclass(frozen=True, slots=True)
class LetterRun:
    """Letters of one face, drawn by these operators; `width` in points at the size it was set."""

    face: str
    operators: str
    width: float


class PdfSheets(FPDF):
    """Raises LettersMissing where the letters are missing."""

    def __init__(self, title: str, language: str, made_ms: int, *, half: bool = False) -> None:
        """`half`: on A5. All is put as on A4."""
        super().__init__(unit="pt", format=_A5 if half else "A4")
        self._scale = SMALLER if half else 1.0
        self.set_auto_page_break(auto=False)
        self.set_title(title)
        self.set_lang(language)
        self.set_creator("Balie")
        self.set_producer("Balie")
        self.set_creation_date(datetime.fromtimestamp(made_ms / 1000, UTC))
        self.faces = {name: self._face(name, file) for name, file in _FACES.items()}
        self._on_page: set[str] = set()

    def _face(self, name: str, file: str) -> TTFFont:
        path = VENDOR / file
        if not path.is_file():
            raise LettersMissing(f"The letters for PDF are missing ({file}): run scripts/prepare.")
        self.add_font(name, fname=path)
        face = self.fonts[name]
        if not isinstance(face, TTFFont):
            raise LettersMissing(f"{path} is no font.")
        return face

    def next_sheet(self) -> None:
        self.add_page()
        self._on_page.clear()
        if self._scale < 1:
            self._out(f"{self._scale} 0 0 {self._scale} 0 0 cm")

    def put(self, x: float, y: float, size: float, runs: Iterable[LetterRun], ink: Ink) -> None:
        """A line of text on the base line `y`, beginning at `x`."""
        red, green, blue = ink
        drawn = " ".join(f"{self._chosen(run.face, size)} {run.operators}" for run in runs)
        at = f"{x:.2f} {HEIGHT - y:.2f}"
        self._out(f"BT {red:g} {green:g} {blue:g} rg {at} Td {drawn} ET")

    def _chosen(self, name: str, size: float) -> str:
        face = self.faces[name]
        if name not in self._on_page:
            self._on_page.add(name)
            self._set_font_for_page(face, size)  # the page's own list of faces
        return f"/F{face.i} {size:.2f} Tf"

    def block(self, x: float, y: float, width: float, height: float, ink: Ink) -> None:
        red, green, blue = ink
        at = f"{x:.2f} {HEIGHT - y - height:.2f} {width:.2f} {height:.2f}"
        self._out(f"{red:g} {green:g} {blue:g} rg {at} re f")

    def ground(self, width: float, height: float, ink: Ink) -> None:
        """The whole top of the sheet, to its edges."""
        self.block(0, -HEIGHT, width, HEIGHT + height, ink)

    def picture(self, jpeg: bytes, x: float, y: float, width: float) -> None:
        self.image(BytesIO(jpeg), x=x, y=y, w=width)

    def turn_back_to(self, number: int) -> None:
        """What is put next is put on this page, which is there already."""
        self.page = number
        self._on_page.clear()
