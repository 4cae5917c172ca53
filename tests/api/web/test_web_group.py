"""The page of a group, and writing in it from the inbox."""

import re

import httpx
import pytest

from appliance.desk.groups import outcomes
from appliance.desk.search import following
from appliance.devices.group_protocol import GroupPerson
from appliance.devices.protocol import Group
from appliance.group_changes import GroupTaskState
from appliance.reasons import Reason
from appliance.store import group_tasks, groups
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office
from tests.media import samples

ANNA, BRAM, STRANGER = "+31687654321", "+31687654322", "+31687654399"
TEAM = Group(jid="120363001@g.us", name="Nachtploeg")


@pytest.fixture
def team(office: Office, tilburg: Desk) -> str:
    """The conversation with a group in which Bram has posted; Anna wrote to the line alone."""
    for number in (ANNA, BRAM):
        office.writes(number, tilburg)
    office.writes(BRAM, tilburg, "Wie kan?", group=TEAM, name="Bram")
    return office.store.read(
        lambda conn: str(
            conn.execute("SELECT id FROM conversation WHERE group_id IS NOT NULL").fetchone()[0]
        )
    )


def group_id(office: Office) -> str:
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM chat_group").fetchone()[0])
    )


def tasks(office: Office) -> list[tuple[str, str]]:
    found = office.store.read(lambda conn: group_tasks.open_of(conn, group_id(office)))
    return [(each.kind.value, each.state.value) for each in found]


def phone_shows(office: Office, *people: GroupPerson) -> None:
    """The phone has read who is in the group."""
    office.store.write(
        lambda tx: outcomes.keep_people(tx, groups.find(tx.conn, group_id(office)), people)
    )


def test_the_page_shows_members_guard_and_journal(
    office: Office, tilburg: Desk, sanne: Browser, team: str
) -> None:
    office.writes(BRAM, tilburg, "Haha", group=Group(jid=TEAM.jid, name="Feest"), name="Bram")
    page = sanne.get(f"/c/{team}/group")
    assert page.status_code == 200
    for words in ("Feest", "Bram", "Nachtploeg", "wijzigde de naam", "De naam bewaken"):
        assert words in page.text
    assert f'href="/c/{team}/group"' in sanne.get(f"/c/{team}").text


def test_what_is_changed_there_is_for_the_phone(office: Office, sanne: Browser, team: str) -> None:
    post = f"/c/{team}/group"
    assert sanne.post(f"{post}/name", {"name": "Dagploeg"}).status_code == 204
    assert sanne.post(f"{post}/members", {"number": ANNA}).status_code == 204
    assert sanne.post(f"{post}/guard", {"on": "on"}).status_code == 204
    assert sanne.post(f"{post}/read").status_code == 204
    kinds = [kind for kind, _ in tasks(office)]
    assert sorted(kinds) == ["add", "read", "rename"]
    assert "wordt toegevoegd" in sanne.get(post).text


def test_who_lets_nobody_add_them_is_invited_by_a_button(
    office: Office, sanne: Browser, team: str
) -> None:
    sanne.post(f"/c/{team}/group/members", {"number": ANNA})
    (task,) = office.store.read(lambda conn: group_tasks.open_of(conn, group_id(office)))
    ended = GroupTaskState.PERSON, Reason.INVITE_ONLY
    office.store.write(lambda tx: group_tasks.end(tx, task.id, ended[0], reason=ended[1]))
    page = sanne.get(f"/c/{team}/group").text
    assert "laat zich door niemand aan groepen toevoegen" in page
    assert "Uitnodigen" in page
    assert sanne.post(f"/c/{team}/group/tasks/{task.id}").status_code == 204
    office.store.write(lambda tx: groups.invited(tx, task.member_id or ""))
    assert "is uitgenodigd" in sanne.get(f"/c/{team}/group").text


def test_a_picture_is_given_on_the_page(office: Office, sanne: Browser, team: str) -> None:
    """It shows there at once; one that WhatsApp refuses is refused in words."""

    def give(content: bytes) -> httpx.Response:
        return sanne.client.post(
            f"/c/{team}/group/picture",
            data={"csrf": sanne.csrf},
            files={"file": ("logo.jpg", content)},
        )

    assert "192 pixels" in give(samples.photo()).text
    assert give(samples.photo(256, 256)).status_code == 303
    assert tasks(office) == [("picture", "waiting")]
    page = sanne.get(f"/c/{team}/group").text
    shown = page.partition('class="group-picture" src="')[2].partition('"')[0]
    assert sanne.get(shown).headers["content-type"] == "image/webp"


def test_nobody_is_added_without_their_consent(office: Office, sanne: Browser, team: str) -> None:
    answer = sanne.post(f"/c/{team}/group/members", {"number": STRANGER})
    assert answer.status_code == 409
    assert "heeft niet naar dit nummer geschreven" in answer.text
    assert tasks(office) == []


def test_a_stop_in_the_group_asks_somebody_to_take_them_out(
    office: Office, tilburg: Desk, sanne: Browser, team: str
) -> None:
    """With one button, after which the phone does it."""
    office.writes(BRAM, tilburg, "STOP", group=TEAM, name="Bram")
    page = sanne.get(f"/c/{team}/group").text
    assert "schreef STOP in deze groep" in page
    assert f'href="/c/{team}/group">De groep openen' in sanne.get("/").text
    (task,) = office.store.read(lambda conn: group_tasks.open_of(conn, group_id(office)))
    assert sanne.post(f"/c/{team}/group/tasks/{task.id}").status_code == 204
    assert tasks(office) == [("remove", "waiting")]


