"""Debian's SMS daemons on the same emulated modems: the peers of the modem's figures.

Their waits are set as low as their manuals allow. Each keeps its spool in its own folder. For each
arrived message it calls a handler, which writes the time into a file.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

HANDLER = """#!/bin/sh
{only}
date +%s%N >> {heard}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message for a peer's spool."""

    number: str
    text: str


class Peer(Protocol):
    """A daemon that runs. `heard` has a line in nanoseconds for each message that arrived."""

    heard: Path

    def submit(self, texts: Sequence[Text]) -> None:
        """Puts them into the spool, all at once or one by one; the daemon takes them from there."""


@dataclass(slots=True)
class SmsTools:
    """smstools3's `smsd`: one process for all modems, files as its queue.

    Messages go to the folder from which its modems take them: the main process before that passes
    on only two a second, with any setting.
    """

    folder: Path
    heard: Path
    _count: int = field(default=0, init=False)

    def submit(self, texts: Sequence[Text]) -> None:
        for each in texts:
            self._count += 1
            made = self.folder / f"made-{self._count}"
            made.write_text(f"To: {each.number.lstrip('+')}\n\n{each.text}")
            made.rename(self.folder / "checked" / f"sms-{self._count:05}")


@dataclass(slots=True)
class GammuSmsd:
    """gammu-smsd: one process for each modem; messages are spread over their spools."""

    folders: Sequence[Path]
    heard: Path
    _count: int = field(default=0, init=False)

    def submit(self, texts: Sequence[Text]) -> None:
        for each in texts:
            self._count += 1
            folder = self.folders[self._count % len(self.folders)]
            name = f"OUTA20260101_000000_{self._count:05}_{each.number}_bench.txt"
            made = folder / f"made-{self._count}"
            made.write_text(each.text)
            made.rename(folder / "outbox" / name)


@contextmanager
def smstools(folder: Path, ports: Sequence[str]) -> Iterator[Peer]:
    for name in ("outgoing", "checked", "failed", "incoming", "sent"):
        (folder / name).mkdir(parents=True)
    heard = folder / "heard"
    handler = _handler(folder, heard, only='[ "$1" = RECEIVED ] || exit 0')
    names = [f"GSM{place}" for place, _ in enumerate(ports)]
    config = folder / "smsd.conf"
    config.write_text(
        f"devices = {','.join(names)}\n"
        + "".join(
            f"{name} = {folder / name}\n"
            for name in ("outgoing", "checked", "failed", "incoming", "sent")
        )
        + f"infofile = {folder}/info\npidfile = {folder}/pid\nlogfile = {folder}/log\n"
        f"eventhandler = {handler}\nloglevel = 4\nautosplit = 3\n"
        "delaytime = 0\ndelaytime_mainprocess = 0\nerrorsleeptime = 0\nblocktime = 1\n"
        "receive_before_send = no\nstatus_interval = 0\n"
        + "".join(
            f"[{name}]\ndevice = {port}\nbaudrate = 115200\nincoming = yes\n"
            "rtscts = no\ncheck_network = 0\npre_init = yes\npoll_faster = 1\n"
            for name, port in zip(names, ports, strict=True)
        )
    )
    with _running(["smsd", "-c", str(config), "-t"], folder):
        yield SmsTools(folder, heard)


@contextmanager
def gammu_smsd(folder: Path, ports: Sequence[str]) -> Iterator[Peer]:
    heard = folder / "heard"
    folders = [folder / f"modem-{place}" for place, _ in enumerate(ports)]
    with ExitStack() as stack:
        for own, port in zip(folders, ports, strict=True):
            for name in ("inbox", "outbox", "sent", "error"):
                (own / name).mkdir(parents=True)
            handler = _handler(own, heard, only="")
            config = own / "gammu-smsdrc"
            config.write_text(
                f"[gammu]\ndevice = {port}\nconnection = at115200\n"
                f"[smsd]\nservice = files\nlogfile = {own}/log\ndebuglevel = 0\n"
                f"inboxpath = {own}/inbox/\noutboxpath = {own}/outbox/\n"
                f"sentsmspath = {own}/sent/\nerrorsmspath = {own}/error/\n"
                f"runonreceive = {handler}\nloopsleep = 0\ncommtimeout = 1\nsendtimeout = 5\n"
                "receivefrequency = 0\nstatusfrequency = 0\nresetfrequency = 0\n"
                "checksecurity = 0\nchecksignal = 0\ncheckbattery = 0\nchecknetwork = 0\n"
            )
            stack.enter_context(_running(["gammu-smsd", "-c", str(config)], own))
        yield GammuSmsd(folders, heard)


def _handler(folder: Path, heard: Path, *, only: str) -> Path:
    handler = folder / "handler"
    handler.write_text(HANDLER.format(only=only, heard=heard))
    handler.chmod(0o755)
    return handler


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[None]:
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(f"{command[0]} is missing: scripts/prepare --tests installs it")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


PEERS: Mapping[str, Callable[[Path, Sequence[str]], AbstractContextManager[Peer]]] = {
    "smstools3": smstools,
    "gammu-smsd": gammu_smsd,
}
