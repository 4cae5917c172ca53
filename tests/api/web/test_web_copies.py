"""The page of copies: for who looks after the machines of all branches, and for nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.clock import ManualClock
from appliance.copy_settings import CopySettings
from appliance.desk.lines import copies
from appliance.store import copy_places
from appliance.store.copy_places import DrillTold, NewCopy
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office, WebServer, open_office

PAGE = "/settings/backup"
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwn balie"
DAY_MS = 24 * 3_600_000


@dataclass(slots=True)
class Door:
    """What a running Balie has in place of it does the work in a thread."""

    settings: CopySettings | None = None
    is_busy: bool = False
    asked: list[str] = field(default_factory=list)

    def make_copy(self) -> None:
        self.asked.append("copy")

    def check_copy(self) -> None:
        self.asked.append("check")

    def stick_is_plugged(self) -> bool:
        return True

    def public_key(self) -> str | None:
        return None if self.settings is None else PUBLIC


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, door: Door
) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock, copies=door) as opened:
        yield opened


@pytest.fixture
def boss(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=None)
    browser.post("/settings/look", {"language": "en"})
    yield browser
    browser.client.close()


def test_who_looks_after_one_branch_or_none_has_no_such_page(
    office: Office, tilburg: Desk, door: Door
) -> None:
    """A copy holds every branch."""
    for role, branch_id in (("staff", None), ("lead", None), ("branch-it", tilburg.branch_id)):
        browser = log_in(office, f"{role} {branch_id}", role=role, branch_id=branch_id)
        assert browser.get(PAGE).status_code == 404
        assert browser.post(f"{PAGE}/copy").status_code == 404
        assert "/settings/backup" not in browser.get("/settings").text
        browser.client.close()
    assert door.asked == []


def test_without_a_recipient_it_says_how_copies_leave_the_machine(boss: Browser) -> None:
    """And that the stick in it is of no use before."""
    page = boss.get(PAGE).text
    assert "No copy leaves this machine yet" in page
    assert "recipient = " in page
    assert "is plugged in, but nothing is copied onto it" in page


def test_each_place_says_how_old_its_copy_is_and_what_is_wrong(
    office: Office, boss: Browser, door: Door, clock: ManualClock
) -> None:
    door.settings = CopySettings(recipient=RECIPIENT, keep=5, with_media=False)

    def fill(tx: Tx) -> None:
        new = NewCopy(name="x", made_ms=tx.now_ms, bytes=2_500_000, sha256=None, kept=3)
        copies.came(tx, CopyPlace.BOX, new)
        copies.came(tx, CopyPlace.STICK, new)
        copy_places.failed(tx, CopyPlace.STICK, CopyWhy.PULLED, "Input/output error")
        told = DrillTold(at_ms=tx.now_ms, name="x", made_ms=tx.now_ms, messages=1234, people=5)
        copies.note_drill(tx, told)

    office.store.write(fill)
    page = boss.get(PAGE).text
    for said in (
        "2.5 MB",
        "3 copies there",
        "The stick was pulled out, or broke, while a copy was being written.",
        "Input/output error",
        "1,234 messages, 5 people, 0 files",
        "age1ql3z7hjy…aqmcac8p",
        "5 copies are kept",
        "The files of messages are not in them.",
        PUBLIC,
    ):
        assert said in page
    assert RECIPIENT in page
    clock.advance(ms=3 * DAY_MS)
    assert page.count("too old") == 0
    later = log_in(office, "Piet", role="admin", branch_id=None)
    later.post("/settings/look", {"language": "en"})
    assert later.get(PAGE).text.count("too old") == 2
    later.client.close()


def test_a_copy_is_asked_for_and_the_page_follows_it(boss: Browser, door: Door) -> None:
    """It asks again while something is being done, and not afterwards."""
    boss.post(f"{PAGE}/copy", part=False)
    boss.post(f"{PAGE}/check", part=False)
    assert door.asked == ["copy", "check"]
    assert "every 2s" not in boss.get(PAGE).text
    door.is_busy = True
    page = boss.get(f"{PAGE}/now").text
    assert "every 2s" in page
    assert "<html" not in page


def test_a_stick_that_is_no_more_is_expected_no_more(office: Office, boss: Browser) -> None:
    """What was wrong with it is over."""
    assert boss.post(f"{PAGE}/stick/forget").status_code == 404
    office.store.write(lambda tx: copy_places.failed(tx, CopyPlace.STICK, CopyWhy.ABSENT, ""))
    boss.post(f"{PAGE}/stick/forget")
    assert office.store.read(lambda conn: copy_places.place(conn, CopyPlace.STICK)) is None


def test_prometheus_reads_how_old_copies_are(office: Office, clock: ManualClock) -> None:
    """By place, and whether the last one that was tried was whole."""

    def fill(tx: Tx) -> None:
        new = NewCopy(name="x", made_ms=tx.now_ms, bytes=1, sha256=None, kept=1)
        copies.came(tx, CopyPlace.BOX, new)
        copies.note_drill(tx, DrillTold(at_ms=tx.now_ms, name="x", made_ms=0, failed="damaged"))

    office.store.write(fill)
    clock.advance(s=90)
    text = office.client.get("/metrics").text
    assert 'balie_copy_age_seconds{place="box"} 90.0' in text
    assert "balie_copy_drill_age_seconds 90.0" in text
    assert "balie_copy_drill_passed 0.0" in text
    assert 'balie_incidents{kind="copy-drill"} 1.0' in text
