"""The letters of a short message as a reader sees them, however they were typed or decorated."""

import re
import unicodedata

from appliance.characters import without_hidden

_LATIN = "abcdefghijklmnopqrstuvwxyz"
# Signs of Unicode's other scripts and fonts that look like Latin letters and do not fold to them.
_LOOK_ALIKE = {
    "\u0430": "a",  # Cyrillic, as on the keyboards of many who work here
    "\u0432": "b",
    "\u0435": "e",
    "\u0456": "i",
    "\u0458": "j",
    "\u043a": "k",
    "\u043c": "m",
    "\u043e": "o",
    "\u0440": "p",
    "\u0455": "s",
    "\u0442": "t",
    "\u0443": "u",
    "\u04bb": "h",
    "\u0501": "d",
    "\u03b1": "a",  # Greek
    "\u03b5": "e",
    "\u03b9": "i",
    "\u03ba": "k",
    "\u03bd": "v",
    "\u03bf": "o",
    "\u03c1": "p",
    "\u03c3": "s",
    "\u03c4": "t",
    "\u03c5": "u",
    "\u0131": "i",  # Turkish, without its dot
    "\ua731": "s",  # small capitals
    "\u1d1b": "t",
    "\u1d0f": "o",
    "\u1d18": "p",
    "0": "o",
}
_ENCLOSED = {
    chr(start + place): letter
    for start in (0x1F150, 0x1F170, 0x1F1E6)  # in black circles and squares, and as flags' letters
    for place, letter in enumerate(_LATIN)
}
_AS_LETTERS = str.maketrans(_ENCLOSED)
_AS_LATIN = str.maketrans(_LOOK_ALIKE)


def bare(text: str) -> str:
    """The message without case, accents, punctuation and marks around it: ` Stop! ` is STOP."""
    folded = unicodedata.normalize("NFKD", without_hidden(text)).casefold()
    letters = "".join(sign for sign in folded if unicodedata.category(sign) != "Mn")
    return re.sub(r"[\W_]+", " ", letters).strip()


def readings(text: str) -> frozenset[str]:
    """The bare message, and other ways to read it: spelt out, drawn out, in other letters."""
    found = {bare(text), bare(text.translate(_AS_LETTERS))}
    found |= {each.translate(_AS_LATIN) for each in found}
    found |= {each.replace(" ", "") for each in found if re.fullmatch(r"\w(?: \w)+", each)}
    return frozenset(
        found | {re.sub(r"(\w)\1{2,}", times, each) for each in found for times in (r"\1", r"\1\1")}
    )
