"""The page of terms and the hold on a person's page, on the real server without a browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from appliance.store import holds, retention_runs, terms
from appliance.store.store import Tx
from appliance.store.terms import DAY_MS
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

ANNA = "+31687654321"
PAGE = "/privacy/retention"


Officer = Callable[[Office, str | None], Browser]


@pytest.fixture
def petra() -> Iterator[Officer]:
    """Who guards privacy, in one branch or in all."""
    with ExitStack() as stack:

        def enter(office: Office, branch_id: str | None) -> Browser:
            browser = log_in(office, "Petra", role="privacy", branch_id=branch_id)
            stack.enter_context(browser.client)
            return browser

        yield enter


def grows_old(office: Office, days: int) -> None:
    """All that was written was written so long ago, and answered."""

    def age(tx: Tx) -> None:
        tx.conn.execute("UPDATE message SET happened_ms = happened_ms - ?", (days * DAY_MS,))
        tx.conn.execute("UPDATE message SET state = 'cancelled' WHERE direction = 'out'")
        tx.conn.execute("UPDATE conversation SET waiting_ms = NULL")

    office.store.write(age)


def test_terms_are_saved_as_they_were_tried(office: Office, tilburg: Desk, petra: Officer) -> None:
    """The page proposes, tries without keeping anything, and what is saved is what it showed."""
    office.writes(ANNA, tilburg, "Oud")
    grows_old(office, 40)
    officer = petra(office, None)
    first = officer.get(PAGE).text
    assert 'value="730"' in first
    assert "Deze termijnen bewaren" not in first
    tried = officer.get(f"{PAGE}?any.texts=30&audit=90").text
    assert re.search(r"Verwijdert \d+ bericht(en)? van 1 persoon, met 0 bestanden", tried)
    assert office.store.read(terms.house).saved_ms is None
    form = dict(re.findall(r'<input type="hidden" name="([a-z.]+)" value="(\d*)">', tried))
    assert officer.post(PAGE, form).status_code == 204
    house = office.store.read(terms.house)
    assert (house.terms.named, house.by) == ({"any.texts": 30, "audit": 90}, "Petra")
    assert "Wat er komende week verdwijnt" in officer.get(PAGE).text
    wrong = officer.get(f"{PAGE}?any.texts=0")
    assert (wrong.status_code, "1 tot 36500 dagen" in wrong.text) == (422, True)
    assert officer.post(f"{PAGE}/run", {}).status_code == 204
    assert office.store.read(retention_runs.current) is not None


def test_a_branchs_officer_reads_the_terms(
    office: Office, tilburg: Desk, breda: Desk, petra: Officer
) -> None:
    """They say none, hold only people of the branch, and colleagues see none of it."""
    office.writes(ANNA, tilburg)
    contact_id = office.store.read(
        lambda conn: str(conn.execute("SELECT contact_id FROM contact_identity").fetchone()[0])
    )
    hold = {"on": "1", "reason": "Geschil over uren", "until": "2999-01-31"}
    address = f"/people/{contact_id}/hold"
    for name, role, branch_id in (
        ("Noor", "privacy", breda.branch_id),
        ("Sanne", "lead", tilburg.branch_id),
    ):
        colleague = log_in(office, name, role=role, branch_id=branch_id)
        with colleague.client:
            assert colleague.post(address, hold).status_code == 404
    officer = petra(office, tilburg.branch_id)
    assert "readonly" in officer.get(PAGE).text
    assert officer.post(PAGE, {"any.texts": "30"}).status_code == 404
    assert officer.post(f"{PAGE}/run", {}).status_code == 404
    assert officer.post(address, {**hold, "reason": " "}).status_code == 422
    assert officer.post(address, hold).status_code == 204
    assert office.store.read(lambda conn: holds.is_held(conn, contact_id))
    assert "Geschil over uren" in officer.get(PAGE).text
    assert officer.post(address, {"on": ""}).status_code == 204
    assert not office.store.read(lambda conn: holds.is_held(conn, contact_id))
