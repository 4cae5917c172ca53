from itertools import pairwise

import pytest

from appliance.devices.modem.ladder import Ladder, LadderRights, Rung, steps

ALL = LadderRights(may_restart=True, can_reset_usb=True)
NONE = LadderRights(may_restart=False, can_reset_usb=False)


def climbed(ladder: Ladder, rights: LadderRights, *, until_s: int) -> list[tuple[int, Rung]]:
    """Asks each second; gives the steps, each with its second."""
    asked = ((now_s, ladder.next(now_s, rights)) for now_s in range(until_s))
    return [(now_s, rung) for now_s, rung in asked if rung is not None]


@pytest.mark.parametrize(
    ("rights", "rungs"),
    [
        (ALL, [Rung.ESCAPE, Rung.REOPEN, Rung.RESTART, Rung.USB_RESET, Rung.PERSON]),
        (NONE, [Rung.ESCAPE, Rung.REOPEN, Rung.PERSON]),
        (
            LadderRights(may_restart=False, can_reset_usb=True),
            [Rung.ESCAPE, Rung.REOPEN, Rung.USB_RESET, Rung.PERSON],
        ),
    ],
)
def test_the_gentlest_comes_first_and_what_is_not_allowed_never(
    rights: LadderRights, rungs: list[Rung]
) -> None:
    tried = [rung for _s, rung in climbed(Ladder(), rights, until_s=100)]
    assert tried[: len(rungs)] == rungs


def test_each_rung_has_its_time_before_the_next() -> None:
    tried = climbed(Ladder(), ALL, until_s=100)
    for (then_s, _), (now_s, _), step in zip(tried, tried[1:], steps(ALL), strict=False):
        assert now_s - then_s == step.wait_s
    ladder = Ladder()
    assert ladder.next(0, ALL) is Rung.ESCAPE


def test_at_the_top_a_person_is_asked_for_and_the_port_tried_now_and_then() -> None:
    ladder = Ladder()
    tried = climbed(ladder, NONE, until_s=400)
    assert ladder.rung is Rung.PERSON
    at_the_top = [now_s for now_s, rung in tried if rung is Rung.PERSON]
    assert len(at_the_top) > 2
    assert len({later - earlier for earlier, later in pairwise(at_the_top)}) == 1


def test_its_port_is_left_alone_only_once_nothing_but_a_person_helps() -> None:
    ladder = Ladder()
    assert ladder.ask_every_s == 0.0
    climbed(ladder, ALL, until_s=10)
    assert ladder.ask_every_s == 0.0
    climbed(ladder, NONE, until_s=100)
    assert ladder.rung is Rung.PERSON
    assert ladder.ask_every_s > 10.0
    ladder.answered()
    assert ladder.ask_every_s == 0.0


def test_a_modem_that_answers_starts_the_ladder_over() -> None:
    ladder = Ladder()
    climbed(ladder, ALL, until_s=10)
    ladder.answered()
    assert ladder.rung is None
    assert ladder.next(10, ALL) is Rung.ESCAPE


def test_rights_that_come_late_count_until_the_next_step() -> None:
    ladder = Ladder()
    climbed(ladder, NONE, until_s=5)
    assert ladder.rung is Rung.PERSON
    assert ladder.next(1000, ALL) is Rung.RESTART
    assert ladder.rung is not Rung.PERSON
