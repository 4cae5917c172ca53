"""What is kept between two requests of one log-in: once, for a while, and for everybody."""

from appliance.api.web.kept_once import MOST, MOST_OF_NETWORK, KeptOnce
from appliance.clock import ManualClock

STRANGER = "2001:db8::1"


def test_a_stranger_who_only_begins_pushes_out_their_own(clock: ManualClock) -> None:
    """Whatever the machines of their network call themselves."""
    kept = KeptOnce[str](clock, life_ms=1_000)
    colleague = kept.keep("colleague", address="192.0.2.7")
    strangers = [
        kept.keep(f"stranger {number}", address=f"2001:db8::{number:x}")
        for number in range(2 * MOST)
    ]
    assert kept.take(colleague) == "colleague"
    assert kept.take(colleague) is None
    taken = [kept.take(each) for each in strangers]
    assert [each for each in taken if each] == [
        f"stranger {number}" for number in range(2 * MOST - MOST_OF_NETWORK, 2 * MOST)
    ]


def test_there_are_never_more_than_the_most(clock: ManualClock) -> None:
    """Room is made by the network that has most."""
    kept = KeptOnce[int](clock, life_ms=1_000)
    busy = [kept.keep(number, address=STRANGER) for number in range(MOST_OF_NETWORK)]
    others = [
        kept.keep(number, address=f"10.0.{number // 250}.{number % 250}") for number in range(MOST)
    ]
    found = [kept.take(each) for each in (*busy, *others)]
    assert len([each for each in found if each is not None]) == MOST
    assert kept.take(others[0]) is None
    assert all(each is None for each in found[: MOST_OF_NETWORK - 1])
