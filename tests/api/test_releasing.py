"""A number that was held after a copy was put back sends again by the API and the command line."""

import json

import httpx
import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.desk.access.tokens import Scope
from appliance.reasons import Reason
from appliance.store import erasure_journal, house_key, lines, sealing
from appliance.store.erasure_journal import ErasureEntry, JournalWhat
from appliance.store.restoring import IS_RESTORED
from tests.api.office import Caller, Desk, Office


@pytest.fixture
def held(office: Office, tilburg: Desk) -> Desk:
    office.store.write(lambda tx: lines.stop_line(tx, tilburg.line_id, Reason.RESTORED))
    return tilburg


def release(caller: Caller, line: str) -> httpx.Response:
    return caller.client.post(f"/api/v1/lines/{line}/release", headers=caller.headers)


def stopped(caller: Caller) -> str | None:
    (line,) = caller.get("/lines").json()["items"]
    said: str | None = line["stopped"]
    return said


def test_a_held_number_is_shown_and_released(office: Office, held: Desk, planning: Caller) -> None:
    """By id or number, and a second time, too; the planner is told."""
    assert stopped(planning) == "restored"
    for name in (held.line_id, held.number):
        answer = release(planning, name)
        assert answer.status_code == 200
        assert answer.json() == {"id": held.line_id, "stopped": None}
    assert stopped(planning) is None
    assert office.planned


def test_a_program_ends_no_other_stop(office: Office, tilburg: Desk, planning: Caller) -> None:
    """After a warning of WhatsApp a person looks at the phone."""
    office.store.write(lambda tx: lines.stop_line(tx, tilburg.line_id, "banned"))
    answer = release(planning, tilburg.line_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "line-stopped")
    assert stopped(planning) == "banned"


def test_a_line_of_another_branch_does_not_exist(office: Office, held: Desk, breda: Desk) -> None:
    """Nor one that nobody has; and a token that only reads releases nothing."""
    other = office.caller(branch_id=breda.branch_id)
    assert release(other, held.line_id).status_code == 404
    assert release(other, "nonsense").status_code == 404
    reader = office.caller(frozenset({Scope.LINES_READ}))
    assert release(reader, held.line_id).status_code == 403


def test_without_its_key_nothing_is_released(office: Office, held: Desk, planning: Caller) -> None:
    """Who withdrew since the copy is not known yet."""
    data = office.store.path.parent
    office.store.write(lambda tx: sealing.settle(tx, data))
    office.store.write(
        lambda tx: tx.conn.execute("INSERT INTO meta VALUES (?, '1')", (IS_RESTORED,))
    )
    entry = ErasureEntry(what=JournalWhat.ERASED, scheme="tel", stands_for="x", at_ms=1)
    erasure_journal.append(data, [entry])
    (data / house_key.FILE).unlink()
    answer = release(planning, held.line_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "restored")
    assert "balie key add" in answer.json()["remedy"]
    assert stopped(planning) == "restored"


def test_the_command_line_releases_any_stop(office: Office, tilburg: Desk) -> None:
    """Whoever sits at the machine sees in the list that it stopped, and has looked."""
    office.store.write(lambda tx: lines.stop_line(tx, tilburg.line_id, "banned"))
    there = ["--data", str(office.store.path.parent)]
    listed = CliRunner().invoke(app, ["line", "list", *there, "--json"])
    (line,) = json.loads(listed.stdout)["items"]
    assert line["stopped"] == "banned"
    assert "stopped: banned" in CliRunner().invoke(app, ["line", "list", *there]).stdout
    done = CliRunner().invoke(app, ["line", "release", tilburg.number, *there, "--json"])
    assert json.loads(done.stdout) == {"id": tilburg.line_id, "stopped": None}
    assert office.store.read(lambda conn: lines.line(conn, tilburg.line_id)).stopped is None
