"""Columns that hold citizen service numbers (BSN), whatever they are called.

Of numbers of nine digits one in eleven passes the test by chance, so a column is told by most of
its numbers passing: of different ones, because a number that stands in each row passes in all of
them or in none. What may be a telephone number or a day counts for neither side, and words do not
count. A file of one or two rows tells little: there each number of the column has to pass.
"""

import re
from collections.abc import Iterable, Sequence

from appliance.desk.care.care_words import says
from appliance.desk.care.finding import found_in
from appliance.desk.care.numbers import bsns_in, is_bsn, is_day
from appliance.desk.contacts.importing import columns
from appliance.store.care_marks import CareKind

_MOST = 0.5
_SURELY = 3
"""So many that pass are no chance."""
_LENGTHS = (8, 9)
"""A spreadsheet takes the zero away with which a BSN may begin."""
_LONGEST_LABEL = 20
"""Characters: what is longer is a text, in which numbers are looked for."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEW_WORDS = 2
_DUTCH_MOBILE = re.compile(r"6[0-9]{8}")
"""A telephone number whose zero a spreadsheet took away."""
_MAY_BE_CHANCE = frozenset({columns.PERSONNEL, columns.NUMBER})


def columns_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[int]:
    """Their places in the head, from 0."""
    targets = columns.guessed(head)
    return [
        at
        for at, target in enumerate(targets)
        if _is_theirs({row[at].strip() for row in rows}, target)
    ]


def _is_theirs(cells: Iterable[str], target: str) -> bool:
    said = [each for each in cells if sum(map(str.isdigit, each)) >= min(_LENGTHS)]
    if any(map(_says_so, said)):
        return True
    numbers = {_digits(each) for each in said if len(each) <= _LONGEST_LABEL}
    clear = [each for each in numbers if not _DUTCH_MOBILE.fullmatch(each) and not is_day(each)]
    told = [each for each in clear if len(each) in _LENGTHS and is_bsn(each.zfill(_LENGTHS[-1]))]
    if len(told) >= _SURELY:
        return len(told) >= _MOST * len(clear)
    return target not in _MAY_BE_CHANCE and bool(told) and len(told) == len(clear)


def _says_so(cell: str) -> bool:
    """A remark in which one stands: named so, or as the words around it have it."""
    words = len(_WORD.findall(cell))
    if not words:
        return False
    if says("bsn", cell):
        return any(bsns_in(cell, ()))
    return words > _FEW_WORDS and CareKind.BSN in found_in(cell)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
