"""A real OpenSSH server on the loopback that speaks SFTP alone, into a folder of its own."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.copy_settings import SftpSettings

WITHIN_S = 20
_PROGRAM = shutil.which("sshd") or "/usr/sbin/sshd"


@dataclass(frozen=True, slots=True)
class OwnSshd:
    """`home` is where files come to."""

    port: int
    home: Path
    keys: Path
    host_key: str

    def settings(self, **other: str) -> SftpSettings:
        told = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "folder": str(self.home / "copies"),
            "host_key": self.host_key,
        }
        return SftpSettings(**{**told, **other})

    def lets_in(self, public_key: str) -> None:
        self.keys.write_text(f"{public_key}\n", encoding="ascii")


def make_host_key(folder: Path, name: str) -> str:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
    subprocess.run(command, check=True)
    return " ".join((folder / f"{name}.pub").read_text("ascii").split()[:2])


@contextmanager
def running(folder: Path) -> Iterator[OwnSshd]:
    host_key = make_host_key(folder, "host")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home, keys, config = folder / "home", folder / "authorized_keys", folder / "sshd_config"
    home.mkdir()
    keys.touch()
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {keys}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "PermitRootLogin prohibit-password\nForceCommand internal-sftp\n"
        "Subsystem sftp internal-sftp\n",
        encoding="ascii",
    )
    Path("/run/sshd").mkdir(exist_ok=True)  # it wants this, and uses it for nothing here
    process = subprocess.Popen([_PROGRAM, "-D", "-e", "-f", config], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield OwnSshd(port, home, keys, host_key)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("sshd did not start")
