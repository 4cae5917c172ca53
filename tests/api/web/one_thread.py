"""One conversation: Fatima wrote to Tilburg, and was welcomed."""

from collections.abc import Iterator

import pytest

from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31655500201"


@pytest.fixture
def stranger(office: Office, breda: Desk) -> Iterator[Browser]:
    """A colleague of another branch."""
    browser = log_in(office, "Youssef", role="staff", branch_id=breda.branch_id)
    yield browser
    browser.client.close()


@pytest.fixture
def conversation(office: Office, tilburg: Desk) -> str:
    office.writes(WORKER, tilburg, name="Fatima")
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )


def message_of(office: Office, direction: str) -> str:
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM message WHERE direction = ? ORDER BY id DESC", (direction,)
            ).fetchone()[0]
        )
    )
