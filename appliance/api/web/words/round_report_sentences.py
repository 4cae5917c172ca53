"""What the lead's page says of rounds over time: how soon they are filled, and who says yes."""

from collections.abc import Sequence

from markupsafe import Markup

from appliance.api.web import charts
from appliance.api.web.charts import Series
from appliance.api.web.words.i18n import Words
from appliance.api.web.words.report_sentences import SPANS, share, span, step_axes
from appliance.desk.reports.asking import Report
from appliance.desk.reports.round_figures import RoundsEntry

_MINUTE_S = 60
_HOURS_FROM = 120
"""So many minutes are said in hours."""
_PERCENTS = (0, 25, 50, 75, 100)


def headline(words: Words, found: RoundsEntry) -> str:
    """The sentences over the charts."""
    began = words.plural("{n} round began.", "{n} rounds began.", found.rounds)
    said = [began.format(n=found.rounds)]
    took = found.minutes_to_filled
    if found.filled:
        sentence = words.text("{n} filled: half within {half}, nine in ten within {most}.")
        half, most = (minutes(words, each) for each in (took.median, took.p90))
        said.append(sentence.format(n=found.filled, half=half, most=most))
    if found.asked:
        sentence = words.text("{share} of those who were asked said yes.")
        said.append(sentence.format(share=share(found.yes, found.asked)))
    return " ".join(said)


def minutes(words: Words, found: float | None) -> str:
    """`7 min`, `3 h 5 min`; a dash where there is none."""
    if found is None or found >= _HOURS_FROM:
        return span(words, None if found is None else found * _MINUTE_S)
    return words.text("{n} min").format(n=round(found))


def minutes_chart(words: Words, report: Report) -> Markup:
    entries: Sequence[RoundsEntry] = report.entries
    found = [each.minutes_to_filled for each in entries]
    most_s = max((each.p90 or 0 for each in found), default=0) * _MINUTE_S
    marks = [
        (at / _MINUTE_S, minutes(words, at / _MINUTE_S)) for at in charts.marks_of(most_s, SPANS)
    ]
    axes = step_axes(words, report, words.text("Time until a round is filled"), marks)
    series = [
        Series(name="median", kind="first", values=[each.median for each in found]),
        Series(name="p90", kind="second", values=[each.p90 for each in found]),
    ]
    return charts.line_chart(axes, series)


def yes_chart(words: Words, report: Report) -> Markup:
    entries: Sequence[RoundsEntry] = report.entries
    marks = [(float(at), f"{at} %") for at in _PERCENTS]
    axes = step_axes(words, report, words.text("Share of yes"), marks)
    values = [None if each.yes_rate is None else 100 * each.yes_rate for each in entries]
    return charts.bar_chart(axes, [Series(name="yes", kind="first", values=values)])
