"""`balie search rebuild` builds the index of the search anew."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.store.store import Store
from tests.queue.counter import Counter


def test_the_index_is_built_beside_a_running_balie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how much it knows then."""
    monkeypatch.setenv("BALIE_DATA", str(tmp_path / "data"))
    with closing(Store(tmp_path / "data" / "balie.db", SystemClock())) as store:
        counter = Counter(store, store.clock, tmp_path)  # type: ignore[arg-type]
        counter.hears("Hoi", name="Anna")
        told = json.loads(CliRunner().invoke(app, ["search", "rebuild", "--json"]).stdout)
        messages = counter.one("SELECT count(*) AS n FROM message")["n"]
    assert told == {"messages": messages, "names": 1}
