"""Until when a request has to be answered.

One month from the day on which it came, by the calendar: GDPR article 12(3). As Regulation (EEC)
1182/71 counts a month, it ends with the same day of the next one, or with its last day where there
is none. Where that is a Sunday or a holiday the Regulation gives until the next working day; Balie
does not, so that nobody is late. Article 12(3) also allows two more months where that is necessary,
if the person is told why within the first one.
"""

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MONTHS = 1
LONGER_MONTHS = 2
_YEAR = 12


def due_on(asked: date, months: int = MONTHS) -> date:
    """The last day to answer what was asked on that day."""
    years, month = divmod(asked.month - 1 + months, _YEAR)
    year, month = asked.year + years, month + 1
    return asked.replace(
        year=year, month=month, day=min(asked.day, calendar.monthrange(year, month)[1])
    )


def today(now_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
