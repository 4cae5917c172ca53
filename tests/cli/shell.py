"""The command line as a shell would use it, on a data directory of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.store.store import Store

NUMBER = "+31612345678"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory that every verb finds by itself."""
    folder = tmp_path / "data"
    monkeypatch.setenv("BALIE_DATA", str(folder))
    return folder


@pytest.fixture
def running(data: Path) -> Iterator[Store]:
    """The store as a running Balie holds it."""
    store = Store(data / "balie.db", SystemClock())
    yield store
    store.close()


def balie(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=stdin)


def told(*words: str, stdin: str | None = None) -> dict[str, Any]:
    """The one JSON object that a verb answers with."""
    done = balie(*words, "--json", stdin=stdin)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refused(*words: str, stdin: str | None = None) -> str:
    """The sentence on stderr of a verb that could not do it."""
    done = balie(*words, stdin=stdin)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("balie: ")
    return done.stderr


def a_line(number: str = NUMBER, adb: str = "R58M123") -> dict[str, Any]:
    return told("line", "add", "--branch", "Utrecht", "--number", number, "--adb", adb)
