"""What temp workers write: shifts, sick notes, small talk, and texts that are hard to handle."""

import random

_OPENINGS = (
    "Hoi, ik ben morgen vrij. Is er nog werk?",
    "Goedemorgen, ik ben ziek en kan vandaag niet komen.",
    "Hoe laat begint mijn dienst donderdag?",
    "Kan ik mijn dienst van vrijdag ruilen met een collega?",
    "Ik sta bij de poort, maar niemand doet open",
    "Mijn uren van vorige week kloppen niet, ik mis 4 uur",
    "Wanneer krijg ik mijn loonstrook?",
    "Is er parkeerplek bij het magazijn?",
    "Hi, can I work extra hours this weekend?",
    "Cześć, czy jutro mam pracę?",
    "Bus heeft vertraging, ik ben er om 7:15",
    "Ik heb mijn veiligheidsschoenen nog niet gekregen",
    "Wat is het adres voor maandag?",
    "Goedenavond, ik wil graag een week vrij in augustus. Kan dat?",
)
_ANSWERS = (
    "Top, dankjewel!",
    "Oké",
    "Ja, dat is goed",
    "Nee sorry, dan kan ik niet",
    "Hoe laat dan?",
    "👍",
    "Ok thanks",
    "Prima, tot morgen",
    "Kan het ook een uur later?",
    "Dank u wel, fijne dag nog",
)
#: Who is asked for a shift: a plain word, or one that a person has to read; None stays silent.
_SHIFT_ANSWERS = (
    *("Ja", "Ja hoor!", "ja", "yes", "👍", "Tak", "Ja graag", "Kan wel", "Evet"),
    *("Nee", "nee sorry", "Kan niet", "Helaas niet", "nie mogę", "👎"),
    *("Hoe laat is het klaar?", "Misschien, ik laat het weten"),
    *(None, None, None, None),
)
_ASKS_FOR_A_SHIFT = ("ja of nee", "yes or no")
#: Texts that look like the ends of a parser's fields, and characters that break encodings.
AWKWARD = (
    "Kan ik morgen 👷🏽‍♀️ werken? 🙏🏼",
    "Hoi\n\nik kan niet\nmaandag\ndinsdag\n\ngroet",
    "Tot dan, time=123}",
    "Ik stuur het zo, sender=Anna, text=nee, time=1789312500000}]",
    "Let op\nRow: 1 _id=9, body=x",
    "Ok }], [1] Bundle[{text=hoi, time=5}]",
    "אני יכול לעבוד מחר בבוקר",
    "هل يوجد عمل غدا؟ شكرا",
    "e\u0301e\u0301n keer per week, groetjes van Zoe\u0308",
    "50% korting & \"gratis\" <b>koffie</b> $(reboot) `id` 'ja' %0A; rm -rf /",
    "\u202eomgekeerd\u202c en gewoon",
    "*Vet* _schuin_ ~door~ ```code```",
    "\t tab en   veel   spaties  ",
    "&#10; &amp; ]]> <?xml version='1.0'?>",
)
_LONG_WORDS = ("werk", "rooster", "magazijn", "dienst", "maandag", "uren", "ploeg", "bus", "trein")
_LONG = 4000
STOP = "STOP"


def opening(rng: random.Random, *, awkward: bool, sms: bool) -> str:
    """The text with which somebody begins; only WhatsApp carries 4,000 characters."""
    if awkward and rng.random() < 0.6:
        if not sms and rng.random() < 0.15:
            return long_text(rng)
        return rng.choice(AWKWARD)
    return rng.choice(_OPENINGS)


def answer(rng: random.Random, *, awkward: bool) -> str:
    if awkward and rng.random() < 0.4:
        return rng.choice(AWKWARD)
    return rng.choice(_ANSWERS)


def asks_for_a_shift(text: str) -> bool:
    return any(words in text.casefold() for words in _ASKS_FOR_A_SHIFT)


def shift_answer(rng: random.Random) -> str | None:
    return rng.choice(_SHIFT_ANSWERS)


def long_text(rng: random.Random) -> str:
    """Exactly 4,000 characters."""
    text = ""
    while len(text) < _LONG:
        text += rng.choice(_LONG_WORDS) + rng.choice((" ", " ", " ", ", ", ".\n"))
    return text[: _LONG - 1] + "."
