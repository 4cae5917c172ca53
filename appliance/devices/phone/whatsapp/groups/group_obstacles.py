"""What keeps WhatsApp from going on while somebody's hands are in a group."""

from appliance.devices.phone.obstacles import SENTENCES, Obstacle, clear_away
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.whatsapp.chat import Keep
from appliance.devices.phone.whatsapp.closed import refuse
from appliance.devices.phone.whatsapp.groups.group_pages import WORDS_OF_PEOPLE
from appliance.devices.phone.whatsapp.pages import Seen, Stopped
from appliance.errors import Transient


def refuse_obstacles(phone: Phone, screen: Screen, seen: Seen, keep: Keep) -> None:
    """Raises for what stops WhatsApp or lies over it; the words of people stop nothing."""
    words_of_people = screen.of(phone.whatsapp).first(*WORDS_OF_PEOPLE)
    if isinstance(seen, Stopped) and words_of_people is None:
        refuse(phone, seen.kind, keep(screen, seen=seen.kind.value))
    if isinstance(seen, Obstacle):
        facts = keep(screen, seen=seen.kind.value)
        clear_away(phone.session, seen)
        raise Transient(SENTENCES[seen.kind], facts)
