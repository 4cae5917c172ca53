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
_WITHIN_S = 1800.0


class RaucSlots:
    """`command_line` is the kernel's, in which the boot loader says what it has started."""

    def __init__(self, folder: Path, command_line: Path = Path("/proc/cmdline")) -> None:
        self._folder = folder
        self._command_line = command_line

    @property
    def by_restart(self) -> bool:
        return True

    def running(self) -> str:
        """As RAUC noted it when the slot was written; empty for the slot of the flashed card."""
        try:
            slot = self._booted()
        except KeeperError:
            return ""
        return str(slot.get("slot_status", {}).get("bundle", {}).get("version", ""))

    def new_runs(self, version: str) -> bool:
        """Of a version that is not well RAUC may fail, too: then the boot loader is believed."""
        if runs := self.running():
            return runs == version
        return "balie.trial=" in self._command_line.read_text("utf-8", "replace")

    def install(self) -> None:
        command = ["rauc", "install", str(self._folder / NEW)]
        call(command, within_s=_WITHIN_S, code="not-installed")

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

    def _booted(self) -> dict[str, Any]:
        for named in self._status().get("slots", []):
            for slot in named.values():
                if slot.get("state") == "booted":
                    found: dict[str, Any] = slot
                    return found
        raise KeeperError("slots", "rauc names no slot that was booted.")
