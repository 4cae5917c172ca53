"""Languages: English in the source, Dutch from its catalogue, read once at the start. What is
printed for a person knows more of them (`paper_words.py`).

A page is in the language that its reader chose, else the best that the browser accepts, else
Dutch. Times are shown in the zone of the branch that they belong to.
"""

import functools
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, match_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import NullTranslations, Translations

from appliance.api.web.words import paper_words

LANGUAGES = ("nl", "en")
LOCALE_DIR = Path(__file__).parent.parent / "locale"
PAPER_LANGUAGES = (*LANGUAGES, *paper_words.LANGUAGES)
_LOCALES = {
    **{each: Locale(each) for each in paper_words.LANGUAGES},
    "nl": Locale("nl", "NL"),
    "en": Locale("en", "GB"),  # a day before a month, 24 hours
}
_WEEK = timedelta(days=7)
KEPT = 4096
"""Of what costs much and is asked for again: the sentences, days and times of some pages."""
_MB_PER_GB = 1000


@functools.cache
def _catalogue(language: str) -> NullTranslations:
    source = LOCALE_DIR / language / "balie.po"
    with source.open(encoding="utf-8") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def best_language(accepted: str | None) -> str:
    """The language that an Accept-Language header asks for, of those there are."""
    weighted = [_weight(part) for part in (accepted or "").split(",") if part.strip()]
    wanted = [tag for quality, tag in sorted(weighted, key=lambda each: -each[0]) if quality > 0]
    return negotiate_locale(wanted, LANGUAGES, sep="-") or LANGUAGES[0]


def _weight(part: str) -> tuple[float, str]:
    tag, _, parameter = part.strip().partition(";")
    try:
        return float(parameter.strip().removeprefix("q=") or 1), tag
    except ValueError:
        return 0.0, tag


