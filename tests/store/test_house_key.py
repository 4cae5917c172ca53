"""The house's key: who has the database alone knows nobody by it and opens nothing."""

import stat
import threading
from pathlib import Path

import pytest

from appliance.errors import SetupError
from appliance.store import house_key
from appliance.store.house_key import HouseKey

ANNA = ("tel", "+31687654321")
KEY = "07" * 32
GOLDEN = "2cd5bdfe03d8e7de1c335ebb2fab200406fcee5b41b4fd65b7ff1b76079aaeb5"
"""HMAC-SHA-256 of `tel`, a new line and the number, under the key's own part for identities."""


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Two who need it at the same moment have the same one."""
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(HouseKey.of(tmp_path).stands_for(*ANNA)))
        for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert stat.S_IMODE((tmp_path / house_key.FILE).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [house_key.FILE]


def test_what_stands_for_somebody_is_another_one_in_another_house(tmp_path: Path) -> None:
    """The golden value holds the hash to what databases have already."""
    (tmp_path / house_key.FILE).write_text(f"# a key\n{KEY}\n")
    key = HouseKey.of(tmp_path)
    assert key.stands_for(*ANNA) == GOLDEN
    assert key.stands_for("alpha", ANNA[1]) != GOLDEN
    other = tmp_path / "other"
    other.mkdir()
    assert HouseKey.of(other).stands_for(*ANNA) != GOLDEN


def test_what_is_sealed_opens_with_this_key_and_in_this_place_only(tmp_path: Path) -> None:
    key = HouseKey.of(tmp_path)
    sealed = key.seal_text("s3cret", about="push 1")
    assert "s3cret" not in sealed
    assert key.open_text(sealed, about="push 1") == "s3cret"
    assert key.seal_text("s3cret", about="push 1") != sealed
    other = tmp_path / "other"
    other.mkdir()
    for opens, about, what in (
        (key, "push 2", sealed),
        (HouseKey.of(other), "push 1", sealed),
        (key, "push 1", sealed[:-8] + "AAAAAAA="),
        (key, "push 1", "s3cret"),
        (key, "push 1", "sealed:%"),
    ):
        with pytest.raises(SetupError):
            opens.open_text(what, about=about)


def test_a_new_key_seals_and_the_earlier_ones_still_open_and_are_known(tmp_path: Path) -> None:
    """What stands for an erased person cannot be made again under a new key."""
    before = HouseKey.of(tmp_path)
    sealed, stood_for = before.seal_text("s3cret", about="x"), before.stands_for(*ANNA)
    now = house_key.turn(tmp_path)
    assert now.names[1:] == before.names
    assert now.stands_for(*ANNA) != stood_for
    assert stood_for in now.ever_stood_for(*ANNA)
    assert now.open_text(sealed, about="x") == "s3cret"
    assert not now.seals_newest(sealed)
    assert now.seals_newest(now.seal_text("s3cret", about="x"))


def test_the_key_of_an_earlier_machine_is_added_behind_the_own_one(tmp_path: Path) -> None:
    key = HouseKey.of(tmp_path)
    kept = tmp_path / "kept"
    kept.write_text(f"{KEY}\n")
    added = house_key.add(tmp_path, kept)
    assert added.stands_for(*ANNA) == key.stands_for(*ANNA)
    assert GOLDEN in added.ever_stood_for(*ANNA)
    assert house_key.add(tmp_path, kept).names == added.names
    assert stat.S_IMODE((tmp_path / house_key.FILE).stat().st_mode) == 0o600


def test_systemd_may_hand_it_in_and_then_the_data_directory_holds_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, data = tmp_path / "credentials", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    (folder / house_key.CREDENTIAL).write_text(KEY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert HouseKey.of(data).stands_for(*ANNA) == GOLDEN
    assert not list(data.iterdir())
    with pytest.raises(SetupError, match="systemd"):
        house_key.turn(data)


@pytest.mark.parametrize("text", ["", "# nothing\n", "07" * 31, "zz" * 32, f"{KEY}\nmore\n"])
def test_a_broken_key_says_what_to_do_and_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    """A new one in its place would make the erased unknown without a word."""
    (tmp_path / house_key.FILE).write_text(text)
    with pytest.raises(SetupError, match="Put back"):
        HouseKey.of(tmp_path)
    assert (tmp_path / house_key.FILE).read_text() == text


def test_no_repr_tells_a_key(tmp_path: Path) -> None:
    (tmp_path / house_key.FILE).write_text(KEY)
    key = HouseKey.of(tmp_path)
    assert KEY not in repr(key)
