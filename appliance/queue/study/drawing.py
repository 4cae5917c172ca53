"""A simulation as a picture: sends over the day, the ceilings, the queue's age. Plain SVG."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, Profile
from appliance.queue.study.load import Load
from appliance.queue.study.simulate import Run

_WIDTH, _LEFT, _PLOT = 920, 80, 800
_HEIGHT, _TOP, _APART = 150, 70, 75
_QUARTERS = 96
_COLOURS = {"reply": "#2b6cb0", "automatic": "#38a169", "list": "#dd6b20"}
_CEILINGS = {"minute": "#805ad5", "hour": "#d53f8c", "day": "#319795"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A plot; `most` is the value at its top, `span` the number of places along it."""

    place: int
    title: str
    most: float
    span: int
    unit: str

    @property
    def top(self) -> int:
        return _TOP + self.place * (_HEIGHT + _APART)

    def x(self, place: float) -> float:
        return round(_LEFT + _PLOT * place / max(1, self.span), 1)

    def y(self, value: float) -> float:
        return round(self.top + _HEIGHT * (1 - value / self.most), 1)

    def frame(self) -> Iterator[str]:
        yield _text(_LEFT, self.top - 10, self.title, weight="600")
        for share in (0.0, 0.5, 1.0):
            y = self.y(self.most * share)
            yield f'<path d="M{_LEFT} {y}h{_PLOT}" stroke="#cbd5e0"/>'
            yield _text(_LEFT - 6, y + 4, f"{self.most * share:.3g}{self.unit}", anchor="end")

    def marks(self, labels: Sequence[tuple[float, str]]) -> Iterator[str]:
        for place, label in labels:
            yield _text(self.x(place), self.top + _HEIGHT + 16, label, anchor="middle")

    def line(self, points: Sequence[tuple[float, float]], colour: str) -> str:
        path = " ".join(f"{self.x(place)},{self.y(value)}" for place, value in points)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def draw(runs: Sequence[Run], load: Load, profile: Profile) -> str:
    """The picture as the text of an SVG file."""
    height = _TOP + 3 * (_HEIGHT + _APART)
    about = (
        f"{len(runs)} × {load.contacts} contacts, {load.lists} lists a week,"
        f" {load.inbound_per_day} write a day, {load.days} days, seed {load.seed}"
    )
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
        f"<title>{escape(about)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        _text(_LEFT, 28, f"A simulation of Balie: {about}", weight="600"),
        *_sends(runs, load),
        *_ceilings(runs, load, profile),
        *_ages(runs, load),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _sends(runs: Sequence[Run], load: Load) -> Iterator[str]:
    """Stacked bars: answers below, and above them the messages that Balie began."""
    counted: Counter[tuple[int, str]] = Counter()
    for item in (item for run in runs for item in run.sent):
        local = datetime.fromtimestamp((item.left_ms or 0) / 1000, load.starts.tzinfo)
        counted[local.hour * 4 + local.minute // 15, item.waiting.kind.value] += 1
    days = load.days * len(runs)
    totals = [sum(counted[quarter, kind] for kind in _COLOURS) for quarter in range(_QUARTERS)]
    most = max(max(totals) / days, 1.0)
    title = "Sends over the day (a line's mean, by the quarter of an hour)"
    panel = _Panel(place=0, title=title, most=most, span=_QUARTERS, unit="")
    yield from panel.frame()
    yield from panel.marks([(hour * 4.0, f"{hour}:00") for hour in range(0, 25, 3)])
    for quarter in range(_QUARTERS):
        below = 0.0
        for kind, colour in _COLOURS.items():
            mean = counted[quarter, kind] / days
            if mean:
                x, y, width = panel.x(quarter), panel.y(below + mean), _PLOT / _QUARTERS - 1
                tall = round(panel.y(below) - y, 1)
                yield (
                    f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{tall}" fill="{colour}"/>'
                )
            below += mean
    yield from _legend(panel, _COLOURS)


def _ceilings(runs: Sequence[Run], load: Load, profile: Profile) -> Iterator[str]:
    """Each day's fullest minute, hour and 24 hours, as a share of the ceiling."""
    shares: dict[str, list[tuple[float, float]]] = {name: [] for name in _CEILINGS}
    for day in range(load.days):
        peaks = [run.peaks[day] for run in runs if day in run.peaks]
        minute = max((each.minute / profile.per_minute for each in peaks), default=0)
        hour = max((each.hour / profile.per_hour for each in peaks), default=0)
        begun = max((each.day / max(1, each.budget) for each in peaks), default=0)
        for name, share in (("minute", minute), ("hour", hour), ("day", begun)):
            shares[name].append((day + 0.5, 100 * share))
    most = max(120.0, *(value for points in shares.values() for _, value in points))
    title = "Each day's fullest minute, hour and budget, of the ceiling"
    panel = _Panel(place=1, title=title, most=most, span=load.days, unit=" %")
    yield from panel.frame()
    yield f'<path d="M{_LEFT} {panel.y(100)}h{_PLOT}" stroke="#c53030" stroke-dasharray="6 3"/>'
    for name, points in shares.items():
        yield panel.line(points, _CEILINGS[name])
    yield from panel.marks(_days(load))
    yield from _legend(panel, _CEILINGS)


def _ages(runs: Sequence[Run], load: Load) -> Iterator[str]:
    """How long the oldest message of any queue had waited, hour by hour."""
    hours = load.days * DAY_MS // HOUR_MS
    oldest = [max(run.oldest_ms.get(hour, 0) for run in runs) for hour in range(hours)]
    most = max([*oldest, MINUTE_MS])
    span, unit = (HOUR_MS, " h") if most >= 2 * HOUR_MS else (MINUTE_MS, " min")
    title = "Age of the oldest message that waits"
    panel = _Panel(place=2, title=title, most=most / span, span=hours, unit=unit)
    yield from panel.frame()
    yield panel.line([(hour, age / span) for hour, age in enumerate(oldest)], "#2d3748")
    yield from panel.marks([(day * 24, label) for day, label in _days(load)])


def _days(load: Load) -> list[tuple[float, str]]:
    step = max(1, load.days // 8)
    return [(day, f"day {day + 1}") for day in range(0, load.days, step)]


def _legend(panel: _Panel, colours: dict[str, str]) -> Iterator[str]:
    for place, (name, colour) in enumerate(colours.items()):
        x = _LEFT + _PLOT - 90 * (len(colours) - place)
        yield f'<rect x="{x}" y="{panel.top - 19}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 14, panel.top - 10, name)


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "400") -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
    )
