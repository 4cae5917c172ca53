"""No module is longer than a reader keeps in mind, tests and scripts of pages no less."""

from pathlib import Path

import pytest

from appliance.api.web.assets import STATIC_DIR

ROOT = Path(__file__).parents[2]
MOST = 400
KINDS = (
    *((ROOT / folder, "*.py") for folder in ("appliance", "clients", "provisioning", "tests")),
    (STATIC_DIR, "*.js"),
    (STATIC_DIR, "*.css"),
)
NOT_OURS = {"vendor", ".venv", "node_modules", "build"}


@pytest.mark.parametrize(
    ("folder", "kind"), KINDS, ids=[f"{folder.name}-{kind[2:]}" for folder, kind in KINDS]
)
def test_no_module_is_longer_than_can_be_read(folder: Path, kind: str) -> None:
    """At most 400 lines, in what we wrote ourselves: beyond, it is about two things."""
    ours = [
        each
        for each in folder.rglob(kind)
        if not NOT_OURS.intersection(each.relative_to(ROOT).parts)
    ]
    assert ours
    too_long = [
        f"{each.relative_to(ROOT)}: {lines}"
        for each in ours
        if (lines := len(each.read_text("utf-8").splitlines())) > MOST
    ]
    assert too_long == []
