"""A server that keeps copies, reached by OpenSSH's own `sftp`.

This machine has a key of its own for it, and knows the server by the key that the settings name: no
other is talked to. The account there needs SFTP and nothing else.
"""

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.box.copy_codes import CopyWhy
from appliance.copy_settings import SftpSettings
from appliance.errors import CopyFailed, SetupError

KEY, PUBLIC = "copies-key", "copies-key.pub"
"""In the data directory; made when it is first needed."""
PART = ".part"
_LONGEST_S = 8 * 3600
_SSH_PORT = 22
_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")
_WHY: tuple[tuple[str, CopyWhy], ...] = (
    ("host key verification failed", CopyWhy.OTHER_HOST),
    ("no matching host key", CopyWhy.OTHER_HOST),
    ("permission denied (", CopyWhy.NOT_LET_IN),
    ("too many authentication failures", CopyWhy.NOT_LET_IN),
    ("no space left", CopyWhy.FULL),
    ("quota", CopyWhy.FULL),
    ("could not resolve", CopyWhy.UNREACHABLE),
    ("connection refused", CopyWhy.UNREACHABLE),
    ("timed out", CopyWhy.UNREACHABLE),
    ("no route to host", CopyWhy.UNREACHABLE),
    ("network is unreachable", CopyWhy.UNREACHABLE),
    ("connection reset", CopyWhy.UNREACHABLE),
    ("connection closed", CopyWhy.UNREACHABLE),
    ("lost connection", CopyWhy.UNREACHABLE),
)
"""What ssh and sftp say, in small letters; the first that fits."""


@dataclass(frozen=True, slots=True)
class SftpServer:
    settings: SftpSettings
    data: Path

    def public_key(self) -> str:
        """What the server's keeper puts into `authorized_keys`. Raises SetupError."""
        if not (self.data / KEY).exists():
            self._make_key()
        try:
            return (self.data / PUBLIC).read_text("ascii").strip()
        except (OSError, ValueError) as exc:
            raise SetupError(f"{self.data / PUBLIC} cannot be read ({exc}).") from exc

    def names(self) -> Mapping[str, int]:
        """The files in the folder there, and their bytes. Raises CopyFailed and SetupError."""
        found = {}
        for line in self._ask(f'-mkdir "{self._folder}"', f'ls -ln "{self._folder}"'):
            fields = line.split()
            if line.startswith("-") and len(fields) > _BYTES and fields[_BYTES].isdigit():
                found[fields[-1].rpartition("/")[2]] = int(fields[_BYTES])
        return found

    def put(self, path: Path, name: str) -> None:
        """It has its name there once it is whole and on the server's disk. Raises CopyFailed."""
        there = self._place(name)
        self._ask(
            f'-mkdir "{self._folder}"',
            f"put -f {_quoted(path)} {self._place(name + PART)}",
            f"-rm {there}",
            f"rename {self._place(name + PART)} {there}",
        )

    def remove(self, names: Iterable[str]) -> None:
        """What is gone already is no matter. Raises CopyFailed."""
        if commands := [f"-rm {self._place(each)}" for each in names]:
            self._ask(*commands)

    @property
    def _folder(self) -> str:
        return self.settings.folder

    def _place(self, name: str) -> str:
        if _NAME.fullmatch(name) is None:
            raise ValueError(name)
        return f'"{self._folder}/{name}"'

    def _ask(self, *commands: str) -> list[str]:
        """What it said, by lines. Anything that fails, but for what begins with `-`, ends it."""
        self.public_key()
        with TemporaryDirectory(prefix="balie-sftp-") as work:
            known = Path(work, "known_hosts")
            known.write_text(f"{self._host} {self.settings.host_key}\n", encoding="ascii")
            batch = "".join(f"{each}\n" for each in commands)
            try:
                done = subprocess.run(
                    [*self._command(known), f"{self.settings.user}@{self._address}"],
                    input=batch,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=_LONGEST_S,
                    check=False,
                )
            except FileNotFoundError as exc:
                raise SetupError(
                    "sftp is not installed; do: apt-get install openssh-client."
                ) from exc
            except subprocess.TimeoutExpired as exc:
                raise CopyFailed(CopyWhy.UNREACHABLE, "The server took hours.") from exc
        if done.returncode:
            raise _failed(done.stderr)
        return done.stdout.splitlines()

    def _command(self, known: Path) -> list[str]:
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "20",
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityFile": str(self.data / KEY),
            "PreferredAuthentications": "publickey",
            "ServerAliveCountMax": "4",
            "ServerAliveInterval": "15",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(known),
        }
        said = [word for name, value in options.items() for word in ("-o", f'{name}="{value}"')]
        return ["sftp", "-F", "/dev/null", "-b", "-", "-P", str(self.settings.port), *said]

    @property
    def _host(self) -> str:
        """As a line of known hosts names it (sshd(8))."""
        host, port = self.settings.host, self.settings.port
        return host if port == _SSH_PORT else f"[{host}]:{port}"

    @property
    def _address(self) -> str:
        return f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host

    def _make_key(self) -> None:
        words = ("-q", "-t", "ed25519", "-N", "", "-C", "balie", "-f", str(self.data / KEY))
        try:
            subprocess.run(
                ["ssh-keygen", *words], check=True, capture_output=True, stdin=subprocess.DEVNULL
            )
        except FileNotFoundError as exc:
            sentence = "ssh-keygen is not installed; do: apt-get install openssh-client."
            raise SetupError(sentence) from exc
        except subprocess.CalledProcessError as exc:
            said = exc.stderr.decode("utf-8", "replace").strip()
            raise SetupError(f"No key for copies could be made ({said}).") from exc


_BYTES = 4
"""The field of a line of `ls -l`."""


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _failed(said: str) -> CopyFailed:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    small = said.lower()
    why = next((why for words, why in _WHY if words in small), CopyWhy.NOT_TAKEN)
    return CopyFailed(why, lines[-1] if lines else "The server does not say why.")
