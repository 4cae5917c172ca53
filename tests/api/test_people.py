"""People by the API: entered, changed, blocked and found; each write is one event."""

from typing import Any

import httpx

from appliance.desk.access.tokens import Scope
from appliance.desk.search import following
from appliance.events import Event
from appliance.store import events
from tests.api.office import Caller, Desk, Office

ANNA, BRAM, NEW = "+31687654321", "+31687654322", "+31687654323"
CARL = "+31687654329"


def post(caller: Caller, path: str, body: object, key: str | None = None) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post(f"/api/v1{path}", json=body, headers=headers)


def patch(caller: Caller, contact: str, **body: Any) -> httpx.Response:
    return caller.client.patch(f"/api/v1/contacts/{contact}", json=body, headers=caller.headers)


def told(office: Office, kind: str) -> list[Event]:
    found = office.store.read(lambda conn: events.after(conn, 0))
    return [each for each in found if each.kind.value == kind]


def tried(caller: Caller, desk: Desk, to: str) -> str:
    """What becomes of a message to them, or why it is refused."""
    body = caller.post({"line": desk.number, "to": to, "text": "Hoi"}).json()
    return str(body.get("state") or body["code"])


def numbers(body: dict[str, Any]) -> list[str]:
    return [each["number"] for each in body["numbers"]]


