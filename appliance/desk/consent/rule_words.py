"""The words that withdraw and give consent, and Balie's own texts, in two languages."""

from appliance.desk.consent.letters import bare, readings

# Each as the whole message, in the letters of `bare`. What people also say of a shift, a journey or
# a machine is not here, so a person decides about it: cancel, end, quit, abmelden, rezygnuję,
# iptal, ret, dur, توقف (“it stopped”), إلغاء.
STOP_WORDS = frozenset(
    {
        "stop",  # the word of all texts that one can end, in every country
        "stopp",  # as Germans and Norwegians spell it
        "\u0441\u0442\u043e\u043f",  # as Bulgarians, Ukrainians and Russians spell it
        "\u03c3\u03c4\u03bf\u03c0",  # as Greeks do
        "ستوب",  # as it sounds, in Arabic letters
        "stop all",  # what phone companies teach beside STOP
        "stopall",
        "unsubscribe",  # said of messages only
        "stoppen",  # Dutch and German; who leaves a job says more than this word
        "afmelden",  # what Dutch newsletters say; who is ill says for when
        "uitschrijven",  # Dutch: to have oneself taken off the books
        "dezabonare",  # Romanian: the word for unsubscribing, and for nothing else
        "відписатися",  # the same in Ukrainian
        "отписаться",  # and in Russian
    }
)
START_WORDS = frozenset({"start", "starten", "aanmelden", "inschrijven", "subscribe", "unstop"})

WELCOME = {
    "nl": (
        "Welkom bij {branch}! Je bericht is binnen; we antwoorden via dit nummer. "
        "Wil je geen berichten meer? Stuur STOP."
    ),
    "en": (
        "Welcome to {branch}! We have your message and answer from this number. "
        "No more messages? Send STOP."
    ),
}
STOPPED = {
    "nl": "Je krijgt geen berichten meer van {branch} op dit nummer. Toch weer wel? Stuur START.",
    "en": (
        "You will get no more messages from {branch} on this number. Changed your mind? Send START."
    ),
}
STARTED = {
    "nl": "Je bent weer aangemeld bij {branch}. Wil je geen berichten meer? Stuur STOP.",
    "en": "You will get messages from {branch} again. No more messages? Send STOP.",
}

MISSING_PART = {
    "nl": "[deel {parts} van {total} ontbreekt]",
    "en": "[part {parts} of {total} is missing]",
}
LATE_PART = {"nl": "[deel {parts} van {total}]", "en": "[part {parts} of {total}]"}


def is_stop(text: str) -> bool:
    """True when the whole message is a word that asks for no more messages."""
    return not STOP_WORDS.isdisjoint(readings(text))


def is_start(text: str) -> bool:
    """True for exactly this word: a word that only resembles it gives no consent."""
    return bare(text) in START_WORDS
