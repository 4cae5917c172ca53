"""The programs of the machine that an update calls: by name, with a limit, their words kept."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from appliance.box.keeper.errors import KeeperError

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
"""dpkg refuses to work without what lies there, and a login of sudo may lack it."""


def call(
    command: Sequence[str], *, within_s: float, code: str, more: Mapping[str, str] | None = None
) -> str:
    """What it printed; `more` is added to the environment. Raises KeeperError with the code where
    it fails or takes longer.
    """
    env = {
        **os.environ,
        "PATH": f"{os.environ.get('PATH', '')}:{_SBIN}",
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
        **(more or {}),
    }
    try:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=within_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise KeeperError(code, f"{command[0]}: {exc}") from exc
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise KeeperError(code, f"{command[0]} failed: {''.join(said)}")
    return done.stdout
