"""The state of a device as a sentence, and what a person should do: English, as in `phrases`."""

from collections.abc import Mapping, Sequence

from appliance.devices.device_facts import Registration
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason

DEVICE_STATES: Mapping[DeviceState, str] = {
    DeviceState.ABSENT: "Not there",
    DeviceState.UNAUTHORIZED: "Not allowed",
    DeviceState.OFFLINE: "No connection",
    DeviceState.READY: "Ready",
    DeviceState.DEGRADED: "Needs attention",
}

DEVICE_REASONS: Mapping[Reason, tuple[str, str]] = {
    Reason.NONE: ("Everything that was checked works.", ""),
    Reason.NOT_PLUGGED_IN: (
        "The phone is not plugged in, or it is switched off.",
        "Plug the cable into the phone and into Balie, and switch the phone on.",
    ),
    Reason.NOT_ALLOWED: (
        "The phone does not allow this computer yet.",
        "Look at the phone's screen, tick “Always allow from this computer” and tap Allow.",
    ),
    Reason.CONNECTION_DEAD: (
        "The phone is plugged in, but the connection is dead.",
        "Pull the cable out and plug it in again; try another cable if it comes back.",
    ),
    Reason.NOT_ANSWERING: (
        "The phone does not answer in time.",
        "Wait a minute. If it lasts, restart the phone.",
    ),
    Reason.BOOTING: ("The phone is starting up.", "Wait until it has started."),
    Reason.LOCKED: (
        "The phone is locked, so nothing can be typed.",
        (
            "Unlock the phone and switch its screen lock off: after a restart nobody is there to"
            " unlock it."
        ),
    ),
    Reason.OTHER_SIM: (
        "Another SIM card is in the phone than this number was bound to. Nothing is sent.",
        "Put the right SIM card back, or add the phone again for the new number.",
    ),
    Reason.TOO_HOT: (
        "The phone is too hot. Nothing is sent from it until it has cooled.",
        "Lay it in the shade with air around it, out of its case and off other phones.",
    ),
    Reason.NO_SIM: (
        "The phone sees no SIM card.",
        "Put the SIM card in, or push it firmly into place, and restart the phone.",
    ),
    Reason.NO_WHATSAPP: (
        "WhatsApp is not installed on the phone. SMS still works.",
        "Install WhatsApp on the phone and register it with this number.",
    ),
    Reason.WHATSAPP_STOPPED: (
        "WhatsApp shows a warning, a ban or a log-out. Nothing is sent from this number.",
        (
            "Take the phone, open WhatsApp and read what it says. Start the number again when it is"
            " solved."
        ),
    ),
    Reason.PHONE_CLOCK: (
        "WhatsApp does not work because the phone's date is wrong. SMS still works.",
        "Switch on automatic date and time in the phone's settings.",
    ),
    Reason.PHONE_STORAGE: (
        "WhatsApp does not work because the phone's storage is full. SMS still works.",
        "Delete pictures and videos on the phone, or apps that nobody uses.",
    ),
    Reason.SERVER_WILL_NOT_START: (
        "The helper that reads the phone's screen does not start.",
        "Restart the phone. If it lasts, see whether its storage is full.",
    ),
    Reason.CLOCK_UNREADABLE: (
        "The phone does not tell the time, so Balie cannot prove what leaves. Nothing is sent.",
        "Restart the phone. It goes on by itself when it tells the time again.",
    ),
    Reason.NOTIFICATIONS_UNREADABLE: (
        (
            "The phone's notifications cannot be read, so Balie would not hear an answer. Nothing"
            " is sent by WhatsApp."
        ),
        "Restart the phone. It goes on by itself when they can be read again.",
    ),
    Reason.SMS_UNREADABLE: (
        (
            "The phone's SMS cannot be read, so Balie would not hear an answer. Nothing is sent by"
            " SMS."
        ),
        (
            "Restart the phone and look in its developer options whether USB debugging may read"
            " everything. It goes on by itself when they can be read again."
        ),
    ),
    Reason.TWO_SIMS: (
        "Two SIM cards are in the phone, and Balie cannot tell which of them has this number.",
        (
            "Take the other card out, or switch it off in the phone's settings under SIM cards. To"
            " keep both, write this number with its card there, if the phone lets you."
        ),
    ),
    Reason.SMS_SIM: (
        (
            "Two SIM cards are in the phone, and it sends SMS from the other one. Nothing is sent"
            " by SMS."
        ),
        "In the phone's settings, under SIM cards, choose the card with this number for SMS.",
    ),
    Reason.SIM_PIN: (
        "The SIM card asks for its PIN, and Balie does not have it or may not try it.",
        (
            "Put the SIM card in any phone, type the PIN and switch its PIN off; or put the right"
            " PIN in Balie's config file."
        ),
    ),
    Reason.SIM_PUK: (
        "The SIM card is locked: its PIN was wrong too often.",
        "Put the SIM card in any phone and type its PUK, which the provider gives you.",
    ),
    Reason.NO_NETWORK: (
        "There is no mobile network.",
        "Move it to a window or give it another antenna; see whether a phone has a network there.",
    ),
    Reason.BARRED: (
        "The network does not let this SIM card in.",
        "Ask the provider whether the SIM card is active and may send SMS.",
    ),
    Reason.NO_CREDIT: (
        "The SIM card has no credit left. Nothing is sent over it.",
        "Top it up, or ask the provider.",
    ),
    Reason.OTHER_MODEM: (
        "Another modem is plugged in where this one was. Nothing is sent over it.",
        "Plug the right modem in, or add the new one to this number.",
    ),
    Reason.SERVICE_AWAY: (
        "The service does not answer, or Balie has no internet. What waits goes by itself later.",
        "See whether Balie's network reaches the internet.",
    ),
    Reason.SERVICE_UNTRUSTED: (
        "The service's certificate is not trusted, so Balie says nothing to it.",
        "See whether its name is right, and Balie's date; else ask who runs it.",
    ),
    Reason.ACCOUNT_SHUT: (
        "The service does not let Balie in, so nothing comes in or leaves over it.",
        "Get a new token or password there, and give it to Balie under Settings, Numbers.",
    ),
    Reason.READ_ELSEWHERE: (
        (
            "Another program reads what people write to this bot, so Balie misses some of it."
            " Nothing is sent over it."
        ),
        (
            "End that program, or make a new token with @BotFather (/revoke) and give it to Balie"
            " under Settings, Numbers: the old one ends with that."
        ),
    ),
    Reason.HAS_WEBHOOK: (
        (
            "Another program has set a webhook for this bot and gets what people write to it."
            " Nothing is sent over it."
        ),
        "Take the webhook away in that program, or make a bot of Balie's own with @BotFather.",
    ),
    Reason.TOO_FAST: (
        "The service wants a pause. What waits goes by itself after it.",
        "Nothing is to be done.",
    ),
    Reason.SAME_IMEI: (
        "Two modems say the same IMEI, and Balie cannot tell their SIM cards apart.",
        (
            "Plug both in with their SIM cards, without a PIN on the cards. If it lasts, use a"
            " modem of another make for one of them."
        ),
    ),
}
"""What is wrong and what a person should do, unless the device's kind has other words."""

REGISTRATIONS: Mapping[Registration, str] = {
    Registration.HOME: "home network",
    Registration.ROAMING: "roaming",
    Registration.DENIED: "refused",
    Registration.NONE: "not found",
}
"""What comes after the name of the network."""

SIGNALS: Sequence[str] = ("hardly any", "weak", "fair", "good", "strong")
"""By the number of bars."""


def about(kind: str, reason: Reason) -> tuple[str, str]:
    """The sentence and the remedy for a device of this kind; without any the reason itself."""
    return Kind.named(kind).sentences.get(reason) or DEVICE_REASONS.get(reason, (reason.value, ""))
