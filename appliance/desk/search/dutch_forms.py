"""The other forms of a Dutch noun or verb: who looks for “weken” finds “week”, and the reverse.

The words of the index stay as they were written. What merely begins like the word that is looked
for is found anyway, so only forms that begin otherwise are made here.
"""

from collections.abc import Iterator

MIN_LETTERS = 3
_VOWELS = frozenset("aeiou")
_BEFORE_SOFT = _VOWELS | {"j"}
_TWO = ("ie", "ui", "ij", "oe", "ou", "eu", "ei", "au")
_LONG = ("aa", "ee", "oo", "uu")
_SOFT = {"f": "v", "s": "z"}
_HARD = {"v": "f", "z": "s"}


def other_forms(word: str) -> frozenset[str]:
    """Of a folded word; empty for what is no word of letters."""
    if len(word) < MIN_LETTERS or not (word.isascii() and word.isalpha()):
        return frozenset()
    forms = {each for each in (*_plurals(word), *_singulars(word)) if len(each) >= MIN_LETTERS}
    return frozenset(each for each in forms if not each.startswith(word))


def _plurals(word: str) -> Iterator[str]:
    """`week` weken, `brief` brieven, `huis` huizen, `foto` is the beginning of foto's."""
    stem, last = word[:-1], word[-1]
    if last in _VOWELS:
        return
    soft = _SOFT.get(last, last)
    if stem.endswith(_LONG):
        yield f"{stem[:-1]}{soft}en"
    elif last in _SOFT and stem.endswith(_TWO):
        yield f"{stem}{soft}en"


def _singulars(word: str) -> Iterator[str]:
    """`weken` week, `bussen` bus, `huizen` huis, `roosters` rooster, `diensten` dienst."""
    if word.endswith("s") and word[-2] not in _BEFORE_SOFT:
        yield word[:-1]
    if not word.endswith("en") or len(word) < len("uren"):
        return
    stem, last = word[:-2], word[-3]
    hard = _HARD.get(last, last)
    if stem.endswith(last * 2):
        yield stem[:-1]
        return
    yield f"{stem[:-1]}{hard}"
    if stem[-2] in _VOWELS and (len(stem) == len("ur") or stem[-3] not in _VOWELS):
        yield f"{stem[:-1]}{stem[-2]}{hard}"
