"""Charts, drawn here as SVG and coloured by the page's own style sheet, so they follow day, night
and paper (`styles/overview.css`).

A chart is a picture for a meeting; its figures stand in the table below it. No element has a style
of its own, because pages forbid that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markupsafe import Markup

WIDE, HIGH = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 10, 14, 30
_CELL = 25
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`kind` is its class in the style sheet; a value None is a gap."""

    name: str
    kind: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """`labels` are below, one a value; `marks` are left, each with where it stands."""

    title: str
    labels: Sequence[str]
    marks: Sequence[tuple[float, str]]

    @property
    def most(self) -> float:
        return max((at for at, _ in self.marks), default=1) or 1

    def x(self, place: float) -> float:
        """The middle of the place-th value."""
        return _LEFT + (place + 0.5) * (WIDE - _LEFT - _RIGHT) / max(1, len(self.labels))

    def y(self, value: float) -> float:
        return HIGH - _BOTTOM - value / self.most * (HIGH - _TOP - _BOTTOM)


def line_chart(axes: Axes, series: Sequence[Series], *, target: float | None = None) -> Markup:
    """A line for each; `target` is one across."""
    drawn = [part for each in series for part in _line(axes, each)]
    if target is not None and target <= axes.most:
        y = axes.y(target)
        drawn.append(f'<path class="target" d="M{_LEFT} {y:.1f}H{WIDE - _RIGHT}"/>')
    return _whole(axes, drawn)


def bar_chart(axes: Axes, series: Sequence[Series]) -> Markup:
    """Bars beside each other, a group for each label."""
    slot = (WIDE - _LEFT - _RIGHT) / max(1, len(axes.labels))
    wide = max(1.0, slot * 0.8 / max(1, len(series)))
    drawn = []
    for number, each in enumerate(series):
        for place, value in enumerate(each.values):
            if value:
                x = axes.x(place) - slot * 0.4 + number * wide
                y = axes.y(value)
                drawn.append(
                    f'<rect class="{each.kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}"'
                    f' height="{HIGH - _BOTTOM - y:.1f}"/>'
                )
    return _whole(axes, drawn)


def heat_map(
    title: str, days: Sequence[str], hours: Sequence[int], cells: Sequence[Sequence[int]]
) -> Markup:
    """`cells` has a row for each day with a count for each hour; how full is told in ten steps."""
    most = max((count for row in cells for count in row), default=0) or 1
    left, top = 46, 22
    drawn = [
        f'<text class="label" x="{left + place * _CELL + _CELL / 2}" y="15" text-anchor="middle">'
        f"{hour}</text>"
        for place, hour in enumerate(hours)
        if place % 2 == 0
    ]
    for row, (day, counts) in enumerate(zip(days, cells, strict=True)):
        y = top + row * _CELL
        drawn.append(f'<text class="label" x="0" y="{y + 17}">{escape(day)}</text>')
        for place, count in enumerate(counts):
            step = -(-count * 10 // most)
            drawn.append(
                f'<rect class="heat heat-{step}" x="{left + place * _CELL}" y="{y}"'
                f' width="{_CELL - 2}" height="{_CELL - 2}" rx="3"/>'
            )
    size = (left + len(hours) * _CELL, top + len(days) * _CELL)
    return _svg(title, size, drawn)


def marks_of(most: float, steps: Sequence[float]) -> Sequence[float]:
    """Where the marks of an axis stand: four or five of them, at the first of these distances that
    reaches the most.
    """
    each = next((step for step in steps if step * 4 >= most), steps[-1])
    count = max(1, int(-(-most // each)))
    return [number * each for number in range(count + 1)]


def _line(axes: Axes, series: Series) -> Sequence[str]:
    """A path for each stretch without a gap, and a dot for each value."""
    places = [
        None if value is None else (axes.x(place), axes.y(value))
        for place, value in enumerate(series.values)
    ]
    steps = [
        f"M{before[0]:.1f} {before[1]:.1f}L{after[0]:.1f} {after[1]:.1f}"
        for before, after in pairwise(places)
        if before and after
    ]
    dots = [
        f'<circle class="{series.kind}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="3"/>'
        for at in places
        if at
    ]
    return [f'<path class="{series.kind}" d="{"".join(steps)}"/>', *dots]


def _whole(axes: Axes, drawn: Sequence[str]) -> Markup:
    grid = [
        f'<path class="grid" d="M{_LEFT} {axes.y(at):.1f}H{WIDE - _RIGHT}"/>'
        f'<text class="label" x="{_LEFT - 8}" y="{axes.y(at) + 5:.1f}" text-anchor="end">'
        f"{escape(said)}</text>"
        for at, said in axes.marks
    ]
    every = -(-len(axes.labels) // _MOST_LABELS) or 1
    below = [
        f'<text class="label" x="{axes.x(place):.1f}" y="{HIGH - 8}" text-anchor="middle">'
        f"{escape(said)}</text>"
        for place, said in enumerate(axes.labels)
        if place % every == 0
    ]
    return _svg(axes.title, (WIDE, HIGH), [*grid, *drawn, *below])


def _svg(title: str, size: tuple[int, int], drawn: Sequence[str]) -> Markup:
    wide, high = size
    return Markup(  # noqa: S704 -- what people wrote is escaped where it is drawn
        f'<svg class="chart" role="img" aria-label="{escape(title)}" viewBox="0 0 {wide} {high}">'
        f"{''.join(drawn)}</svg>"
    )
