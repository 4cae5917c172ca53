"""Colleagues are let in, given roles and let go on a page."""

import re
from collections.abc import Iterator

import httpx
import pytest

from appliance.desk.team import cases, staff
from appliance.events import EventKind
from appliance.store import casework, events
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31655500201"


@pytest.fixture
def boss(office: Office) -> Iterator[Browser]:
    """The only administrator of the company."""
    browser = log_in(office, "Marit", role="admin", branch_id=None)
    yield browser
    browser.client.close()


@pytest.fixture
def head(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """An administrator of Tilburg alone."""
    browser = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def roles_of(office: Office, name: str) -> staff.Roles:
    return office.store.read(lambda conn: staff.named(conn, name)).roles


def last_event(office: Office, kind: EventKind) -> dict[str, object]:
    found = office.store.read(lambda conn: events.after(conn, 0, limit=1000))
    return dict([each for each in found if each.kind is kind][-1].facts)


def claimed(office: Office, desk: Desk, by: Browser) -> str:
    """A conversation that this colleague has."""
    office.writes(WORKER, desk)
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    office.store.write(lambda tx: cases.claim(tx, conversation, by.staff_id))
    return conversation


def owner(office: Office, conversation: str) -> str | None:
    return office.store.read(lambda conn: casework.of(conn, conversation).assignee_id)


def test_an_invitation_is_a_link_that_lets_in_once(office: Office, boss: Browser) -> None:
    """It is a whole address, as the browser that asked knows it, and a square that says the same;
    the page that is loaded again has neither.
    """
    headers = {"X-CSRF-Token": boss.csrf, "Origin": "https://balie.example:8443"}
    form = {"name": "Noor Nieuw", "role": "lead", "branch": ""}
    page = boss.client.post("/settings/team", data=form, headers=headers).text
    link = re.search(r"https://balie\.example:8443(/login/[\w-]+)<", page)
    assert link
    assert "<svg" in page
    assert roles_of(office, "Noor Nieuw") == [("lead", None)]
    assert last_event(office, EventKind.STAFF_ADDED)["by"] == boss.staff_id
    again = boss.get("/settings/team").text
    assert "Noor Nieuw" in again
    assert "/login/" not in again
    with httpx.Client(base_url=office.url, timeout=60) as client:
        door = client.get(link[1]).text
        token = re.findall(r'name="csrf" value="([^"]+)"', door)[0]
        chosen = {"csrf": token, "password": "een lange zin", "again": "een lange zin"}
        assert client.post(link[1], data=chosen).status_code == 303
        assert client.get("/settings").status_code == 200
        assert client.get(link[1]).status_code == 404


def test_the_wizard_ends_with_the_colleagues(office: Office, boss: Browser, tilburg: Desk) -> None:
    """Whoever is alone comes there from the number; each gets a link, and the form is there again
    for the next one.
    """
    number = {"branch": tilburg.branch_id, "number": "+31612345699", "device": "modem:/dev/x"}
    assert boss.post("/setup/line", number).headers["hx-redirect"] == "/setup/team"
    form = {"name": "Noor Nieuw", "role": "lead", "branch": tilburg.branch_id}
    page = boss.post("/setup/team", form, part=False).text
    assert "/login/" in page
    assert re.search(r'value="lead" selected', page)
    assert roles_of(office, "Noor Nieuw") == [("lead", tilburg.branch_id)]
    again = boss.post("/setup/team", form, part=False)
    assert (again.status_code, "/login/" in again.text) == (422, False)
    number |= {"number": "+31612345698", "device": "modem:/dev/y"}
    assert boss.post("/setup/line", number).headers["hx-redirect"] == "/devices"


def test_what_another_program_says_is_no_address(boss: Browser) -> None:
    """An origin that is none is not shown: the address then is the one that was asked."""
    for origin in ("null", "javascript:alert(1)", "http://x@evil.example", "http://[", ""):
        headers = {"X-CSRF-Token": boss.csrf, "Origin": origin}
        form = {"name": f"Noor {origin[:12]}", "role": "staff"}
        page = boss.client.post("/settings/team", data=form, headers=headers).text
        assert f">{boss.client.base_url}/login/".replace("//login", "/login") in page, origin


def test_a_name_is_nobody_elses(office: Office, boss: Browser, sanne: Browser) -> None:
    """What was typed stays in the form."""
    answer = boss.post("/settings/team", {"name": "Sanne", "role": "lead"}, part=False)
    assert answer.status_code == 422
    assert 'value="Sanne"' in answer.text
    assert office.count("staff") == 2


def test_somebody_has_a_role_in_each_branch(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """All at once, and one event says who gave them; the same again changes nothing."""
    address = f"/settings/team/{sanne.staff_id}/roles"
    form = {
        "role-": "",
        f"role-{tilburg.branch_id}": "lead",
        f"role-{breda.branch_id}": "branch-it",
    }
    assert boss.post(address, form).status_code == 204
    given = {("lead", tilburg.branch_id), ("branch-it", breda.branch_id)}
    assert set(roles_of(office, "Sanne")) == given
    assert last_event(office, EventKind.STAFF_CHANGED)["by"] == boss.staff_id
    before = office.count("event")
    assert boss.post(address, form).status_code == 204
    assert office.count("event") == before
    more = {f"role-{tilburg.branch_id}": "lead", "also_role": "branch-it"}
    assert boss.post(address, more | {"also_branch": breda.branch_id}).status_code == 204
    assert office.count("event") == before
    nothing = dict.fromkeys(form, "")
    assert boss.post(address, nothing, part=False).status_code == 422
    assert boss.post(address, {"role-": "king"}, part=False).status_code == 422
    assert set(roles_of(office, "Sanne")) == given


def test_who_may_not_answer_there_any_more_has_nothing_there(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    conversation = claimed(office, tilburg, sanne)
    address = f"/settings/team/{sanne.staff_id}/roles"
    boss.post(address, {f"role-{tilburg.branch_id}": "lead"})
    assert owner(office, conversation) == sanne.staff_id
    boss.post(address, {f"role-{breda.branch_id}": "staff"})
    assert owner(office, conversation) is None


def test_who_is_let_go_is_out_at_once_and_may_come_back(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk
) -> None:
    conversation = claimed(office, tilburg, sanne)
    member = f"/settings/team/{sanne.staff_id}"
    assert "Log out everywhere" in boss.get(member, **{"Accept-Language": "en"}).text
    assert boss.post(f"{member}/disable").status_code == 204
    assert sanne.get("/").status_code == 303
    assert owner(office, conversation) is None
    assert boss.post(f"{member}/link", part=False).status_code == 409
    assert boss.post(f"{member}/enable").status_code == 204
    page = boss.post(f"{member}/link", part=False).text
    assert "/login/" in page


def test_sessions_of_a_colleague_are_ended(office: Office, boss: Browser, sanne: Browser) -> None:
    assert boss.post(f"/settings/team/{sanne.staff_id}/log-out").status_code == 204
    assert sanne.get("/").status_code == 303
    assert last_event(office, EventKind.STAFF_LOGGED_OUT) == {"by": boss.staff_id, "sessions": 1}


def test_nobody_locks_the_house(office: Office, boss: Browser, head: Browser) -> None:
    """The only administrator of the company stays one; one of a branch, and one who was invited and
    has never come in, are none who is left.
    """
    member = f"/settings/team/{boss.staff_id}"
    before = office.count("event")
    english = {"X-CSRF-Token": boss.csrf, "Accept-Language": "en"}
    answer = boss.client.post(f"{member}/disable", headers=english)
    assert answer.status_code == 409
    assert "only administrator" in answer.text
    assert boss.post(f"{member}/roles", {"role-": "lead"}, part=False).status_code == 409
    assert office.count("event") == before
    known = "UPDATE staff SET password_hash = 'not a real hash' WHERE id = ?"
    office.store.write(lambda tx: tx.conn.execute(known, (boss.staff_id,)))
    second = office.store.write(lambda tx: staff.add(tx, "Tweede", role="admin", branch_id=None))
    assert boss.post(f"{member}/roles", {"role-": "lead"}, part=False).status_code == 409
    office.store.write(lambda tx: tx.conn.execute(known, (second,)))
    assert boss.post(f"{member}/roles", {"role-": "lead"}).status_code == 204
    assert boss.get("/settings/team").status_code == 404


def test_an_administrator_of_a_branch_manages_its_people(
    office: Office, boss: Browser, head: Browser, sanne: Browser, breda: Desk, tilburg: Desk
) -> None:
    """Whoever has a role elsewhere, too, is not theirs; and they give no role elsewhere."""
    office.store.write(
        lambda tx: staff.add(tx, "Beiden", role="staff", branch_id=tilburg.branch_id)
    )
    both = office.store.read(lambda conn: staff.named(conn, "Beiden")).id
    roles = [("staff", tilburg.branch_id), ("staff", breda.branch_id)]
    office.store.write(lambda tx: staff.give_roles(tx, both, roles))
    page = head.get("/settings/team").text
    assert ("Sanne" in page, "Beiden" in page, "Marit" in page) == (True, False, False)
    mine, theirs = f"/settings/team/{sanne.staff_id}", f"/settings/team/{boss.staff_id}"
    assert head.get(mine).status_code == 200
    before = office.count("event")
    for member in (theirs, f"/settings/team/{both}"):
        assert head.get(member).status_code == 404
        for verb in ("roles", "link", "disable", "enable", "log-out"):
            form = {f"role-{tilburg.branch_id}": "lead"}
            assert head.post(f"{member}/{verb}", form).status_code == 404
    for place in ("", breda.branch_id):
        assert head.post(f"{mine}/roles", {f"role-{place}": "staff"}).status_code == 404
        form = {"name": "Noor", "role": "admin", "branch": place}
        assert head.post("/settings/team", form).status_code == 404
    assert office.count("event") == before
    assert head.post(f"{mine}/roles", {f"role-{tilburg.branch_id}": "lead"}).status_code == 204


def test_a_colleague_is_renamed(office: Office, boss: Browser, head: Browser) -> None:
    """They keep what they have, and their own page says the new name; a taken one is refused."""
    sanne = log_in(office, "Sanne", role="staff", branch_id=None)
    path = f"/settings/team/{sanne.staff_id}/name"
    assert head.post(path, {"name": "Sanne Smit"}).status_code == 404
    for wrong in ("Henk", " "):
        assert boss.post(path, {"name": wrong}).status_code == 422
    assert boss.post(path, {"name": " Sanne  Smit "}).is_success
    assert last_event(office, EventKind.STAFF_CHANGED) == {"changed": "name", "by": boss.staff_id}
    assert "Sanne Smit" in sanne.get("/me").text
    sanne.client.close()
