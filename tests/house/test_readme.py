"""README and GUIDE tell the truth: their commands exist and their links lead somewhere."""

import os
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "GUIDE.md").read_text("utf-8")
BOTH = README + GUIDE
ONE_SCREEN = 75

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:scripts/|balie )[^`]+)`")
_LINK = re.compile(r"\]\(([^)]+)\)")
_BALIE = ".venv/bin/balie"


def commands() -> list[list[str]]:
    """Every command in a code block, and those named in the text, as words."""
    lines = [line for block in _BLOCK.findall(BOTH) for line in block.splitlines()]
    lines += [line.replace("balie ", f"{_BALIE} ", 1) for line in _INLINE.findall(BOTH)]
    return [shlex.split(line) for line in dict.fromkeys(lines)]


def verb_of(words: list[str]) -> list[str]:
    """The words before the first option: `line add` of `balie line add --adb SERIAL`."""
    options = [place for place, word in enumerate(words) if word.startswith("--")]
    return words[1 : options[0] if options else None]


def help_of(verb: list[str]) -> str:
    """In this process: that `balie` is a program is a matter of the command line's own tests."""
    done = CliRunner(env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}).invoke(
        app, [*verb, "--help"]
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout


SCRIPTS = [words for words in commands() if words[0].startswith("scripts/")]
VERBS = [words for words in commands() if words[0] == _BALIE]


def test_every_command_is_a_script_or_a_verb() -> None:
    """No code block shows a command that is not in this project."""
    assert len(SCRIPTS) + len(VERBS) == len(commands())
    assert {"scripts/demo", "scripts/test"} <= {words[0] for words in SCRIPTS}


@pytest.mark.parametrize("words", SCRIPTS, ids=" ".join)
def test_a_named_script_can_be_run(words: list[str]) -> None:
    """Each script that they name is an executable file."""
    assert os.access(ROOT / words[0], os.X_OK)


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_named_verb_has_the_options_shown(words: list[str]) -> None:
    """`balie` knows each verb, and its help names each option that they use."""
    told = help_of(verb_of(words))
    assert [word for word in words if word.startswith("--") and word not in told] == []


def test_every_link_leads_to_a_file() -> None:
    """Pictures and pages that they point to are in the project."""
    links = [link for link in _LINK.findall(BOTH) if "://" not in link]
    files = [link.partition("#")[0] for link in links]
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_place_in_the_guide_is_a_heading_of_it() -> None:
    """Its table of contents leads to headings that are there."""
    places = {link[1:] for link in _LINK.findall(GUIDE) if link.startswith("#")}
    heads = re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    assert places
    assert (
        places - {re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-") for head in heads}
        == set()
    )


def test_it_fits_one_screen() -> None:
    """A newcomer sees what it is and how to start without scrolling far."""
    assert len(README.splitlines()) <= ONE_SCREEN


def test_it_says_that_automated_use_is_restricted() -> None:
    """README and SECURITY.md say plainly what WhatsApp's terms are about."""
    for text in (README, (ROOT / "SECURITY.md").read_text("utf-8")):
        assert re.search(r"WhatsApp's terms(\*\*)? restrict automated use", text)
