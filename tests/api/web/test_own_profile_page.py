"""A number's own WhatsApp name was changed: said where it matters, and accepted by a button."""

from collections.abc import Iterator
from functools import partial

import pytest

from appliance.desk.lines import own_profiles
from appliance.devices.profile_protocol import OwnProfile
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

BUTTON = "It is right as it is now"
SENTENCE = "The WhatsApp name of this number was changed."


@pytest.fixture
def ilse(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Ilse", role="branch-it", branch_id=tilburg.branch_id)
    browser.client.headers["accept-language"] = "en"
    yield browser
    browser.client.close()


@pytest.fixture
def changed(office: Office, tilburg: Desk) -> str:
    """The line on which two looks have shown another name."""
    for name in ("Uitzendbureau", "Feest", "Feest"):
        seen = OwnProfile(name=name, picture="00ff00ff00ff00ff")
        note = partial(
            own_profiles.note, device_id=tilburg.device_id, line_id=tilburg.line_id, seen=seen
        )
        office.store.write(note)
    return tilburg.line_id


def test_it_is_told_to_all_of_the_line_and_accepted_by_who_manages_it(
    planning: Caller, sanne: Browser, ilse: Browser, changed: str
) -> None:
    (incident,) = planning.get("/incidents", open="true").json()["items"]
    assert (incident["kind"], incident["stops"]) == ("profile-changed", [])
    assert incident["sentence"].startswith(SENTENCE)
    assert SENTENCE in sanne.get("/list", **{"Accept-Language": "en"}).text
    address = f"/lines/{changed}/profile"
    assert sanne.post(address).status_code == 404
    page = ilse.get("/devices").text
    assert SENTENCE in page
    assert BUTTON in page
    assert ilse.post(address, part=False).status_code == 303
    assert planning.get("/incidents", open="true").json()["items"] == []
    assert BUTTON not in ilse.get("/devices").text
    assert ilse.post(address).status_code == 404


def test_each_acceptance_says_who_it_was(office: Office, ilse: Browser, changed: str) -> None:
    ilse.post(f"/lines/{changed}/profile", part=False)
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT staff_id, json_extract(facts, '$.fields[0]') FROM event_log"
            " WHERE kind = 'line.changed'"
        ).fetchall()
    )
    assert [tuple(row) for row in told] == [(ilse.staff_id, "own_profile")]
