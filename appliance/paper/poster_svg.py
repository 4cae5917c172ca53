"""The poster as an SVG, for whoever lays out a flyer: the letters are those of their program."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from appliance.paper.measures import HEIGHT, WIDTH, Ink
from appliance.paper.poster import (
    ACCENT,
    HEAD,
    INK,
    QUIET,
    SOFT,
    WHITE,
    Poster,
    PosterCode,
    runs_of,
)

_MIDDLE = WIDTH / 2
_NAME = 22
"""Letters of a name that fit at its full size."""
_PER_LINE = 92
"""Letters of a small line: how wide they are only the program that draws them knows."""


def as_svg(poster: Poster) -> str:
    """A whole document, A4 upright."""
    parts = [*_head(poster), *_squares(poster), *_below(poster)]
    title = escape(f"{poster.branch} {poster.number}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm"'
        f' viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" lang={quoteattr(poster.language)} role="img"'
        f' font-family="Noto Sans, Inter, Helvetica, Arial, sans-serif"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def code_svg(code: PosterCode) -> str:
    """One square alone, with its quiet margin; as large as it is wanted."""
    edge = len(code.rows()) + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {edge} {edge}" role="img">'
        f"<title>{escape(code.label)}</title>"
        f'<rect width="{edge}" height="{edge}" fill="#fff"/>'
        f'<path fill="{_colour(INK)}" d="{_path(code, 0, 0, edge)}"/></svg>'
    )


def _head(poster: Poster) -> Iterator[str]:
    yield f'<rect width="{WIDTH:.0f}" height="{HEAD:.0f}" fill="{_colour(ACCENT)}"/>'
    size = max(16, min(40, 40 * _NAME // max(1, len(poster.branch))))
    yield _text(poster.branch, HEAD / 2, size, WHITE, bold=True)
    yield _text(poster.invitation, HEAD / 2 + 40, 20, WHITE)


def _squares(poster: Poster) -> Iterator[str]:
    for code, left, top, edge in poster.squares():
        yield f'<path fill="{_colour(INK)}" d="{_path(code, left, top, edge)}"/>'
        yield _text(code.label, top + edge + 15, 17, INK, at=left + edge / 2, bold=True)


def _below(poster: Poster) -> Iterator[str]:
    y = max((top + edge for _, _, top, edge in poster.squares()), default=HEAD) + 50
    for line in wrap(poster.scan, _PER_LINE * 10 // 12):
        yield _text(line, y, 12, SOFT)
        y += 16
    y += 40
    yield _text(poster.number, y, 44, ACCENT, bold=True)
    y += 34
    if poster.hours:
        yield _text(poster.hours_title, y, 14, INK, bold=True)
    for days, times in poster.hours:
        y += 19
        yield _text(f"{days}  {times}", y, 14, INK)
    notes = [line for note in poster.notes for line in wrap(note, _PER_LINE)]
    y = max(y + 30, HEIGHT - 40 - 14 * len(notes))
    for note in notes:
        yield _text(note, y, 10, SOFT)
        y += 14


def _text(
    text: str, y: float, size: float, ink: Ink, *, at: float = _MIDDLE, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{at:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="middle"'
        f' fill="{_colour(ink)}"{weight}>{escape(text)}</text>'
    )


def _path(code: PosterCode, left: float, top: float, edge: float) -> str:
    rows: Sequence[bytes] = code.rows()
    module = edge / (len(rows) + 2 * QUIET)
    return "".join(
        f"M{left + (across + QUIET) * module:.2f} {top + down * module:.2f}"
        f"h{count * module:.2f}v{module:.2f}h-{count * module:.2f}z"
        for down, row in enumerate(rows, QUIET)
        for across, count in runs_of(row)
    )


def _colour(ink: Ink) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in ink)
