"""`balie box`: what root and whoever has the box in hand may do."""

from pathlib import Path

import pytest

from appliance.box import resetting
from appliance.runtime import setup_code
from appliance.runtime.instance_lock import only_instance
from appliance.store.store import Store
from tests.cli.shell import a_line, balie, data, refused, running, told

__all__ = ["data", "running"]  # the fixtures: every verb finds its own data directory


@pytest.fixture(autouse=True)
def branch(data: Path) -> None:
    told("branch", "add", "--name", "Utrecht")


@pytest.fixture(autouse=True)
def no_units(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine's own units are not the tests' to stop."""
    monkeypatch.setattr("appliance.cli.box._SYSTEMD", tmp_path / "none")


def test_a_reset_takes_the_typed_word(data: Path) -> None:
    """Without it nothing goes; with it the numbers do, and Balie begins as new."""
    a_line()
    assert "--typed RESET" in refused("box", "reset")
    assert "--typed RESET" in refused("box", "reset", "--typed", "reset")
    assert len(told("line", "list")["items"]) == 1
    assert told("box", "reset", "--typed", "RESET") == {"reset": True}
    assert not (data / "balie.db").exists()
    assert told("line", "list") == {"items": []}


def test_a_balie_that_runs_is_not_reset_under_its_feet(data: Path) -> None:
    """Root stops its unit; whoever else tries is told to."""
    a_line()
    with only_instance(data):
        assert "stop it first" in refused("box", "reset", "--typed", "RESET")
    assert (data / "balie.db").exists()


def test_nothing_is_done_in_the_middle_of_a_reset(data: Path) -> None:
    """What a verb would write would go with the rest."""
    a_line()
    resetting.begin(data)
    assert "is being reset" in refused("line", "list")
    resetting.finish(data)
    assert balie("line", "list").exit_code == 0


def test_the_set_up_code_is_said_until_somebody_has_an_account(running: Store, data: Path) -> None:
    """It is the one that Balie asks for."""
    assert "somebody has an account" in refused("box", "code")
    code = setup_code.kept(data)
    assert told("box", "code") == {"code": code}
