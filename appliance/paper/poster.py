"""A poster to hang at the counter: a number in large letters, and squares that open it.

The same on A4 and A5 (`poster_pdf.py`) and as a drawing (`poster_svg.py`). Each square is dark on
light, with the quiet margin that cameras need.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno

from appliance.paper.measures import WIDTH, Ink

MARGIN = 54.0
ROOM = WIDTH - 2 * MARGIN
HEAD = 176.0
QUIET = 4
"""Modules of light around a square (ISO/IEC 18004)."""
SQUARE_TOP = 206.0
SQUARE_EDGES = {1: 300.0, 2: 226.0, 3: 158.0}

ACCENT: Ink = (0.04, 0.42, 0.39)
INK: Ink = (0.11, 0.14, 0.13)
SOFT: Ink = (0.36, 0.39, 0.37)
WHITE: Ink = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterCode:
    """A square that opens `link`; `label` says what with."""

    label: str
    link: str

    def rows(self) -> Sequence[bytes]:
        """Its modules from the top, 1 is dark, without the quiet margin."""
        return [bytes(row) for row in segno.make_qr(self.link, error="m").matrix]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """`hours` are days and times, `notes` the small lines at the foot."""

    language: str
    made_ms: int
    branch: str
    invitation: str
    codes: Sequence[PosterCode]
    scan: str
    number: str
    hours_title: str
    hours: Sequence[tuple[str, str]]
    notes: Sequence[str]

    def squares(self) -> Iterator[tuple[PosterCode, float, float, float]]:
        """Each code with the left and top of its square, and the edge of it, in points of A4."""
        count = max(1, len(self.codes))
        edge = SQUARE_EDGES.get(count, SQUARE_EDGES[max(SQUARE_EDGES)])
        step = ROOM / count
        for place, code in enumerate(self.codes):
            yield code, MARGIN + place * step + (step - edge) / 2, SQUARE_TOP, edge


def runs_of(row: bytes) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many there are."""
    at = 0
    while at < len(row):
        begins = at
        while at < len(row) and row[at]:
            at += 1
        if at > begins:
            yield begins, at - begins
        at += 1
