"""A Balie with a log-in provider that may lie, and a colleague who was never in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.team import accounts, staff
from tests.api.office import Office, WebServer, open_office
from tests.api.oidc_office import MAIL, settings
from tests.api.own_provider import (
    OwnProvider,
    own_provider,
)


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OwnProvider]:
    with own_provider() as running:
        yield running


@pytest.fixture
def provider(running_provider: OwnProvider) -> OwnProvider:
    running_provider.tell_the_truth()
    return running_provider


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
