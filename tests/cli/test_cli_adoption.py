"""`balie device adopt`, on a data directory beside a running Balie."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.adoption import ChatFate
from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.store import adoptions, branches, devices, lines, routes
from appliance.store.store import Store, Tx

SERIAL = "R58M123ABC"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("BALIE_DATA", str(folder))
    folder.mkdir()

    def add(tx: Tx) -> None:
        line_id = lines.add_line(
            tx, branch_id=branches.add_branch(tx, "Venlo"), number="+31612345678"
        )
        device_id = devices.enrol(tx, kind="phone", address=SERIAL)
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)

    store = Store(folder / "balie.db", SystemClock())
    store.write(add)
    store.close()
    return folder


def adopt(*words: str) -> Result:
    return CliRunner().invoke(app, ["device", "adopt", *words])


def told(*words: str) -> dict[str, object]:
    result = adopt("--serial", SERIAL, "--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def keep_list(data: Path, fates: Sequence[ChatFate]) -> None:
    def keep(tx: Tx) -> None:
        walk = adoptions.newest(tx.conn, lines.lines(tx.conn)[0].id)
        assert walk
        adoptions.keep_list(tx, walk, [(each.value, None, each) for each in fates])

    store = Store(data / "balie.db", SystemClock())
    store.write(keep)
    store.close()


def test_it_begins_is_held_up_and_goes_on(data: Path) -> None:
    """Each time it says how far it has come; the Balie that runs walks."""
    assert (told("--look")["state"], told()["state"]) == (None, "walking")
    keep_list(data, [ChatFate.ADOPTED, ChatFate.CLOSED, ChatFate.ALIKE, ChatFate.WAITING])
    found = told("--pause")
    assert (found["state"], found["chats"], found["read"]) == ("paused", 4, 3)
    assert found["closed"] == [{"name": "closed", "number": None, "fate": "closed"}]
    assert found["unclear"] == [{"name": "alike", "number": None, "fate": "alike"}]
    again = told()
    assert (again["state"], again["chats"]) == ("walking", 4)
    said = adopt("--serial", SERIAL).stdout
    assert "3 of 4 chats" in said
    assert "Balie does not run now" in said
    assert told("--stop")["state"] == "stopped"


def test_a_phone_without_a_number_is_refused_with_what_to_do() -> None:
    result = adopt("--serial", "OTHER")
    assert result.exit_code == 1
    assert "Enrol it first" in result.stderr


def test_nothing_is_held_up_where_nothing_was_begun() -> None:
    result = adopt("--serial", SERIAL, "--pause")
    assert result.exit_code == 1
    assert "Begin it first" in result.stderr
