"""Damaged dumps of notifications: the parser raises nothing unexpected and invents no message.

`scripts/bench notifications` does the same with a hundred thousand.
"""

from tests.devices.phone.dump_mutations import mutated, spoilt

COUNT = 400


def test_no_damaged_line_makes_a_message_of_what_is_none() -> None:
    """Most messages are still read, so a parser that reads nothing would fail here."""
    damaged = list(mutated(seed=31_612, count=COUNT))
    assert [each.false for each in damaged if each.false] == []
    assert sum(bool(each.read()) for each in damaged) > COUNT * 0.8


def test_spoilt_characters_raise_nothing() -> None:
    assert len([each.read() for each in spoilt(seed=31_613, count=COUNT)]) == COUNT
