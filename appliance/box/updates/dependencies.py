"""Other packages that a new one needs, before anything is stopped for it."""

from pathlib import Path

from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call
from appliance.errors import UpdateRefused

_WITHIN_S = 1800.0
_LOCK_S = 300
"""Debian's own updates may hold the lock for minutes."""


def bring(package: Path) -> None:
    """Nothing to do, and no network needed, where all are there. Raises UpdateRefused."""
    try:
        needed = " ".join(_needed(package).split())
        if needed:
            command = ["apt-get", "--yes", "--no-install-recommends", "--quiet"]
            lock = f"DPkg::Lock::Timeout={_LOCK_S}"
            call([*command, "--option", lock, "satisfy", needed], within_s=_WITHIN_S, code="needs")
    except KeeperError as exc:
        raise UpdateRefused(
            "needs",
            f"It needs other packages, which could not be installed ({exc}). See whether this box"
            " reaches Debian's archive, and begin again.",
        ) from exc


def _needed(package: Path) -> str:
    command = ["dpkg-deb", "--show", "--showformat=${Pre-Depends}, ${Depends}", str(package)]
    return call(command, within_s=60, code="needs").strip(" ,\n")
