"""`/conversations`: what a team does with them, as other software reads and changes it."""

from collections.abc import Mapping
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.tokens import Scope
from appliance.desk.team import cases, day_end, staff
from appliance.messages import MessageState
from appliance.store import branch_settings, events, messages
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.test_groups import call

ANNA, BRAM = "+31687654321", "+31687654322"
HOUR_MS = 3_600_000


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation in which Anna waits."""
    office.writes(ANNA, tilburg)
    return str(planning.get("/conversations", contact=ANNA).json()["items"][0]["id"])


def patch(caller: Caller, conversation_id: str, **body: object) -> Any:
    answer = call(caller, "PATCH", f"/conversations/{conversation_id}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(caller: Caller, conversation_id: str, **body: object) -> tuple[int, str]:
    answer = call(caller, "PATCH", f"/conversations/{conversation_id}", body)
    return answer.status_code, answer.json().get("field", answer.json()["code"])


def listed(caller: Caller, **wanted: str) -> list[str]:
    return [each["id"] for each in caller.get("/conversations", **wanted).json()["items"]]


def kinds(office: Office, prefix: str = "conversation.") -> list[tuple[str, Mapping[str, Any]]]:
    found = office.store.read(lambda conn: events.after(conn, 0))
    return [(each.kind.value, each.facts) for each in found if each.kind.value.startswith(prefix)]


def answers(office: Office, planning: Caller, tilburg: Desk, number: str = ANNA) -> str:
    """The id of an answer that waits to be sent."""
    sent = planning.post({"line": tilburg.number, "to": number, "text": "Ja, om 7 uur."})
    return str(sent.json()["id"])


def moves(office: Office, message_id: str, *states: MessageState) -> None:
    def work(tx: Tx) -> None:
        for state in states:
            messages.move(tx, message_id, state)

    office.store.write(work)


def test_a_new_conversation_is_open_and_nobodys(planning: Caller, anna: str) -> None:
    found = planning.get(f"/conversations/{anna}").json()
    assert (found["state"], found["assignee"], found["labels"]) == ("open", None, [])
    assert (found["snoozed_until"], found["closing_note"]) == (None, None)
    message = planning.get(f"/conversations/{anna}/messages").json()["items"][0]
    assert found["waiting_since"] == message["happened_at"]


def test_a_wait_ends_when_an_answer_is_proven_and_not_before(
    office: Office, tilburg: Desk, planning: Caller, anna: str
) -> None:
    """An answer that fails puts it back."""
    since = planning.get(f"/conversations/{anna}").json()["waiting_since"]
    answer = answers(office, planning, tilburg)
    assert planning.get(f"/conversations/{anna}").json()["waiting_since"] == since
    moves(office, answer, MessageState.SENDING, MessageState.SENT)
    assert planning.get(f"/conversations/{anna}").json()["waiting_since"] is None
    moves(office, answer, MessageState.FAILED)
    assert planning.get(f"/conversations/{anna}").json()["waiting_since"] == since


def test_a_colleague_has_it_and_hands_it_over(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """By id or by name; saying what is so already is no event."""
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    assert patch(planning, anna, assignee=sanne.staff_id)["assignee"] == {
        "id": sanne.staff_id,
        "name": "Sanne",
    }
    patch(planning, anna, assignee="sanne")
    assert patch(planning, anna, assignee="Bart")["assignee"]["id"] == bart.staff_id
    assert patch(planning, anna, assignee=None)["assignee"] is None
    told = [(facts.get("from"), facts.get("to")) for _, facts in kinds(office)]
    assert told == [(None, sanne.staff_id), (sanne.staff_id, bart.staff_id), (bart.staff_id, None)]
    assert {facts["token"] for _, facts in kinds(office)} == {planning.token.id}


def test_nobody_has_a_conversation_that_they_may_not_answer(
    office: Office, breda: Desk, planning: Caller, anna: str
) -> None:
    elsewhere = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert refused(planning, anna, assignee=elsewhere.staff_id) == (422, "assignee")
    assert refused(planning, anna, assignee="Niemand") == (422, "assignee")
    assert planning.get(f"/conversations/{anna}").json()["assignee"] is None


def test_done_ends_the_wait_and_a_new_message_ends_done(
    office: Office, tilburg: Desk, planning: Caller, anna: str
) -> None:
    """What was said at the close stays readable for whoever gets the new message."""
    done = patch(planning, anna, state="done", closing_note=" Belt morgen terug ")
    assert (done["state"], done["waiting_since"]) == ("done", None)
    assert done["closing_note"] == "Belt morgen terug"
    office.writes(ANNA, tilburg, "En mijn loonstrook?")
    again = planning.get(f"/conversations/{anna}").json()
    newest = planning.get(f"/conversations/{anna}/messages", order="newest").json()["items"][0]
    assert (again["state"], again["closing_note"]) == ("open", "Belt morgen terug")
    assert again["waiting_since"] == newest["happened_at"]
    assert kinds(office) == [
        ("conversation.done", {"token": planning.token.id}),
        ("conversation.reopened", {"why": "message"}),
    ]


def test_who_takes_done_back_finds_the_wait_as_it_was(planning: Caller, anna: str) -> None:
    since = planning.get(f"/conversations/{anna}").json()["waiting_since"]
    patch(planning, anna, state="done")
    found = patch(planning, anna, state="open")
    assert (found["state"], found["waiting_since"]) == ("open", since)


def test_put_away_it_leaves_the_waiting_ones_and_comes_back_in_time(
    office: Office, clock: ManualClock, planning: Caller, anna: str
) -> None:
    until = "2031-01-01T09:00:00.000Z"
    assert refused(planning, anna, snoozed_until=until) == (422, "snoozed_until")
    assert refused(planning, anna, snoozed_until="2001-01-01T09:00:00Z") == (422, "snoozed_until")
    soon = planning.get(f"/conversations/{anna}").json()["last_at"]
    later = f"{soon[:10]}T23:59:59.250Z"
    assert patch(planning, anna, snoozed_until=later)["snoozed_until"] == later
    assert listed(planning, waiting="true") == []
    clock.advance(ms=24 * HOUR_MS)
    office.store.write(cases.bring_back_due)
    assert planning.get(f"/conversations/{anna}").json()["snoozed_until"] is None
    assert listed(planning, waiting="true") == [anna]
    assert kinds(office)[-1] == ("conversation.returned", {"why": "time"})


def test_until_they_write_it_stays_away(
    office: Office, tilburg: Desk, planning: Caller, anna: str
) -> None:
    assert patch(planning, anna, snoozed_until="reply")["snoozed_until"] == "reply"
    assert listed(planning, waiting="true") == []
    office.writes(ANNA, tilburg)
    assert planning.get(f"/conversations/{anna}").json()["snoozed_until"] is None
    assert listed(planning, waiting="true") == [anna]
    patch(planning, anna, snoozed_until="reply")
    assert patch(planning, anna, snoozed_until=None)["snoozed_until"] is None


def test_labels_are_made_and_stand_on_conversations(planning: Caller, anna: str) -> None:
    made = call(planning, "POST", "/labels", {"name": "ziek"}, **{"Idempotency-Key": "k"})
    again = call(planning, "POST", "/labels", {"name": "ziek"}, **{"Idempotency-Key": "k"})
    assert (made.status_code, again.json()) == (201, made.json())
    assert made.json()["branch"] is None
    twice = call(planning, "POST", "/labels", {"name": "Ziek"})
    assert (twice.status_code, twice.json()["code"]) == (409, "name-taken")
    assert patch(planning, anna, labels=["Ziek"])["labels"] == ["ziek"]
    assert refused(planning, anna, labels=["onbekend"]) == (422, "labels")
    renamed = call(planning, "PATCH", f"/labels/{made.json()['id']}", {"name": "ziek gemeld"})
    assert renamed.json()["name"] == "ziek gemeld"
    assert listed(planning, label="ziek gemeld") == [anna]
    assert call(planning, "DELETE", f"/labels/{made.json()['id']}").status_code == 204
    assert planning.get(f"/conversations/{anna}").json()["labels"] == []
    assert planning.get("/labels").json() == {"items": [], "next": None}


def test_a_token_of_a_branch_makes_labels_of_that_branch(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, anna: str
) -> None:
    """It sees those of the company, and changes none of them."""
    only_breda = office.caller(branch_id=breda.branch_id)
    own = call(only_breda, "POST", "/labels", {"name": "loon"}).json()
    assert own["branch"] == breda.branch_id
    company = call(planning, "POST", "/labels", {"name": "spoed"}).json()
    assert [each["name"] for each in only_breda.get("/labels").json()["items"]] == ["loon", "spoed"]
    changed = call(only_breda, "PATCH", f"/labels/{company['id']}", {"name": "x"})
    assert changed.status_code == 404
    there = call(only_breda, "POST", "/labels", {"name": "x", "branch": tilburg.branch_id})
    assert there.status_code == 404
    assert refused(planning, anna, labels=["loon"]) == (422, "labels")
    assert call(only_breda, "PATCH", f"/conversations/{anna}", {"state": "done"}).status_code == 404


def test_conversations_are_listed_by_what_the_team_does_with_them(
    office: Office, clock: ManualClock, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    clock.advance(ms=HOUR_MS)
    office.writes(BRAM, tilburg)
    (bram,) = listed(planning, contact=BRAM)
    assert listed(planning, sort="waiting") == [anna, bram]
    assert listed(planning, sort="recent") == [bram, anna]
    patch(planning, anna, assignee="Sanne")
    assert listed(planning, assignee="Sanne") == [anna]
    assert listed(planning, assignee="nobody") == [bram]
    patch(planning, bram, state="done")
    assert listed(planning, state="done") == [bram]
    assert listed(planning, state="open") == [anna]
    assert listed(planning, waiting="true") == [anna]
    first = planning.get("/conversations", sort="recent", limit=1).json()
    assert [each["id"] for each in first["items"]] == [bram]
    assert listed(planning, sort="recent", after=first["next"]) == [anna]
    assert planning.get("/conversations", assignee="Wie").status_code == 422


def test_a_note_names_colleagues_and_is_no_message(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """By whole names, or by a first name that only one has; the log holds no word of it."""
    for name in ("Anna de Wit", "Anna Bos"):
        log_in(office, name, role="staff", branch_id=tilburg.branch_id).client.close()
    before = planning.get("/messages").json()
    text = "@sanne en @Anna de Wit: belt terug, mail@sannes.nl of @Anna"
    made = call(planning, "POST", f"/conversations/{anna}/notes", {"text": text})
    assert made.status_code == 201
    note = made.json()
    assert (note["conversation"], note["text"], note["author"]) == (anna, text, "planning")
    assert {each["name"] for each in note["mentions"]} == {"Sanne", "Anna de Wit"}
    assert planning.get(f"/conversations/{anna}/notes").json()["items"] == [note]
    assert planning.get("/messages").json() == before
    kind, facts = kinds(office)[-1]
    assert kind == "conversation.noted"
    assert set(facts) == {"note", "mentions", "token"}
    empty = call(planning, "POST", f"/conversations/{anna}/notes", {"text": " "})
    assert (empty.status_code, empty.json()["field"]) == (422, "text")


def test_the_same_note_asked_twice_is_one(planning: Caller, anna: str) -> None:
    path, key = f"/conversations/{anna}/notes", {"Idempotency-Key": "n"}
    first = call(planning, "POST", path, {"text": "Belt terug"}, **key)
    assert call(planning, "POST", path, {"text": "Belt terug"}, **key).json() == first.json()
    assert len(planning.get(path).json()["items"]) == 1


def test_who_may_only_read_changes_nothing(office: Office, anna: str) -> None:
    reader = office.caller(frozenset({Scope.MESSAGES_READ}))
    assert reader.get(f"/conversations/{anna}").status_code == 200
    assert call(reader, "PATCH", f"/conversations/{anna}", {"state": "done"}).status_code == 403
    other = office.caller(frozenset({Scope.CONTACTS_READ}))
    assert other.get(f"/conversations/{anna}").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "done"}, "status"),
        ({"state": "closed"}, "state"),
        ({"closing_note": "zomaar"}, "closing_note"),
        ({"state": "done", "snoozed_until": "reply"}, "snoozed_until"),
        ({"snoozed_until": "morgen"}, "snoozed_until"),
        ({"state": "done", "closing_note": "x" * 1001}, "closing_note"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    office: Office, planning: Caller, anna: str, body: dict[str, object], field: str
) -> None:
    answer = call(planning, "PATCH", f"/conversations/{anna}", body)
    assert answer.status_code == 422
    assert answer.json()["field"].startswith(field)
    assert kinds(office) == []


def test_what_somebody_had_goes_back_with_their_last_session(
    office: Office, planning: Caller, sanne: Browser, anna: str
) -> None:
    """Another browser of theirs keeps it."""
    second = office.store.write(lambda tx: sessions.begin(tx, sanne.staff_id))
    patch(planning, anna, assignee="Sanne")
    office.store.write(lambda tx: sessions.end(tx, second.token))
    assert planning.get(f"/conversations/{anna}").json()["assignee"]["name"] == "Sanne"
    office.store.write(lambda tx: sessions.end(tx, sanne.token))
    assert planning.get(f"/conversations/{anna}").json()["assignee"] is None
    assert kinds(office)[-1][1] == {"from": sanne.staff_id, "why": "log-out"}


def test_what_somebody_had_goes_back_when_they_may_not_log_in_any_more(
    office: Office, planning: Caller, sanne: Browser, anna: str
) -> None:
    patch(planning, anna, assignee="Sanne")
    office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
    assert planning.get(f"/conversations/{anna}").json()["assignee"] is None
    assert refused(planning, anna, assignee="Sanne") == (422, "assignee")


def test_what_an_absent_colleague_had_goes_back_at_the_end_of_the_day(
    office: Office, clock: ManualClock, planning: Caller, sanne: Browser, anna: str
) -> None:
    """Not on the day on which they got it, and not while they are there."""
    patch(planning, anna, assignee="Sanne")
    clock.advance(ms=12 * HOUR_MS)
    office.store.write(day_end.release_absent)
    assert planning.get(f"/conversations/{anna}").json()["assignee"]["name"] == "Sanne"
    clock.advance(ms=4 * HOUR_MS)
    office.store.write(day_end.release_absent)
    assert planning.get(f"/conversations/{anna}").json()["assignee"] is None
    assert kinds(office)[-1][1] == {"from": sanne.staff_id, "why": "day-end"}


def test_a_branch_may_say_that_it_goes_back_later_or_never(
    office: Office,
    clock: ManualClock,
    tilburg: Desk,
    planning: Caller,
    sanne: Browser,
    anna: str,
) -> None:
    patch(planning, anna, assignee="Sanne")

    def never(tx: Tx) -> None:
        told = {"claims_go_back": "never"}
        branch_settings.change(tx, tilburg.branch_id, told, by="cli")
        sessions.end(tx, sanne.token)

    office.store.write(never)
    clock.advance(ms=48 * HOUR_MS)
    office.store.write(day_end.release_absent)
    assert planning.get(f"/conversations/{anna}").json()["assignee"]["name"] == "Sanne"
    office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
    assert planning.get(f"/conversations/{anna}").json()["assignee"] is None
