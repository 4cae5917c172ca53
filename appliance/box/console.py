"""What stands on a screen that is plugged into the box, above its log-in: where Balie is, and the
set-up code until somebody has an account.
"""

import socket
from contextlib import suppress
from pathlib import Path

from appliance.box.point_keeper import code_in
from appliance.box.running import run
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

ISSUE = Path("/run/issue.d/balie.issue")


def show(issue: Path, data: Path, *, is_set_up: bool | None) -> None:
    """Raises OSError. A screen that shows something already is told to read it anew."""
    code = code_in(data)
    text = issue_text(socket.gethostname(), code if is_set_up is False else "")
    issue.parent.mkdir(parents=True, exist_ok=True)
    if put_whole(issue, text.encode("ascii", "replace")):
        with suppress(SetupError):
            run("agetty", "--reload")


def issue_text(name: str, code: str) -> str:
    """A backslash means something to agetty, and stands in neither."""
    lines = [f"Balie: https://{name.partition('.')[0]}.local"]
    if code:
        lines.append(f"Set-up code: {code}")
    return "\n" + "\n".join(each.replace("\\", "") for each in lines) + "\n\n"