def test_one_writes_in_a_group_once_its_members_are_known(
    office: Office, tilburg: Desk, sanne: Browser, team: str
) -> None:
    """Until then nobody can know who would read it."""
    assert 'id="composer"' not in sanne.get(f"/c/{team}").text
    phone_shows(office, GroupPerson(name="Bram", number=BRAM))
    assert 'id="composer"' in sanne.get(f"/c/{team}").text
    form = {"text": "Om 7 uur bij de poort", "client_id": "c1"}
    for _ in range(2):
        assert sanne.post(f"/c/{team}/messages", form).status_code == 204
    rows = office.store.read(
        lambda conn: conn.execute(
            "SELECT value FROM message WHERE direction = 'out' AND rule IS NULL"
        ).fetchall()
    )
    assert [row["value"] for row in rows] == [TEAM.jid]
    office.writes(BRAM, tilburg, "STOP")
    assert "vroeg om te stoppen" in sanne.get(f"/c/{team}/verdict").text
    assert sanne.post(f"/c/{team}/messages", {"text": "Nog iets"}).status_code == 409


def test_a_post_that_is_refused_says_that_it_is_about_the_group(
    office: Office, tilburg: Desk, sanne: Browser, team: str
) -> None:
    """Who writes to a group reads of the group, not of one person who may write START."""
    phone_shows(office, GroupPerson(name="Bram", number=BRAM))
    office.writes(BRAM, tilburg, "STOP")
    said = sanne.post(f"/c/{team}/messages", {"text": "Nog iets"}).text
    assert "Iemand in deze groep vroeg om te stoppen" in said
    assert "START" not in said


def test_a_group_of_another_branch_is_not_there(office: Office, breda: Desk, team: str) -> None:
    stranger = log_in(office, "Piet", role="staff", branch_id=breda.branch_id)
    assert stranger.get(f"/c/{team}/group").status_code == 404
    assert stranger.post(f"/c/{team}/group/leave").status_code == 404
    stranger.client.close()


def test_a_file_is_posted_in_a_group(office: Office, sanne: Browser, team: str) -> None:
    phone_shows(office, GroupPerson(name="Bram", number=BRAM))
    assert f'data-files="/c/{team}/files"' in sanne.get(f"/c/{team}").text
    answer = sanne.client.post(
        f"/c/{team}/files",
        data={"csrf": sanne.csrf, "text": "Zo"},
        files={"file": ("foto.jpg", samples.photo())},
    )
    assert answer.status_code == 303
    (value,) = office.store.read(
        lambda conn: [
            row[0]
            for row in conn.execute(
                "SELECT m.value FROM message m JOIN message_media f ON f.message_id = m.id"
            )
        ]
    )
    assert value == TEAM.jid


def contact_of(office: Office, number: str) -> str:
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT contact_id FROM contact_identity WHERE value = ?", (number,)
            ).fetchone()[0]
        )
    )


def indexed(office: Office) -> None:
    while following.catch_up(office.store):
        pass


def test_a_group_is_made_of_people_who_are_found_by_name(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Who is chosen stays while one searches on; the phone makes it with its picture."""
    office.writes(ANNA, tilburg, name="Anna de Vries")
    office.writes(BRAM, tilburg, name="Bram Bakker")
    indexed(office)
    anna, bram = contact_of(office, ANNA), contact_of(office, BRAM)
    assert tilburg.line_id in sanne.get("/groups/new").text
    asked = {"line": tilburg.line_id, "q": "bakker", "person": anna}
    found = sanne.client.get("/groups/people", params=asked).text
    assert re.findall(r'value="([^"]+)"\s*(checked)?', found) == [(anna, "checked"), (bram, "")]
    form = {"csrf": sanne.csrf, "line": tilburg.line_id, "name": "Dagploeg"}
    picture = {"file": ("logo.jpg", samples.photo(256, 256))}
    made = sanne.client.post("/groups", data={**form, "person": [anna, bram]}, files=picture)
    assert made.status_code == 303
    page = sanne.get(made.headers["location"]).text
    for words in ("Dagploeg", "Anna de Vries", "Bram Bakker", "De groep maken", "group-picture"):
        assert words in page
    assert tasks(office) == [("create", "waiting")]


def test_a_refusal_names_who_has_not_agreed(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """Neither a new group is made nor anybody added; what was typed and chosen stays."""
    office.writes(ANNA, tilburg, name="Anna de Vries")
    office.writes(BRAM, tilburg, name="Bram Bakker")
    office.writes(BRAM, tilburg, "STOP")
    chosen = [contact_of(office, ANNA), contact_of(office, BRAM)]
    form = {"csrf": sanne.csrf, "line": tilburg.line_id, "name": "Dagploeg", "person": chosen}
    answer = sanne.client.post("/groups", data=form, files={"file": ("", b"")})
    assert answer.status_code == 409
    assert "Mag niet in een groep worden opgenomen: Bram Bakker." in answer.text
    assert 'value="Dagploeg"' in answer.text
    assert answer.text.count(" checked") == 2
    assert office.count("chat_group") == 0
    indexed(office)
    searched = {"line": tilburg.line_id, "q": "bram"}
    hit = sanne.client.get("/groups/people", params=searched).text
    assert (" disabled" in hit, "heeft zich afgemeld" in hit) == (True, True)
    assert sanne.get(f"/groups/people?line={breda.line_id}&q=bram").status_code == 404
    empty = sanne.client.post("/groups", data={**form, "person": []}, files={"file": ("", b"")})
    assert (empty.status_code, "minstens één persoon" in empty.text) == (422, True)


def test_people_are_added_by_search(office: Office, sanne: Browser, team: str) -> None:
    anna = contact_of(office, ANNA)
    assert sanne.post(f"/c/{team}/group/members", {"person": anna}).status_code == 204
    assert tasks(office) == [("add", "waiting")]
