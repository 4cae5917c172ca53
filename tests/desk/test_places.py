"""Places and cards that people send: what they are called stands beside the message."""

from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.news_protocol import PlaceName
from appliance.devices.protocol import Incoming
from appliance.media.kinds import MediaKind
from tests.queue.counter import ANNA, WHATSAPP, Counter


def sends(counter: Counter, key: str, kind: MediaKind, sign: str, name: str = "") -> None:
    medium = IncomingMedia(kind=kind, sign=sign, words=name, has_file=False, name=name)
    told = Incoming(
        channel=WHATSAPP,
        key=key,
        sender=ANNA,
        text=f"{sign} {name or 'Locatie'}",
        at_ms=counter.clock.now_ms(),
        media=medium,
    )
    counter.reception.received(counter.device_id, [told])


def test_a_place_is_named_once_its_row_was_seen(counter: Counter) -> None:
    """Told again, or by another name, it changes nothing."""
    sends(counter, "k1", MediaKind.LOCATION, "📌")
    sends(counter, "k2", MediaKind.CONTACT, "👤", "Piet")
    for name in ("Depot Tilburg", "Elders"):
        place = PlaceName(key="k1", channel=WHATSAPP, sender=ANNA, name=name)
        counter.reception.places_named(counter.device_id, [place])
    found = counter.all("SELECT kind, name FROM media ORDER BY id")
    assert [(each["kind"], each["name"]) for each in found] == [
        ("location", "Depot Tilburg"),
        ("contact", "Piet"),
    ]
