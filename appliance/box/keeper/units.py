"""Balie and what it stands on, as systemd starts and stops them."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call

_STOPS_WITHIN_S = 120.0
_LOOKS = "balie-trial.service"
"""This process is what it would begin."""


class Units(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def are_active(self) -> bool: ...

    def restart_machine(self) -> None: ...


class SystemdUnits:
    """The first of `names` is Balie's own; `started` is a file that lists what a package starts."""

    def __init__(
        self, names: Sequence[str], reloads: Sequence[str] = (), started: Path | None = None
    ) -> None:
        self._names = names
        self._reloads = reloads
        self._started = started

    def start(self) -> None:
        """Also where it runs: a Balie that starts anew takes up whether it is held."""
        call(["systemctl", "daemon-reload"], within_s=_STOPS_WITHIN_S, code="units")
        # One that ended again and again while it was broken would not be started any more.
        with suppress(KeeperError):  # nor is one known that has not run yet
            self._tell("reset-failed")
        self._tell("restart", "--no-block")  # the looks see whether it comes, however long it takes
        with suppress(KeeperError):  # what has to run is looked at
            for name in self._reloads:
                call(["systemctl", "try-reload-or-restart", name], within_s=60, code="units")
        with suppress(KeeperError, OSError):
            # The scripts of a package start nothing while it is installed by the keeper.
            names = self._started.read_text("utf-8").split() if self._started else []
            if new := [name for name in names if name != _LOOKS]:
                call(["systemctl", "--no-block", "start", *new], within_s=60, code="units")

    def stop(self) -> None:
        self._tell("stop")

    def are_active(self) -> bool:
        """Each is asked for alone: of several systemd says whether any is."""
        try:
            for name in self._names:
                call(["systemctl", "is-active", name], within_s=30, code="units")
        except KeeperError:
            return False
        return True

    def restart_machine(self) -> None:
        call(["systemctl", "--no-block", "reboot"], within_s=30, code="units")

    def _tell(self, verb: str, *options: str) -> None:
        command = ["systemctl", *options, verb, self._names[0]]
        call(command, within_s=_STOPS_WITHIN_S, code="units")


class UnitsAtBoot:
    """Before Balie starts, systemd itself will start it: nothing is to be told."""

    def start(self) -> None:
        return

    def stop(self) -> None:
        return

    def are_active(self) -> bool:
        return False

    def restart_machine(self) -> None:
        SystemdUnits([]).restart_machine()
