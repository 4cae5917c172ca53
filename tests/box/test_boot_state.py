"""Which slot starts: whatever a power cut leaves, one slot is whole and is the one that starts."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.boot_choice import BootChoice, answer
from appliance.box.boot_state import SIZE, BootRecord, BootState, decode, encode
from appliance.errors import SetupError

BOOT_SCRIPT = Path(__file__).parents[2] / "provisioning" / "card" / "boot.cmd"
ON_A = "quiet rauc.slot=a ro"
ON_B_ON_TRIAL = "quiet rauc.slot=b balie.trial=3 ro"


def state_in(folder: Path) -> BootState:
    """As a new card has it: both files, and slot a."""
    state = BootState(folder)
    state.write(BootRecord())
    state.write(BootRecord())
    return state


def on_trial(folder: Path, *, started: bool) -> BootChoice:
    """Slot b was written and chosen; U-Boot has marked its start or has not come to it."""
    state = state_in(folder)
    choice = BootChoice(state, ON_A)
    choice.choose("b")
    if started:
        (folder / f"tried-{state.known().trial_id}").write_bytes(b"\0")
    return choice


@pytest.mark.parametrize("record", [BootRecord(), BootRecord(number=7, good="b", trial="a")])
def test_a_record_is_read_as_it_was_written(record: BootRecord) -> None:
    """And only from the file that it was written for: U-Boot reads both into one set."""
    for place in (0, 1):
        assert decode(encode(record, place), place) == record
        assert decode(encode(record, place), 1 - place) is None


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder for thousands of writes."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        yield Path(name)


def test_a_write_that_is_torn_at_any_byte_leaves_the_record_of_before(memory: Path) -> None:
    """Whichever half of it came first to the card: what counts is the old record or the new one."""
    state = state_in(memory)
    before = state.known()
    choice = BootChoice(state, ON_A)
    written = {path: path.read_bytes() for path in memory.glob("state*")}
    choice.choose("b")
    after = state.known()
    (changed,) = [path for path, old in written.items() if path.read_bytes() != old]
    old, new = written[changed], changed.read_bytes()
    found = set()
    for cut in range(SIZE + 1):
        for torn in (new[:cut] + old[cut:], old[:cut] + new[cut:]):
            changed.write_bytes(torn)
            found.add(state.record())
    assert found == {before, after}


def test_a_file_that_was_cut_short_does_not_count(memory: Path) -> None:
    """As FAT leaves one; the other file decides, and the next write mends it."""
    state = state_in(memory)
    BootChoice(state, ON_A).choose("b")
    newest = memory / "state0"
    data = newest.read_bytes()
    for length in range(SIZE):
        newest.write_bytes(data[:length])
        assert state.known().trial is None
    state.write(state.known())
    assert [len(path.read_bytes()) for path in memory.glob("state*")] == [SIZE, SIZE]


def test_both_files_lost_is_slot_a_and_is_said(tmp_path: Path) -> None:
    """U-Boot goes by the same; the slot that came up is the good one from then on."""
    choice = BootChoice(BootState(tmp_path), "rauc.slot=b balie.state=lost")
    assert choice.primary() == "a"
    (tmp_path / "tried-lost").write_bytes(b"\0")
    assert choice.recover()
    assert choice.primary() == "b"
    assert not (tmp_path / "tried-lost").exists()
    assert not choice.recover()


def test_a_trial_has_one_start(tmp_path: Path) -> None:
    """What was chosen starts once; after that the good slot is what starts."""
    choice = on_trial(tmp_path, started=False)
    assert choice.primary() == "b"
    choice = on_trial(tmp_path, started=True)
    assert choice.primary() == "a"


def test_a_good_trial_is_what_starts_from_then_on(tmp_path: Path) -> None:
    """Its mark goes, and the slot of before is not good any more."""
    choice = on_trial(tmp_path, started=True)
    choice.mark_good("b")
    assert choice.primary() == "b"
    assert choice.is_good("b")
    assert not choice.is_good("a")
    assert list(tmp_path.glob("tried-*")) == []


def test_a_trial_that_failed_is_not_made_again(tmp_path: Path) -> None:
    """The slot of before, called good as it is at each start, ends the trial for good."""
    choice = on_trial(tmp_path, started=True)
    choice.mark_good("a")
    assert list(tmp_path.glob("tried-*")) == []
    assert choice.primary() == "a"


def test_a_trial_that_waits_goes_on_waiting(tmp_path: Path) -> None:
    """The slot that runs may be called good between the writing and the restart."""
    choice = on_trial(tmp_path, started=False)
    choice.mark_good("a")
    assert choice.primary() == "b"


def test_a_trial_can_be_called_off(tmp_path: Path) -> None:
    """By its own slot, which is found bad, or by choosing the good one again."""
    choice = on_trial(tmp_path, started=True)
    choice.mark_bad("b")
    assert choice.primary() == "a"
    choice = on_trial(tmp_path, started=False)
    choice.choose("a")
    assert choice.primary() == "a"


def test_the_good_slot_cannot_be_called_bad(tmp_path: Path) -> None:
    """There is always one to start."""
    choice = BootChoice(state_in(tmp_path), ON_A)
    choice.mark_bad("a")
    assert choice.primary() == "a"


def test_a_box_that_has_settled_writes_nothing(tmp_path: Path) -> None:
    """What runs is called good at each start: that costs the card no write."""
    choice = BootChoice(state_in(tmp_path), ON_A)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    choice.mark_good("a")
    assert not choice.recover()
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert after == before


def test_rauc_is_answered_in_its_own_words(tmp_path: Path) -> None:
    """A word on stdout for a question, none for an order, and a refusal for anything else."""
    choice = BootChoice(state_in(tmp_path), ON_B_ON_TRIAL)
    asked = ["get-primary", "get-current"]
    assert [answer(choice, [each]) for each in asked] == ["a", "b"]
    assert answer(choice, ["set-primary", "b"]) == ""
    assert answer(choice, ["get-state", "a"]) == "good"
    assert answer(choice, ["set-state", "b", "good"]) == ""
    assert answer(choice, ["get-state", "a"]) == "bad"
    assert answer(choice, ["set-primary", "c"]) is None
    assert answer(choice, []) is None
    assert choice.trial_that_runs() == 3


def test_a_machine_without_slots_says_so(tmp_path: Path) -> None:
    """One that U-Boot did not start has none."""
    with pytest.raises(SetupError):
        BootChoice(BootState(tmp_path), "root=/dev/sda1").current()


def test_u_boot_reads_the_names_that_are_written() -> None:
    """Each name of a record stands in the script that U-Boot runs, with the number of its file."""
    script = BOOT_SCRIPT.read_text("utf-8")
    for place in (0, 1):
        names = encode(BootRecord(), place)[4:].partition(b"\0\0")[0].decode().split("\0")
        for each in names:
            assert f" {each.partition('=')[0]}" in script


def test_the_script_of_u_boot_gives_up_on_no_wait() -> None:
    """A slot that cannot be read starts the machine anew, in which the other slot is taken."""
    script = BOOT_SCRIPT.read_text("utf-8")
    assert script.count("${always}") == script.count("setenv bootargs")
    assert 'setenv always "ro rootwait=20 panic=10' in script
    balanced = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
    assert balanced.returncode == 0