def test_a_person_is_entered_once(office: Office, tilburg: Desk, planning: Caller) -> None:
    """With one event; the same key gives the first answer again, and another person's number is
    taken.
    """
    post(planning, "/labels", {"name": "heftruck"})
    body = {
        "office_name": "Anna de Wit",
        "personnel_number": "PX-4471",
        "numbers": ["06-87654321"],
        "labels": ["Heftruck"],
        "fields": {"Shirt": "XL"},
        "notes": "Liever 's avonds",
        "state": "placed",
        "branch": "Tilburg",
    }
    first, again = (post(planning, "/contacts", body, key="a") for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    anna = first.json()
    assert anna == {
        "id": anna["id"],
        "name": "Anna de Wit",
        "chosen_name": None,
        "office_name": "Anna de Wit",
        "personnel_number": "PX-4471",
        "numbers": [{"number": ANNA, "on_whatsapp": None}],
        "labels": ["heftruck"],
        "fields": {"Shirt": "XL"},
        "notes": "Liever 's avonds",
        "blocked": False,
        "state": "placed",
        "state_since": anna["created_at"],
        "created_at": anna["created_at"],
        "updated_at": anna["updated_at"],
    }
    assert planning.get(f"/contacts/{ANNA}").json() == anna
    assert [each.contact_id for each in told(office, "contact.created")] == [anna["id"]]
    taken = post(planning, "/contacts", {"name": "Bram", "numbers": [ANNA]})
    assert (taken.status_code, taken.json()["code"]) == (409, "number-taken")


def test_whom_the_office_enters_agreed_to_nothing(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """They have to write first."""
    post(planning, "/contacts", {"name": "Anna", "numbers": [ANNA], "branch": "Tilburg"})
    answer = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-required")


def test_each_change_is_one_event(office: Office, tilburg: Desk, planning: Caller) -> None:
    """It names what is other; what was so already is no change, and a wrong field changes none."""
    office.writes(ANNA, tilburg, name="Annie")
    told_before = len(told(office, "contact.changed"))
    now = patch(planning, ANNA, office_name="Anna", fields={"Shirt": "L", "Maat": "44"}).json()
    assert (now["name"], now["chosen_name"], now["state"]) == ("Anna", "Annie", "self")
    patch(planning, ANNA, fields={"Shirt": None}, office_name="Anna")
    patch(planning, ANNA, office_name="Anna")
    bad = patch(planning, ANNA, office_name="Other", labels=["nergens"])
    assert (bad.status_code, bad.json()["field"]) == (422, "labels")
    assert patch(planning, ANNA, fields={"BSN": "123456782"}).status_code == 422
    assert patch(planning, ANNA, chosen_name="Anna").status_code == 422
    shown = planning.get(f"/contacts/{ANNA}").json()
    assert (shown["office_name"], shown["fields"]) == ("Anna", {"Maat": "44"})
    changes = told(office, "contact.changed")[told_before:]
    assert [each.facts["fields"] for each in changes] == [["office_name", "fields"], ["fields"]]
    assert {each.facts["token"] for each in changes} == {planning.token.id}


def test_the_history_of_a_person(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The newest first, in pages, with who did it."""
    office.writes(ANNA, tilburg)
    patch(planning, ANNA, state="placed")
    patch(planning, ANNA, notes="Nieuw")
    page = planning.get(f"/contacts/{ANNA}/history", limit=2).json()
    assert [(each["what"], each["fields"], each["by"]) for each in page["items"]] == [
        ("contact.changed", ["notes"], "planning"),
        ("contact.changed", ["state"], "planning"),
    ]
    rest = planning.get(f"/contacts/{ANNA}/history", limit=2, after=page["next"]).json()
    assert [each["what"] for each in rest["items"]] == ["contact.created"]
    assert rest["next"] is None
    assert planning.get(f"/contacts/{BRAM}/history").status_code == 404


def test_nothing_is_written_to_who_is_blocked(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """What waits is cancelled, and a new message refused with the reason, until it is ended."""
    office.writes(ANNA, tilburg)
    message = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"}).json()["id"]
    assert patch(planning, ANNA, blocked=True).json()["blocked"] is True
    waiting = planning.get(f"/messages/{message}").json()
    assert (waiting["state"], waiting["reason"]) == ("cancelled", "blocked")
    refused = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert (refused.status_code, refused.json()["code"]) == (409, "blocked")
    assert "blocked this person" in refused.json()["detail"]
    before = office.count("message")
    office.writes(ANNA, tilburg, "STOP")
    assert office.count("message") == before + 1
    office.writes(ANNA, tilburg, "START")
    patch(planning, ANNA, blocked=False)
    assert planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"}).status_code == 202


def test_the_last_number_can_change(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The person stays; the new number agreed to nothing, and the old one is free. What waits for
    the old one does not leave.
    """
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    message = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"}).json()["id"]
    changed = patch(planning, anna, numbers=[{"number": NEW, "on_whatsapp": None}])
    assert (changed.json()["id"], numbers(changed.json())) == (anna, [NEW])
    assert planning.get(f"/messages/{message}").json()["state"] == "cancelled"
    assert planning.get(f"/contacts/{ANNA}").status_code == 404
    refused = planning.post({"line": tilburg.number, "to": NEW, "text": "Hoi"})
    assert refused.json()["code"] == "consent-required"
    none = patch(planning, anna, numbers=[])
    assert (none.status_code, none.json()["field"]) == (422, "numbers")


def test_a_new_number_opens_nothing_that_they_closed(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Somebody said STOP from one of two numbers; without that one the other stays closed."""
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    patch(planning, anna, numbers=[ANNA, NEW])
    office.writes(NEW, tilburg)
    office.writes(ANNA, tilburg, "STOP")
    patch(planning, anna, numbers=[NEW])
    refused = planning.post({"line": tilburg.number, "to": NEW, "text": "Hoi"})
    assert refused.json()["code"] == "opted-out"
    office.writes(ANNA, tilburg)
    refused = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert refused.json()["code"] == "opted-out"


def test_who_is_blocked_loses_no_number(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The number would be a stranger's, whom nobody has blocked; ending the block comes first."""
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    patch(planning, anna, blocked=True)
    refused = patch(planning, anna, numbers=[NEW])
    assert (refused.status_code, refused.json()["field"]) == (422, "blocked")
    assert "End the block" in refused.json()["detail"]
    assert numbers(patch(planning, anna, numbers=[ANNA, NEW]).json()) == [ANNA, NEW]
    assert numbers(patch(planning, anna, numbers=[NEW], blocked=False).json()) == [NEW]


def test_whoever_has_a_number_next_has_to_agree_anew(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """With their first message; what the number withdrew still binds them."""
    for sender in (ANNA, BRAM, CARL):
        office.writes(sender, tilburg)
    office.writes(BRAM, tilburg, "STOP")
    for text in ("STOP", "START"):
        office.writes(CARL, tilburg, text)
    for number, other in ((ANNA, NEW), (BRAM, NEW[:-1] + "7"), (CARL, NEW[:-1] + "8")):
        patch(planning, number, numbers=[other])
        post(planning, "/contacts", {"name": "Bob", "numbers": [number], "branch": "Tilburg"})
    assert [tried(planning, tilburg, each) for each in (ANNA, BRAM, CARL)] == [
        "consent-required",
        "opted-out",
        "consent-required",
    ]
    for sender in (ANNA, BRAM, CARL):
        office.writes(sender, tilburg)
    assert [tried(planning, tilburg, each) for each in (ANNA, BRAM, CARL)] == [
        "queued",
        "opted-out",
        "queued",
    ]


def test_who_is_said_to_have_a_number_agreed_to_nothing_by_it(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """When it is taken from somebody out of sight it becomes theirs, and they have to write."""
    office.writes(ANNA, breda)
    caller = office.caller(branch_id=tilburg.branch_id)
    post(caller, "/contacts", {"name": "Bob", "numbers": [ANNA, BRAM], "branch": "Tilburg"})
    patch(office.caller(branch_id=breda.branch_id), ANNA, numbers=[NEW])
    assert numbers(caller.get(f"/contacts/{ANNA}").json()) == [ANNA, BRAM]
    assert tried(planning, breda, ANNA) == "consent-required"


def test_who_gets_their_number_back_agreed_to_what_they_agreed_to(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Unless somebody else had it meanwhile."""
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    patch(planning, anna, numbers=[NEW])
    patch(planning, anna, numbers=[NEW, ANNA])
    assert tried(planning, tilburg, ANNA) == "queued"
    patch(planning, anna, numbers=[NEW])
    bob = post(planning, "/contacts", {"name": "Bob", "numbers": [ANNA, BRAM]}).json()["id"]
    patch(planning, bob, numbers=[BRAM])
    patch(planning, anna, numbers=[NEW, ANNA])
    assert tried(planning, tilburg, ANNA) == "consent-required"


def test_people_are_found(office: Office, tilburg: Desk, planning: Caller) -> None:
    """By name, number and personnel number, in pages."""
    post(planning, "/contacts", {"name": "Özlem Çelik", "numbers": [BRAM], "personnel_number": "7"})
    office.writes(ANNA, tilburg, name="Anna Çelik")
    while following.catch_up(office.store):
        pass

    def found(**asked: str) -> list[str]:
        return [each["name"] for each in planning.get("/contacts", **asked).json()["items"]]

    assert found(q="ozl") == found(q="06 87654322") == found(personnel_number="7")
    assert found(q="ozl") == ["Özlem Çelik"]
    first = planning.get("/contacts", q="celik", limit=1).json()
    second = planning.get("/contacts", q="celik", limit=1, after=first["next"]).json()
    assert {first["items"][0]["name"], second["items"][0]["name"]} == {"Özlem Çelik", "Anna Çelik"}
    assert second["next"] is None


def test_a_branch_sees_whom_it_entered(office: Office, tilburg: Desk, breda: Desk) -> None:
    """And nobody of another branch: a number that one of those has is said to be free, each
    branch has its own notes, and a message to it is refused as if nobody had it.
    """
    office.writes(ANNA, breda, name="Annie")
    here = office.caller(branch_id=tilburg.branch_id)
    there = office.caller(branch_id=breda.branch_id)
    entered = post(here, "/contacts", {"name": "Anna", "numbers": [ANNA], "notes": "hier"})
    assert entered.status_code == 201
    assert [each["name"] for each in here.get("/contacts").json()["items"]] == ["Anna"]
    assert [each["name"] for each in there.get("/contacts").json()["items"]] == ["Annie"]
    assert [each["notes"] for each in there.get("/contacts").json()["items"]] == [None]
    refused = here.post({"line": tilburg.number, "to": entered.json()["id"], "text": "Hoi"})
    assert refused.json()["code"] == "consent-required"
    assert there.get(f"/contacts/{entered.json()['id']}").status_code == 404


def test_who_may_not_read_is_told_the_id(office: Office, tilburg: Desk) -> None:
    """A token that only writes people gets nothing of them back."""
    office.writes(ANNA, tilburg, name="Annie")
    writer = office.caller(frozenset({Scope.CONTACTS_WRITE}))
    assert patch(writer, ANNA, state="ended").json().keys() == {"id"}
    reader = office.caller(frozenset({Scope.CONTACTS_READ}))
    assert patch(reader, ANNA, state="self").status_code == 403


def test_who_may_not_read_is_not_told_whose_a_number_is(office: Office, tilburg: Desk) -> None:
    """Neither by entering somebody with it nor by giving it to somebody."""
    office.writes(ANNA, tilburg, name="Anna de Wit")
    writer = office.caller(frozenset({Scope.CONTACTS_WRITE}))
    bram = post(writer, "/contacts", {"name": "Bram", "numbers": [BRAM]}).json()["id"]
    for answer in (
        post(writer, "/contacts", {"name": "X", "numbers": [ANNA]}),
        patch(writer, bram, numbers=[ANNA, BRAM]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "number-taken")
        assert "Anna" not in answer.text
    assert "Anna de Wit" in post(office.caller(), "/contacts", {"numbers": [ANNA]}).text


def test_two_contacts_become_one_and_two_again(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """By id or number, each once with one event; an undo brings back who was gone."""
    office.writes(ANNA, tilburg, name="Annie")
    office.writes(BRAM, tilburg, "Van Bram", name="Bram")
    anna, bram = (planning.get(f"/contacts/{each}").json()["id"] for each in (ANNA, BRAM))
    merged = [post(planning, f"/contacts/{anna}/merge", {"other": BRAM}, key="m") for _ in "ab"]
    assert [each.status_code for each in merged] == [200, 200]
    assert numbers(merged[0].json()) == [ANNA, BRAM]
    assert planning.get(f"/contacts/{bram}").json()["id"] == anna
    again = post(planning, f"/contacts/{anna}/merge", {"other": bram})
    assert (again.status_code, again.json()["code"]) == (409, "same-contact")
    other = post(planning, f"/contacts/{anna}/undo", {"other": tilburg.line_id})
    assert other.json()["code"] == "cannot-undo"
    undone = post(planning, f"/contacts/{anna}/undo", {"other": bram})
    assert (undone.status_code, numbers(undone.json())) == (200, [ANNA])
    assert planning.get(f"/contacts/{BRAM}").json()["id"] == bram
    assert post(planning, f"/contacts/{anna}/undo", {}).json()["code"] == "cannot-undo"
    what = [each["what"] for each in planning.get(f"/contacts/{bram}/history").json()["items"]]
    assert what == ["contact.split", "contact.joined", "contact.created"]
    assert len(told(office, "contact.joined")) == 1


def test_one_contact_becomes_two(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The new one has these numbers and what was written from them; the last number stays."""
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    patch(planning, anna, numbers=[ANNA, BRAM])
    office.writes(BRAM, tilburg, "Van Bram", name="Bram")
    parted = post(planning, f"/contacts/{anna}/split", {"numbers": ["06 87654322"]})
    assert (parted.status_code, parted.json()["name"]) == (201, "Bram")
    threads = planning.get("/conversations", contact=BRAM).json()["items"]
    assert [each["contact"]["id"] for each in threads] == [parted.json()["id"]]
    wrong = post(planning, f"/contacts/{anna}/split", {"numbers": [ANNA]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "numbers")


def test_who_sees_one_of_two_undoes_nothing(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """Neither a joining that reaches into another branch, nor a split from somebody there."""
    office.writes(ANNA, tilburg)
    office.writes(BRAM, tilburg)
    office.writes(BRAM, breda)
    here = office.caller(branch_id=tilburg.branch_id)
    anna = planning.get(f"/contacts/{ANNA}").json()["id"]
    post(planning, f"/contacts/{anna}/merge", {"other": BRAM})
    refused = post(here, f"/contacts/{anna}/undo", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-undo")
    assert post(planning, f"/contacts/{anna}/undo", {}).status_code == 200
    patch(planning, anna, numbers=[ANNA, NEW])
    office.writes(NEW, breda)
    post(planning, f"/contacts/{anna}/split", {"numbers": [NEW]})
    assert here.get(f"/contacts/{NEW}").status_code == 404
    refused = post(here, f"/contacts/{anna}/undo", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-undo")
    assert post(planning, f"/contacts/{anna}/undo", {}).status_code == 200


def test_a_branch_undoes_what_is_its_own(office: Office, tilburg: Desk) -> None:
    """Whoever sees both people takes their joining and their splitting back."""
    office.writes(ANNA, tilburg)
    office.writes(BRAM, tilburg)
    here = office.caller(branch_id=tilburg.branch_id)
    anna = here.get(f"/contacts/{ANNA}").json()["id"]
    post(here, f"/contacts/{anna}/merge", {"other": BRAM})
    assert post(here, f"/contacts/{anna}/undo", {}).status_code == 200
    post(here, f"/contacts/{anna}/merge", {"other": BRAM})
    post(here, f"/contacts/{anna}/split", {"numbers": [BRAM]})
    assert post(here, f"/contacts/{anna}/undo", {}).status_code == 200


def test_nobody_out_of_sight_is_joined(office: Office, tilburg: Desk, breda: Desk) -> None:
    """404, as if they were not there."""
    office.writes(ANNA, tilburg)
    office.writes(BRAM, breda)
    here = office.caller(branch_id=tilburg.branch_id)
    assert post(here, f"/contacts/{ANNA}/merge", {"other": BRAM}).status_code == 404
