"""The page of archives: who guards privacy asks, sees how far it is, and saves."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from appliance.desk.privacy.archive import quarters
from appliance.media.files import MediaFiles
from appliance.runtime.archivist import Archivist
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

Guest = Callable[..., Browser]
ANNA = "+31687654321"
PAGE = "/privacy/archive"


@pytest.fixture
def guest() -> Iterator[Guest]:
    """As `log_in`; the browsers are closed afterwards."""
    with ExitStack() as opened:

        def enter(office: Office, name: str, **about: Any) -> Browser:
            browser = log_in(office, name, **about)
            opened.enter_context(browser.client)
            return browser

        yield enter


def test_an_officer_asks_for_an_archive_and_saves_it(
    office: Office, tilburg: Desk, guest: Guest
) -> None:
    """With a wrong day the form stays filled and says why. Who took it is an event. Where each
    quarter's archives go is for who guards the whole company.
    """
    office.writes(ANNA, tilburg, "Hallo", name="Anna")
    officer = guest(office, "Olga", role="privacy", branch_id=tilburg.branch_id)
    page = officer.get(PAGE).text
    assert tilburg.line_id in page
    assert f"{PAGE}/folder" not in page
    form = {"whose": tilburg.line_id, "period": "days", "first": "2031-01-01", "format": "json"}
    refused = officer.post(PAGE, form)
    assert refused.status_code == 422
    assert "De eerste dag moet nog komen" in refused.text
    assert 'value="2031-01-01"' in refused.text
    assert officer.post(PAGE, {**form, "first": ""}).status_code == 204
    assert "every 2s" in officer.get(f"{PAGE}/jobs").text
    data = office.store.path.parent
    thread = Archivist(office.store, data, MediaFiles(data / "media"))
    thread.start()
    until = time.monotonic() + 120
    while (
        found := re.search(rf"{PAGE}/[0-9a-f-]+/file", officer.get(f"{PAGE}/jobs").text)
    ) is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    thread.stop()
    answer = officer.get(found[0])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Hallo" in answer.text
    taken = office.store.read(
        lambda conn: conn.execute(
            "SELECT staff_id FROM event_log WHERE kind = 'archive.taken'"
        ).fetchall()
    )
    assert [row["staff_id"] for row in taken] == [officer.staff_id]


def test_the_folder_of_the_quarters(
    office: Office, tilburg: Desk, tmp_path: Path, guest: Guest
) -> None:
    """A folder that is not there is refused; one that is has a sign of Balie afterwards."""
    admin = guest(office, "Dirk", role="admin", branch_id=None)
    refused = admin.post(f"{PAGE}/folder", {"folder": str(tmp_path / "none"), "format": "zip"})
    assert refused.status_code == 422
    assert str(tmp_path / "none") in refused.text
    folder = tmp_path / "stick"
    folder.mkdir()
    kept = admin.post(f"{PAGE}/folder", {"folder": str(folder), "format": "pdf"})
    assert kept.status_code == 204
    assert (folder / quarters.SIGN).is_file()
    assert str(folder) in admin.get(PAGE).text
    (folder / quarters.SIGN).unlink()
    assert "De map is er niet" in admin.get(PAGE).text


def test_the_archive_of_a_person_is_asked_for_from_their_page(
    office: Office, tilburg: Desk, guest: Guest
) -> None:
    office.writes(ANNA, tilburg, name="Anna")
    officer = guest(office, "Olga", role="privacy", branch_id=tilburg.branch_id)
    contact = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM contact").fetchone()[0])
    )
    assert f"{PAGE}?contact={contact}" in officer.get(f"/people/{contact}").text
    page = officer.get(f"{PAGE}?contact={contact}").text
    assert f'name="contact" value="{contact}"' in page
    assert officer.post(PAGE, {"contact": contact, "period": "days"}).status_code == 204
    assert "Anna" in officer.get(f"{PAGE}/jobs").text
