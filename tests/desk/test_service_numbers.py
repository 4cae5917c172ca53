"""Columns of citizen service numbers are told by what stands in them, and by little else."""

import random
from collections.abc import Sequence

import pytest

from appliance.desk.contacts.importing.csv_table import ForbiddenColumn, read_csv
from appliance.desk.contacts.importing.service_numbers import columns_of

ONE, TWO, THREE = "111222333", "123456782", "100000009"
WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)


def drawn(rng: random.Random) -> str:
    """A number that passes the test of eleven, as they are given out."""
    while True:
        digits = [rng.randrange(10) for _ in WEIGHTS]
        last = sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11
        if last < 10 and any(digits[:2]):
            return "".join(map(str, [*digits, last]))


def is_told(head: str, cells: Sequence[str]) -> bool:
    return bool(columns_of([head], [[each] for each in cells]))


def test_no_file_of_numbers_passes_by_chance() -> None:
    rng = random.Random(11)
    files = [[drawn(rng) for _ in range(50)] for _ in range(300)]
    assert all(is_told(head, each) for each in files for head in ("Kenmerk", "telefoon"))
    assert all(is_told("x", [cell.lstrip("0") for cell in each]) for each in files)


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("x", ["'123456782", "'111222333"]),
        ("x", ["BSN 123456782"]),
        ("x", [TWO, "onbekend"]),
        ("x", [TWO, "", "-"]),
        ("x", ["12345672", "10000008"]),
        ("telefoon", [ONE, TWO, THREE, "0612345678"]),
        ("Personeelsnummer", [ONE, TWO, THREE, "614253647"]),
        ("Opmerkingen", ["", "zijn bsn 123456782", "belt liever niet"]),
        ("Opmerkingen", ["komt zaterdag, sofinummer 1112.22.333"]),
    ],
)
def test_they_are_found_however_they_stand_there(head: str, cells: Sequence[str]) -> None:
    assert is_told(head, cells)


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("Personeelsnummer", [TWO] * 50),
        ("Personeelsnummer", [ONE, TWO]),
        ("telefoon", ["612345678", "687654321", "612345679", TWO]),
        ("telefoon", ["0612345678", "+31 13 555 12 34"]),
        ("Sinds", ["31-03-2025", "01012024", "20250401"]),
        ("Klant", [str(123456780 + at) for at in range(40)]),
        ("Opmerkingen", ["Belt om 8 uur, 06 12345678", "polisnummer 123456782"]),
        ("Rekening", ["NL91ABNA0417164300"]),
        ("Uurloon", ["14,75", "15,00", "onbekend"]),
    ],
)
def test_other_numbers_are_none(head: str, cells: Sequence[str]) -> None:
    assert not is_told(head, cells)


def test_such_a_file_is_refused() -> None:
    with pytest.raises(ForbiddenColumn):
        read_csv(b"Naam;Nummer;Kenmerk\nAnna;0612345678;'123456782\nBram;0612345679;onbekend\n")
