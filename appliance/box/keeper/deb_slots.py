"""Versions as packages: `good.deb` is the one that runs, `before.deb` the good one before it.

dpkg is not atomic. A power cut inside it leaves a package that is half there, over which dpkg
installs `good.deb` again: so no package is installed without that file.
"""

from pathlib import Path

from appliance.box.keeper.disk import sync_folder
from appliance.box.keeper.errors import KeeperError
from appliance.box.keeper.programs import call

NEW, GOOD, BEFORE = "new.deb", "good.deb", "before.deb"
_WITHIN_S = 900.0
"""A card that is slow and busy; what hangs for longer never ends."""


class DebSlots:
    """`folder` is root's own: nobody else writes what is installed from there."""

    def __init__(self, folder: Path, *, package: str = "balie", system: str = "/") -> None:
        self._folder = folder
        self._package = package
        self._system = system

    @property
    def by_restart(self) -> bool:
        return False

    def running(self) -> str:
        query = ["dpkg-query", f"--admindir={Path(self._system, 'var/lib/dpkg')}", "--show"]
        try:
            said = call(
                [*query, "--showformat=${db:Status-Status} ${Version}", self._package],
                within_s=60,
                code="package",
            )
        except KeeperError:
            return ""
        status, _, version = said.partition(" ")
        return version if status == "installed" else ""

    def new_runs(self, version: str) -> bool:
        return self.running() == version

    def install(self) -> None:
        self._dpkg(NEW, "not-installed")

    def keep(self) -> None:
        new, good = self._folder / NEW, self._folder / GOOD
        if new.exists():
            if good.exists():
                good.replace(self._folder / BEFORE)
            new.replace(good)
            sync_folder(self._folder)

    def back(self, *, new_runs: bool) -> None:
        del new_runs
        self._dpkg(GOOD, "no-way-back")

    def tidy(self) -> None:
        (self._folder / NEW).unlink(missing_ok=True)

    def _dpkg(self, name: str, code: str) -> None:
        # What a person changed in a file of the configuration stays as it is.
        command = ["dpkg", "--force-confold", "--force-confdef"]
        if self._system != "/":
            command.append(f"--root={self._system}")
        path = str(self._folder / name)
        # The scripts of the package start nothing: what runs, and when, is decided by the steps.
        # Early in a start of the machine they would wait for a Balie that waits for them.
        quiet = {"SYSTEMD_OFFLINE": "1"}
        call([*command, "--install", path], within_s=_WITHIN_S, code=code, more=quiet)
