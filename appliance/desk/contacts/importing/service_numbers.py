"""Columns that hold citizen service numbers (BSN), whatever they are called.

Of numbers of nine digits one in eleven passes the test by chance, so a column is told by nearly all
of it passing. Where a file has one row alone, its personnel number may pass.
"""

import re
from collections.abc import Sequence

from appliance.desk.care.numbers import is_bsn
from appliance.desk.contacts.importing import columns

_NEARLY_ALL = 0.9
_DUTCH_MOBILE = re.compile(r"6[0-9]{8}")
"""A telephone number whose zero a spreadsheet took away."""
_MAY_BE_CHANCE = frozenset({columns.PERSONNEL})


def columns_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[int]:
    """Their places in the head, from 0."""
    targets = columns.guessed(head)
    return [
        at
        for at, target in enumerate(targets)
        if target != columns.NUMBER and _is_theirs([row[at] for row in rows], target)
    ]


def _is_theirs(cells: Sequence[str], target: str) -> bool:
    said = [each.strip() for each in cells if each.strip()]
    told = [each for each in said if is_bsn(each) and not _DUTCH_MOBILE.fullmatch(each)]
    if len(told) < (2 if target in _MAY_BE_CHANCE else 1):
        return False
    return len(told) >= _NEARLY_ALL * len(said)
