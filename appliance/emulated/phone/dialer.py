"""What the dialer of a phone says of a call that nobody took."""

from appliance.emulated.phone.notifications import FLAG_AUTO_CANCEL, Notification
from appliance.emulated.world.network import Letter
from appliance.emulated.world.numbers import shown

PACKAGE = "com.google.android.dialer"
UID = 10170
_TITLES = {"en": "Missed call", "nl": "Gemiste oproep"}


def missed_call(call: Letter, *, name: str, language: str) -> Notification:
    """`name` is that of the phone book, or empty."""
    return Notification(
        package=PACKAGE,
        uid=UID,
        id=1,
        tag=f"MissedCall_{call.sender}",
        channel="phone_missed_call",
        style="",
        title=_TITLES[language],
        text=name or shown(call.sender),
        when_ms=call.at_ms,
        category="missed_call",
        flags=FLAG_AUTO_CANCEL,
        group_key="MissedCallGroup",
    )
