"""ARCHITECTURE and the rooms' own pages name files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "ARCHITECTURE.md", *sorted((ROOT / "appliance").glob("*/README.md"))]

# A folder alone may be one of the data directory.
_NAMED = re.compile(r"`([\w./-]+/[\w.-]+/|[\w./-]+\.(?:py|html|js|css|conf|md))(?::[^`]*)?`")
_HOUSE = ("appliance", "clients", "provisioning", "scripts", "systemd", "tests")


def named_in(page: Path) -> set[str]:
    return set(_NAMED.findall(page.read_text("utf-8")))


def all_paths() -> list[str]:
    """Of files and folders, each with a slash before it."""
    found = (path for name in _HOUSE for path in (ROOT / name).rglob("*"))
    return [f"/{path.relative_to(ROOT)}{'/' * path.is_dir()}" for path in found]


def is_there(named: str, paths: list[str]) -> bool:
    """A text may leave out the folders that its reader knows."""
    return (ROOT / named).exists() or any(path.endswith(f"/{named}") for path in paths)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    """What was moved or renamed is named by its new place."""
    paths = all_paths()
    assert [each for each in sorted(named_in(page)) if not is_there(each, paths)] == []


def test_names_are_found_in_the_text() -> None:
    """With and without what stands in the file."""
    assert {"queue/planner.py", "queue/permission.py", "provisioning/debian/"} <= named_in(PAGES[0])
