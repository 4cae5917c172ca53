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

_NO_WORD = re.compile(r"[\W_]+")
_SPELT_OUT = re.compile(r"\w(?: \w)+")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
MAX_SPACES = 60
"""A text with more of them is not one word that is spelt out, however much each letter is drawn."""


def bare(text: str) -> str:
    """The message without case, accents, punctuation and marks around it: ` Stop! ` is STOP."""
    letters = unicodedata.normalize("NFKD", without_hidden(text)).casefold()
    if not letters.isascii():
        letters = "".join(sign for sign in letters if unicodedata.category(sign) != "Mn")
    return _NO_WORD.sub(" ", letters).strip()


def readings(text: str) -> frozenset[str]:
    """The bare message, and other ways to read it: spelt out, drawn out, in other letters."""
    found = {bare(text)}
    if not text.isascii():
        found.add(bare(text.translate(_AS_LETTERS)))
    if min(each.count(" ") for each in found) > MAX_SPACES:
        return frozenset(found)
    found |= {each.translate(_AS_LATIN) for each in found}
    found |= {each.replace(" ", "") for each in found if _SPELT_OUT.fullmatch(each)}
    drawn = [each for each in found if _DRAWN_OUT.search(each)]
    return frozenset(
        found | {_DRAWN_OUT.sub(times, each) for each in drawn for times in (r"\1", r"\1\1")}
    )


# Cyrillic as people type it who have no such keyboard; what Unicode does not take apart; Arabic
# letters that are typed for one another.
_AS_TYPED = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфхъыэіє", "abvgdeziklmnoprstufhaieie", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "iu", "я": "ia", "ь": ""}
    | {"ı": "i", "ł": "l", "đ": "d", "ґ": "g"}
    | {"ى": "ي", "ة": "ه", "ـ": "", "q": "ia", "y": "i"}
)
_ARTICLE = re.compile(r"\bال(?=\w{3})")  # Arabic writes “the” into the word
_ENDS_SENTENCE = re.compile(r"(?:[.!?;\n\u061f\u2026]\s*)+")
_COMMA = re.compile(r"(?:[,\u060c]\s*)+")
_INSIDE_WORD = re.compile(r"(?<=\w)['’`´ʼ](?=\w)")


def plain_words(text: str) -> list[list[str]]:
    """The words and commas of each sentence, however its keyboard spells them."""
    sentences = _ENDS_SENTENCE.split(_INSIDE_WORD.sub("", text))
    return [words for sentence in sentences if (words := _words_of(sentence))]


def _words_of(sentence: str) -> list[str]:
    clauses = [_spelt(bare(clause)) for clause in _COMMA.split(sentence)]
    return " , ".join(filter(None, clauses)).split()


def _spelt(said: str) -> str:
    typed = _ARTICLE.sub("", said).translate(_AS_TYPED).replace("kh", "h").replace("ii", "i")
    return _DRAWN_OUT.sub(r"\1", typed)
