"""Where an update stands, on a disk that tears what is written, and what a start makes of it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.box.keeper.disk import put_whole
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.rules import GOOD_LOOKS, NextStep, TrialHold, TrialLooks, after_start
from appliance.box.keeper.state import FILES, Phase, State, StateFile, UpdateOutcome


def test_a_state_torn_at_any_byte_leaves_the_step_before(tmp_path: Path) -> None:
    """Each prefix of what is written, and each with a wrong byte at its end, reads as the step
    before. All steps may be done again, so that is safe.
    """
    file = StateFile(tmp_path)
    file.move(Phase.WAITING, version="1.1", mark="m", before="1.0")
    before = file.move(Phase.HOLDING)
    after = file.move(Phase.INSTALLING)
    newest = tmp_path / FILES[after.number % 2]
    whole = newest.read_bytes()
    for length in range(len(whole)):
        newest.write_bytes(whole[:length])
        assert file.read() == before, length
        newest.write_bytes(whole[:length] + bytes([whole[length] ^ 1]) + whole[length + 1 :])
        assert file.read() in (before, after), length
    newest.write_bytes(whole)
    assert file.read() == after


def test_where_both_are_torn_it_is_said(tmp_path: Path) -> None:
    assert not StateFile(tmp_path).read().torn
    for name in FILES:
        (tmp_path / name).write_bytes(b"\0" * 512)
    assert StateFile(tmp_path).read().torn


def test_there_is_no_way_past_a_step(tmp_path: Path) -> None:
    """No code can install what is not held, or end what was not decided."""
    with pytest.raises(KeeperError):
        StateFile(tmp_path).move(Phase.INSTALLING)


def test_what_came_back_is_remembered_until_a_later_one_is_good(tmp_path: Path) -> None:
    file = StateFile(tmp_path)
    for phase in (Phase.WAITING, Phase.HOLDING, Phase.INSTALLING, Phase.GOING_BACK):
        file.move(phase, version="1.1", mark="m")
    state = file.end(UpdateOutcome.CAME_BACK, "not-ready")
    assert state.has_come_back("m")
    assert state.last == state.came_back[-1]
    assert file.note_refusal("", "", "unsigned").has_come_back("m")


@pytest.mark.parametrize(
    ("phase", "runs", "wanted"),
    [
        (Phase.WAITING, "1.0", NextStep.DROP),
        (Phase.HOLDING, "1.0", NextStep.DROP),
        (Phase.INSTALLING, "", NextStep.GO_BACK),
        (Phase.INSTALLING, "1.1", NextStep.GO_BACK),
        (Phase.RESTARTING, "1.1", NextStep.TRY),
        (Phase.RESTARTING, "1.0", NextStep.GO_BACK),
        (Phase.TRYING, "1.1", NextStep.GO_BACK),
        (Phase.COMMITTING, "1.1", NextStep.COMMIT),
        (Phase.GOING_BACK, "1.0", NextStep.GO_BACK),
    ],
)
def test_a_start_knows_what_to_do_at_each_step(phase: Phase, runs: str, wanted: NextStep) -> None:
    state = State(phase=phase, version="1.1", before="1.0", why="room")
    for hold in TrialHold:
        to_do, why = after_start(state, hold, runs=runs)
        assert to_do is wanted
        assert why or to_do not in (NextStep.DROP, NextStep.GO_BACK)


def test_a_start_with_nothing_under_way_ends_a_hold_that_was_left() -> None:
    """Unless both files are torn: then a version that is held has yet to prove itself."""
    idle = State()
    assert after_start(idle, TrialHold.NONE, runs="1.0")[0] is NextStep.NOTHING
    assert after_start(idle, TrialHold.HELD, runs="1.0")[0] is NextStep.LET_GO
    torn = replace(idle, torn=True)
    assert after_start(torn, TrialHold.HELD, runs="1.1")[0] is NextStep.TRY
    assert after_start(torn, TrialHold.ENDING, runs="1.1")[0] is NextStep.LET_GO
    assert after_start(torn, TrialHold.NONE, runs="1.1")[0] is NextStep.NOTHING


def test_only_good_looks_in_a_row_decide_for_a_version() -> None:
    """One that is well now and then is not well, and the limit ends it with what was wrong."""
    trial = TrialLooks(limit_s=10)
    for now_s in range(9):
        assert (
            trial.judge("units" if now_s % GOOD_LOOKS == 2 else "", after_s=now_s)[0]
            is NextStep.TRY
        )
    assert trial.judge("room", after_s=10) == (NextStep.GO_BACK, "room")
    steady = TrialLooks(limit_s=10)
    assert [steady.judge("", after_s=0)[0] for _ in range(GOOD_LOOKS)][-1] is NextStep.COMMIT
    assert TrialLooks(limit_s=10).judge("", after_s=0, asked=True) == (NextStep.GO_BACK, "asked")


def test_a_version_that_does_not_keep_still_goes_at_the_first_look() -> None:
    """It may send what is still in the database of before, or take in what is then put back."""
    assert TrialLooks(limit_s=10).judge("not-held", after_s=0) == (NextStep.GO_BACK, "not-held")


def test_a_disk_that_takes_a_part_at_a_time_gets_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a nearly full one does: a torn hold would let a version on trial send."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(data)[:5]))
    put_whole(tmp_path / "held.env", b"BALIE_TRIAL=true\n")
    assert (tmp_path / "held.env").read_bytes() == b"BALIE_TRIAL=true\n"
