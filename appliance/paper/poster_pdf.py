"""The poster as a PDF, on A4 or on A5."""

from collections.abc import Iterator, Sequence

from appliance.paper.letters import Letters
from appliance.paper.lines import BrokenLine, lines
from appliance.paper.measures import WIDTH, Ink
from appliance.paper.poster import (
    ACCENT,
    HEAD,
    INK,
    MARGIN,
    QUIET,
    ROOM,
    SOFT,
    SQUARE_TOP,
    WHITE,
    Poster,
    PosterCode,
    runs_of,
)
from appliance.paper.sheets import PdfSheets

_MOST_NAME_LINES = 2
_SMALLEST = 18.0
_FEW_HOURS = 4
"""Lines; more of them are set smaller."""
_LEAD = 1.28


def as_pdf(poster: Poster, *, half: bool) -> bytes:
    """On A4, or on A5. Raises LettersMissing where the letters are missing."""
    sheets = PdfSheets(
        f"{poster.branch} {poster.number}", poster.language, poster.made_ms, half=half
    )
    sheets.next_sheet()
    _Drawn(sheets).draw(poster)
    return bytes(sheets.output())


class _Drawn:
    def __init__(self, sheets: PdfSheets) -> None:
        self._sheets = sheets
        self._letters = Letters(sheets)
        self._y = 0.0

    def draw(self, poster: Poster) -> None:
        self._sheets.ground(WIDTH, HEAD, ACCENT)
        name, size = self._fitting(poster.branch, 40.0, most=_MOST_NAME_LINES)
        self._y = (HEAD - (len(name) * size + 22) * _LEAD) / 2
        self._centred(name, size, WHITE)
        self._say(poster.invitation, "text", 20.0, WHITE)
        self._squares(poster)
        self._say(poster.scan, "text", 12.0, SOFT)
        self._y += 12
        number, size = self._fitting(poster.number, 44.0, most=1)
        self._centred(number, size, ACCENT)
        self._y += 10
        self._hours(poster)
        self._foot(poster.notes)

    def _fitting(self, text: str, size: float, *, most: int) -> tuple[list[BrokenLine], float]:
        """As large as it can be in so many lines; a very long text takes more."""
        while True:
            found = list(self._lines(text, "bold", size))
            if len(found) <= most or size <= _SMALLEST:
                return found, size
            size -= 2

    def _lines(self, text: str, style: str, size: float) -> Iterator[BrokenLine]:
        return lines(self._letters, text, style, size, ROOM)

    def _say(self, text: str, style: str, size: float, ink: Ink) -> None:
        self._centred(list(self._lines(text, style, size)), size, ink)

    def _centred(self, found: Sequence[BrokenLine], size: float, ink: Ink) -> None:
        for line in found:
            left = MARGIN + (ROOM - line.width) / 2
            self._sheets.put(left, self._y + size, size, line.runs, ink)
            self._y += size * _LEAD

    def _squares(self, poster: Poster) -> None:
        self._y = SQUARE_TOP
        for code, left, top, edge in poster.squares():
            self._square(code, left, top, edge)
            label = next(self._lines(code.label, "bold", 17.0))
            middle = left + (edge - label.width) / 2
            self._sheets.put(middle, top + edge + 15, 17.0, label.runs, INK)
            self._y = top + edge + 30

    def _square(self, code: PosterCode, left: float, top: float, edge: float) -> None:
        rows = code.rows()
        module = edge / (len(rows) + 2 * QUIET)
        for down, row in enumerate(rows, QUIET):
            for across, count in runs_of(row):
                # A hair higher than it is, or viewers draw light lines between rows.
                at = left + (across + QUIET) * module
                self._sheets.block(at, top + down * module, count * module, module * 1.02, INK)

    def _hours(self, poster: Poster) -> None:
        if not poster.hours:
            return
        size = 17.0 if len(poster.hours) <= _FEW_HOURS else 13.0
        self._say(poster.hours_title, "bold", 13.0, SOFT)
        self._y += 2
        drawn = [
            tuple(next(self._lines(text, "text", size)) for text in row) for row in poster.hours
        ]
        first = max(days.width for days, _ in drawn) + 22
        left = MARGIN + (ROOM - first - max(times.width for _, times in drawn)) / 2
        for days, times in drawn:
            self._sheets.put(left, self._y + size, size, days.runs, INK)
            self._sheets.put(left + first, self._y + size, size, times.runs, INK)
            self._y += size * _LEAD

    def _foot(self, notes: Sequence[str]) -> None:
        size = 10.0
        found = [line for note in notes for line in self._lines(note, "text", size)]
        self._y = max(self._y + 14, 842 - 40 - len(found) * size * _LEAD)
        self._centred(found, size, SOFT)
