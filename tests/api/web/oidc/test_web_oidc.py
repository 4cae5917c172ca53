"""Log-in with an account at a provider, and the lies that let nobody in."""

import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpcore2
import httpx
import pytest
from pydantic import SecretStr

from appliance.api.web.oidc.provider import AWAY_MS, LIFE_MS
from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.passwords import hash_password
from appliance.desk.team import accounts, staff
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.oidc_settings import OidcSettings
from appliance.store import events
from tests.api.browser import Browser, log_in
from tests.api.office import Office, WebServer, open_office
from tests.api.own_provider import (
    CLIENT,
    SECRET,
    OwnProvider,
    own_provider,
    signed_by_another,
    signed_with_the_public_key,
    unsigned,
)

MAIL = "noor@example.com"
PROVEN = {"email": MAIL, "email_verified": True}
PASSWORD = "een fiets met drie wielen"


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OwnProvider]:
    with own_provider() as running:
        yield running


@pytest.fixture
def provider(running_provider: OwnProvider) -> OwnProvider:
    running_provider.tell_the_truth()
    return running_provider


def settings(issuer: str) -> OidcSettings:
    return OidcSettings(
        issuer=issuer, client_id=CLIENT, client_secret=SecretStr(SECRET), name="Testbedrijf"
    )


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, provider: OwnProvider
) -> Iterator[Office]:
    """A Balie that has this provider."""
    with open_office(web_server, tmp_path, clock, oidc=settings(provider.url)) as opened:
        yield opened


@pytest.fixture
def noor(office: Office) -> str:
    """A colleague whose address of e-mail is known, and who was never in."""

    def add(tx: Any) -> str:
        noor_id = staff.add(tx, "Noor", role="staff", branch_id=None)
        accounts.set_email(tx, noor_id, MAIL)
        return noor_id

    return office.store.write(add)


def sent(office: Office, address: str = "/oidc/login") -> httpx.Response:
    """A new browser on its way to the provider."""
    office.client.cookies.clear()
    answer = office.client.get(address)
    assert answer.status_code == 302, answer.text
    return answer


def tried(office: Office, provider: OwnProvider, **more: str) -> httpx.Response:
    return provider.come_back(office.client, sent(office), **more)


def is_in(office: Office) -> bool:
    return office.client.get("/settings").status_code == 200


def last_facts(office: Office, kind: EventKind) -> dict[str, object]:
    found = office.store.read(lambda conn: events.after(conn, 0, limit=1000))
    return dict([each for each in found if each.kind is kind][-1].facts)


