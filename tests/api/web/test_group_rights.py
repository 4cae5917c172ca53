"""Groups that are held to some people: for all others they are not there."""

from collections.abc import Iterator

import httpx
import pytest

from appliance.desk.access.tokens import ALL_SCOPES
from appliance.desk.groups import outcomes
from appliance.desk.search import following
from appliance.devices.group_protocol import GroupPerson
from appliance.devices.protocol import Group
from appliance.store import groups
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.test_groups import call
from tests.media import samples

BRAM = "+31687654322"
TEAM = Group(jid="120363001@g.us", name="Nachtploeg")


@pytest.fixture
def team(office: Office, tilburg: Desk) -> str:
    """The conversation with a group whose members the phone has read."""
    office.writes(BRAM, tilburg)
    office.writes(BRAM, tilburg, "Wie kan?", group=TEAM, name="Bram")
    people = [GroupPerson(name="Bram", number=BRAM)]
    group_id = id_of(office, "SELECT id FROM chat_group")
    office.store.write(lambda tx: outcomes.keep_people(tx, groups.find(tx.conn, group_id), people))
    return id_of(office, "SELECT id FROM conversation WHERE group_id IS NOT NULL")


@pytest.fixture
def admin(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Carla", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def id_of(office: Office, statement: str) -> str:
    return office.store.read(lambda conn: str(conn.execute(statement).fetchone()[0]))


def hold(admin: Browser, team: str, **given: str) -> httpx.Response:
    return admin.post(f"/c/{team}/group/rights", {"held": "on", **given})


def test_a_held_group_is_not_there_for_others(
    office: Office, sanne: Browser, admin: Browser, team: str
) -> None:
    """Neither its page, list, row nor files; who gives rights sees it, and does not answer."""
    photo = photo_in(office, admin, team)
    assert sanne.get(photo).status_code == 200
    assert hold(admin, team).status_code == 204
    assert sanne.get(f"/c/{team}").status_code == 404
    assert sanne.get(f"/c/{team}/group").status_code == 404
    assert "Nachtploeg" not in sanne.get("/inbox/groups").text
    assert "Nachtploeg" in admin.get("/inbox/groups").text
    assert sanne.post(f"/c/{team}/messages", {"text": "Hoi"}).status_code == 404
    assert sanne.get(photo).status_code == 404
    assert 'id="composer"' not in admin.get(f"/c/{team}").text


def photo_in(office: Office, browser: Browser, team: str) -> str:
    browser.client.post(
        f"/c/{team}/files",
        data={"csrf": browser.csrf},
        files={"file": ("foto.jpg", samples.photo())},
    )
    media_id = id_of(office, "SELECT media_id FROM message_media")
    return f"/media/{media_id}"


def test_who_may_see_it_need_not_answer(sanne: Browser, admin: Browser, team: str) -> None:
    hold(admin, team, **{sanne.staff_id: "sees"})
    page = sanne.get(f"/c/{team}")
    assert page.status_code == 200
    assert 'id="composer"' not in page.text
    assert sanne.post(f"/c/{team}/messages", {"text": "Hoi"}).status_code == 404
    assert sanne.post(f"/c/{team}/group/name", {"name": "Dagploeg"}).status_code == 404
    hold(admin, team, **{sanne.staff_id: "answers"})
    assert sanne.post(f"/c/{team}/messages", {"text": "Hoi"}).status_code == 204


def test_a_group_that_is_held_no_more_is_for_everybody_of_the_line(
    sanne: Browser, admin: Browser, team: str
) -> None:
    hold(admin, team)
    admin.post(f"/c/{team}/group/rights", {})
    assert 'id="composer"' in sanne.get(f"/c/{team}").text


def test_only_who_gives_rights_says_to_whom_it_is_held(
    office: Office, sanne: Browser, admin: Browser, team: str
) -> None:
    assert hold(sanne, team, **{sanne.staff_id: "answers"}).status_code == 404
    assert "Wie deze groep ziet" not in sanne.get(f"/c/{team}/group").text
    page = admin.get(f"/c/{team}/group").text
    assert "Wie deze groep ziet" in page
    assert "Sanne" in page
    assert office.count("chat_group WHERE held = 1") == 0


def test_a_program_sees_a_held_group_only_if_it_is_named(
    office: Office, tilburg: Desk, planning: Caller, admin: Browser, team: str
) -> None:
    """Its messages, events and members, too; and it answers only if it may."""
    group_id = id_of(office, "SELECT id FROM chat_group")
    other = office.caller(ALL_SCOPES)
    hold(admin, team, **{planning.token.id: "sees"})
    posted = {"line": tilburg.number, "group": group_id, "text": "Hoi"}
    assert planning.get(f"/groups/{group_id}").status_code == 200
    assert planning.post(posted).status_code == 404
    for path in (f"/groups/{group_id}", f"/groups/{group_id}/journal", f"/conversations/{team}"):
        assert other.get(path).status_code == 404
    assert other.get("/groups").json()["items"] == []
    ids = [each["id"] for each in other.get("/conversations").json()["items"]]
    assert team not in ids
    for asked in ({}, {"line": tilburg.number}):
        found = {each["text"] for each in other.get("/messages", **asked).json()["items"]}
        assert "Wie kan?" not in found
    message = id_of(office, "SELECT id FROM message WHERE text = 'Wie kan?'")
    assert other.get(f"/messages/{message}").status_code == 404
    assert other.post(posted).status_code == 404
    hold(admin, team, **{planning.token.id: "answers"})
    assert planning.post(posted).status_code == 202


def test_the_command_bar_and_the_texts_know_no_held_group(
    office: Office, sanne: Browser, admin: Browser, team: str
) -> None:
    while following.catch_up(office.store):
        pass
    assert "Nachtploeg" in sanne.get("/command-bar?q=nacht").text
    hold(admin, team)
    assert "Nachtploeg" not in sanne.get("/command-bar?q=nacht").text
    assert "Nachtploeg" in admin.get("/command-bar?q=nacht").text
    assert sanne.get(f"/c/{team}/texts").status_code == 404


def test_a_program_that_may_only_read_a_held_group_changes_nothing_in_it(
    office: Office, tilburg: Desk, planning: Caller, admin: Browser, team: str
) -> None:
    group_id = id_of(office, "SELECT id FROM chat_group")
    posted = {"line": tilburg.number, "group": group_id, "text": "Hoi"}
    message = planning.post(posted).json()["id"]
    hold(admin, team, **{planning.token.id: "sees"})
    assert planning.get(f"/messages/{message}").status_code == 200
    assert planning.delete(f"/messages/{message}").status_code == 404
    changed = call(planning, "PATCH", f"/conversations/{team}", {"state": "done"})
    assert changed.status_code == 404
    noted = call(planning, "POST", f"/conversations/{team}/notes", {"text": "Gebeld"})
    assert noted.status_code == 404
    hold(admin, team, **{planning.token.id: "answers"})
    assert planning.delete(f"/messages/{message}").status_code == 200


def test_nobody_hears_that_somebody_stopped_in_a_group_that_is_held_to_others(
    office: Office, planning: Caller, admin: Browser, team: str, tilburg: Desk
) -> None:
    office.writes(BRAM, tilburg, "STOP", group=TEAM, name="Bram")
    kinds = [each["kind"] for each in planning.get("/incidents").json()["items"]]
    assert kinds == ["group-stop"]
    hold(admin, team)
    assert office.caller().get("/incidents").json()["items"] == []


def test_who_may_not_see_a_held_group_gets_nothing_in_it(
    office: Office, tilburg: Desk, sanne: Browser, admin: Browser, team: str
) -> None:
    """Neither a claim by hand-over nor a mention; what they had is nobody's again."""
    daan = log_in(office, "Daan", role="staff", branch_id=tilburg.branch_id)
    daan.post(f"/c/{team}/case", {"do": "claim"})
    hold(admin, team, **{sanne.staff_id: "answers"})
    assert office.count(f"casework WHERE assignee_id = '{daan.staff_id}'") == 0
    page = sanne.get(f"/c/{team}/case").text
    assert "Daan" not in page
    handed = sanne.post(f"/c/{team}/case", {"do": "hand-over", "to": daan.staff_id})
    assert handed.status_code == 422
    sanne.post(f"/c/{team}/notes", {"text": "@Daan en @Carla, wie belt?"})
    named = office.store.read(
        lambda conn: conn.execute(
            "SELECT name FROM note_mention JOIN staff ON staff.id = staff_id"
        ).fetchall()
    )
    assert [row["name"] for row in named] == ["Carla"]
    daan.client.close()
