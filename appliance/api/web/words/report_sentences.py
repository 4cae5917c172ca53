"""What the pages of a lead say: waits, budgets, and the charts over time."""

from collections.abc import Mapping, Sequence
from datetime import date

from babel.dates import format_date
from markupsafe import Markup

from appliance.api.web import charts
from appliance.api.web.charts import Axes, Series
from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.outgoing.after_answers import Mark
from appliance.desk.reports.after_done import MonthOfAnswers
from appliance.desk.reports.asking import Report, Table
from appliance.desk.reports.now import Budget, LineNow, WaitNow
from appliance.desk.reports.period import PeriodStep
from appliance.desk.reports.reading import BusyEntry, ResponseEntry, VolumeEntry
from appliance.desk.reports.sends import SendsEntry
from appliance.desk.reports.sheets import By, Whom
from appliance.desk.reports.spreads import Spread
from appliance.phone_numbers import readable
from appliance.store.lines import Line

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
SPANS = tuple(
    float(each)
    for each in (
        *(60, 120, 300, 600, 900, 1800, _HOUR_S, 2 * _HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S),
        *(12 * _HOUR_S, _DAY_S, 2 * _DAY_S, 5 * _DAY_S, 10 * _DAY_S, 50 * _DAY_S),
    )
)
_MARKS = {mark: {Mark.UP: "👍", Mark.DOWN: "👎"}.get(mark, mark.value) for mark in Mark}
_COUNTS = tuple(float(first * 10**power) for power in range(8) for first in (1, 2, 5))


