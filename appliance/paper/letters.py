"""Which face has which letter, and how words of it are drawn: plain ones letter by letter, all
others shaped by HarfBuzz.

What a face draws is kept a while, because people write the same words over and over.
"""

import functools
import unicodedata
from collections.abc import Iterator

import regex
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from appliance.paper.sheets import LetterRun, PdfSheets

KEPT = 20_000
"""Words of which is remembered how they are drawn: some megabytes."""
_JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""They change the letters beside them and have no look of their own."""
_EMOJI_SIGNS = frozenset("\ufe0f\u20e3")
_PLAIN_BELOW = 0x0590
"""Latin, Greek and Cyrillic: a letter is a glyph, whatever stands beside it."""
_PLAIN_MARKS = range(0x1E00, 0x2C00)


class Letters:
    """The faces of one document. Of one thread."""

    def __init__(self, sheets: PdfSheets) -> None:
        self._faces = sheets.faces
        self._drawn = functools.lru_cache(KEPT)(self._draw)
        self.width = functools.lru_cache(KEPT)(self._measure)
        self._codes = {name: _Codes(face) for name, face in self._faces.items()}
        self._glyph_widths: dict[str, dict[int, float]] = {name: {} for name in self._faces}

    def runs(
        self, text: str, style: str, size: float, *, rtl: bool = False
    ) -> tuple[LetterRun, ...]:
        """Text of one direction, in the order in which it is seen. `style` is text or bold."""
        return self._drawn(text, style, size, rtl)

    def plain_run(self, text: str, style: str, size: float) -> LetterRun | None:
        """All of it as one run; None where some of it must be shaped."""
        face = self._faces[style]
        if not self._is_plain(text, face):
            return None
        width = sum(face.cw[ord(letter)] for letter in text) * size / 1000
        coded = text.translate(self._codes[style])
        return LetterRun(style, f"({face.escape_text(coded)}) Tj", width)

    def _measure(self, text: str, style: str, size: float) -> float:
        return sum(run.width for run in self.runs(text, style, size))

    def _draw(self, text: str, style: str, size: float, rtl: bool) -> tuple[LetterRun, ...]:
        plain = self.plain_run(text, style, size)
        if plain is not None:
            return (plain,)
        found = [self._shaped(part, name, size, rtl=rtl) for name, part in self._parts(text, style)]
        return tuple(reversed(found) if rtl else found)

    def _is_plain(self, text: str, face: TTFFont) -> bool:
        return text.isascii() or all(_is_plain(letter, face) for letter in text)

    def _parts(self, text: str, style: str) -> Iterator[tuple[str, str]]:
        """Pieces of which one face has each letter."""
        name, part = "", ""
        for cluster in regex.findall(r"\X", text):
            own = self._face_of(cluster, style, name)
            if own is None:
                own, shown = style, _told(cluster)
            else:
                shown = cluster
            if own != name and part:
                yield name, part
                part = ""
            name, part = own, part + shown
        if part:
            yield name, part

    def _face_of(self, cluster: str, style: str, current: str) -> str | None:
        letters = [letter for letter in cluster if letter not in _JOINING]
        if not letters:
            return current or style
        names = (style, "arabic", "emoji")
        if not _EMOJI_SIGNS.isdisjoint(cluster):
            names = ("emoji", style, "arabic")
        has = (n for n in names if all(ord(letter) in self._faces[n].cmap for letter in letters))
        return next(has, None)

    def _shaped(self, text: str, name: str, size: float, *, rtl: bool) -> LetterRun:
        """Moves between glyphs stand in the array, lifted ones have their rise."""
        face = self._faces[name]
        direction = TextDirection.RTL if rtl else TextDirection.LTR
        parameters = {"features": {}, "fragment_direction": direction}
        drawn, width = "[", 0.0
        for glyph in face.shape_text(text, size, parameters):
            code = glyph["mapped_char"]
            if code is None:
                continue
            advance, aside = (face.scale * glyph[key] for key in ("x_advance", "x_offset"))
            back = aside + self._glyph_width(name, code) - advance
            rise = face.scale * glyph["y_offset"] * size / 1000
            letter = f"{-aside:.0f} ({face.escape_text(chr(code))}) {back:.0f} "
            drawn += f"] TJ {rise:.2f} Ts [{letter}] TJ 0 Ts [" if rise else letter
            width += advance
        return LetterRun(name, f"{drawn}] TJ", width * size / 1000)

    def _glyph_width(self, name: str, code: int) -> float:
        known = self._glyph_widths[name]
        if code not in known:
            subset = self._faces[name].subset
            known.update({key: each.glyph_width for each, key in subset.items() if each})
        return known[code]


class _Codes(dict[int, str]):
    """Of letters: the code that stands for each in the document, found at its first use."""

    def __init__(self, face: TTFFont) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, letter: int) -> str:
        code = self._face.subset.pick(letter)
        self[letter] = "" if code is None else chr(code)
        return self[letter]


def _is_plain(letter: str, face: TTFFont) -> bool:
    code = ord(letter)
    near = code < _PLAIN_BELOW or code in _PLAIN_MARKS
    return near and code in face.cmap and not unicodedata.category(letter).startswith("M")


def _told(cluster: str) -> str:
    """A letter that no face has, by its number: nothing that somebody wrote is left out unsaid."""
    return "".join(f"[U+{ord(letter):04X}]" for letter in cluster)
