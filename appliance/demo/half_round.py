"""A round of this morning that is half filled, and goes on by itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.demo import talks
from appliance.demo.past import Office, Past
from appliance.demo.seed import VISITOR
from appliance.desk.access.sight import Sight
from appliance.desk.rounds import starting
from appliance.desk.rounds.following import RoundFollower
from appliance.desk.rounds.starting import StartRequest
from appliance.desk.team import staff
from appliance.emulated.world.people import Person
from appliance.queue.pacing import HOUR_MS, MINUTE_MS
from appliance.store import lines
from appliance.store.branch_settings import BranchSettings
from appliance.store.rounds import RoundAuthor
from appliance.store.store import Tx

MINUTES_AGO = 38
SEATS, AT_ONCE = 4, 5
CREW = 9
_SHIFT_H = 8


def they_wrote(past: Past, office: Office, crew: Sequence[Person]) -> None:
    """Less than a day before: then one may ask them at any hour, so also in a demo at night."""
    for person in crew:
        past.hears(office, person, talks.LOOKS_FOR_WORK)
        past.answers(office, person, talks.YOU_HEAR_OF_US)


def half_filled(past: Past, office: Office, crew: Sequence[Person], now_ms: int) -> None:
    """The first ones were asked, and have answered in their ways."""
    past.is_at(now_ms - MINUTES_AGO * MINUTE_MS)
    follower = RoundFollower(past.store)
    past.store.write(lambda tx: starting.start(tx, Sight(None), _request(tx, office, crew)))
    past.sends(office)
    for person, text in zip(crew, talks.ROUND_ANSWERS, strict=False):
        past.clock.advance(ms=MINUTE_MS // 2)
        past.hears(office, person, text)
        while follower.catch_up():
            pass
    past.sends(office)
    while follower.catch_up():
        pass


def _request(tx: Tx, office: Office, crew: Sequence[Person]) -> StartRequest:
    starts_ms = _tomorrow_ms(tx.now_ms)
    return StartRequest(
        lines=[lines.line(tx.conn, office.line_id)],
        contacts=[person.number for person in crew],
        variants=talks.ROUND_QUESTIONS,
        seats=SEATS,
        at_once=AT_ONCE,
        starts_ms=starts_ms,
        ends_ms=starts_ms + _SHIFT_H * HOUR_MS,
        closes_ms=starts_ms,
        confirm_text=talks.ROUND_CONFIRM,
        reserve_text=talks.ROUND_RESERVE,
        by=RoundAuthor(staff_id=staff.named(tx.conn, VISITOR).id),
    )


def _tomorrow_ms(now_ms: int) -> int:
    """Seven in the morning, or the day after where that is soon."""
    zone = ZoneInfo(BranchSettings().zone)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    at = today.replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int(at.timestamp() * 1000)