@dataclass(frozen=True, slots=True)
class Words:
    """One language of `PAPER_LANGUAGES`: its texts, and how it writes times. Pages are written in
    `LANGUAGES` alone.
    """

    language: str

    def text(self, message: str) -> str:
        """Empty stays empty: a catalogue keeps its header under the empty text."""
        return _said(self.language, message) if message else ""

    def plural(self, one: str, many: str, count: int) -> str:
        return str(_catalogue(self.language).ngettext(one, many, count)) if one else ""

    def name_of(self, language: str) -> str:
        """What a language is called in this one."""
        name = str(self._locale.languages[language])
        return name[:1].upper() + name[1:]

    def in_language(self, language: str) -> str:
        return self.text("In Dutch") if language == "nl" else self.text("In English")

    def time(self, at_ms: int, zone: str) -> str:
        at = _local(at_ms, zone)
        return f"{at.hour:02}:{at.minute:02}"

    def exact_time(self, at_ms: int, zone: str) -> str:
        return f"{self.time(at_ms, zone)}:{_local(at_ms, zone).second:02}"

    def iso(self, at_ms: int, zone: str) -> str:
        """For programs: what `datetime` of a `<time>` takes."""
        return _local(at_ms, zone).isoformat(timespec="seconds")

    def iso_day(self, at_ms: int, zone: str) -> str:
        return _local(at_ms, zone).date().isoformat()

    def moment(self, at_ms: int, zone: str, now_ms: int) -> str:
        """The time of today; else with the day: `Tue 4 Aug 14:32`."""
        at, now = _local(at_ms, zone), _local(now_ms, zone)
        if at.date() == now.date():
            return self.time(at_ms, zone)
        return self.dated(at_ms, zone)

    def dated(self, at_ms: int, zone: str) -> str:
        """With the day, also today: `Tue 4 Aug 14:32`."""
        return f"{self._written('EdMMM', _local(at_ms, zone))} {self.time(at_ms, zone)}"

    def at(self, at_ms: int, zone: str, now_ms: int) -> str:
        """As `moment`, in a sentence: `at 14:32`, `tomorrow at 10:00`."""
        at, now, time = _local(at_ms, zone), _local(now_ms, zone), self.time(at_ms, zone)
        if at.date() == now.date():
            return self.text("at {time}").format(time=time)
        if at.date() == now.date() + timedelta(days=1):
            return self.text("tomorrow at {time}").format(time=time)
        day = self._written("EdMMM", at)
        return self.text("{day} at {time}").format(day=day, time=time)

    def short(self, at_ms: int, zone: str, now_ms: int) -> str:
        """For the list: the time of today, the weekday of this week, else the date."""
        at, now = _local(at_ms, zone), _local(now_ms, zone)
        if at.date() == now.date():
            return self.time(at_ms, zone)
        if timedelta() < now.date() - at.date() < _WEEK:
            return _dated(self.language, "EEE", at.date())
        return self._written("yMd" if at.year != now.year else "dMMM", at)

    def day(self, day: date, zone: str, now_ms: int) -> str:
        """The day as a separator in the thread says it."""
        today = _local(now_ms, zone).date()
        if day == today:
            return self.text("Today")
        if day == today - timedelta(days=1):
            return self.text("Yesterday")
        pattern = "EEEE d MMMM" if day.year == today.year else "EEEE d MMMM y"
        return _dated(self.language, pattern, day)

    def date_of(self, day: date) -> str:
        return _dated(self.language, "d MMMM y", day)

    def date(self, at_ms: int, zone: str) -> str:
        return self.date_of(_local(at_ms, zone).date())

    def money(self, cents: int) -> str:
        return format_currency(Decimal(cents) / 100, "EUR", locale=self._locale)

    def amount(self, cents: int) -> str:
        """Without the sign of the currency: `2,50`."""
        return format_decimal(Decimal(cents) / 100, "0.00", locale=self._locale)

    def number(self, count: int) -> str:
        return str(format_decimal(count, locale=self._locale))

    def degrees(self, celsius: float) -> str:
        return f"{format_decimal(celsius, '0.#', locale=self._locale)} °C"

    def megabytes(self, count: float) -> str:
        """In GB where that is shorter."""
        if count < _MB_PER_GB:
            return f"{format_decimal(count, '0.#', locale=self._locale)} MB"
        return f"{format_decimal(count / _MB_PER_GB, '0.#', locale=self._locale)} GB"

    def span(self, ms: int) -> str:
        """How long somebody waits, roughly: `3 min`, `2 h`, `4 d`."""
        minutes = max(ms, 0) // 60_000
        if minutes < 60:  # noqa: PLR2004 -- minutes in an hour
            return self.text("{n} min").format(n=minutes)
        if minutes < 48 * 60:
            return self.text("{n} h").format(n=minutes // 60)
        return self.text("{n} d").format(n=minutes // (24 * 60))

    def _written(self, parts: str, at: datetime) -> str:
        """With these parts of a date, in the order and with the marks of the language."""
        return _dated(self.language, _pattern(self.language, parts), at.date())

    @property
    def _locale(self) -> Locale:
        return _LOCALES[self.language]


@functools.cache
def _pattern(language: str, parts: str) -> str:
    """Found once: Babel holds the parts against all that the language has, half a millisecond each
    time. Raises KeyError where there is nothing like them.
    """
    known = _LOCALES[language].datetime_skeletons
    return str(known[parts if parts in known else match_skeleton(parts, known)].pattern)


@functools.lru_cache(maxsize=KEPT)
def _said(language: str, message: str) -> str:
    if language in paper_words.LANGUAGES:
        return paper_words.said(language, message)
    return str(_catalogue(language).gettext(message))


@functools.lru_cache(maxsize=KEPT)
def _dated(language: str, pattern: str, day: date) -> str:
    """Of a list or a thread, many lines are of the same few days."""
    return format_date(day, pattern, locale=_LOCALES[language])


@functools.lru_cache(maxsize=KEPT)
def _local(at_ms: int, zone: str) -> datetime:
    """One time is written in several ways: for the eye, for programs, and beside today."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
