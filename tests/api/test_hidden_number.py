"""Software and people whose number WhatsApp hides."""

from tests.api.office import Caller, Desk, Office

LID = "123456789012345@lid"


def test_software_answers_by_what_it_was_told(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """By the account that stands where others have a number, and by the contact's id."""
    office.writes(LID, tilburg, name="Anna")
    (came,) = planning.get("/messages", direction="in").json()["items"]
    assert came["contact"]["number"] == LID
    for to in (LID, came["contact"]["id"]):
        answer = planning.post({"line": tilburg.number, "to": to, "text": "Dag Anna"})
        assert answer.status_code == 202, answer.text
        sent = planning.get(f"/messages/{answer.json()['id']}").json()
        assert (sent["contact"]["number"], sent["kind"]) == (LID, "reply")


def test_an_account_that_never_wrote_is_refused(tilburg: Desk, planning: Caller) -> None:
    answer = planning.post({"line": tilburg.number, "to": LID, "text": "Dag"})
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-required")
