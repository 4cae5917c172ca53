"""No scope, no role and no repetition lets Balie write to people who did not ask."""

import pytest

from appliance.desk.access.rights import ROLES
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from tests.api.browser import log_in
from tests.api.office import Caller, Desk, Office

WORKER, UNKNOWN = "+31655500501", "+31655500502"
CHANNELS = ["auto", "whatsapp", "sms"]
SCOPES = [frozenset({scope}) for scope in Scope] + [ALL_SCOPES]


def waiting(office: Office) -> int:
    return office.store.read(
        lambda conn: int(
            conn.execute(
                "SELECT count(*) FROM message WHERE state = 'queued'"
                " AND class IS NOT 'confirmation'"
            ).fetchone()[0]
        )
    )


@pytest.fixture
def stopped(office: Office, tilburg: Desk) -> Desk:
    """Fatima wrote, and then STOP."""
    office.writes(WORKER, tilburg, name="Fatima")
    office.writes(WORKER, tilburg, "STOP")
    return tilburg


@pytest.mark.parametrize("scopes", SCOPES, ids=lambda each: "+".join(sorted(s.value for s in each)))
def test_no_scope_opens_the_door(office: Office, stopped: Desk, scopes: frozenset[Scope]) -> None:
    """A token that may write is told the reason; another token is told only that it may not."""
    caller = office.caller(scopes)
    for channel in CHANNELS:
        for to, code in ((WORKER, "opted-out"), (UNKNOWN, "consent-required")):
            answer = caller.post(
                {"line": stopped.number, "to": to, "text": "Werk!", "channel": channel}
            )
            if answer.status_code != 403:
                assert (answer.status_code, answer.json()["code"]) == (409, code)
                assert answer.json()["remedy"]
    assert waiting(office) == 0


@pytest.mark.parametrize("field", ["class", "kind", "force", "rule", "consent", "typed", "state"])
def test_no_field_of_the_api_opens_the_door(planning: Caller, stopped: Desk, field: str) -> None:
    """Decisions of the desk are no fields of a request."""
    body = {"line": stopped.number, "to": WORKER, "text": "Werk!", field: "confirmation"}
    assert planning.post(body).status_code == 422


def test_a_repetition_opens_no_door(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The same key gets the first answer again, and its message stays cancelled."""
    office.writes(WORKER, tilburg)
    body = {"line": tilburg.number, "to": WORKER, "text": "Werk!"}
    first = planning.post(body, key="k1")
    assert first.status_code == 202
    office.writes(WORKER, tilburg, "STOP")
    again = planning.post(body, key="k1")
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert planning.get(f"/messages/{first.json()['id']}").json()["state"] == "cancelled"
    assert planning.post(body, key="k2").json()["code"] == "opted-out"
    assert waiting(office) == 0


def test_a_refusal_is_kept_for_no_key(office: Office, tilburg: Desk, planning: Caller) -> None:
    """A person who was refused and then wrote to us may be written to, also under the same key."""
    body = {"line": tilburg.number, "to": WORKER, "text": "Werk!"}
    assert planning.post(body, key="k1").status_code == 409
    office.writes(WORKER, tilburg)
    assert planning.post(body, key="k1").status_code in {202, 409}
    assert planning.post(body, key="k2").status_code == 202


@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_the_door(office: Office, stopped: Desk, role: str) -> None:
    """From the thread and from the page for a new number, also by an administrator."""
    browser = log_in(office, "Iemand", role=role, branch_id=None)
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    answers = [browser.post(f"/c/{conversation}/messages", {"text": "Werk!"})]
    for number in (WORKER, UNKNOWN):
        form = {"line": stopped.line_id, "number": number, "text": "Werk!"}
        answers.append(browser.post("/new", form))
    assert {answer.status_code for answer in answers} <= {404, 409}
    if role in {"staff", "lead", "admin"}:
        assert {answer.status_code for answer in answers} == {409}
    assert waiting(office) == 0
    browser.client.close()
