"""Roles that the provider gives: of Microsoft Entra, app roles."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.team import provider_roles, staff
from appliance.desk.team.staff import Roles
from appliance.errors import SetupError
from appliance.oidc_settings import GivenRole
from appliance.store import branches
from appliance.store.store import Tx
from tests.api.browser import log_in
from tests.api.office import Office, WebServer, open_office
from tests.api.oidc_office import PROVEN, connected, is_in, settings, tried
from tests.api.own_provider import OwnProvider

GIVEN = {
    "Balie.Lead.Oost": GivenRole(role="lead", branch="Oost"),
    "Balie.Staff": GivenRole(role="staff"),
    "Balie.Admin": GivenRole(role="admin"),
    "Balie.Gone": GivenRole(role="staff", branch="No such branch"),
}


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, provider: OwnProvider
) -> Iterator[Office]:
    """A Balie whose provider decides what a colleague may."""
    with_roles = settings(provider.url).model_copy(update={"roles": GIVEN})
    with open_office(web_server, tmp_path, clock, oidc=with_roles) as opened:
        yield opened


@pytest.fixture
def east(office: Office) -> str:
    return office.store.write(lambda tx: branches.add_branch(tx, "Oost"))


def roles_of(office: Office, staff_id: str) -> Roles:
    member = office.store.read(lambda conn: staff.member_of(conn, staff_id))
    assert member is not None
    return member.roles


def come_in(office: Office, provider: OwnProvider, *roles: str) -> httpx.Response:
    provider.claims = {**PROVEN, "roles": list(roles)}
    return tried(office, provider)


def test_at_each_log_in_a_colleague_has_what_the_account_has(
    office: Office, provider: OwnProvider, noor: str, east: str
) -> None:
    """Roles that are not in the table say nothing here, and neither does one of a branch that is
    not there.
    """
    assert come_in(office, provider, "Balie.Lead.Oost", "Balie.Gone", "Other").status_code == 303
    assert roles_of(office, noor) == [("lead", east)]
    assert come_in(office, provider, "Balie.Lead.Oost", "Balie.Staff").status_code == 303
    assert set(roles_of(office, noor)) == {("lead", east), ("staff", None)}
    assert come_in(office, provider, "Balie.Staff").status_code == 303
    assert roles_of(office, noor) == [("staff", None)]
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    assert "Bij elke keer inloggen met Testbedrijf" in boss.get(f"/settings/team/{noor}").text
    boss.client.close()


def test_an_account_without_a_role_stays_out(
    office: Office, provider: OwnProvider, noor: str, east: str
) -> None:
    """Also where the token says nothing of roles, or says it in another form; what they had in
    Balie stays as it was.
    """
    before = roles_of(office, noor)
    lacking: list[dict[str, object]] = [
        {},
        {"roles": []},
        {"roles": ["Other"]},
        {"roles": "Balie.Admin"},
    ]
    for told in lacking:
        provider.claims = {**PROVEN, **told}
        refused = tried(office, provider)
        assert refused.status_code == 403, told
        assert "Dit account heeft geen rol in Balie." in refused.text
        assert not is_in(office)
    assert roles_of(office, noor) == before
    assert connected(office, provider, noor).status_code == 403


def test_the_only_administrator_keeps_the_role(
    office: Office, provider: OwnProvider, noor: str
) -> None:
    """A slip at the provider locks nobody out; once there is another one, it counts."""
    assert come_in(office, provider, "Balie.Admin").status_code == 303
    assert come_in(office, provider, "Balie.Staff").status_code == 303
    assert roles_of(office, noor) == [("admin", None)]

    def add_another(tx: Tx) -> None:
        another = staff.add(tx, "Marit", role="admin", branch_id=None)
        staff.set_password(tx, another, "a hash")

    office.store.write(add_another)
    assert come_in(office, provider, "Balie.Staff").status_code == 303
    assert roles_of(office, noor) == [("staff", None)]


def test_a_role_that_balie_has_not_is_said_at_the_start() -> None:
    with pytest.raises(SetupError, match=r"oidc\.roles: “boss” is no role"):
        provider_roles.check([GivenRole(role="boss")])
