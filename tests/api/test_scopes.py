"""No route reveals data that a token's scopes do not name."""

import sqlite3

import httpx
import pytest

from appliance.desk.access.tokens import Scope
from appliance.desk.contacts import editing as desk_contacts
from appliance.phone_numbers import readable
from appliance.store import events
from tests.api.office import Caller, Desk, Office

ANNA, UNKNOWN = "+31687654321", "+31687654399"
SECRET = "Mijn BSN is geheim"
OFFICE_NAME = "Anna Achternaam"


@pytest.fixture
def anna(office: Office, tilburg: Desk) -> str:
    """The id of a contact with a name, a text and a number that nobody else needs to know."""
    office.writes(ANNA, tilburg, SECRET, name="Annie")

    def name(conn: sqlite3.Connection) -> str:
        return str(conn.execute("SELECT contact_id FROM contact_identity").fetchone()[0])

    contact_id = office.store.read(name)
    office.store.write(
        lambda tx: desk_contacts.rename(
            tx, contact_id, office_name=OFFICE_NAME, personnel_number="PX-4471", staff_id="s"
        )
    )
    return contact_id


@pytest.fixture
def sender(office: Office) -> Caller:
    """Software that may send, and nothing else."""
    return office.caller(frozenset({Scope.MESSAGES_WRITE}))


def lists_send(caller: Caller, desk: Desk, *to: str, dry_run: bool) -> httpx.Response:
    body = {"line": desk.number, "to": to, "texts": ["Hoi {voornaam}, zaterdag?"]}
    return caller.client.post(
        "/api/v1/lists/send",
        params={"dry_run": str(dry_run).lower()},
        json=body,
        headers=caller.headers | {"Idempotency-Key": f"key-{dry_run}"},
    )


def test_cancelling_tells_nothing_of_the_message(
    office: Office, tilburg: Desk, anna: str, planning: Caller, sender: Caller
) -> None:
    """200 with id and state, the first time and again."""
    body = {"line": tilburg.number, "to": ANNA, "text": "Een zin van een ander"}
    message_id = planning.post(body).json()["id"]
    for _ in range(2):
        answer = sender.delete(f"/messages/{message_id}")
        assert answer.status_code == 200
        assert answer.json() == {"id": message_id, "state": "cancelled"}
    assert office.planned


@pytest.mark.parametrize("dry_run", [True, False])
def test_names_are_for_who_may_read_contacts(
    office: Office, tilburg: Desk, anna: str, sender: Caller, dry_run: bool
) -> None:
    """Others get the author's own words back; the sent text has the name in it either way."""
    reader = office.caller(frozenset({Scope.MESSAGES_WRITE, Scope.CONTACTS_READ}))
    answer = lists_send(reader, tilburg, ANNA, dry_run=True).json()["recipients"]
    assert answer[0]["text"] == "Hoi Anna, zaterdag?"
    (told,) = lists_send(sender, tilburg, ANNA, dry_run=dry_run).json()["recipients"]
    assert (told["verdict"], told["text"]) == ("accepted", "Hoi {voornaam}, zaterdag?")
    again = lists_send(sender, tilburg, ANNA, dry_run=dry_run)
    assert "Anna" not in again.text
    if not dry_run:
        sent = office.caller().get("/messages", state="queued", order="newest").json()["items"]
        assert sent[0]["text"] == "Hoi Anna, zaterdag?"


def test_nothing_that_only_sends_says_who_or_what(
    office: Office, tilburg: Desk, breda: Desk, anna: str, planning: Caller, sender: Caller
) -> None:
    """No answer of a route that writes, good or bad, has a text, a name, or a number that the
    caller did not write itself.
    """
    office.writes("BEDRIJF", tilburg, "Uw code", name="Bedrijf")
    alpha = planning.get("/contacts/BEDRIJF").json()["id"]
    message = planning.post({"line": tilburg.number, "to": ANNA, "text": "x"}).json()["id"]
    incoming = planning.get("/messages", direction="in").json()["items"][0]["id"]
    line = tilburg.line_id
    answers = [
        sender.post({"line": line, "to": anna, "text": "Hoi"}, key="a"),
        sender.post({"line": line, "to": anna, "text": "Hoi"}, key="a"),
        sender.post({"line": line, "to": anna, "text": "Anders"}, key="a"),
        sender.post({"line": line, "to": anna, "text": "Hoi", "channel": "whatsapp"}),
        sender.post({"line": breda.line_id, "to": anna, "text": "Hoi"}),
        sender.post({"line": line, "to": alpha, "text": "Hoi"}),
        sender.post({"line": line, "to": UNKNOWN, "text": "Hoi"}),
        sender.post({"line": line, "to": anna, "text": ""}),
        sender.delete(f"/messages/{message}"),
        sender.delete(f"/messages/{incoming}"),
        lists_send(sender, tilburg, ANNA, UNKNOWN, dry_run=True),
        lists_send(sender, tilburg, ANNA, dry_run=False),
    ]
    assert {each.status_code for each in answers} >= {200, 202, 409, 422}
    for each in answers:
        for secret in (SECRET, "Annie", OFFICE_NAME, "Anna", "PX-4471", "BEDRIJF", "Uw code"):
            assert secret not in each.text, each.url
    for each in answers[:9]:
        assert ANNA not in each.text
        assert readable(ANNA) not in each.text


def test_a_landline_is_refused_without_its_number(
    office: Office, tilburg: Desk, sender: Caller
) -> None:
    """A caller who named the contact by its id may not know the number."""
    landline = "+31201234567"
    office.writes(landline, tilburg)
    contact = office.caller().get(f"/contacts/{landline}").json()["id"]
    office.store.write(lambda tx: tx.conn.execute("UPDATE contact_identity SET on_whatsapp = NULL"))
    body = {"line": tilburg.line_id, "to": contact, "text": "Hoi", "channel": "whatsapp"}
    answer = sender.post(body)
    assert (answer.status_code, answer.json()["field"]) == (422, "to")
    assert landline not in answer.text


def test_another_s_key_replays_nothing(
    office: Office, tilburg: Desk, anna: str, sender: Caller
) -> None:
    """A kept answer is only for the token that first got it."""
    reader = office.caller(frozenset({Scope.MESSAGES_WRITE, Scope.CONTACTS_READ}))
    named = lists_send(reader, tilburg, ANNA, dry_run=False)
    assert "Hoi Anna" in named.text
    other = lists_send(sender, tilburg, ANNA, dry_run=False)
    assert "Idempotency-Replayed" not in other.headers
    assert "Anna" not in other.text


def test_a_caller_whom_another_branch_knows_is_a_number(
    office: Office, tilburg: Desk, breda: Desk, anna: str
) -> None:
    """The list of calls names a contact only for readers who may see that contact."""
    office.calls(ANNA, breda)
    office.calls(ANNA, tilburg)
    here = office.caller(branch_id=tilburg.branch_id).get("/calls").json()["items"]
    there = office.caller(branch_id=breda.branch_id).get("/calls").json()["items"]
    assert [each["contact"] for each in here] == [anna]
    assert [(each["number"], each["contact"]) for each in there] == [(ANNA, None)]
    calls = office.store.read(
        lambda conn: [each for each in events.after(conn, 0, limit=200) if "call" in each.facts]
    )
    assert [each.contact_id for each in calls] == [None, anna]
