"""What a box does at each start before its services: its own folders, keys, name and findings.

A step that fails is a finding or a line in the log, and the next step is done: a box starts with
what it has.
"""

import logging
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from appliance.box import findings, identity
from appliance.box.boot_choice import BootChoice
from appliance.box.boot_state import BootState
from appliance.box.card_folders import CardFolders
from appliance.box.card_reading import take_over
from appliance.box.findings import StartFinding
from appliance.box.given_settings import put_missing
from appliance.box.host_names import USUAL
from appliance.box.identity import BoxIdentity
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

log = logging.getLogger(__name__)

HOST_KEY = "ssh_host_ed25519_key"


class StartedMachine(Protocol):
    """What is done to the machine itself; used by root alone."""

    def has_data(self) -> bool:
        """Whether the data partition is mounted."""

    def take_memory(self) -> object:
        """Puts memory in the place of the data partition."""

    def grow(self) -> object:
        """Lets the data partition grow to the end of the card. Raises SetupError."""

    def give(self, path: Path) -> object:
        """Lets Balie's own group have a file that root keeps."""

    def become(self, name: str) -> object:
        """Gives the machine its name."""


class Start:
    def __init__(self, places: CardFolders, machine: StartedMachine) -> None:
        self._places = places
        self._machine = machine

    def run(self) -> None:
        found: list[StartFinding] = []
        _tried("the data partition", lambda: found.extend(self._data()))
        _tried("the slots", lambda: found.extend(self._slots()))
        _tried("the folders", self._folders)
        _tried("the settings of the card", lambda: take_over(self._places))
        _tried("the key of SSH", self._host_key)
        _tried("the name", lambda: self._machine.become(self.name()))
        _tried("who the box is", self._identity)
        findings.keep([*found, *findings.kept(self._places.card_findings)], self._places.findings)

    def name(self) -> str:
        """What it is called until the network was asked, and then for good."""
        for place in (self._places.wanted_name, self._places.name):
            if place.exists() and (text := place.read_text("ascii", "replace").strip()):
                return text
        return USUAL

    def _folders(self) -> None:
        for folder, mode in self._places.folders.items():
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
        put_missing(self._places.given, self._places.etc, self._machine.give)

    def _identity(self) -> None:
        machine_id = identity.machine_id(self._places.machine_id, self._places.running_id)
        me = BoxIdentity(machine_id=machine_id, name=self.name())
        identity.tell_firmware(me, self._places.firmware)

    def _data(self) -> Iterator[StartFinding]:
        if not self._machine.has_data():
            yield StartFinding(what=findings.NO_DATA)
            self._machine.take_memory()
            return
        try:
            self._machine.grow()
        except SetupError as exc:
            log.warning("the data partition did not grow: %s", exc)
            yield StartFinding(what=findings.NO_ROOM)

    def _slots(self) -> Iterator[StartFinding]:
        command_line = self._places.command_line.read_text("utf-8", "replace")
        choice = BootChoice(BootState(self._places.firmware), command_line)
        try:
            if choice.recover():
                yield StartFinding(what=findings.STATE_LOST, about=choice.current())
        except (OSError, SetupError) as exc:
            log.warning("which slot is good could not be written: %s", exc)
            yield StartFinding(what=findings.STATE_LOST)
        if missed := choice.runs_in_place_of():
            yield StartFinding(what=findings.OTHER_SLOT, about=missed)

    def _host_key(self) -> None:
        """The private half comes last: as long as it is missing both are made anew."""
        key = self._places.ssh / HOST_KEY
        if key.exists():
            return
        made = self._places.ssh / f"{HOST_KEY}.new"
        made.unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(made)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        public = made.with_name(f"{made.name}.pub")
        put_whole(key.with_name(f"{HOST_KEY}.pub"), public.read_bytes(), mode=0o644)
        put_whole(key, made.read_bytes(), mode=0o600)
        public.unlink()
        made.unlink()


def _tried(what: str, step: Callable[[], object]) -> None:
    try:
        step()
    except (OSError, ValueError, subprocess.SubprocessError):
        log.exception("%s failed", what)
