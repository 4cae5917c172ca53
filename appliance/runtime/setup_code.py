"""The set-up code as a file, for who looks after the box: one until somebody has an account.

Whoever can read the data directory could make an administrator anyway.
"""

from pathlib import Path

from appliance.box.point_keeper import CODE, code_in
from appliance.box.whole_files import put_whole
from appliance.desk.access.bearer import new_code


def kept(data: Path) -> str:
    """Made where there is none; one that head office put there is taken. Raises OSError."""
    found = code_in(data)
    if found:
        return found
    code = new_code()
    put_whole(data / CODE, f"{code}\n".encode())
    return code


def forget(data: Path) -> None:
    (data / CODE).unlink(missing_ok=True)
