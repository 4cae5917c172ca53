"""A machine in a folder, with the real dpkg, and packages of a toy in the place of Balie.

No systemd runs where tests run, so `systemctl` is a program of ours that starts and stops the toy;
it gives it the same file as its environment as the unit does. The toy answers `/readyz` and writes
its version into the database, as a migration would. Everything else is the real thing.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.box.keeper.data_side import DATABASE
from appliance.box.keeper.deb_slots import DebSlots
from appliance.box.keeper.entry import PACKAGES
from appliance.box.keeper.keeper import HELD
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.state import State, StateFile

PACKAGE = "balie"
ARCHITECTURE = "all"
LIMIT_S = 40.0
"""Enough for a machine that is busy with other tests."""
LOOK_S = 0.05

_TOY = """
import os, socket, sqlite3, sys
version, kind, data, port = "{version}", "{kind}", sys.argv[1], int(sys.argv[2])
held = os.environ.get("BALIE_TRIAL") == "true"
with open(data + "/starts", "a") as starts:
    starts.write(version + (" held" if held else " free") + chr(10))
if kind == "broken":
    sys.exit(1)
conn = sqlite3.connect(data + "/balie.db")
conn.execute("UPDATE house SET version = ?", (version,))
conn.execute("INSERT INTO migration VALUES (?)", (version,))
conn.commit()
conn.close()
status = "503 Busy" if kind == "degraded" and held else "200 OK"
body = '{{"status": "%s"}}' % ("ok" if kind == "free" or not held else "trial")
answer = "HTTP/1.0 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (status, len(body), body)
listening = socket.create_server(("127.0.0.1", port))
while True:
    asking = listening.accept()[0]
    try:
        asking.recv(4096)
        asking.sendall(answer.encode())
        asking.close()
    except OSError:
        pass
"""

_SYSTEMCTL = """#!/bin/sh
program={box}/root/usr/lib/balie/toy.py held={box}/update/held.env process={box}/pid
alive() {{
  {{ read -r pid <$process && read -r stat </proc/$pid/stat; }} 2>/dev/null || return 1
  case $stat in *") Z "*) return 1 ;; esac
}}
stop() {{
  if alive; then
    kill -9 $pid
    while alive; do sleep 0.01; done
  fi
  rm -f $process
}}
start() {{
  unset BALIE_TRIAL
  [ ! -e $held ] || {{ set -a; . $held; set +a; }}
  setsid {python} -IS $program {box}/data {port} >/dev/null 2>&1 &
  echo $! >$process
}}
for word in "$@"; do
  case $word in -*) ;; *) break ;; esac
done
case $word in
  restart) stop; [ ! -e $program ] || start ;;
  stop) stop ;;
  is-active) alive || exit 3 ;;
