"""A message in doubt on its page: the three answers, and who gave one."""

import pytest

from appliance.channels import Channel
from appliance.store import devices, lines, routes
from appliance.store.store import Tx
from tests.api.browser import Browser
from tests.api.office import Desk, Office

WORKER = "+31655500501"


@pytest.fixture
def doubtful(office: Office, tilburg: Desk) -> str:
    """A tapped message whose fate the phone cannot tell."""
    office.writes(WORKER, tilburg, name="Fatima")

    def doubt(tx: Tx) -> str:
        message_id = str(
            tx.conn.execute(
                "UPDATE message SET state = 'unconfirmed', reason = 'person', channel = 'whatsapp'"
                " WHERE direction = 'out' RETURNING id"
            ).fetchone()[0]
        )
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, tapped_ms,"
            " ended_ms, outcome) VALUES (?, ?, ?, 'whatsapp', ?, ?, ?, 'unknown')",
            (tx.new_id(), message_id, tilburg.device_id, tx.now_ms, tx.now_ms, tx.now_ms),
        )
        return message_id

    return office.store.write(doubt)


def thread(office: Office, browser: Browser, language: str = "en") -> str:
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    return browser.get(f"/c/{conversation}", **{"Accept-Language": language}).text


@pytest.mark.parametrize(
    ("decision", "english", "dutch"),
    [
        ("left", "Sanne saw it on the phone", "Sanne zag het op de telefoon staan"),
        ("again", "Sanne did not see it on the phone and had it sent again", "opnieuw sturen"),
        ("give-up", "Sanne did not see it on the phone and left it", "liet het zo"),
    ],
)
def test_who_decided_stands_with_the_proof(
    office: Office, sanne: Browser, doubtful: str, decision: str, english: str, dutch: str
) -> None:
    """The page names it as the word of a person, never as something that Balie saw."""
    assert thread(office, sanne).count(f"/messages/{doubtful}/decide") == 3
    answer = sanne.post(f"/messages/{doubtful}/decide", {"decision": decision})
    assert answer.status_code == 204
    page = thread(office, sanne)
    assert english in page
    assert "seen in the chat on the phone" not in page
    assert f"/messages/{doubtful}/decide" not in page
    assert dutch in thread(office, sanne, "nl")


def test_a_stop_of_one_device_is_not_told_as_one_of_the_number(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """While another device goes on, the composer and the page of the devices say so."""
    office.writes(WORKER, tilburg, name="Fatima")
    office.store.write(
        lambda tx: lines.stop_line(tx, tilburg.line_id, "no-credit", device_id=tilburg.device_id)
    )
    assert "This number was stopped, so nothing leaves it now." in thread(office, sanne)

    def add_modem(tx: Tx) -> None:
        modem = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")
        routes.add_route(tx, line_id=tilburg.line_id, device_id=modem, channel=Channel.SMS)

    office.store.write(add_modem)
    page = thread(office, sanne)
    assert "One device of this number was stopped; the other one goes on." in page
    assert "nothing leaves it now" not in page
    page = sanne.get("/devices", **{"Accept-Language": "en"}).text
    assert "One device of this number was stopped; the other one goes on." in page
    assert "nothing is sent from it" not in page
    office.store.write(lambda tx: lines.stop_line(tx, tilburg.line_id, "banned"))
    assert "This number was stopped, so nothing leaves it now." in thread(office, sanne)
