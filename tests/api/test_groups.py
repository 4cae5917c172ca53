"""`/groups`: as other software reads and changes them."""

import httpx
import pytest

from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.devices.protocol import Group
from appliance.store import events, group_tasks
from tests.api.office import Caller, Desk, Office
from tests.media import samples

ANNA, BRAM, STRANGER = "+31687654321", "+31687654322", "+31687654399"
TEAM = Group(jid="120363001@g.us", name="Nachtploeg")


@pytest.fixture
def group(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a group in which Bram has posted."""
    for number in (ANNA, BRAM):
        office.writes(number, tilburg)
    office.writes(BRAM, tilburg, "Wie kan?", group=TEAM, name="Bram")
    return str(planning.get("/groups").json()["items"][0]["id"])


def call(
    caller: Caller, method: str, path: str, body: object = None, **headers: str
) -> httpx.Response:
    return caller.client.request(
        method, f"/api/v1{path}", json=body, headers={**caller.headers, **headers}
    )


def test_a_group_is_read_with_its_members_and_its_guard(
    tilburg: Desk, planning: Caller, group: str
) -> None:
    found = call(planning, "GET", f"/groups/{group}").json()
    assert (found["line"], found["name"]) == (tilburg.line_id, TEAM.name)
    assert found["guard"] == {"on": False, "name": None, "picture": None}
    (bram,) = found["members"]
    assert (bram["name"], bram["number"], bram["admin"]) == ("Bram", BRAM, False)
    assert bram["contact"] == planning.get(f"/contacts/{BRAM}").json()["id"]


def test_a_group_is_made_from_people_who_agreed(
    office: Office, tilburg: Desk, planning: Caller, group: str
) -> None:
    contact = planning.get(f"/contacts/{BRAM}").json()["id"]
    body = {"line": tilburg.number, "name": "Dagploeg", "members": [ANNA, contact]}
    answer = call(planning, "POST", "/groups", body, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 202
    made = answer.json()
    assert made["name"] == "Dagploeg"
    assert made["guard"] == {"on": True, "name": "Dagploeg", "picture": None}
    assert {each["number"] for each in made["members"]} == {ANNA, BRAM}
    again = call(planning, "POST", "/groups", body, **{"Idempotency-Key": "k1"})
    assert again.json()["id"] == made["id"]
    assert office.count("chat_group") == 2


def test_nobody_is_taken_into_a_group_without_their_consent(
    office: Office, tilburg: Desk, planning: Caller, group: str
) -> None:
    new = {"line": tilburg.number, "name": "Dagploeg", "members": [ANNA, STRANGER]}
    for answer in (
        call(planning, "POST", "/groups", new),
        call(planning, "POST", f"/groups/{group}/members", {"members": [STRANGER]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "consent-required")
    assert office.count("group_task") == 0
    assert office.count("chat_group") == 1


def test_a_rename_moves_the_guard_first(office: Office, planning: Caller, group: str) -> None:
    guarded = call(planning, "PUT", f"/groups/{group}/guard", {"on": True})
    assert guarded.json() == {"on": True, "name": TEAM.name, "picture": None}
    answer = call(planning, "PATCH", f"/groups/{group}", {"name": "Dagploeg"})
    assert answer.status_code == 200
    assert answer.json()["guard"]["name"] == "Dagploeg"
    (task,) = office.store.read(lambda conn: group_tasks.open_of(conn, group))
    assert (task.name, task.puts_back) == ("Dagploeg", False)


def upload(caller: Caller, content: bytes, name: str = "logo.png") -> str:
    answer = caller.client.post(
        "/api/v1/media", files={"file": (name, content)}, headers=caller.headers
    )
    return str(answer.json()["id"])


def test_a_picture_moves_the_guard_and_is_for_the_phone(
    office: Office, tilburg: Desk, planning: Caller, group: str
) -> None:
    """Of a new group, too. Who may see the group may see its picture."""
    logo = upload(planning, samples.photo(256, 256, form="PNG"))
    answer = call(planning, "PATCH", f"/groups/{group}", {"picture": logo})
    assert (answer.status_code, answer.json()["guard"]["picture"]) == (200, logo)
    assert answer.json()["picture"] is None  # not there yet
    (task,) = office.store.read(lambda conn: group_tasks.open_of(conn, group))
    assert (task.kind.value, task.picture, task.puts_back) == ("picture", logo, False)
    guard = call(planning, "PUT", f"/groups/{group}/guard", {"on": True, "picture": logo})
    assert guard.json() == {"on": True, "name": TEAM.name, "picture": logo}
    assert office.caller().get(f"/media/{logo}").status_code == 200
    new = {"line": tilburg.number, "name": "Dagploeg", "members": [ANNA], "picture": logo}
    made = call(planning, "POST", "/groups", new)
    assert made.json()["guard"]["picture"] == logo


def test_a_picture_must_be_one_that_whatsapp_takes(planning: Caller, group: str) -> None:
    small = upload(planning, samples.photo())
    text = upload(planning, b"geen beeld", "brief.txt")
    for named in (small, text, "01a20069-dd90-7176-bc6c-eeee4075f8c1"):
        answer = call(planning, "PATCH", f"/groups/{group}", {"picture": named})
        assert (answer.status_code, answer.json()["field"]) == (422, "picture")


def test_members_come_and_go_by_the_phone(office: Office, planning: Caller, group: str) -> None:
    answer = call(planning, "POST", f"/groups/{group}/members", {"members": [ANNA]})
    assert answer.status_code == 202
    assert {each["number"] for each in answer.json()["members"]} == {ANNA, BRAM}
    gone = call(planning, "DELETE", f"/groups/{group}/members", {"members": [BRAM]})
    assert gone.status_code == 204
    kinds = [each.kind.value for each in office.store.read(lambda c: group_tasks.open_of(c, group))]
    assert kinds == ["add", "remove"]
    unknown = call(planning, "DELETE", f"/groups/{group}/members", {"members": [STRANGER]})
    assert unknown.status_code == 404


def test_a_post_is_a_message_to_the_group(tilburg: Desk, planning: Caller, group: str) -> None:
    body = {"line": tilburg.number, "group": group, "text": "Om 7 uur bij de poort"}
    answer = planning.post(body)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    found = planning.get(f"/messages/{answer.json()['id']}").json()
    assert (found["group"], found["contact"]["id"]) == (group, None)
    both = planning.post({**body, "to": ANNA})
    neither = planning.post({"line": tilburg.number, "text": "Hoi"})
    assert [each.json()["field"] for each in (both, neither)] == ["to", "to"]


def test_a_post_carries_files(tilburg: Desk, planning: Caller, group: str) -> None:
    photo = upload(planning, samples.photo(), "foto.jpg")
    body = {"line": tilburg.number, "group": group, "media": [photo]}
    answer = planning.post(body)
    assert answer.status_code == 202
    (shown,) = planning.get(f"/messages/{answer.json()['id']}").json()["media"]
    assert shown["id"] == photo
    other = upload(planning, samples.photo(96, 64), "kaart.jpg")
    two = planning.post({**body, "media": [photo, other]})
    assert two.status_code == 202
    both = planning.get(f"/messages/{two.json()['id']}").json()["media"]
    assert [each["id"] for each in both] == [photo, other]
    many = planning.post({**body, "media": [photo] * 31})
    assert (many.status_code, many.json()["field"]) == (422, "media")


def test_a_post_quotes_only_what_was_said_in_its_group(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, group: str
) -> None:
    """Whoever reads the post would read the words of another conversation, or branch."""
    office.writes(BRAM, breda, "Geheim")
    said = {each["text"]: each["id"] for each in planning.get("/messages").json()["items"]}
    body = {"line": tilburg.number, "group": group, "text": "Ja"}
    refused = [planning.post({**body, "quotes": each}) for each in (said["Geheim"], "nothing")]
    assert [(each.status_code, each.json()["field"]) for each in refused] == [(422, "quotes")] * 2
    photo = upload(planning, samples.photo(), "foto.jpg")
    with_file = planning.post({**body, "quotes": said["Wie kan?"], "media": [photo]})
    assert (with_file.status_code, with_file.json()["field"]) == (422, "media")
    answer = planning.post({**body, "quotes": said["Wie kan?"]})
    assert answer.status_code == 202
    assert planning.get(f"/messages/{answer.json()['id']}").json()["quotes"] == said["Wie kan?"]


def test_a_post_is_refused_while_somebody_in_the_group_opted_out(
    office: Office, tilburg: Desk, planning: Caller, group: str
) -> None:
    office.writes(BRAM, tilburg, "STOP")
    answer = planning.post({"line": tilburg.number, "group": group, "text": "Hoi"})
    assert (answer.status_code, answer.json()["code"]) == (409, "opted-out")


def test_the_journal_tells_what_was_changed(
    office: Office, tilburg: Desk, planning: Caller, group: str
) -> None:
    office.writes(BRAM, tilburg, "Hihi", group=Group(jid=TEAM.jid, name="Feest"))
    (entry,) = call(planning, "GET", f"/groups/{group}/journal").json()["items"]
    del entry["at"]
    assert entry == {
        "what": "name",
        "by": None,
        "from": TEAM.name,
        "to": "Feest",
        "put_back": False,
    }


def test_each_change_writes_one_event_with_ids_only(
    office: Office, planning: Caller, group: str
) -> None:
    before = office.store.read(events.last_seq)
    call(planning, "PUT", f"/groups/{group}/guard", {"on": True, "name": "Dagploeg"})
    found = office.store.read(lambda conn: events.after(conn, before, limit=100))
    assert {each.kind.value for each in found} == {"group.changed"}
    assert all(each.facts["group"] == group for each in found)
    assert "Dagploeg" not in str([each.facts for each in found])


def test_a_group_of_another_branch_does_not_exist(
    office: Office, tilburg: Desk, breda: Desk, group: str
) -> None:
    there = office.caller(branch_id=breda.branch_id)
    body: dict[str, dict[str, object]] = {
        "PATCH": {"name": "x"},
        "GET": {},
    }
    for method, given in body.items():
        assert call(there, method, f"/groups/{group}", given or None).status_code == 404
    assert call(there, "GET", f"/groups/{group}/journal").status_code == 404
    assert call(there, "PUT", f"/groups/{group}/guard", {"on": True}).status_code == 404
    post = there.post({"line": breda.number, "group": group, "text": "Hoi"})
    assert post.status_code == 404
    assert there.get("/groups").json()["items"] == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_token_needs_the_scope_to_change_groups(office: Office, group: str, method: str) -> None:
    reader = office.caller(ALL_SCOPES - {Scope.GROUPS_WRITE})
    answer = call(reader, method, f"/groups/{group}/members", {"members": [ANNA]})
    assert answer.status_code == 403
