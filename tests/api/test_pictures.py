"""The picture of the phone's screen, for the person who decides what became of a message."""

import httpx
import pytest

from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.store import devices
from appliance.store.store import Tx
from tests import http_calls
from tests.api.office import Desk, Office

WORKER = "+31655500301"
PICTURE = b"\xff\xd8 a picture"


@pytest.fixture
def attempt_id(office: Office, tilburg: Desk) -> str:
    """An attempt, and what the phone showed at that time."""
    office.writes(WORKER, tilburg, name="Fatima")

    def tried(tx: Tx) -> str:
        message = tx.conn.execute("SELECT id FROM message WHERE direction = 'out'").fetchone()
        new_id = tx.new_id()
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, evidence)"
            " VALUES (?, ?, ?, 'whatsapp', ?, ?)",
            (
                new_id,
                message["id"],
                devices.enrol(tx, kind="phone", address="R58M"),
                tx.now_ms,
                '{"files": ["hierarchy-1.xml", "screen-1.jpg"]}',
            ),
        )
        return new_id

    found = office.store.write(tried)
    folder = office.store.path.parent / "media" / "evidence" / found
    folder.mkdir(parents=True)
    (folder / "screen-1.jpg").write_bytes(PICTURE)
    (folder / "hierarchy-1.xml").write_text("<hierarchy />")
    return found


def ask(office: Office, branch_id: str, path: str) -> httpx.Response:
    """As a member of staff of this branch."""

    def enter(tx: Tx) -> sessions.NewSession:
        return sessions.begin(tx, staff.add(tx, "Iemand", role="staff", branch_id=branch_id))

    token = office.store.write(enter).token
    with httpx.Client(
        base_url=office.url, cookies={"balie_session": token}, timeout=http_calls.PATIENCE_S
    ) as client:
        return client.get(path)


def test_whoever_may_read_the_conversation_sees_the_screen(
    office: Office, tilburg: Desk, attempt_id: str
) -> None:
    answer = ask(office, tilburg.branch_id, f"/attempts/{attempt_id}/screen-1.jpg")
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"


def test_another_branch_does_not_learn_that_there_is_one(
    office: Office, breda: Desk, attempt_id: str
) -> None:
    assert ask(office, breda.branch_id, f"/attempts/{attempt_id}/screen-1.jpg").status_code == 404


@pytest.mark.parametrize("name", ["hierarchy-1.xml", "screen-2.jpg", "..%2f..%2fbalie.db"])
def test_only_pictures_that_the_attempt_wrote_down_are_shown(
    office: Office, tilburg: Desk, attempt_id: str, name: str
) -> None:
    assert ask(office, tilburg.branch_id, f"/attempts/{attempt_id}/{name}").status_code == 404
