"""Balie and what it stands on, as systemd starts and stops them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call

_STOPS_WITHIN_S = 120.0


class Units(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def are_active(self) -> bool: ...

    def restart_machine(self) -> None: ...


class SystemdUnits:
    """The first of `names` is Balie's own."""

    def __init__(self, names: Sequence[str], reloads: Sequence[str] = ()) -> None:
        self._names = names
        self._reloads = reloads

    def start(self) -> None:
        """Also where it runs: a Balie that starts anew takes up whether it is held."""
        call(["systemctl", "daemon-reload"], within_s=_STOPS_WITHIN_S, code="units")
        # One that ended again and again while it was broken would not be started any more.
        self._tell("reset-failed")
        self._tell("restart")
        for name in self._reloads:
            with suppress(KeeperError):  # it is looked at as a unit, where it has to run
                call(["systemctl", "try-reload-or-restart", name], within_s=60, code="units")

    def stop(self) -> None:
        self._tell("stop")

    def are_active(self) -> bool:
        try:
            call(["systemctl", "is-active", *self._names], within_s=30, code="units")
        except KeeperError:
            return False
        return True

    def restart_machine(self) -> None:
        call(["systemctl", "--no-block", "reboot"], within_s=30, code="units")

    def _tell(self, verb: str) -> None:
        call(["systemctl", verb, self._names[0]], within_s=_STOPS_WITHIN_S, code="units")


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
