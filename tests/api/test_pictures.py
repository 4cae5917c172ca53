"""The picture of the phone's screen, for the person who decides what became of a message."""

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.accesses import Accessed
from appliance.desk.team import staff
from appliance.store import devices
from appliance.store.store import Tx
from tests import http_calls
from tests.api.office import Desk, Office, WebServer, open_office

WORKER = "+31655500301"
EDGES = 96


def drawn() -> bytes:
    """A screen of narrow stripes, as letters are."""
    made = io.BytesIO()
    picture = Image.new("RGB", (EDGES * 2, EDGES * 4), "white")
    for x in range(0, EDGES * 2, 6):
        picture.paste("black", (x, 0, x + 3, EDGES * 4))
    picture.save(made, "JPEG", quality=95)
    return made.getvalue()


PICTURE = drawn()


@pytest.fixture
def attempt_id(office: Office, tilburg: Desk) -> str:
    return attempted(office, tilburg)


def attempted(office: Office, tilburg: Desk) -> str:
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
        name = f"Iemand {tx.new_id()}"
        return sessions.begin(tx, staff.add(tx, name, role="staff", branch_id=branch_id))

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


def test_a_page_shows_it_blurred_and_only_opening_it_is_a_read(
    web_server: WebServer, tmp_path: Path, clock: ManualClock
) -> None:
    """What is sent to the page holds no letter: the blur is no style that a browser may leave out.
    Whoever may not see the picture does not get the blurred one.
    """
    told: list[Accessed] = []
    with open_office(web_server, tmp_path, clock, accessed=told.append) as office:
        tilburg = office.desk("Tilburg", "+31612345678")
        breda = office.desk("Breda", "+31612345679")
        address = f"/attempts/{attempted(office, tilburg)}/screen-1.jpg"
        blurred = ask(office, tilburg.branch_id, f"{address}?blurred=1")
        assert blurred.status_code == 200
        with Image.open(io.BytesIO(blurred.content)) as picture:
            assert max(picture.size) <= EDGES // 4
            lightness = picture.convert("L").tobytes()
        assert max(lightness) - min(lightness) < 64, "of stripes nothing is left but grey"
        assert ask(office, breda.branch_id, f"{address}?blurred=1").status_code == 404
        assert told == []
        ask(office, tilburg.branch_id, address)
        assert len(told) == 1


def test_another_branch_does_not_learn_that_there_is_one(
    office: Office, breda: Desk, attempt_id: str
) -> None:
    assert ask(office, breda.branch_id, f"/attempts/{attempt_id}/screen-1.jpg").status_code == 404


@pytest.mark.parametrize("name", ["hierarchy-1.xml", "screen-2.jpg", "..%2f..%2fbalie.db"])
def test_only_pictures_that_the_attempt_wrote_down_are_shown(
    office: Office, tilburg: Desk, attempt_id: str, name: str
) -> None:
    assert ask(office, tilburg.branch_id, f"/attempts/{attempt_id}/{name}").status_code == 404
