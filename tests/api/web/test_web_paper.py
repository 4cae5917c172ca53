"""A conversation on paper."""

from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31612345699"


def test_paper_holds_the_conversation_and_nothing_else(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """All that was said, by whom and when; no button, no script, no other conversation."""
    for text in ("Goedemorgen", "Is er *werk*?"):
        office.writes(WORKER, tilburg, text=text, name="Fatima")
    office.writes("+31612345698", tilburg, name="Piotr")
    conversation = office.store.read(
        lambda conn: conn.execute(
            "SELECT conversation_id FROM message WHERE text = 'Goedemorgen'"
        ).fetchone()[0]
    )
    page = sanne.get(f"/c/{conversation}/print").text
    assert "Goedemorgen" in page
    assert "Is er <strong>werk</strong>?" in page
    assert "Fatima" in page
    assert "Piotr" not in page
    assert not any(each in page for each in ("<button", "<script", "<nav", "<form"))
    assert sanne.get(f"/c/{conversation}/print?before=nothing").status_code == 404


def test_another_branch_prints_nothing(office: Office, tilburg: Desk, breda: Desk) -> None:
    office.writes(WORKER, tilburg, name="Fatima")
    conversation = office.store.read(
        lambda conn: conn.execute("SELECT id FROM conversation").fetchone()[0]
    )
    stranger = log_in(office, "Bram", role="staff", branch_id=breda.branch_id)
    assert stranger.get(f"/c/{conversation}/print").status_code == 404
    stranger.client.close()
