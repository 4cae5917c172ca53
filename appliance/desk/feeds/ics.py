"""A calendar as other programs read it (RFC 5545, RFC 7986): in the branch's own time.

Each time names its zone, and the zone's rules stand in the file: so a duty that begins at half past
eight begins then on both sides of a clock change, whatever zone the reader's program is in.
"""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from appliance.desk.feeds.entries import Entry, FeedCalendar

if TYPE_CHECKING:  # eighty modules, which only who reads a calendar needs
    from icalendar import Event

REFRESH = timedelta(hours=1)
"""How often a program is asked to look again."""


def as_ics(calendar: FeedCalendar) -> bytes:
    """The same bytes as long as nothing changes."""
    from icalendar import Calendar

    drawn = Calendar()
    drawn.add("prodid", "-//Balie//Calendar//EN")
    drawn.add("version", "2.0")
    drawn.add("method", "PUBLISH")
    drawn.add("name", calendar.name)
    drawn.add("x-wr-calname", calendar.name)
    drawn.add("x-wr-timezone", calendar.zone)
    drawn.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    drawn.add("x-published-ttl", "PT1H")
    for each in calendar.entries:
        drawn.add_component(_event(each))
    drawn.add_missing_timezones()
    return bytes(drawn.to_ical())


def _event(entry: Entry) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", datetime.fromtimestamp(entry.made_ms / 1000, UTC))
    event.add("summary", entry.title)
    event.add("location", entry.place)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.names:
        event.add("description", "\n".join(entry.names))
    begins, ends = (_local(at_ms, entry.zone) for at_ms in (entry.starts_ms, entry.ends_ms))
    is_whole = begins < ends and begins.time() == ends.time() == time()
    event.add("dtstart", begins.date() if is_whole else begins)
    event.add("dtend", ends.date() if is_whole else ends)
    return event


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
