"""Versions in the two root slots of a card, written, verified and chosen by RAUC.

The boot loader gives a new slot one start. If that does not end in `mark-good`, the next start is
the slot before, whatever this program does.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call

NEW = "new.raucb"
VERSION = "usr/share/balie-box/version"
"""In each slot: the version that lies there."""
_WITHIN_S = 1800.0
_WHOLE = (None, "ok")
"""What RAUC says of a slot that it never wrote, and of one that it has written to the end."""


class RaucSlots:
    """`command_line` is the kernel's, in which the boot loader says what it has started; `root` is
    the slot that runs.
    """

    def __init__(
        self, folder: Path, command_line: Path = Path("/proc/cmdline"), root: Path = Path("/")
    ) -> None:
        self._folder = folder
        self._command_line = command_line
        self._root = root

    @property
    def by_restart(self) -> bool:
        return True

    def running(self) -> str:
        """As RAUC noted it when the slot was written, or as the slot of the flashed card says
        itself; empty where RAUC fails.
        """
        try:
            slot = self._slot("booted")
        except KeeperError:
            return ""
        return _noted(slot) or self._own_version()

    def other(self) -> str:
        """The version in the slot that does not run; empty where no whole one lies there. Raises
        KeeperError.
        """
        slot = self._slot("inactive")
        if slot.get("slot_status", {}).get("status") not in _WHOLE:
            return ""
        return _noted(slot) or _version_on(str(slot["device"]))

    def new_runs(self, version: str) -> bool:
        """Of a version that is not well RAUC may fail, too: then the boot loader is believed."""
        if runs := self.running():
            return runs == version
        return "balie.trial=" in self._command_line.read_text("utf-8", "replace")

    def install(self) -> None:
        """The bundle that was taken; without one the other slot is tried as it is."""
        new = self._folder / NEW
        command = ["install", str(new)] if new.exists() else ["status", "mark-active", "other"]
        call(["rauc", *command], within_s=_WITHIN_S, code="not-installed")

    def keep(self) -> None:
        call(["rauc", "status", "mark-good"], within_s=60, code="no-way-back")

    def back(self, *, new_runs: bool) -> None:
        if not new_runs:
            call(["rauc", "status", "mark-active", "booted"], within_s=60, code="no-way-back")
            return
        # Of a version that is not well this may fail, too. It had its one start.
        with suppress(KeeperError):
            call(["rauc", "status", "mark-bad", "booted"], within_s=60, code="no-way-back")

    def tidy(self) -> None:
        (self._folder / NEW).unlink(missing_ok=True)

    def _status(self) -> dict[str, Any]:
        command = ["rauc", "status", "--detailed", "--output-format=json"]
        try:
            told = json.loads(call(command, within_s=60, code="slots"))
        except ValueError as exc:
            raise KeeperError("slots", "rauc status told no JSON.") from exc
        if not isinstance(told, dict):
            raise KeeperError("slots", "rauc status told something else.")
        return told

    def _slot(self, state: str) -> dict[str, Any]:
        for named in self._status().get("slots", []):
            for slot in named.values():
                if slot.get("state") == state:
                    found: dict[str, Any] = slot
                    return found
        raise KeeperError("slots", f"rauc names no slot that is {state}.")

    def _own_version(self) -> str:
        try:
            return (self._root / VERSION).read_text("ascii").strip()
        except (OSError, ValueError):
            return ""


def _noted(slot: dict[str, Any]) -> str:
    return str(slot.get("slot_status", {}).get("bundle", {}).get("version", ""))


def _version_on(device: str) -> str:
    """What the slot of the flashed card says itself: it is not mounted, and RAUC never wrote it."""
    try:
        return call(["debugfs", "-R", f"cat /{VERSION}", device], within_s=60, code="slots").strip()
    except KeeperError:
        return ""
