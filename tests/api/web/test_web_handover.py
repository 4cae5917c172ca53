"""What a shift hands over to the next one on a number."""

from collections.abc import Iterator

import pytest

from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


@pytest.fixture
def bart(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def told(office: Office) -> list[str]:
    return office.store.read(
        lambda conn: [
            row[0]
            for row in conn.execute(
                "SELECT facts ->> 'what' FROM event_log WHERE kind = 'line.handover' ORDER BY seq"
            )
        ]
    )


def test_a_handover_stands_above_the_list_until_it_is_replaced_or_put_away(
    office: Office, tilburg: Desk, sanne: Browser, bart: Browser
) -> None:
    """Its page keeps those of before, with who ended them."""
    page = f"/lines/{tilburg.line_id}/handover"
    assert sanne.post(page, {"text": "Ploeg B belt om vijf"}).status_code == 204
    listed = bart.get("/list?view=waiting").text
    assert "handed over by Sanne" in listed
    assert "Ploeg B belt om vijf" in listed
    bart.post(page, {"text": "Ploeg B heeft gebeld"})
    listed = sanne.get("/list?view=mine").text
    assert ("Ploeg B heeft gebeld" in listed, "belt om vijf" in listed) == (True, False)
    note = office.store.read(
        lambda conn: conn.execute("SELECT id FROM handover WHERE ended_ms IS NULL").fetchone()[0]
    )
    for _ in range(2):
        assert sanne.post(f"{page}/away", {"note": note}).status_code == 204
    assert "Ploeg B" not in sanne.get("/list?view=waiting").text
    shown = bart.get(page).text
    assert "ended by Bart" in shown
    assert "ended by Sanne" in shown
    assert told(office) == ["written", "written", "put-away"]


def test_a_handover_says_something(sanne: Browser, tilburg: Desk) -> None:
    """What was typed stands there still."""
    wrong = sanne.post(f"/lines/{tilburg.line_id}/handover", {"text": "x" * 2001})
    assert (wrong.status_code, "1 to 2000 characters" in wrong.text) == (422, True)
    assert "x" * 2001 in wrong.text


def test_another_branch_neither_sees_nor_writes_it(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    page = f"/lines/{tilburg.line_id}/handover"
    sanne.post(page, {"text": "Ploeg B belt"})
    loes = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert loes.get(page).status_code == 404
    assert loes.post(page, {"text": "x"}).status_code == 404
    assert "Ploeg B belt" not in loes.get("/list?view=waiting").text
    loes.client.close()
