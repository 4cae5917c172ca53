"""A document that is written from top to bottom: headings, paragraphs, tables, messages, pictures.

    paper = PaperDocument(title="…", language="nl", made_ms=…)
    paper.heading("…")
    paper.said(PaperMessage(who="…", when="…", text="…", mine=True))
    paper.keep(path, footer=lambda page, pages: f"{page} / {pages}")

Of one thread. It grows in memory: some kilobytes a page, and what its pictures weigh.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.paper.letters import Letters
from appliance.paper.lines import BrokenLine, lines
from appliance.paper.measures import HEIGHT, WIDTH, Ink
from appliance.paper.pictures import small_jpeg
from appliance.paper.sheets import PdfSheets

MARGIN = 56.0
_TOP, _BOTTOM = 54.0, HEIGHT - 62.0
_FOOT = HEIGHT - 34.0
_ROOM = WIDTH - 2 * MARGIN
_LEAD = 1.36
"""From one base line to the next, in sizes."""
_RISE = 1.0
"""From the top of a line to its base line, in sizes."""
_BODY, _SMALL, _TINY = 9.5, 8.0, 7.0
_HEADINGS = {1: 18.0, 2: 13.0, 3: 10.5}
_ASIDE = 64.0
"""Messages of the house are moved in as far."""
_BAR = 2.0
_GAP = 9.0
_CELL = 6.0

_FROM_THE_RIGHT = frozenset({"ar", "fa", "he", "ur"})

_INK: Ink = (0.11, 0.14, 0.13)
_SOFT: Ink = (0.36, 0.39, 0.37)
_LINE: Ink = (0.89, 0.87, 0.84)
_MINE: Ink = (0.04, 0.42, 0.39)
_THEIRS: Ink = (0.70, 0.69, 0.66)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMessage:
    """A message. `mine`: the house wrote it. `aside` stands small beside who spoke, `below` are the
    small lines under it, `mark` is its place in the chain.
    """

    who: str
    when: str
    text: str
    mine: bool
    aside: str = ""
    below: Sequence[str] = ()
    pictures: Sequence[Path] = ()
    mark: str = ""


class PaperDocument:
    """Raises LettersMissing where the letters are missing. `edge`: pixels of the longer side of
    a picture in it. In a language that is read from the right all stands mirrored.
    """

    def __init__(self, *, title: str, language: str, made_ms: int, edge: int = 900) -> None:
        self._sheets = PdfSheets(title, language, made_ms)
        self._letters = Letters(self._sheets)
        self._edge = edge
        self._rtl = language in _FROM_THE_RIGHT
        self._level = 0
        self._y = 0.0
        self._next_sheet()

    def heading(self, text: str, level: int = 1) -> None:
        """Also a bookmark. Never the last line of a page."""
        size = _HEADINGS[level]
        self.space(size * 0.9 if self._y > _TOP else 0)
        self._need(size * _LEAD + 4 * _BODY * _LEAD)
        self._level = min(level, self._level + 1)
        self._sheets.start_section(text, level=self._level - 1)
        self._write(text, "bold", size)
        self.space(size * 0.25)

    def paragraph(self, text: str, *, soft: bool = False) -> None:
        self._write(text, "text", _SMALL if soft else _BODY, ink=_SOFT if soft else _INK)
        self.space(_BODY * 0.5)

    def divider(self, text: str) -> None:
        """A day, between what was said before it and on it."""
        self._need(_SMALL * _LEAD + 3 * _BODY * _LEAD)
        self.space(4)
        self._sheets.block(MARGIN, self._y, _ROOM, 0.6, _LINE)
        self.space(4)
        self._write(text, "bold", _SMALL, ink=_SOFT)
        self.space(4)

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], shares: Sequence[float] = ()
    ) -> None:
        """Columns as wide as their shares of the page; without them all are equal. An empty head
        is left out; else it stands on each page anew.
        """
        shares = shares or [1.0] * len(head)
        widths = [_ROOM * share / sum(shares) for share in shares]
        if any(head):
            self._row(head, widths, "bold")
        for row in rows:
            self._row(row, widths, "text", head=head)
        self.space(_GAP)

    def said(self, said: PaperMessage) -> None:
        left = MARGIN + (_ASIDE if said.mine else 0)
        room = WIDTH - MARGIN - left - (0 if said.mine else _ASIDE)
        bar = _MINE if said.mine else _THEIRS
        inner, within = left + _BAR + 7, room - _BAR - 7
        self._need(4 * _BODY * _LEAD)
        self._say_who(said, inner, within, bar)
        if said.text:
            self._write(said.text, "text", _BODY, left=inner, room=within, bar=bar)
        for path in said.pictures:
            self._picture(path, inner, min(within, 220.0), bar)
        for each in said.below:
            self._write(each, "text", _TINY, left=inner, room=within, bar=bar, ink=_SOFT)
        self.space(_GAP)

    def space(self, points: float) -> None:
        self._y = min(self._y + points, _BOTTOM)

    def keep(self, path: Path, footer: Callable[[int, int], str]) -> int:
        """Writes it; `footer` is told a page and how many there are. How many pages it has.

        Raises OSError.
        """
        pages = self._sheets.pages_count
        for number in range(1, pages + 1):
            self._sheets.turn_back_to(number)
            line = next(lines(self._letters, footer(number, pages), "text", _TINY, _ROOM))
            self._sheets.put(self._x(MARGIN, line.width), _FOOT, _TINY, line.runs, _SOFT)
        self._sheets.output(str(path))
        return pages

    def _say_who(self, said: PaperMessage, left: float, room: float, bar: Ink) -> None:
        """Who, with its place in the chain at the end of the line; below it when."""
        mark = next(lines(self._letters, said.mark, "text", _TINY, room))
        end = left + room - mark.width
        self._sheets.put(
            self._x(end, mark.width), self._y + _SMALL * _RISE, _TINY, mark.runs, _SOFT
        )
        space = room - mark.width - 10
        self._write(said.who, "bold", _SMALL, left=left, room=space, bar=bar, keeps_left=True)
        told = " · ".join(each for each in (said.when, said.aside) if each)
        if told:
            self._write(told, "text", _TINY, left=left, room=room, bar=bar, ink=_SOFT)

    def _write(
        self,
        text: str,
        style: str,
        size: float,
        *,
        left: float = MARGIN,
        room: float = _ROOM,
        ink: Ink = _INK,
        bar: Ink | None = None,
        keeps_left: bool = False,
    ) -> None:
        for line in lines(self._letters, text, style, size, room):
            self._need(size * _LEAD)
            width = line.width if keeps_left else room
            self._put(line, left, self._y, width, size, ink)
            if bar is not None:
                at = self._x(left - 7 - _BAR, _BAR)
                self._sheets.block(at, self._y, _BAR, size * _LEAD, bar)
            self._y += size * _LEAD

    def _put(
        self, line: BrokenLine, left: float, top: float, room: float, size: float, ink: Ink
    ) -> None:
        begins = self._x(left, room)
        at = begins + room - line.width if line.rtl or self._rtl else begins
        self._sheets.put(at, top + size * _RISE, size, line.runs, ink)

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        style: str,
        *,
        head: Sequence[str] = (),
    ) -> None:
        """Cells of one row, as high as its highest; a row that is higher than a page goes on."""
        found = [
            list(lines(self._letters, cell, style, _SMALL, width - _CELL))
            for cell, width in zip(cells, widths, strict=True)
        ]
        step = _SMALL * _LEAD
        for at in range(max(len(each) for each in found)):
            if self._need(step + 3) and any(head):
                self._row(head, widths, "bold")
            left = MARGIN
            for each, width in zip(found, widths, strict=True):
                if at < len(each):
                    self._put(each[at], left, self._y, width - _CELL, _SMALL, _INK)
                left += width
            self._y += step
        self._sheets.block(MARGIN, self._y + 1, _ROOM, 0.5, _LINE)
        self._y += 3

    def _picture(self, path: Path, left: float, widest: float, bar: Ink) -> None:
        """Nothing for what is no picture that Balie shows."""
        small = small_jpeg(path, self._edge)
        if small is None:
            return
        scale = min(widest / small.width, 260.0 / small.height, 1.0)
        width, height = small.width * scale, small.height * scale
        self._need(height + 6)
        self._sheets.picture(small.bytes, self._x(left, width), self._y + 3, width)
        self._sheets.block(self._x(left - 7 - _BAR, _BAR), self._y, _BAR, height + 6, bar)
        self._y += height + 6

    def _x(self, left: float, width: float) -> float:
        """Where that stands which is so far from the side at which one begins to read."""
        return WIDTH - left - width if self._rtl else left

    def _need(self, height: float) -> bool:
        """Goes to the next page where this one has less room left; whether it did."""
        if self._y + height <= _BOTTOM:
            return False
        self._next_sheet()
        return True

    def _next_sheet(self) -> None:
        self._sheets.next_sheet()
        self._y = _TOP
