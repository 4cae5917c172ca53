"""Accounts at a provider as a colleague's page has them, and what they end."""

import re
from typing import Any

import pytest

from appliance.desk.access import sessions
from appliance.desk.team import accounts, staff
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.store import events
from tests.api.browser import Browser, log_in
from tests.api.office import Office
from tests.api.oidc_office import MAIL, PROVEN, connected, is_in, last_facts, tried
from tests.api.own_provider import (
    OwnProvider,
)


def test_a_colleagues_page_has_the_address(office: Office, provider: OwnProvider) -> None:
    """No two have one; another address ends what the account of the old one opened."""
    boss: Browser = log_in(office, "Marit", role="admin", branch_id=None)
    noor, jo = office.store.write(
        lambda tx: [staff.add(tx, name, role="staff", branch_id=None) for name in ("Noor", "Jo")]
    )
    page = f"/settings/team/{noor}"
    assert boss.post(f"{page}/email", {"email": MAIL}).status_code == 204
    assert f'value="{MAIL}"' in boss.get(page).text
    facts = last_facts(office, EventKind.STAFF_CHANGED)
    assert facts == {"changed": "email", "by": boss.staff_id}
    for email in ("noor", "a b@c", "x" * 250 + "@example.com"):
        assert boss.post(f"{page}/email", {"email": email}).status_code == 422
    assert boss.post(f"/settings/team/{jo}/email", {"email": MAIL.upper()}).status_code == 422
    provider.claims = PROVEN
    assert tried(office, provider).status_code == 303
    assert "Gekoppeld" in boss.get(page).text
    assert boss.post(f"{page}/email", {"email": MAIL.upper()}).status_code == 204
    assert is_in(office)
    assert "Gekoppeld" in boss.get(page).text
    assert boss.post(f"{page}/email", {"email": "noor@nieuw.example"}).status_code == 204
    assert not is_in(office)
    assert tried(office, provider).status_code == 403
    boss.client.close()


def test_the_page_has_one_button_to_log_in_with(office: Office, provider: OwnProvider) -> None:
    """That of the password: the provider's entry is a link, and a passkey is used."""
    office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
    page = office.client.get("/login", headers={"Accept-Language": "en"}).text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page)
    assert [each.strip() for each in buttons if "log in" in each.lower()] == ["Log in"]
    assert "Use a passkey" in buttons
    assert re.search(r'<a class="button"[^>]*>\s*Log in with Testbedrijf\s*</a>', page)


def test_who_comes_in_by_an_account_counts_as_an_administrator(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """Somebody with a password may go, because the one with the account is left; then that one may
    not go for somebody who was only invited.
    """

    def prepare(tx: Any) -> str:
        staff.give_role(tx, noor, "admin", None)
        accounts.set_email(tx, noor, MAIL)
        by_password = staff.add(tx, "Marit", role="admin", branch_id=None)
        staff.set_password(tx, by_password, "a hash")
        staff.add(tx, "Invited", role="admin", branch_id=None)
        return by_password

    by_password = office.store.write(prepare)
    provider.claims = PROVEN
    assert tried(office, provider).status_code == 303
    office.store.write(lambda tx: staff.disable(tx, by_password))
    with pytest.raises(Refused):
        office.store.write(lambda tx: staff.disable(tx, noor))


def test_an_address_does_not_come_along_to_more_rights(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """Whoever wrote it for fewer rights may have written their own; a bound account stays, and the
    page says so.
    """
    assert office.store.read(lambda conn: accounts.email_of(conn, noor)) == MAIL
    office.store.write(lambda tx: staff.give_role(tx, noor, "lead", None, by_staff_id="x"))
    found = office.store.read(lambda conn: events.after(conn, 0, limit=1000))
    changes = [each.facts for each in found if each.kind is EventKind.STAFF_CHANGED]
    assert {"changed": "email", "by": "x"} in changes
    provider.claims = PROVEN
    assert tried(office, provider).status_code == 403

    office.store.write(lambda tx: accounts.set_email(tx, noor, MAIL))
    assert tried(office, provider).status_code == 303
    office.store.write(lambda tx: staff.give_role(tx, noor, "privacy", None))
    assert tried(office, provider).status_code == 303
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    assert "Een gekoppeld account of een passkey laat" in boss.get(f"/settings/team/{noor}").text
    boss.client.close()


def test_an_account_in_the_place_of_a_password_ends_what_was_before(
    office: Office, provider: OwnProvider
) -> None:
    """Whoever knew the password, or still has a browser that is in, is out; also where the account
    was connected before.
    """
    jo = log_in(office, "Jo", role="staff", branch_id=None)
    for _ in range(2):
        office.store.write(lambda tx: staff.set_password(tx, jo.staff_id, "a hash"))
        before = office.store.write(lambda tx: sessions.begin(tx, jo.staff_id))
        jo.client.cookies.set("balie_session", before.token)
        assert jo.get("/me").status_code == 200
        assert connected(office, provider, jo.staff_id).status_code == 303
        assert jo.get("/me").status_code == 303
        assert is_in(office)
        assert office.store.read(lambda conn: accounts.needs_no_password(conn, jo.staff_id))
        assert last_facts(office, EventKind.STAFF_LOGGED_IN) == {"by": "link"}
        assert last_facts(office, EventKind.STAFF_CHANGED) == {"changed": "account"}
    jo.client.close()


def test_an_account_is_disconnected(office: Office, provider: OwnProvider) -> None:
    """Also one without an address: who is in by it is out, and it opens nothing any more."""
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    jo = office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
    page = f"/settings/team/{jo}"
    assert "Account ontkoppelen" not in boss.get(page).text
    assert connected(office, provider, jo).status_code == 303
    assert tried(office, provider).status_code == 303
    assert "Account ontkoppelen" in boss.get(page).text
    assert boss.post(f"{page}/disconnect").status_code == 204
    assert not is_in(office)
    assert office.store.read(lambda conn: sessions.open_of(conn, jo, office.clock.now_ms())) == []
    assert tried(office, provider).status_code == 403
    facts = last_facts(office, EventKind.STAFF_CHANGED)
    assert facts == {"changed": "account-removed", "by": boss.staff_id}
    boss.client.close()


def test_the_address_of_who_was_let_go_can_be_given_to_another(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """Their page still has the field."""
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    jo = office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
    boss.post(f"/settings/team/{noor}/disable")
    assert f'value="{MAIL}"' in boss.get(f"/settings/team/{noor}").text
    assert boss.post(f"/settings/team/{noor}/email", {"email": ""}).status_code == 204
    assert boss.post(f"/settings/team/{jo}/email", {"email": MAIL}).status_code == 204
    boss.client.close()