def span(words: Words, seconds: float | None) -> str:
    """As people say it: `40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`; a dash where there is none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 2 * _MINUTE_S:
        return words.text("{n} s").format(n=whole)
    if whole < 2 * _HOUR_S:
        return words.text("{n} min").format(n=round(whole / _MINUTE_S))
    if whole < 2 * _DAY_S:
        hours, minutes = divmod(round(whole / _MINUTE_S), 60)
        said = words.text("{n} h {m} min") if minutes else words.text("{n} h")
        return said.format(n=hours, m=minutes)
    days, hours = divmod(round(whole / _HOUR_S), 24)
    said = words.text("{n} d {m} h") if hours else words.text("{n} d")
    return said.format(n=days, m=hours)


def budget(words: Words, found: Budget, zone: str, now_ms: int) -> str:
    """Of a SIM: `34 of 50 first messages, next slot 10:42`."""
    used = words.text("{used} of {most} first messages").format(used=found.used, most=found.most)
    return f"{used}, {_next_slot(words, found, zone, now_ms)}"


def budget_tip(words: Words) -> str:
    return words.text(
        "In the last 24 hours, of conversations that Balie or a list begins. Answers always leave."
    )


def _next_slot(words: Words, found: Budget, zone: str, now_ms: int) -> str:
    if found.next_ms is None:
        return words.text("no next slot")
    if found.next_ms - now_ms < _MINUTE_S * 1000:
        return words.text("next slot now")
    when = words.text("next slot {time}").format(time=words.moment(found.next_ms, zone, now_ms))
    why = words.text(phrases.WAITING.get(found.brake, "")) if found.brake else ""
    return f"{when} ({why})" if why else when


def next_breach(words: Words, line: LineNow, now_ms: int) -> str:
    """When the next one will have waited too long; empty where nobody will."""
    if line.next_due_ms is None:
        return ""
    left = words.span(line.next_due_ms - now_ms)
    return words.text("next over target in {span}").format(span=left)


def due(words: Words, wait: WaitNow, now_ms: int) -> str:
    """Until when an answer is within the target, or for how long it has been over."""
    left_ms = wait.due_ms - now_ms
    if left_ms <= 0:
        return words.text("{span} over target").format(span=words.span(-left_ms))
    return words.text("{span} left").format(span=words.span(left_ms))


def answered_in(words: Words, found: Spread) -> str:
    """One sentence over the chart."""
    if not found.count:
        return words.text("Nobody was answered in this time.")
    sentence = words.text("Half had an answer within {half}, nine in ten within {most}.")
    said = sentence.format(half=span(words, found.median_s), most=span(words, found.p90_s))
    within = words.text("{share} within the target.")
    return f"{said} {within.format(share=share(found.within, found.count))}"


def share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "–"


def whom_head(words: Words, report: Report) -> str:
    return {
        By.LINE: words.text("Number"),
        By.STAFF: words.text("Colleague"),
        By.LABEL: words.text("Label"),
        By.TIME: words.text("From day"),
    }[report.query.by]


def whom(words: Words, report: Report, of: Whom) -> str:
    if report.query.by is By.TIME:
        return step_name(words, report, of)
    return name(words, of, report.query.by)


def of(words: Words, kind: str) -> str:
    """Of which chart a file is."""
    return {
        "response": words.text("Time until the first answer"),
        "volume": words.text("Messages in and out"),
        "busy": words.text("Busiest hours"),
        "sends": words.text("What was sent, beside what one person could"),
        "rounds": words.text("Rounds"),
    }[kind]


def name(words: Words, whom: Whom, by: By) -> str:
    if whom.id is None:
        return words.text("Programs and rules")
    return readable(whom.name or "") if by is By.LINE else whom.name or ""


def step_name(words: Words, report: Report, whom: Whom) -> str:
    """A day, a week by its Monday, or a month."""
    day = date.fromisoformat(whom.id or "")
    pattern = "MMM y" if report.query.period.step is PeriodStep.MONTH else "d MMM"
    return format_date(day, pattern, locale=words.language)


def per_step(words: Words, report: Report) -> str:
    return {
        PeriodStep.DAY: words.text("by day"),
        PeriodStep.WEEK: words.text("by week"),
        PeriodStep.MONTH: words.text("by month"),
    }[report.query.period.step]


def response_chart(words: Words, report: Report, target_s: int) -> Markup:
    entries: Sequence[ResponseEntry] = report.entries
    spreads = [each.first_response.all for each in entries]
    most = max((each.p90_s or 0 for each in spreads), default=0)
    marks = [(at, span(words, at)) for at in charts.marks_of(max(most, target_s), SPANS)]
    axes = step_axes(words, report, words.text("Time until the first answer"), marks)
    series = [
        Series(name="median", kind="first", values=[each.median_s for each in spreads]),
        Series(name="p90", kind="second", values=[each.p90_s for each in spreads]),
    ]
    return charts.line_chart(axes, series, target=target_s)


def volume_chart(words: Words, report: Report) -> Markup:
    entries: Sequence[VolumeEntry] = report.entries
    most = max((max(each.came, each.went) for each in entries), default=0)
    marks = [(at, str(round(at))) for at in charts.marks_of(most, _COUNTS)]
    axes = step_axes(words, report, words.text("Messages in and out"), marks)
    series = [
        Series(name="in", kind="first", values=[each.came for each in entries]),
        Series(name="out", kind="second", values=[each.went for each in entries]),
    ]
    return charts.bar_chart(axes, series)


def busy_cells(report: Report) -> Sequence[Sequence[int]]:
    """What came in, by weekday and hour, of all together."""
    cells = [[0] * 24 for _ in range(7)]
    entries: Sequence[BusyEntry] = report.entries
    for each in entries:
        cells[each.weekday - 1][each.hour] += each.came
    return cells


def weekdays(words: Words) -> Sequence[str]:
    """Short, Monday first."""
    return [format_date(date(2024, 1, day), "EEE", locale=words.language) for day in range(1, 8)]


def busy_chart(words: Words, report: Report) -> Markup:
    title = words.text("Messages that came in, by weekday and hour")
    return charts.heat_map(title, weekdays(words), range(24), busy_cells(report))


def fullness(entry: SendsEntry) -> Sequence[tuple[str, int, int, int]]:
    """Of each window: its name, the most, its ceiling, and how full it was in percent."""
    return [
        (each.window, each.most, each.ceiling, round(100 * each.most / each.ceiling))
        for each in entry.windows
    ]


def window(words: Words, of: str) -> str:
    return {
        "minute": words.text("Fullest minute"),
        "hour": words.text("Fullest hour"),
        "day": words.text("Fullest 24 hours, without answers"),
    }[of]


def answers_chart(words: Words, months: Sequence[MonthOfAnswers]) -> Markup:
    """How often each mark came, of all together."""
    counts = [sum(each.answers.get(mark, 0) for each in months) for mark in Mark]
    marks = [(at, str(round(at))) for at in charts.marks_of(max(counts), _COUNTS)]
    title = words.text("How it went, as people said")
    axes = Axes(title=title, labels=list(_MARKS.values()), marks=marks)
    return charts.bar_chart(axes, [Series(name="answers", kind="first", values=counts)])


def answers_table(words: Words, months: Sequence[MonthOfAnswers], known: Sequence[Line]) -> Table:
    """A row for each line and month."""
    numbers = {each.id: readable(each.number) for each in known}
    heads = (
        words.text("Number"),
        words.text("Month"),
        words.text("Asked"),
        words.text("Answered"),
        words.text("Average"),
        *_MARKS.values(),
    )
    rows = [
        (
            numbers.get(each.line_id, ""),
            each.month,
            each.asked,
            each.answered,
            None if each.average is None else round(each.average, 1),
            *(each.answers.get(mark, 0) for mark in Mark),
        )
        for each in months
    ]
    return Table(heads=heads, rows=rows)


def report_csv(words: Words, table: Table) -> Table:
    """With the heads in the reader's language."""
    heads = _heads(words)
    return Table(heads=[heads.get(each, each) for each in table.heads], rows=table.rows)


def step_axes(words: Words, report: Report, title: str, marks: Sequence[tuple[float, str]]) -> Axes:
    """Of a chart over time: below it the days, weeks or months."""
    labels = [step_name(words, report, each.whom) for each in report.entries]
    return Axes(title=f"{title}, {per_step(words, report)}", labels=labels, marks=marks)


def _heads(words: Words) -> Mapping[str, str]:
    return {
        "line": words.text("Line"),
        "staff": words.text("Colleague"),
        "label": words.text("Label"),
        "time": words.text("From day"),
        "name": words.text("Name"),
        "in": words.text("In"),
        "out": words.text("Out"),
        "automatic": words.text("Automatic"),
        "weekday": words.text("Weekday"),
        "hour": words.text("Hour"),
        "sent": words.text("Sent"),
        "replies": words.text("Replies"),
        "rounds": words.text("Rounds"),
        "filled": words.text("Filled"),
        "minutes_to_filled_median": words.text("Minutes to filled: half"),
        "minutes_to_filled_p90": words.text("Minutes to filled: nine in ten"),
        "seats": words.text("Seats"),
        "taken": words.text("Seats taken"),
        "asked": words.text("Asked"),
        "yes": words.text("Yes"),
        "no": words.text("No"),
        "unclear": words.text("Unclear"),
        "silent": words.text("No answer"),
        "yes_rate": words.text("Share of yes"),
    }