esac
"""
"""In the language that starts soonest: each look at a trial asks it."""


def build_package(
    folder: Path,
    version: str,
    kind: str = "good",
    *,
    package: str = PACKAGE,
    architecture: str = ARCHITECTURE,
    settings: str = "as it came\n",
) -> Path:
    """A real .deb; `kind` is good, broken (ends at once), degraded (answers 503), or free (does not
    keep still on trial).
    """
    tree = folder / f"tree-{version}"
    program = tree / "usr" / "lib" / "balie" / "toy.py"
    program.parent.mkdir(parents=True)
    program.write_text(_TOY.format(version=version, kind=kind))
    conf = tree / "etc" / "balie" / "toy.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text(settings)
    control = tree / "DEBIAN"
    control.mkdir()
    (control / "conffiles").write_text("/etc/balie/toy.conf\n")
    (control / "control").write_text(
        f"Package: {package}\nVersion: {version}\nArchitecture: {architecture}\n"
        "Maintainer: Balie <balie@example.com>\nDescription: a toy in the place of Balie\n"
        " It answers readyz.\n"
    )
    for path in (tree, *tree.rglob("*")):  # another test may have set this process's umask
        path.chmod(0o755 if path.is_dir() else 0o644)
    target = folder / f"{package}_{version}_{architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", str(tree), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    shutil.rmtree(tree)
    return target


def _free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass(slots=True, kw_only=True)
class ToyBox:
    """The machine: `root` is its system, `data` Balie's data, `folder` what root keeps of updates.
    Balie has one conversation in its database.
    """

    box: Path
    port: int = field(default_factory=_free_port)
    limit_s: float = LIMIT_S

    @property
    def root(self) -> Path:
        return self.box / "root"

    @property
    def data(self) -> Path:
        return self.box / "data"

    @property
    def folder(self) -> Path:
        return self.box / "update"

    @property
    def plan(self) -> Plan:
        return Plan(
            data=str(self.data),
            ready_url=f"http://127.0.0.1:{self.port}/readyz",
            limit_s=self.limit_s,
            look_s=LOOK_S,
            room_mb=1,
            system=str(self.root),
        )

    @property
    def state(self) -> State:
        return StateFile(self.folder).read()

    @property
    def version(self) -> str:
        return DebSlots(self.folder / PACKAGES, system=str(self.root)).running()

    @property
    def is_held(self) -> bool:
        return (self.folder / HELD).exists()

    @property
    def starts(self) -> list[str]:
        path = self.data / "starts"
        return path.read_text().splitlines() if path.exists() else []

    def furnish(self, package: Path) -> None:
        """A machine on which this package runs, and what it needs."""
        admin = self.root / "var" / "lib" / "dpkg"
        for folder in (self.data, self.folder, admin / "updates", admin / "info"):
            folder.mkdir(parents=True)
        for name in ("status", "available"):
            (admin / name).touch()
        programs = self.box / "bin"
        programs.mkdir()
        (programs / "systemctl").write_text(
            _SYSTEMCTL.format(python=sys.executable, box=self.box, port=self.port)
        )
        (programs / "systemctl").chmod(0o755)
        self.dpkg("--install", package)
        with closing(sqlite3.connect(self.data / DATABASE)) as conn:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.executescript(
                "CREATE TABLE house (version TEXT); INSERT INTO house VALUES ('none');"
                "CREATE TABLE said (text TEXT); INSERT INTO said VALUES ('Hallo');"
                "CREATE TABLE migration (version TEXT);"
                "CREATE TABLE message (state TEXT); INSERT INTO message VALUES ('sent');"
            )
        self.systemctl("restart")

    def dpkg(self, verb: str, package: Path) -> None:
        command = ["dpkg", f"--root={self.root}", verb, str(package)]
        subprocess.run(command, check=True, capture_output=True, env=self.env, timeout=60)

    def systemctl(self, verb: str) -> None:
        command = [str(self.box / "bin" / "systemctl"), verb, "balie.service"]
        subprocess.run(command, check=True, env=self.env, timeout=60)

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.box / 'bin'}:{os.environ['PATH']}:/usr/sbin:/sbin"}

    def house(self) -> tuple[str, list[str]]:
        """The version that the database was used with last, and what was said."""
        with closing(sqlite3.connect(self.data / DATABASE)) as conn:
            (version,) = conn.execute("SELECT version FROM house").fetchone()
            return version, [row[0] for row in conn.execute("SELECT text FROM said")]

    def is_migrated_to(self, version: str) -> bool:
        """Whether this version has ever written into the database that is here now."""
        with closing(sqlite3.connect(self.data / DATABASE)) as conn:
            return (version,) in conn.execute("SELECT version FROM migration").fetchall()

    def say(self, text: str) -> None:
        with closing(sqlite3.connect(self.data / DATABASE)) as conn:
            conn.execute("INSERT INTO said VALUES (?)", (text,))
            conn.commit()

    def power_off(self) -> None:
        """The toy ends with the machine."""
        with suppress(OSError, ValueError):
            os.kill(int((self.box / "pid").read_text()), signal.SIGKILL)
        (self.box / "pid").unlink(missing_ok=True)

    def waits_until(self, version: str) -> None:
        """It runs free: the toy writes its version a moment after its start."""
        until = time.monotonic() + 20
        while self.starts[-1:] != [f"{version} free"] or self.house()[0] != version:
            assert time.monotonic() < until, (self.house(), self.starts)
            time.sleep(0.02)
