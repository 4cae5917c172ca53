"""Ways of a browser to a log-in provider and back, for an office that has one."""

import re

import httpx
from pydantic import SecretStr

from appliance.desk.team import staff
from appliance.events import EventKind
from appliance.oidc_settings import OidcSettings
from appliance.store import events
from tests.api.office import Office
from tests.api.own_provider import (
    CLIENT,
    SECRET,
    OwnProvider,
)

MAIL = "noor@example.com"
PROVEN = {"email": MAIL, "email_verified": True}


def settings(issuer: str) -> OidcSettings:
    return OidcSettings(
        issuer=issuer, client_id=CLIENT, client_secret=SecretStr(SECRET), name="Testbedrijf"
    )


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


def connected(office: Office, provider: OwnProvider, staff_id: str) -> httpx.Response:
    """By a log-in link of theirs, in a new browser."""
    token = office.store.write(lambda tx: staff.add_login_link(tx, staff_id))
    office.client.cookies.clear()
    found = re.search(
        r'href="(/oidc/login\?link=[^"]+)"', office.client.get(f"/login/{token}").text
    )
    assert found
    return provider.come_back(office.client, office.client.get(found[1].replace("&amp;", "&")))
