"""What a website may ask without a name: nothing, until an administrator says so."""

import httpx
import pytest

from appliance.api.address_brake import MOST_A_MINUTE, AddressBrake
from appliance.store import line_website
from tests.api.office import Desk, Office


@pytest.fixture
def address(tilburg: Desk) -> str:
    return f"/public/{tilburg.number[1:]}.json"


def let_be_public(office: Office, desk: Desk) -> None:
    patch = {"public_figures": True}
    office.store.write(lambda tx: line_website.change(tx, desk.line_id, patch, by="cli"))


def test_nothing_is_public_until_somebody_says_so(
    office: Office, tilburg: Desk, breda: Desk, address: str
) -> None:
    """A line that is private, a number of nobody and what is no number are the same 404."""
    let_be_public(office, breda)
    for path in (address, "/public/31699999999.json", "/public/x.json"):
        answer = office.client.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is nothing at this address."
    assert office.client.get(f"/public/{breda.number[1:]}.json").status_code == 200


def test_any_site_may_read_it_and_keep_it(office: Office, tilburg: Desk, address: str) -> None:
    """For GET alone, without a cookie; whoever has it is told that it is the same."""
    let_be_public(office, tilburg)
    told = office.client.get(address, headers={"Origin": "https://example.com"})
    assert told.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in told.headers
    assert "access-control-allow-credentials" not in told.headers
    assert told.headers["cache-control"].startswith("public")
    assert told.json()["number"] == tilburg.number
    again = office.client.get(address, headers={"If-None-Match": told.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["access-control-allow-origin"] == "*"
    assert again.headers["cache-control"] == told.headers["cache-control"]
    assert office.client.post(address).status_code == 405


def test_nothing_of_anybody_stands_in_it(office: Office, tilburg: Desk, address: str) -> None:
    """Somebody wrote, and a colleague is there: neither is told."""
    let_be_public(office, tilburg)
    office.writes("+31655500301", tilburg, "Ik ben ziek", name="Fatima")
    told = office.client.get(address).text
    assert not any(each in told for each in ("Fatima", "655500301", "ziek"))
    keys = {"branch", "number", "number_shown", "language", "ways", "words", "zone", "week"}
    keys |= {"days", "until", "reply_min", "privacy", "as_of"}
    assert set(office.client.get(address).json()) == keys


def test_one_address_asks_so_often_a_minute() -> None:
    """The next minute it may again; others are not held up by it."""
    passed_s = [0.0]
    brake = AddressBrake(now_s=lambda: passed_s[0])
    assert all(brake.wait_s("10.0.0.5") == 0 for _ in range(MOST_A_MINUTE))
    assert brake.wait_s("10.0.0.5") == 60
    assert brake.wait_s("10.0.0.6") == 0
    passed_s[0] = 60.0
    assert brake.wait_s("10.0.0.5") == 0


def test_who_asks_too_often_is_told_when_to_come_back(office: Office, address: str) -> None:
    def ask() -> httpx.Response:
        return office.client.get(address)

    answers = [ask() for _ in range(MOST_A_MINUTE + 1)]
    assert [each.status_code for each in answers[:-1]] == [404] * MOST_A_MINUTE
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
