"""Damage: whatever happens to a dump, reading it raises Transient at most and invents nothing."""

from tests.devices.phone.screen_mutations import mutated, seeds, survive


def test_what_the_damage_starts_from_is_read() -> None:
    """Among them are chats with others' messages, in both generations and languages."""
    assert sum(bool(incoming) for _, incoming in seeds()) >= 6


def test_600_damaged_dumps_invent_no_message_and_raise_nothing() -> None:
    """Views lost, doubled and moved; ids, words, places and packages wrong; ends cut off."""
    damaged = list(mutated(seed=28_011, count=600))
    assert [survive(each) for each in damaged] == [0] * len(damaged)
    assert sum(each.quiet and bool(each.incoming) for each in damaged) > 100