def test_a_proven_address_counts_once_and_then_the_account(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """The session is as one by password, and leads where the person was going. Afterwards the
    account lets in whatever its address, and another account with that address does not.
    """
    provider.claims = {"email": MAIL.upper(), "email_verified": True}
    came = provider.come_back(office.client, sent(office, "/oidc/login?next=/people"))
    assert (came.status_code, came.headers["location"]) == (303, "/people")
    assert is_in(office)
    assert {"balie_session", "balie_device"} <= set(office.client.cookies)
    assert last_facts(office, EventKind.STAFF_LOGGED_IN) == {"by": "provider"}
    assert last_facts(office, EventKind.STAFF_CHANGED) == {"changed": "account"}
    provider.claims = {"sub": "s-2", **PROVEN}
    assert tried(office, provider).status_code == 403
    provider.claims = {"email": "anders@example.com", "email_verified": False}
    assert tried(office, provider).status_code == 303
    assert is_in(office)


def test_the_address_may_be_told_beside_the_token(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    provider.person = PROVEN
    assert tried(office, provider).status_code == 303
    assert is_in(office)


def test_an_address_that_is_not_proven_lets_nobody_in(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """Also where the provider says nothing of it, or says it of somebody else."""
    for person in (
        {},
        {"email": MAIL},
        {"email": MAIL, "email_verified": False},
        {"email": MAIL, "email_verified": "true"},
        {"sub": "s-2", **PROVEN},
    ):
        provider.person = person
        assert tried(office, provider).status_code == 403, person
        assert not is_in(office)
    assert office.count("staff_account") == 0


def test_who_is_unknown_or_let_go_stays_out(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """Nobody is made by a log-in; who is let go is out with their account, too."""
    provider.claims = {"sub": "s-9", "email": "vreemd@example.com", "email_verified": True}
    unknown = tried(office, provider)
    assert unknown.status_code == 403
    assert "Niemand logt hier in met dit account." in unknown.text
    assert office.count("staff") == 1
    provider.claims = PROVEN
    assert tried(office, provider).status_code == 303
    office.store.write(lambda tx: staff.add(tx, "Baas", role="admin", branch_id=None))
    office.store.write(lambda tx: staff.disable(tx, noor))
    assert tried(office, provider).status_code == 403
    assert not is_in(office)
    assert last_facts(office, EventKind.STAFF_LOGIN_FAILED)["what"] == "log-in of a provider"


LIES: dict[str, dict[str, Any]] = {
    "other iss": {"claims": {"iss": "https://elders.example"}},
    "other aud": {"claims": {"aud": "another-client"}},
    "for another party": {"claims": {"aud": [CLIENT, "other"], "azp": "other"}},
    "expired": {"claims": {"exp": int(time.time()) - 120}},
    "no end": {"claims": {"exp": None}},
    "no subject": {"claims": {"sub": None}},
    "no nonce": {"claims": {"nonce": None}},
    "alg none": {"sign": unsigned},
    "wrong key": {"sign": signed_by_another},
    "public key as a secret": {"sign": signed_with_the_public_key},
    "no token": {"beside": {"id_token": None, "userinfo": {"sub": "s-1", **PROVEN}}},
    "no sense": {"beside": {"id_token": "x.y.z"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_lets_nobody_in(
    office: Office, provider: OwnProvider, noor: str, lie: str
) -> None:
    provider.claims = PROVEN
    for name, value in LIES[lie].items():
        setattr(provider, name, {**PROVEN, **value} if name == "claims" else value)
    assert tried(office, provider).status_code == 403
    assert not is_in(office)
    assert office.count("staff_account") + office.count("session") == 0


def test_a_log_in_counts_once_for_the_browser_that_began_it(
    office: Office, provider: OwnProvider, noor: str, clock: ManualClock
) -> None:
    """A state, a nonce or a code that was used before, of another browser, or too late, and an
    answer that says another issuer or none.
    """
    provider.claims = PROVEN
    first = sent(office)
    begun = dict(office.client.cookies)
    assert provider.come_back(office.client, first).status_code == 303
    old_nonce = provider.asked["nonce"]
    office.client.cookies.clear()
    assert provider.come_back(office.client, first).status_code == 403
    office.client.cookies.update(begun)
    assert provider.come_back(office.client, first).status_code == 403
    assert tried(office, provider, state="made-up").status_code == 403
    assert tried(office, provider, iss="https://elders.example").status_code == 403
    assert tried(office, provider, iss="").status_code == 403
    assert tried(office, provider, error="access_denied").status_code == 403
    provider.claims = {**PROVEN, "nonce": old_nonce}
    assert tried(office, provider).status_code == 403
    provider.claims = PROVEN
    late = sent(office)
    clock.advance(ms=LIFE_MS)
    assert provider.come_back(office.client, late).status_code == 403
    assert not is_in(office)
    assert tried(office, provider).status_code == 303


def test_a_log_in_link_connects_the_account_of_who_opened_it(
    office: Office, provider: OwnProvider
) -> None:
    """For providers that prove no address. The link is used up, and no other site can send a
    visitor through somebody's link.
    """
    jo = office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
    token = office.store.write(lambda tx: staff.add_login_link(tx, jo))
    assert tried(office, provider).status_code == 403
    office.client.cookies.clear()
    door = office.client.get(f"/login/{token}").text
    assert "Koppelen met Testbedrijf" in door
    found = re.search(r'href="(/oidc/login\?link=[^"]+)"', door)
    assert found
    address = found[1].replace("&amp;", "&")
    assert httpx.get(office.url + address).status_code == 403
    without_any_token = httpx.get(f"{office.url}/oidc/login", params={"link": token})
    assert without_any_token.status_code == 403
    assert provider.come_back(office.client, office.client.get(address)).status_code == 303
    assert is_in(office)
    assert office.client.get(f"/login/{token}").status_code == 404
    assert tried(office, provider).status_code == 303
    assert office.store.read(lambda conn: accounts.has_account(conn, jo))

    kim = office.store.write(lambda tx: staff.add(tx, "Kim", role="staff", branch_id=None))
    again = office.store.write(lambda tx: staff.add_login_link(tx, kim))
    office.client.cookies.clear()
    csrf = re.findall(r'name="csrf" value="([^"]+)"', office.client.get(f"/login/{again}").text)[0]
    to = office.client.get("/oidc/login", params={"link": again, "csrf": csrf})
    taken = provider.come_back(office.client, to)
    assert taken.status_code == 403
    assert "Een collega logt in met dit account." in taken.text
    assert office.client.get(f"/login/{again}").status_code == 200


@pytest.mark.parametrize("away", ["nobody listens", "another issuer", "no key over https"])
def test_without_the_provider_the_password_lets_in(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, provider: OwnProvider, away: str
) -> None:
    """Balie starts without it and says on a page that it is away."""
    lies = {
        "another issuer": {"issuer": "https://elders.example"},
        "no key over https": {"jwks_uri": "http://elders.example/keys"},
    }
    provider.discovery = lies.get(away, {})
    issuer = provider.url if away in lies else f"http://127.0.0.1:{_closed_port()}"
    with open_office(web_server, tmp_path, clock, oidc=settings(issuer)) as office:
        hashed = hash_password(PASSWORD)
        jo = office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
        office.store.write(lambda tx: staff.set_password(tx, jo, hashed))
        door = office.client.get("/login").text
        assert "Inloggen met Testbedrijf" in door
        assert office.client.get("/oidc/login").status_code == 503
        csrf = re.findall(r'name="csrf" value="([^"]+)"', office.client.get("/login").text)[0]
        form = {"name": "Jo", "password": PASSWORD, "csrf": csrf}
        assert office.client.post("/login", data=form).status_code == 303
        assert is_in(office)


def test_nobody_waits_for_a_provider_that_was_just_away(
    office: Office, provider: OwnProvider, clock: ManualClock
) -> None:
    """For some seconds it is not asked again."""
    provider.discovery = {"issuer": "https://elders.example"}
    before = provider.discoveries
    office.client.get("/oidc/login")
    provider.discovery = {}
    assert office.client.get("/oidc/login").status_code == 503
    assert provider.discoveries == before + 1
    clock.advance(ms=AWAY_MS)
    assert office.client.get("/oidc/login").status_code == 302
    assert provider.discoveries == before + 2


def test_what_a_log_in_needs_of_the_provider_is_made_once(
    office: Office, provider: OwnProvider, noor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for those who begin at the same time: the certificates that are trusted, which take
    long to read, and the discovery.
    """
    made: list[ssl.SSLContext] = []

    def make(**said: Any) -> ssl.SSLContext:
        made.append(ssl.create_default_context())
        return made[-1]

    monkeypatch.setattr(httpcore2, "default_ssl_context", make)
    before, provider.claims = provider.discoveries, PROVEN

    def begin(_: int) -> int:
        return httpx.get(f"{office.url}/oidc/login").status_code

    with ThreadPoolExecutor(4) as browsers:
        assert list(browsers.map(begin, range(4))) == [302] * 4
    assert provider.discoveries == before + 1
    assert tried(office, provider).status_code == 303
    assert len(made) == 1


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 403, "Je hebt daar niet ingelogd."),
        ("server_error", 503, "nu niet bereikbaar"),
        ("temporarily_unavailable", 503, "nu niet bereikbaar"),
        ("x\ny", 403, "Dit inloggen telt niet"),
    ],
)
def test_what_a_stranger_says_of_an_error_is_not_in_the_log(
    office: Office,
    provider: OwnProvider,
    caplog: pytest.LogCaptureFixture,
    error: str,
    status: int,
    sentence: str,
) -> None:
    """Of what comes back only known words are looked at, and the log has a line less and less."""
    with caplog.at_level(logging.WARNING):
        said = {"error": error, "error_description": "y\nforged line"}
        answer = tried(office, provider, **said)
        for _ in range(30):
            office.client.get("/oidc/callback")
    assert answer.status_code == status
    assert sentence in answer.text
    lines = [each.getMessage() for each in caplog.records]
    assert not [each for each in lines if "\n" in each or "forged" in each]
    assert len([each for each in lines if "provider" in each]) == 5


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


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


def test_somebody_at_a_shared_computer_chooses_who_they_are(
    office: Office, provider: OwnProvider, noor: str, clock: ManualClock
) -> None:
    """At a provider that knows how; another would answer with an error."""
    provider.claims = PROVEN
    assert tried(office, provider).status_code == 303
    assert "prompt" not in provider.asked
    provider.discovery = {"prompt_values_supported": ["none", "select_account"]}
    clock.advance(ms=3_600_000)
    assert tried(office, provider).status_code == 303
    assert provider.asked["prompt"] == "select_account"
    assert settings("https://accounts.google.com").lets_choose
    assert settings("https://login.microsoftonline.com/a-tenant/v2.0").lets_choose
    assert not settings("https://id.example.com").lets_choose


def connected(office: Office, provider: OwnProvider, staff_id: str) -> httpx.Response:
    """By a log-in link of theirs, in a new browser."""
    token = office.store.write(lambda tx: staff.add_login_link(tx, staff_id))
    office.client.cookies.clear()
    found = re.search(
        r'href="(/oidc/login\?link=[^"]+)"', office.client.get(f"/login/{token}").text
    )
    assert found
    return provider.come_back(office.client, office.client.get(found[1].replace("&amp;", "&")))


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


def test_without_a_provider_there_is_none(web_server: WebServer, tmp_path: Path) -> None:
    """No button and no address."""
    with open_office(web_server, tmp_path, ManualClock(0)) as office:
        office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
        assert "/oidc/" not in office.client.get("/login").text
        for path in ("/oidc/login", "/oidc/callback"):
            assert office.client.get(path).status_code == 404
