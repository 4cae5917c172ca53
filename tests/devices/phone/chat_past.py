"""Chats that an emulated phone had before Balie came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.emulated.phone.whatsapp.media import Medium
from appliance.emulated.phone.whatsapp.model import Chat, RowTick
from appliance.emulated.world.numbers import jid_of
from tests.devices.phone.driver_kit import World

ZONE = ZoneInfo("Europe/Amsterdam")
OURS, THEIRS = True, False
Said = tuple[bool, str]


def at(world: World, days_ago: int, clock_time: str) -> int:
    """A moment of the phone's own day."""
    now = datetime.fromtimestamp(world.clock.now_ms() / 1000, ZONE)
    hour, minute = map(int, clock_time.split(":"))
    day = now.date() - timedelta(days=days_ago)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
    return int(moment.timestamp() * 1000)


def had(
    world: World,
    who: str,
    said: Sequence[Said],
    *,
    from_ms: int,
    name: str = "",
    medium: Medium | None = None,
) -> Chat:
    """A message a minute, read long ago; `who` is a number or a jid. The first has the medium."""

    def add() -> Chat:
        account = world.handset.whatsapp.account
        jid = who if "@" in who else jid_of(who)
        if name and "@" in who:
            account.push_names[who] = name
        elif name:
            world.handset.contacts[who] = name
        chat: Chat = account.chat(jid)
        for place, (own, text) in enumerate(said):
            account.add(
                chat,
                letter_id="",
                text=text,
                at_ms=from_ms + place * 60_000,
                sender=None if own else chat.number,
                tick=RowTick.READ if own else None,
                medium=None if place else medium,
            )
        return chat

    return world.on_loop(add)
