"""Templates, stylesheets and scripts of the pages have short lines: ruff checks Python only."""

from pathlib import Path

import pytest

from appliance.api.web.assets import STATIC_DIR
from appliance.api.web.templating import TEMPLATES

MOST = 120
KINDS = ((TEMPLATES, "*.html"), (STATIC_DIR, "*.css"), (STATIC_DIR, "*.js"))


@pytest.mark.parametrize(("folder", "kind"), KINDS, ids=[kind for _, kind in KINDS])
def test_no_line_is_longer_than_can_be_read(folder: Path, kind: str) -> None:
    """At most 120 characters, in what we wrote ourselves."""
    ours = [path for path in folder.rglob(kind) if "vendor" not in path.parts]
    assert ours
    too_long = [
        f"{path.name}:{number}: {len(line)}"
        for path in ours
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > MOST
    ]
    assert too_long == []
