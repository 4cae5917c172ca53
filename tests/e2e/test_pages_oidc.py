"""Log-in at a real provider, from the button to the inbox."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from appliance.desk.team import accounts, staff
from appliance.oidc_settings import OidcSettings
from appliance.store.feed import EventFeed
from appliance.store.store import Tx
from tests.e2e.conftest import OpenPage, Place

PROVIDER = Path(__file__).parents[1] / "oidc_provider" / "provider.mjs"
CLIENT, SECRET, MAIL = "balie", "een geheim van de tests", "noor@example.com"


@pytest.fixture
def issuer(empty: Place) -> Iterator[str]:
    """The `oidc-provider` of npm, whose one person has this address."""
    node = shutil.which("node")
    assert node, "There is no node; scripts/prepare --tests installs Debian's npm, which brings it."
    back = f"{empty.url}/oidc/callback"
    command = [node, str(PROVIDER), CLIENT, SECRET, back, MAIL]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout
        yield running.stdout.readline().decode().strip()
        running.kill()


def test_somebody_comes_in_by_their_account_elsewhere(
    empty: Place, guest_page: OpenPage, issuer: str
) -> None:
    """They press the button, say there who they are, and are in the inbox under their own name."""

    def add(tx: Tx) -> None:
        accounts.set_email(tx, staff.add(tx, "Noor", role="staff", branch_id=None), MAIL)

    empty.store.write(add)
    secret = SecretStr(SECRET)
    oidc = OidcSettings(issuer=issuer, client_id=CLIENT, client_secret=secret, name="Testbedrijf")
    feed = EventFeed(empty.store, poll_s=0.05)
    with empty.web.serving(replace(empty.services, oidc=oidc, feed=feed)):
        page = guest_page("/login")
        page.get_by_role("link", name="Log in with Testbedrijf").click()
        page.locator("input[name=login]").fill("noor")
        page.locator("input[name=password]").fill("whatever")
        page.locator("button[type=submit]").click()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{empty.url}/")
        page.goto("/me")
        expect(page.locator("h1")).to_have_text("Settings")
    assert empty.count("SELECT count(*) FROM staff_account") == 1
