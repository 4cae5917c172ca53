"""Head office's IT looks after copies: one is made, comes to the stick, and is tried. In Dutch."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from appliance.box.stick import Stick
from appliance.copy_settings import CopySettings
from appliance.runtime.copier import Copier
from tests.e2e.alone import alone
from tests.e2e.conftest import Look, OpenPage, Place

DUTCH = Look(locale="nl-NL", width=360, height=740)
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    """Plugged in and mounted, as the kernel would say it."""
    (tmp_path / "by-label").mkdir()
    (tmp_path / "by-label" / "BALIE-BACKUP").symlink_to("/dev/null")
    (tmp_path / "stick").mkdir()
    rdev = Path("/dev/null").stat().st_rdev
    numbers = f"{os.major(rdev)}:{os.minor(rdev)}"
    (tmp_path / "mounts").write_text(f"9 2 {numbers} / {tmp_path}/stick rw - ext4 /dev/sda1 rw\n")
    return Stick(by_label=tmp_path / "by-label", mounts=tmp_path / "mounts")


@pytest.fixture
def copier(place: Place, stick: Stick) -> Iterator[Copier]:
    running = Copier(place.store, CopySettings(recipient=RECIPIENT), stick)
    running.start()
    with place.web.serving(replace(place.services, copies=running)):
        yield running
    running.stop()


def test_a_copy_is_made_comes_to_the_stick_and_is_tried(
    copier: Copier, stick: Stick, open_page: OpenPage
) -> None:
    """The page follows it by itself, on a phone, too. Then the stick is in somebody's pocket."""
    page = open_page("/settings", name="Marit Hoekstra", look=DUTCH)
    page.get_by_role("link", name="Kopieën").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kopieën")
    page.get_by_role("button", name="Nu kopiëren").click()
    on_stick = _entry(page, "Stick BALIE-BACKUP")
    expect(on_stick).to_contain_text(alone("1 kopie daar"))
    expect(on_stick).to_contain_text("in orde")
    page.get_by_role("button", name="Nieuwste kopie nu nakijken").click()
    tried = _entry(page, "Is hij terug te zetten?")
    expect(tried).to_contain_text(re.compile(r"\d+ berichten, \d+ mensen"))
    assert page.evaluate("document.documentElement.scrollWidth") <= DUTCH.width
    (stick.by_label / "BALIE-BACKUP").unlink()
    page.get_by_role("button", name="Nu kopiëren").click()
    expect(on_stick).to_contain_text("De stick zit er niet in.")
    page.get_by_role("button", name="Geen kopieën meer op de stick verwachten").click()
    expect(on_stick).to_have_count(0)


def _entry(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)
