"""Many new people write at once: leaders of the branch are told, and so is software."""

import pytest

from appliance.queue.pacing import DEFAULT_PROFILE
from tests.api.browser import log_in
from tests.api.office import Caller, Desk, Office

TOLD = "Many new people wrote at once: 5 first answers wait, and replies go before."


@pytest.fixture
def crowd(office: Office, tilburg: Desk) -> None:
    for number in range(DEFAULT_PROFILE.newcomers_per_hour + 5):
        office.writes(f"+31640{number:06}", tilburg)


@pytest.mark.usefixtures("crowd")
def test_who_leads_or_manages_is_told(office: Office, tilburg: Desk) -> None:
    """The inbox and the page of the devices say it in words, with the number that waits."""
    for role, path, told in (
        ("lead", "/", True),
        ("staff", "/", False),
        ("branch-it", "/devices", True),
    ):
        browser = log_in(office, role.title(), role=role, branch_id=tilburg.branch_id)
        page = browser.get(path, **{"Accept-Language": "en"}).text
        assert (TOLD in page) is told, role
        browser.client.close()


@pytest.mark.usefixtures("crowd")
def test_software_is_told(office: Office, planning: Caller) -> None:
    """Each message shows the reason, and there is a figure for software that watches."""
    waiting = planning.get("/messages", direction="out", state="queued", limit=200).json()["items"]
    assert [each["reason"] for each in waiting].count("newcomers") == 5
    assert "balie_newcomers_waiting 5.0" in office.client.get("/metrics").text
