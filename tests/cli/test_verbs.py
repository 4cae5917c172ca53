"""The command line imports what the verb needs, and still knows all of its verbs."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app

_LOADED = """
import sys
from typer.testing import CliRunner
from appliance.__main__ import app
CliRunner().invoke(app, [*sys.argv[1:], "--help"])
print("\\n".join(name for name in sys.modules if name.startswith("appliance.")))
"""


def loaded_for(*words: str) -> list[str]:
    """The modules of Balie in a process of its own that was asked for the help of a verb."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "needed", "needless"),
    [
        (("emulate",), "appliance.cli.running", "appliance.devices"),
        (("staff", "add"), "appliance.cli.people", "appliance.office"),
        (("office", "join"), "appliance.cli.office_link", "appliance.demo"),
    ],
)
def test_a_verb_loads_what_it_needs(words: tuple[str, ...], needed: str, needless: str) -> None:
    found = loaded_for(*words)
    assert needed in found
    assert [name for name in found if name.startswith(needless)] == []


def test_the_help_says_a_sentence_of_each_verb_that_is_not_hidden() -> None:
    told = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["--help"]).stdout
    assert "Runs Balie until it is stopped." in told
    assert "The people who log in." in told
    assert "demo-box" not in told


def test_a_slip_of_the_pen_gets_the_verb_that_was_meant() -> None:
    said = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["stafff"])
    assert said.exit_code == 2
    assert "Did you mean 'staff'?" in said.stderr
