"""Log-in with an account at a provider, and the lies that let nobody in."""

import logging
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpcore2
import httpx
import pytest

from appliance.api.web.oidc.provider import AWAY_MS, LIFE_MS
from appliance.clock import ManualClock
from appliance.desk.access.passwords import hash_password
from appliance.desk.team import accounts, staff
from appliance.events import EventKind
from tests.api.office import Office, WebServer, open_office
from tests.api.oidc_office import MAIL, PROVEN, is_in, last_facts, sent, settings, tried
from tests.api.own_provider import (
    CLIENT,
    OwnProvider,
    signed_by_another,
    signed_with_the_public_key,
    unsigned,
)

PASSWORD = "een fiets met drie wielen"


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


def test_without_a_provider_there_is_none(web_server: WebServer, tmp_path: Path) -> None:
    """No button and no address."""
    with open_office(web_server, tmp_path, ManualClock(0)) as office:
        office.store.write(lambda tx: staff.add(tx, "Jo", role="staff", branch_id=None))
        assert "/oidc/" not in office.client.get("/login").text
        for path in ("/oidc/login", "/oidc/callback"):
            assert office.client.get(path).status_code == 404
