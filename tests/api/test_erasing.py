"""A person is erased by the API and by an officer's page; both tell how far it is."""

from collections.abc import Iterator

import httpx
import pytest

from appliance.box.copy_codes import CopyPlace
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.desk.contacts import joining
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import job
from appliance.identities import tel
from appliance.store import contacts, copy_places, import_folders
from appliance.store.copy_places import NewCopy
from appliance.store.import_folders import ImportedRow, ImportState, RunEnd
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.full_person import fill
from tests.api.office import Caller, Desk, Office
from tests.api.person_rows import ANNA, FullPerson

STRANGER = "+31687650000"
ERASE = {"reason": "She asked by letter", "typed": "ERASE"}


@pytest.fixture
def anna(office: Office, tilburg: Desk) -> FullPerson:
    return fill(office, tilburg)


@pytest.fixture
def officer(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Olga", role="privacy", branch_id=None)
    browser.client.headers["Accept-Language"] = "nl"
    yield browser
    browser.client.close()


def erase(caller: Caller, contact: str, body: object = ERASE, **query: str) -> httpx.Response:
    path = f"/api/v1/contacts/{contact}/erase"
    return caller.client.post(path, json=body, params=query, headers=caller.headers)


def finish(office: Office) -> None:
    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'failed' WHERE state IN ('sending', 'unconfirmed')"
        )
    )
    while job.go_on(office.store):
        pass


def test_a_person_is_erased_by_the_api(office: Office, planning: Caller, anna: FullPerson) -> None:
    """A dry run counts, a wrong word is told, and at the end the person is not there any more."""
    seen = erase(planning, ANNA, {}, dry_run="true")
    assert (seen.status_code, seen.json()["counts"]["messages"] > 0) == (200, True)
    wrong = erase(planning, ANNA, {**ERASE, "typed": "erase"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "typed")
    asked = erase(planning, ANNA)
    assert (asked.status_code, set(asked.json())) == (202, {"id", "state", "counts"})
    assert asked.json()["counts"] == seen.json()["counts"]
    assert erase(planning, anna.contact).json()["id"] == asked.json()["id"]
    finish(office)
    told = planning.get(f"/erasures/{asked.json()['id']}").json()
    assert (told["state"], told["left"]) == ("complete", 0)
    assert planning.get(f"/contacts/{anna.contact}").status_code == 404
    assert planning.get(f"/contacts/{ANNA}").status_code == 404
    for path in ("/contacts", "/conversations", "/messages", "/calls", "/groups", "/lists"):
        said = planning.get(path).text.replace(f"gm-{ANNA}", "an id of the test's")
        assert ANNA not in said, (path, said[max(0, said.find(ANNA) - 300) : said.find(ANNA) + 60])
    assert erase(planning, anna.contact).status_code == 404


def test_only_who_guards_all_that_know_a_person_erases_them(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    """Another scope is not enough, one branch of two neither, and a stranger's is not there."""
    office.writes(ANNA, tilburg)
    assert erase(office.caller(ALL_SCOPES - {Scope.PRIVACY_WRITE}), ANNA).status_code == 403
    of_tilburg = office.caller(branch_id=tilburg.branch_id)
    assert erase(office.caller(branch_id=breda.branch_id), ANNA).status_code == 404
    office.writes(ANNA, breda)
    refused = erase(of_tilburg, ANNA)
    assert (refused.status_code, refused.json()["code"]) == (409, "of-other-branches")
    assert erase(of_tilburg, ANNA, {}, dry_run="true").status_code == 409
    assert erase(office.caller(), ANNA).status_code == 202


def test_each_place_that_still_holds_them_is_named(
    office: Office, officer: Browser, planning: Caller, anna: FullPerson
) -> None:
    """Copies on the stick and the server, and files of people that were taken in."""
    row = ImportedRow(row=2, verdict="new", reason="", what="", contact_id=anna.contact)

    def fill_places(tx: Tx) -> None:
        copy_places.begin(tx, CopyPlace.SFTP)
        for place in (CopyPlace.BOX, CopyPlace.STICK):
            new = NewCopy(name="c.db.zst.age", made_ms=tx.now_ms, bytes=9, sha256=None, kept=3)
            copy_places.came(tx, place, new)
        folder = import_folders.add_folder(
            tx, "hr/week", branch_id=None, most_percent=10, staff_id=None
        )
        for file, rows in (("mensen.csv", [row]), ("anderen.csv", [])):
            run = import_folders.begin_run(tx, folder, file, b"d", why="", counts={})
            import_folders.end_run(tx, run, RunEnd(state=ImportState.DONE, rows=rows))

    office.store.write(fill_places)
    seen = erase(planning, ANNA, {}, dry_run="true").json()
    assert [(each["place"], each["kept"]) for each in seen["away"]] == [("stick", 3)]
    assert [(each["folder"], each["file"]) for each in seen["files"]] == [("hr/week", "mensen.csv")]
    page = officer.get(f"/privacy/people/{anna.contact}/erase").text
    assert "Stick BALIE-BACKUP: 3 kopieën daar, de nieuwste van 2 maart" in page
    assert "hr/week/done/…-mensen.csv" in page
    assert "anderen.csv" not in page


def test_a_request_ends_as_erased_only_when_the_person_is(
    office: Office, tilburg: Desk, officer: Browser
) -> None:
    """The erasure stands among its steps, also where she was joined into another card since."""
    anna, other = office.store.write(
        lambda tx: [contacts.ensure(tx, tel(number)) for number in (ANNA, STRANGER)]
    )
    asked = {"contact": other, "kind": "erasure", "asked_by": "Anna", "asked_how": "mail"}
    form = {**asked, "asked_on": "2026-03-02", "branch": tilburg.branch_id}
    taken = officer.post("/privacy/requests/new", form, part=False)
    address, done = str(taken.headers["location"]), {"outcome": "erased"}
    by = Author(rule="test")
    office.store.write(lambda tx: joining.join_by(tx, anna, other, by))
    refused = officer.post(f"{address}/done", done, part=False)
    assert (refused.status_code, "nog niemand gewist" in refused.text) == (409, True)
    wish = {"reason": "brief", "typed": "ERASE"}
    officer.post(f"/privacy/people/{anna}/erase", wish, part=False)
    assert officer.post(f"{address}/done", done, part=False).status_code == 409
    finish(office)
    assert "<strong>Olga</strong> wiste" in officer.get(address).text
    assert officer.post(f"{address}/done", done).status_code == 204


def test_an_officer_erases_a_person_on_a_page(
    office: Office, officer: Browser, anna: FullPerson
) -> None:
    """The page says what goes and what stays, asks for the word, and then how far it is."""
    base = f"/privacy/people/{anna.contact}/erase"
    page = officer.get(base).text
    assert "Dit verdwijnt" in page
    assert "Typ ERASE" in page
    wrong = officer.post(base, {"reason": "brief", "typed": "wis"}, part=False)
    assert wrong.status_code == 422
    assert "hoofdletters" in wrong.text
    done = officer.post(base, {"reason": "brief", "typed": "ERASE"}, part=False)
    address = str(done.headers["location"])
    assert "Wacht op" in officer.get(address).text
    finish(office)
    assert "Klaar" in officer.get(address).text
    assert officer.get(f"/people/{anna.contact}").status_code == 404
    colleague = log_in(office, "Kees", role="staff", branch_id=None)
    assert colleague.get(base).status_code == 404
    assert colleague.get(address).status_code == 404
    colleague.client.close()
