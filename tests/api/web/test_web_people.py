"""The pages of people: the table, the page of one, and what is changed there."""

import json
import re
import sqlite3
from collections.abc import Iterator
from functools import partial
from html import unescape

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import person, table
from appliance.desk.contacts.table import PeopleSort, TableAsked
from appliance.desk.search import following
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.web.people_pages import ANNA, BRAM, ENGLISH, NEW, contact, send


def proofs(office: Office, contact_id: str) -> list[str]:
    """The rows of the ledger that the page shows, the newest first."""
    every = Sight(None)
    found = office.store.read(lambda conn: person.person(conn, every, every, contact_id))
    return [each.kind.value for each in found.proofs]


def order(page: str, *names: str) -> list[str]:
    return sorted(names, key=page.index)


def test_the_table_has_everybody_in_sight(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """By name, with a chosen name marked as theirs; nobody of another branch."""
    office.writes(ANNA, tilburg, name="Zoë")
    office.writes(NEW, breda, name="Van Breda")
    send(
        sanne,
        "/people/new",
        office_name="Özlem Çelik",
        number="06 87654322",
        personnel_number="PX-7",
        branch=tilburg.branch_id,
    )
    page = sanne.get("/people", **ENGLISH).text
    assert order(page, ">Zoë<", "Özlem Çelik") == ["Özlem Çelik", ">Zoë<"]
    assert 'class="theirs"' in page
    assert "PX-7" in page
    assert "+31 6 87654322" in page
    assert "has not written yet" in page
    assert "may be written to" in page
    assert "Van Breda" not in page
    recent = sanne.get("/people?sort=recent", **ENGLISH).text
    assert ">Zoë<" in recent
    assert "Özlem" not in recent
    while following.catch_up(office.store):
        pass
    found = sanne.get("/people?q=celik", **ENGLISH).text
    assert "Özlem" in found
    assert "Zoë" not in found


def test_what_the_page_of_a_person_changes(office: Office, tilburg: Desk, sanne: Browser) -> None:
    """The card, the numbers and the block; something wrong changes nothing and says why."""
    office.writes(ANNA, tilburg, name="Annie")
    anna = f"/people/{contact(office, ANNA)}"
    saved = send(
        sanne,
        anna,
        office_name="Anna de Wit",
        personnel_number="PX-4471",
        state="placed",
        notes="Belt liever",
        field_name=["Shirt"],
        field_text=["XL"],
    )
    assert (saved.status_code, saved.headers["location"]) == (303, f"{anna}?saved=1")
    page = sanne.get(anna, **ENGLISH).text
    for said in ("Anna de Wit", "Calls themself ~Annie", "PX-4471", "Belt liever", "XL", "At work"):
        assert said in page, said
    assert "changed: name at the office, personnel number, state, own fields, notes" in page
    wrong = send(sanne, f"{anna}/numbers", number=["12"])
    assert wrong.status_code == 422
    send(sanne, f"{anna}/numbers", number=["06 87654323"])
    assert contact(office, NEW) == anna.removeprefix("/people/")
    send(sanne, f"{anna}/block", blocked="true")
    assert "nothing is written to this person" in sanne.get(anna, **ENGLISH).text


def drawn(page: str) -> list[str]:
    """What the forms of the card and of the numbers showed, in this order."""
    return [unescape(each) for each in re.findall(r'name="was" value="([^"]*)"', page)]


def test_what_a_colleague_changed_meanwhile_stays(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """A form that was drawn before writes only what somebody changed in it."""
    office.writes(ANNA, tilburg)
    anna = contact(office, ANNA)
    for name in ("ziek", "heftruck"):
        planning.client.post("/api/v1/labels", json={"name": name}, headers=planning.headers)
    put = partial(planning.client.patch, f"/api/v1/contacts/{anna}", headers=planning.headers)
    put(json={"notes": "Belt liever\nna zes", "fields": {"Shirt": "L"}, "labels": ["ziek"]})
    card, numbers = drawn(sanne.get(f"/people/{anna}").text)
    labels = json.loads(card)["labels"]
    put(
        json={
            "state": "placed",
            "personnel_number": "PX-7",
            "fields": {"Shirt": "XL", "Maat": "44"},
            "labels": ["ziek", "heftruck"],
            "numbers": [ANNA, BRAM],
        }
    )
    form: dict[str, str | list[str]] = {
        "office_name": "Anna",
        "personnel_number": "",
        "state": "self",
        "notes": "Belt liever\r\nna zes",
        "label": [],
        "field_name": ["Shirt", ""],
        "field_text": ["L", ""],
    }
    send(sanne, f"/people/{anna}", was=card, **form)
    now = planning.get(f"/contacts/{anna}").json()
    assert (now["office_name"], now["personnel_number"], now["state"]) == ("Anna", "PX-7", "placed")
    assert (now["fields"], now["labels"]) == ({"Shirt": "XL", "Maat": "44"}, ["heftruck"])
    assert len(labels) == 1
    send(sanne, f"/people/{anna}/numbers", was=numbers, number=["", "06 87654323"])
    now = planning.get(f"/contacts/{anna}").json()
    assert {each["number"] for each in now["numbers"]} == {BRAM, NEW}
    for wrong in ("{", "[]"):
        refused = send(sanne, f"/people/{anna}", was=wrong, **form)
        assert refused.status_code == 422
        assert "The page was too old" in refused.text


def test_the_card_beside_a_thread_changes_only_what_it_says_otherwise(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """A name is written beside the personnel number that a colleague has given meanwhile."""
    office.writes(ANNA, tilburg)
    thread = planning.get("/conversations", contact=ANNA).json()["items"][0]["id"]
    headers = {**ENGLISH, "HX-Request": "true"}
    card = sanne.get(f"/c/{thread}/contact", **headers).text
    shown = dict(re.findall(r'name="(was_\w+)" value="([^"]*)"', card))
    assert shown == {"was_name": "", "was_personnel_number": ""}
    body = {"personnel_number": "PX-7"}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    send(sanne, f"/c/{thread}/contact", **shown, office_name="Anna", personnel_number="")
    now = planning.get(f"/contacts/{ANNA}").json()
    assert (now["office_name"], now["personnel_number"]) == ("Anna", "PX-7")


def test_the_card_beside_a_thread_says_what_the_office_keeps(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser, planning: Caller
) -> None:
    """Labels, own fields and notes as far as one sees them, and the way to all of it."""
    for desk in (tilburg, breda):
        office.writes(ANNA, desk)
    anna, headers = contact(office, ANNA), {**ENGLISH, "HX-Request": "true"}
    card = (
        f"/c/{planning.get('/conversations', line=tilburg.number).json()['items'][0]['id']}/contact"
    )
    bea = log_in(office, "Bea", role="staff", branch_id=breda.branch_id)
    before, _ = drawn(bea.get(f"/people/{anna}").text)
    send(bea, f"/people/{anna}", was=before, state="self", notes="Alleen in Breda")
    bea.client.close()
    assert "What the office keeps" not in sanne.get(card, **headers).text
    planning.client.post("/api/v1/labels", json={"name": "heftruck"}, headers=planning.headers)
    body = {"notes": "Van ons allemaal", "fields": {"Shirt": "XL"}, "labels": ["heftruck"]}
    planning.client.patch(f"/api/v1/contacts/{anna}", json=body, headers=planning.headers)
    shown = unescape(re.sub("<[^>]+>", " ", sanne.get(card, **headers).text))
    for said in ("heftruck", "Shirt", "XL"):
        assert said in shown, said
    assert shown.count("Van ons allemaal") == 1
    assert "Alleen in Breda" not in shown
    assert f'href="/people/{anna}"' in sanne.get(card, **headers).text


def test_a_note_of_the_company_is_copied_by_nobody(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Who saves another part of the card leaves it where it is, for all branches."""
    office.writes(ANNA, tilburg)
    anna = contact(office, ANNA)
    body = {"notes": "Van ons allemaal"}
    planning.client.patch(f"/api/v1/contacts/{anna}", json=body, headers=planning.headers)
    here = log_in(office, "Bea", role="staff", branch_id=tilburg.branch_id)
    card, _ = drawn(here.get(f"/people/{anna}").text)
    send(here, f"/people/{anna}", was=card, office_name="Anna", state="self", notes=body["notes"])
    assert office.count("contact_note") == 1
    here.client.close()


def test_who_also_sends_under_a_word_keeps_it(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """No telephone number is asked for in its place, and the numbers beside it may change."""
    office.writes(ANNA, tilburg)
    office.writes("KPN", tilburg)
    anna = contact(office, ANNA)
    send(sanne, f"/people/{anna}/join", other=contact(office, "KPN"))
    page = sanne.get(f"/people/{anna}").text
    assert "KPN" in page
    fields = re.findall(r'name="number"\s+value="([^"]*)"\s+type="tel"', page)
    assert fields == ["+31 6 87654321"]
    send(sanne, f"/people/{anna}/numbers", was=drawn(page)[1], number=[*fields, BRAM])
    now = planning.get(f"/contacts/{anna}").json()["numbers"]
    assert {each["number"] for each in now} == {ANNA, BRAM, "KPN"}


def test_two_contacts_are_joined_and_parted_on_the_page(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """The other one is found there, and *Undo* takes it back."""
    office.writes(ANNA, tilburg, name="Anna")
    office.writes(BRAM, tilburg, name="Bram")
    while following.catch_up(office.store):
        pass
    anna, bram = contact(office, ANNA), contact(office, BRAM)
    assert bram in sanne.get(f"/people/{anna}?join=bram").text
    send(sanne, f"/people/{anna}/join", other=bram)
    assert contact(office, BRAM) == anna
    page = sanne.get(f"/people/{anna}", **ENGLISH).text
    assert "Joined with Bram" in page
    send(sanne, f"/people/{anna}/undo", other=bram)
    assert contact(office, BRAM) == bram
    again = send(sanne, f"/people/{anna}/undo", other=bram)
    assert again.status_code == 422
    assert "cannot be undone any more" in again.text


def test_a_new_number_under_a_known_name_is_a_warning(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """In its thread and on its page, until somebody says that they are two people."""
    office.writes(ANNA, tilburg, name="Annie")
    body = {"office_name": "Anna de Wit"}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    office.writes(BRAM, tilburg, "Mijn rekening is veranderd", name="anna de wit")
    impostor = contact(office, BRAM)
    page = sanne.get(f"/people/{impostor}", **ENGLISH).text
    assert "You know somebody else under this name, with the number +31 6 87654321." in page
    thread = planning.get("/conversations", contact=BRAM).json()["items"][0]["id"]
    assert "You know somebody else under this name" in sanne.get(f"/c/{thread}", **ENGLISH).text
    send(sanne, f"/people/{impostor}/apart", other=contact(office, ANNA))
    page = sanne.get(f"/people/{impostor}", **ENGLISH).text
    assert "You know somebody else" not in page
    assert "changed: two people of one name" in page
    send(sanne, f"/people/{impostor}/apart", other=contact(office, ANNA))
    for each in (BRAM, ANNA):
        history = planning.get(f"/contacts/{each}/history").json()["items"]
        assert [entry["fields"] for entry in history].count(["apart"]) == 1


@pytest.fixture
def reader(office: Office, breda: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Bea", role="staff", branch_id=breda.branch_id)
    yield browser
    browser.client.close()


def test_another_branch_s_person_is_not_there(
    office: Office, tilburg: Desk, reader: Browser
) -> None:
    """Neither to read nor to change."""
    office.writes(ANNA, tilburg)
    anna = f"/people/{contact(office, ANNA)}"
    assert reader.get(anna).status_code == 404
    assert send(reader, anna, office_name="x").status_code == 404
    assert send(reader, f"{anna}/block", blocked="true").status_code == 404
    wrong = send(reader, "/people/new", office_name="x", number=BRAM, branch=tilburg.branch_id)
    assert wrong.status_code == 404


def test_the_name_of_somebody_out_of_sight_is_in_no_undo(
    office: Office, tilburg: Desk, breda: Desk, reader: Browser
) -> None:
    """Whoever sees the person under one branch is not told whom another branch joined."""
    office.writes(ANNA, breda, name="Anna")
    office.writes(BRAM, tilburg, name="Bram")
    office.writes(BRAM, breda)
    anna, bram = contact(office, ANNA), contact(office, BRAM)
    boss = log_in(office, "Baas", role="lead", branch_id=None)
    send(boss, f"/people/{anna}/join", other=bram)
    assert "Joined with Bram" in boss.get(f"/people/{anna}", **ENGLISH).text
    assert "Joined with" not in reader.get(f"/people/{anna}", **ENGLISH).text
    assert send(reader, f"/people/{anna}/undo", other=bram).status_code == 422
    boss.client.close()


@pytest.mark.parametrize("few", [5_000, 0])
@pytest.mark.parametrize("sort", PeopleSort)
def test_pages_hold_everybody_once(
    office: Office,
    tilburg: Desk,
    breda: Desk,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    sort: PeopleSort,
) -> None:
    """Whoever asks, in whichever way their people are found."""
    monkeypatch.setattr(table, "FEW", few)
    for place in range(7):
        office.writes(f"+3168765440{place}", tilburg, name=f"Naam {place % 3}")
        if place % 2:
            office.writes(f"+3168765440{place}", breda)
    for sight in (Sight(None), Sight(frozenset({tilburg.branch_id}))):
        seen, after = list[str](), ""
        while True:
            asked = TableAsked(sort=sort, after=after, limit=2)
            page = office.store.read(lambda conn, a=asked, s=sight: table.page(conn, s, a))  # type: ignore[misc]
            seen += [each.id for each in page.rows]
            if page.next is None:
                break
            after = page.next
        assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("sees", ["everything", "one branch"])
@pytest.mark.parametrize("sort", PeopleSort)
def test_the_table_begins_in_an_index(
    office: Office, tilburg: Desk, monkeypatch: pytest.MonkeyPatch, sees: str, sort: PeopleSort
) -> None:
    """No statement of it reads a table of people or conversations from end to end."""
    monkeypatch.setattr(table, "FEW", 0)
    office.writes(ANNA, tilburg)
    sight = Sight(None if sees == "everything" else frozenset({tilburg.branch_id}))

    def plans(conn: sqlite3.Connection) -> list[str]:
        seen: set[str] = set()
        conn.set_trace_callback(seen.add)
        for asked in (TableAsked(sort=sort), TableAsked(sort=sort, after=contact_id)):
            table.page(conn, sight, asked)
        conn.set_trace_callback(None)
        return [
            row["detail"]
            for each in seen
            if not each.startswith("--")
            for row in conn.execute(f"EXPLAIN QUERY PLAN {each}")
        ]

    contact_id = contact(office, ANNA)
    found = office.store.read(plans)
    for name in ("contact", "k", "c", "conversation", "n", "contact_identity", "e", "message"):
        assert not [each for each in found if each.split()[:2] == ["SCAN", name]], found


def test_what_the_one_before_said_proves_nothing(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """On the page of whoever has the number next only what it withdrew is shown."""
    for text in ("Hoi", "STOP"):
        office.writes(ANNA, tilburg, text)
    anna = contact(office, ANNA)
    assert proofs(office, anna) == ["opted_out", "wrote_first"]
    url, headers = "/api/v1/contacts", planning.headers
    planning.client.patch(f"{url}/{anna}", json={"numbers": ["+31687654999"]}, headers=headers)
    planning.client.post(url, json={"name": "Bob", "numbers": [ANNA]}, headers=headers)
    assert set(proofs(office, contact(office, ANNA))) == {"opted_out"}


def test_who_wrote_by_themself_is_proposed_to_a_person(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller
) -> None:
    """By name and by the personnel number that they wrote; who writes from another number already
    is a double registration. A colleague decides, and nobody asks again.
    """
    anna = {"office_name": "Anna de Wit", "personnel_number": "PX-4471", "numbers": [BRAM]}
    body = anna | {"branch": tilburg.branch_id}
    planning.client.post("/api/v1/contacts", json=body, headers=planning.headers)
    office.writes(ANNA, tilburg, "Hoi, mijn nummer is px-4471.", name="anna de wit")
    office.writes(NEW, tilburg, name="Vreemd")
    known, found = contact(office, BRAM), contact(office, ANNA)
    page = sanne.get("/people/unknown", **ENGLISH).text
    assert "they wrote this personnel number, they have this name" in page
    assert "Double registration" not in page
    assert order(page, "Vreemd", "anna de wit") == ["Vreemd", "anna de wit"]
    office.writes(BRAM, tilburg)
    assert "Double registration" in sanne.get("/people/unknown", **ENGLISH).text
    apart = send(sanne, f"/people/{found}/apart", other=known, back="unknown")
    assert apart.headers["location"] == "/people/unknown?saved=1"
    assert "they have this name" not in sanne.get("/people/unknown", **ENGLISH).text
    send(sanne, f"/people/{known}/join", other=found, back="unknown")
    assert contact(office, ANNA) == known
    assert "anna de wit" not in sanne.get("/people/unknown", **ENGLISH).text
