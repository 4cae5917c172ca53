"""What was searched for, as the log of reading keeps it: a keyed hash a word.

Nobody reads from the log what somebody looked for. Whoever asks whether a certain word was looked
for can be told, because the same word has the same hash in this house.
"""

from collections.abc import Sequence

from appliance.desk.search.folding import words_of
from appliance.store.house_key import HouseKey

_SCHEME = "search"


def hashes_of(key: HouseKey, words: str) -> Sequence[str]:
    return sorted({key.stands_for(_SCHEME, each) for each in words_of(words).split()})


def ever_hashes_of(key: HouseKey, word: str) -> Sequence[str]:
    """The same of one word, under each key that the house ever had."""
    return key.ever_stood_for(_SCHEME, words_of(word).strip())
