"""What the command bar offers: every page that one may use, and no other."""

import re
from html import unescape

import pytest

from appliance.api.web.pages.command_bar_ways import ways
from appliance.api.web.routes import router
from appliance.api.web.words.i18n import Words
from appliance.desk.access.rights import ROLES, rights_of
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.outgoing.sending import Author
from appliance.desk.search import following
from appliance.identities import tel
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

ENGLISH = {"Accept-Language": "en"}
_ROOMS = re.compile(r'<nav class="(?:rooms|overview-tabs)".*?</nav>', re.DOTALL)
_LINK = re.compile(r'<a href="([^"?]+)"')
COMPANY = ("admin", "privacy")
"""Of every branch; the others are of one."""


@pytest.mark.parametrize("role", sorted(ROLES))
def test_it_offers_what_one_may_open_and_all_that_the_pages_do(
    office: Office, tilburg: Desk, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """Each page is there for who is offered it, under its name; what stands beside the settings is
    offered, too.
    """
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # no phone is looked for
    branch_id = None if role in COMPANY else tilburg.branch_id
    browser = log_in(office, "Noor", role=role, branch_id=branch_id)
    rights = office.store.read(lambda conn: rights_of(conn, browser.staff_id))
    every = [each for each in ways(Words("en"), rights) if each.href != "/boxes"]
    assert all(router.has(each.page) for each in every)
    offered = {each.href: each.name for each in every}
    for href, name in offered.items():
        answer = browser.get(href, **ENGLISH)
        assert answer.status_code == 200, href
        assert name in unescape(answer.text), href
    pages = ["/me", *(page for page in ("/privacy", "/overview") if page in offered)]
    beside = {
        link
        for page in pages
        for rooms in _ROOMS.findall(browser.get(page).text)
        for link in _LINK.findall(rooms)
    }
    assert beside <= set(offered)
    typed = browser.get("/command-bar?q=set", **ENGLISH).text
    assert ('data-href="/devices/enrol"' in typed) == ("/devices/enrol" in offered)
    browser.client.close()


def test_somebody_who_never_wrote_is_found_and_leads_to_their_page(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """In the branch that entered them, and not in another one."""
    change = ContactChange(
        given=frozenset({"numbers", "office_name"}),
        office_name="Ilse Nooitgeschreven",
        numbers=[tel("+31687654388")],
    )
    who = Changer(by=Author(staff_id=sanne.staff_id), sight=Sight(None))
    ilse = office.store.write(
        lambda tx: changing.enter(tx, change, who, branch_id=tilburg.branch_id)
    )
    while following.catch_up(office.store):
        pass
    loes = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    for page in ("/command-bar?q=ilse", "/search?q=ilse"):
        assert f'href="/people/{ilse}"' in sanne.get(page, **ENGLISH).text, page
        assert "Nooitgeschreven" not in loes.get(page, **ENGLISH).text, page
    assert sanne.get(f"/people/{ilse}").status_code == 200
    loes.client.close()
