"""Saved views in the inbox: kept from what one looks at, listed, and opened by their address."""

import re

from appliance.api.web.pages.inbox import MOST_VIEWS
from appliance.clock import ManualClock
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import saved_views, staff
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office
from tests.api.test_groups import call

ENGLISH = {"Accept-Language": "en"}
ANNA, BRAM = "+31687654321", "+31687654322"


def kept(browser: Browser, **form: str) -> str:
    """The address of the view that this form makes."""
    answer = browser.post("/settings/views", form, part=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def people(page: str) -> list[str]:
    return re.findall('data-title="([^"]*)"', page.partition("</ol>")[0])


def test_what_one_looks_at_is_kept_and_opened_by_its_address(
    office: Office, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """The list of a number that waits; beside a conversation, and as a part, it is the same."""
    office.writes(ANNA, tilburg, name="Anna")
    office.writes(BRAM, breda, name="Bram")
    assert f"/settings/views/new?view=waiting&amp;line={tilburg.line_id}" in (
        sanne.get(f"/inbox/waiting?line={tilburg.line_id}").text
    )
    form = sanne.get(f"/settings/views/new?view=waiting&line={tilburg.line_id}", **ENGLISH).text
    assert re.search('name="waiting" value="true" checked', form)
    assert f'value="{tilburg.line_id}" selected' in form
    address = kept(sanne, name="Ziek", waiting="true", line=tilburg.line_id, sort="waiting")
    page = sanne.get(address, **ENGLISH).text
    assert '<h1 dir="auto">Ziek</h1>' in page
    assert people(page) == ["Anna"]
    (beside,) = re.findall('href="(/c/[^"]+)"', page)
    assert people(sanne.get(beside).text) == ["Anna"]
    assert people(sanne.get(f"/list?view={address.removeprefix('/inbox/')}").text) == ["Anna"]
    assert 'href="/settings/views#v-' in page


def test_a_view_follows_label_colleague_and_state(
    office: Office, clock: ManualClock, sanne: Browser, tilburg: Desk, planning: Caller
) -> None:
    """What becomes of the conversations is seen in it at once; a colleague who is gone has none."""
    for number, name in ((ANNA, "Anna"), (BRAM, "Bram")):
        office.writes(number, tilburg, name=name)
        clock.advance(s=60)
    ids = {
        each["contact"]["name"]: each["id"]
        for each in planning.get("/conversations").json()["items"]
    }
    sick = kept(sanne, name="Ziek", label="ziek")
    hers = kept(sanne, name="Van Sanne", assignee=sanne.staff_id, state="open")
    free = kept(sanne, name="Vrij", assignee="nobody", sort="waiting")
    gone = kept(sanne, name="Weg", assignee="Wie dan ook")
    assert people(sanne.get(sick).text) == []
    assert "Nothing is in this view now." in sanne.get(gone, **ENGLISH).text
    assert "names a colleague who is not here any more" in sanne.get(gone, **ENGLISH).text
    assert people(sanne.get(free).text) == ["Anna", "Bram"]
    sanne.post(f"/c/{ids['Anna']}/case", {"do": "claim"})
    sanne.post(f"/c/{ids['Bram']}/case", {"do": "labels", "new_label": "ziek"})
    assert people(sanne.get(sick).text) == ["Bram"]
    assert people(sanne.get(hers).text) == ["Anna"]
    assert people(sanne.get(free).text) == ["Bram"]


def test_a_shared_view_is_among_its_branchs_views(
    office: Office, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """One's own is nobody else's, and a branch that one does not see is no choice."""
    joris = log_in(office, "Joris", role="staff", branch_id=tilburg.branch_id)
    bas = log_in(office, "Bas", role="staff", branch_id=breda.branch_id)
    own = kept(sanne, name="Van mij")
    shared = kept(sanne, name="Van ons", shared=tilburg.branch_id)
    for browser, sees in ((sanne, [own, shared]), (joris, [shared]), (bas, [])):
        shown = browser.get("/inbox/all").text
        assert [each for each in (own, shared) if f'href="{each}"' in shown] == sees
        assert [browser.get(each).status_code == 200 for each in (own, shared)] == [
            each in sees for each in (own, shared)
        ]
    for wrong in (breda.branch_id, "all", "elsewhere"):
        assert sanne.post("/settings/views", {"name": "x", "shared": wrong}).status_code == 422
    nameless = sanne.post("/settings/views", {"name": " ", "sort": "waiting"})
    assert (nameless.status_code, 'value="waiting" selected' in nameless.text) == (422, True)
    for each in (joris, bas):
        each.client.close()


def test_a_search_is_kept_among_the_views(sanne: Browser, tilburg: Desk) -> None:
    """It opens the page of the search, by its own address, too."""
    assert "/settings/views/new?q=ziek%20%26%20zo" in sanne.get("/search?q=ziek+%26+zo").text
    assert 'value="ziek &amp; zo"' in sanne.get("/settings/views/new?q=ziek+%26+zo").text
    kept(sanne, name="Zoek", q="ziek & zo")
    assert 'href="/search?q=ziek%20%26%20zo"' in sanne.get("/").text
    (view_id,) = re.findall('id="v-([^"]+)"', sanne.get("/settings/views").text)
    assert sanne.get(f"/inbox/{view_id}").headers["location"] == "/search?q=ziek+%26+zo"


def test_an_address_of_no_view_is_no_page(sanne: Browser) -> None:
    assert sanne.get("/inbox/01977d2e-7c10-73dc-95fd-e6e98a3b4c51").status_code == 404


def test_a_view_that_is_gone_leaves_what_stands_beside_it(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """The conversation and the list show all instead, and addresses from there name no view."""
    office.writes(ANNA, tilburg, name="Anna")
    bram = log_in(office, "Bram", role="staff", branch_id=tilburg.branch_id)
    address = kept(sanne, name="Van ons", shared=tilburg.branch_id, assignee="nobody")
    view_id = address.removeprefix("/inbox/")
    (beside,) = re.findall('href="(/c/[^"]+)"', bram.get(address).text)
    assert "Van ons" in bram.get(beside).text
    sanne.post(f"/settings/views/{view_id}", {"name": "Van ons"})
    for page in (
        bram.get(beside),
        bram.get(f"/list?view={view_id}"),
        bram.get(f"/new?view={view_id}"),
    ):
        assert page.status_code == 200
        assert (people(page.text), view_id in page.text) == (["Anna"], False)
    chosen = bram.get(f"/list?view={view_id}&chosen=1")
    assert chosen.headers["HX-Replace-Url"] == "/inbox/all"
    assert bram.get(address).status_code == 404
    bram.client.close()


def test_one_of_very_many_views_opens(office: Office, sanne: Browser, tilburg: Desk) -> None:
    """It stands among the views of the inbox, which are no more than the first but for it."""

    def keep(tx: Tx, name: str) -> str:
        me = Author(staff_id=sanne.staff_id)
        return saved_views.add(tx, me, name=name, shared=False, filters={}, branch_id=None)

    names = [f"Ziek {at}" for at in range(MOST_VIEWS + 1)]
    view_id = office.store.write(lambda tx: [keep(tx, each) for each in names])[-1]
    page = sanne.get(f"/inbox/{view_id}").text
    assert f'<h1 dir="auto">{names[-1]}</h1>' in page
    assert f'href="/inbox/{view_id}"' in page


def test_a_view_of_a_program_follows_a_colleague_to_another_name(
    office: Office, sanne: Browser, tilburg: Desk, planning: Caller
) -> None:
    """The program is given the name, as it gave one; who is let go is said to be gone."""
    office.writes(ANNA, tilburg, name="Anna")
    (one,) = planning.get("/conversations").json()["items"]
    body = {"name": "Van Joris", "shared": True, "filter": {"assignee": "joris", "sort": "recent"}}
    joris = log_in(office, "Joris", role="staff", branch_id=tilburg.branch_id)
    joris.post(f"/c/{one['id']}/case", {"do": "claim"})
    made = call(planning, "POST", "/views", body)
    assert (made.status_code, made.json()["filter"]) == (201, body["filter"])
    address = f"/inbox/{made.json()['id']}"
    assert people(sanne.get(address).text) == ["Anna"]
    office.store.write(lambda tx: staff.rename(tx, joris.staff_id, "Joris Bos"))
    assert people(sanne.get(address).text) == ["Anna"]
    (view,) = planning.get("/views").json()["items"]
    assert view["filter"] == {"assignee": "Joris Bos", "sort": "recent"}
    office.store.write(lambda tx: staff.disable(tx, joris.staff_id))
    assert "noemt een collega die hier niet meer is" in sanne.get(address).text
    joris.client.close()
