"""Branches, labels, saved views and programs are run from pages."""

import re
from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels, saved_views
from appliance.desk.team.saved_views import SavedView
from appliance.events import EventKind
from appliance.store import branches, events
from appliance.store.branch_settings import BranchSettings
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31655500201"
_ALL = Sight(None)
Fields = Mapping[str, str | Sequence[str]]


@pytest.fixture
def boss(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def settings_of(office: Office, desk: Desk) -> BranchSettings:
    return office.store.read(lambda conn: branches.branch(conn, desk.branch_id)).settings


def last_event(office: Office) -> tuple[EventKind, str | None, dict[str, object]]:
    found = office.store.read(lambda conn: events.after(conn, 0, limit=1000))[-1]
    return found.kind, found.staff_id, dict(found.facts)


def form_of(page: str) -> dict[str, str | list[str]]:
    """What a browser sends of the branch's form as it was drawn."""
    was = re.findall(r'name="was" value="([^"]*)"', page)[0].replace("&#34;", '"')
    return {
        "was": was,
        "zone": "Europe/Amsterdam",
        "language": "nl",
        "opens": "08:30",
        "closes": "17:30",
        "lunch_from": "12:30",
        "lunch_until": "13:00",
        "holidays": "NL",
        "claims_go_back": "log-out",
        "welcome_text": "",
        "weekday": list("12345"),
    }


def test_a_branch_is_told_its_hours_and_words(office: Office, boss: Browser, tilburg: Desk) -> None:
    """One event names what is other; the form as it was drawn changes nothing."""
    address = f"/settings/branches/{tilburg.branch_id}"
    form = form_of(boss.get(address).text)
    before = office.count("event")
    assert send(boss, address, form).status_code == 303
    assert office.count("event") == before
    form |= {"closes": "18:00", "weekday": list("123456"), "lunch_from": "", "lunch_until": ""}
    form |= {"welcome_text": "Welkom bij Tilburg!", "claims_go_back": "never", "holidays": "BE"}
    assert send(boss, address, form).status_code == 303
    now = settings_of(office, tilburg)
    assert (now.closes, now.weekdays, now.lunch) == ("18:00", "123456", "")
    assert (now.welcome_text, now.claims_go_back) == ("Welkom bij Tilburg!", "never")
    kind, staff_id, facts = last_event(office)
    assert (kind, staff_id) == (EventKind.BRANCH_CHANGED, boss.staff_id)
    assert set(facts) == {"fields"}
    assert "opens" not in str(facts)


def send(browser: Browser, address: str, form: Fields) -> httpx.Response:
    return browser.client.post(address, data=dict(form), headers={"X-CSRF-Token": browser.csrf})


def test_two_who_change_a_branch_both_keep_what_they_changed(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    address = f"/settings/branches/{tilburg.branch_id}"
    form = form_of(boss.get(address).text)
    send(boss, address, form | {"opens": "07:00"})
    send(boss, address, form | {"closes": "19:00"})
    now = settings_of(office, tilburg)
    assert (now.opens, now.closes) == ("07:00", "19:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"closes": "08:00"},
        {"weekday": []},
        {"lunch_until": ""},
        {"zone": "Mars/Olympus"},
        {"holidays": "XX"},
        {"language": "fr"},
        {"was": "no form"},
    ],
)
def test_what_a_branch_cannot_be_told(
    office: Office, boss: Browser, tilburg: Desk, wrong: Fields
) -> None:
    """A sentence says why, and what was typed stays."""
    address = f"/settings/branches/{tilburg.branch_id}"
    form = {**form_of(boss.get(address).text), "welcome_text": "Dag!", **wrong}
    answer = send(boss, address, form)
    assert answer.status_code == 422
    assert ">Dag!</textarea>" in answer.text
    assert settings_of(office, tilburg) == BranchSettings()


def test_a_branch_is_its_administrators(office: Office, tilburg: Desk, breda: Desk) -> None:
    head = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    page = head.get("/settings/branches").text
    assert ("Tilburg" in page, "Breda" in page) == (True, False)
    address = f"/settings/branches/{breda.branch_id}"
    form = form_of(head.get(f"/settings/branches/{tilburg.branch_id}").text)
    assert head.get(address).status_code == 404
    assert send(head, address, form).status_code == 404
    assert head.post("/settings/branches", {"name": "Nieuw"}).status_code == 404
    head.client.close()


def test_a_label_is_named_painted_made_one_and_removed(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """The page says on how many conversations it stands."""
    office.writes(WORKER, tilburg)
    branch = tilburg.branch_id
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    for name in ("Ziek", "Loon"):
        form = {"name": name, "colour": "red", "branch": branch}
        assert sanne.post("/settings/labels", form).status_code == 204
    found = office.store.read(lambda conn: labels.of_branch(conn, branch))
    loon, ziek = (each.id for each in found)
    office.store.write(lambda tx: labels.put(tx, conversation, {ziek}))
    sanne.post("/settings/look", {"language": "en"})
    assert "on 1 conversation " in sanne.get("/settings/labels").text.replace("·", " ")
    changed = {"name": "Afwezig", "colour": "blue"}
    assert sanne.post(f"/settings/labels/{ziek}", changed).status_code == 204
    assert last_event(office)[1:] == (sanne.staff_id, {"label": ziek, "what": "coloured"})
    assert 'data-hue="14"' in sanne.get(f"/c/{conversation}").text
    same = sanne.post(f"/settings/labels/{loon}", {"name": "afwezig"}, part=False)
    assert same.status_code == 422
    assert sanne.post(f"/settings/labels/{ziek}/merge", {"into": ziek}).status_code == 422
    assert sanne.post(f"/settings/labels/{ziek}/merge", {"into": loon}).status_code == 204
    names = office.store.read(lambda conn: labels.names_on(conn, conversation))
    assert list(names) == ["Loon"]
    assert sanne.post(f"/settings/labels/{loon}/remove").status_code == 204
    assert office.count("label") == office.count("conversation_label") == 0


def test_a_label_of_all_branches_is_changed_by_who_works_in_all(
    office: Office, boss: Browser, sanne: Browser
) -> None:
    assert boss.post("/settings/labels", {"name": "Loon"}).status_code == 204
    label = office.store.read(lambda conn: conn.execute("SELECT id FROM label").fetchone()[0])
    assert "Loon" in sanne.get("/settings/labels").text
    assert sanne.post(f"/settings/labels/{label}", {"name": "Mijn"}).status_code == 404
    assert sanne.post(f"/settings/labels/{label}/remove").status_code == 404
    assert sanne.post("/settings/labels", {"name": "Van allen"}).status_code == 404


def test_a_view_is_renamed_shared_and_removed(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """One's own; a shared one of all branches only by its maker, and by who sees them all."""
    other = log_in(office, "Joris", role="staff", branch_id=tilburg.branch_id)

    def kept(name: str, branch_id: str | None) -> str:
        of = Author(staff_id=sanne.staff_id)
        return office.store.write(
            lambda tx: saved_views.add(
                tx, of, name=name, shared=False, filters={"state": "open"}, branch_id=branch_id
            )
        )

    def view(view_id: str) -> SavedView:
        of = Author(staff_id=sanne.staff_id)
        return office.store.read(lambda conn: saved_views.one(conn, _ALL, of, view_id))

    mine, wide = kept("Mijn", tilburg.branch_id), kept("Breed", None)
    assert "Mijn" not in other.get("/settings/views").text
    assert other.post(f"/settings/views/{mine}", {"name": "Ons"}).status_code == 404
    assert sanne.post(f"/settings/views/{mine}", {"name": "Ons", "shared": "true"}).is_success
    assert (view(mine).name, view(mine).shared) == ("Ons", True)
    assert last_event(office)[1] == sanne.staff_id
    assert "Ons" in other.get("/settings/views").text
    assert sanne.post(f"/settings/views/{wide}", {"name": "B", "shared": "true"}).status_code == 422
    assert sanne.post(f"/settings/views/{wide}", {"name": ""}).status_code == 422
    assert other.post(f"/settings/views/{mine}/remove").status_code == 204
    assert office.count("saved_view") == 1
    other.client.close()


def test_a_token_is_shown_once_and_says_when_it_was_used(
    office: Office, boss: Browser, tilburg: Desk, clock: ManualClock
) -> None:
    """Until it is revoked."""
    boss.post("/settings/look", {"language": "en"})
    form = {"name": "planning", "scope": ["lines:read"], "branch": tilburg.branch_id}
    page = send(boss, "/settings/tokens", form).text
    token = re.findall(r"balie_[\w-]+", page)[0]
    assert last_event(office)[:2] == (EventKind.TOKEN_ADDED, boss.staff_id)
    assert token not in boss.get("/settings/tokens").text
    assert "not used yet" in boss.get("/settings/tokens").text
    bearer = {"Authorization": f"Bearer {token}"}
    assert office.client.get("/api/v1/lines", headers=bearer).status_code == 200
    office.token()  # a write behind the note of its use
    assert "last used 09:30" in boss.get("/settings/tokens").text
    row = "SELECT id, used_ms FROM api_token ORDER BY id"
    token_id, used_ms = office.store.read(lambda conn: tuple(conn.execute(row).fetchone()))
    assert used_ms == clock.now_ms()
    key = re.findall(
        r"\b[0-9a-f]{64}\b", send(boss, f"/settings/tokens/{token_id}/rotate", {}).text
    )[0]
    assert last_event(office)[0] == EventKind.TOKEN_SIGNS_ANEW
    assert key not in boss.get("/settings/tokens").text
    for wanted, status in (("120", 204), ("many", 422), ("0", 422)):
        limit = {"per_minute": wanted}
        assert boss.post(f"/settings/tokens/{token_id}/limit", limit).status_code == status
    assert last_event(office)[0] == EventKind.TOKEN_LIMITED
    assert 'value="120"' in boss.get("/settings/tokens").text
    assert boss.post(f"/settings/tokens/{token_id}/revoke").status_code == 204
    assert last_event(office)[:2] == (EventKind.TOKEN_REVOKED, boss.staff_id)
    assert boss.post(f"/settings/tokens/{token_id}/revoke").status_code == 404


def test_a_token_needs_a_scope_and_a_branch_of_ones_own(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    head = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    for branch in ("", breda.branch_id):
        form = {"name": "x", "scope": ["lines:read"], "branch": branch}
        assert send(head, "/settings/tokens", form).status_code == 404
    form = {"name": "x", "branch": tilburg.branch_id}
    assert send(head, "/settings/tokens", form).status_code == 422
    foreign = office.token()
    for what in ("limit", "rotate", "revoke"):
        assert head.post(f"/settings/tokens/{foreign.id}/{what}").status_code == 404
    assert foreign.id not in head.get("/settings/tokens").text
    head.client.close()


def test_a_branch_is_renamed(office: Office, boss: Browser, tilburg: Desk, breda: Desk) -> None:
    """Every page says the new name; a taken one is refused, and the same one is no event."""
    path = f"/settings/branches/{tilburg.branch_id}/name"
    for wrong in (breda.branch, " "):
        assert boss.post(path, {"name": wrong}).status_code == 422
    assert boss.post(path, {"name": "Tilburg Noord"}).is_success
    told = (EventKind.BRANCH_CHANGED, boss.staff_id, {"fields": ["name"]})
    assert last_event(office) == told
    assert "Tilburg Noord" in boss.get("/inbox/all").text
    before = office.count("event")
    boss.post(path, {"name": "Tilburg Noord"})
    assert office.count("event") == before
