"""A box on an emulated machine, started by U-Boot from a card that lies in a file."""

import os
import shlex
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from provisioning.card.programs import Stop

U_BOOT = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
NAME = "balie-test"

_MACHINE = ("-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024")
_SILENT = ("-display", "none", "-monitor", "none")
_QUICK = ("-accel", "tcg,thread=multi")
_COUNTED = ("-accel", "tcg,thread=single", "-icount", "shift=1,sleep=on")
"""Its clock counts its instructions: beside much other work it is slow without knowing it, and none
of the limits that it has for its own programs is over too early.
"""
_LOOK_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Of this machine, that lead into the box."""

    https: int
    http: int
    ssh: int


class Box:
    """One card and what runs from it. `stick` is a disk with bundles that it can read.

    `patience_s` is the longest that anything may take; `counted`: its clock counts instructions.
    """

    def __init__(
        self,
        card: Path,
        key: Path,
        folder: Path,
        *,
        stick: Path,
        patience_s: float,
        counted: bool = False,
    ) -> None:
        self.card = card
        self._counted = counted
        self.patience_s = patience_s
        self._key = key
        self._folder = folder
        self._stick = stick
        self._ports = Ports(https=free_port(), http=free_port(), ssh=free_port())
        self._qemu: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def console(self) -> str:
        """Since it was powered on last."""
        path = self._folder / "console"
        return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""

    def goal(self, within_s: float) -> float | None:
        """None for a clock that counts: what it takes here says nothing of the box."""
        return None if self._counted else within_s

    def power_on(self) -> None:
        (self._folder / "console").unlink(missing_ok=True)
        command = ["qemu-system-aarch64", *_MACHINE, *_SILENT, "-bios", str(U_BOOT)]
        command += _COUNTED if self._counted else _QUICK
        command += ["-serial", f"file:{self._folder / 'console'}"]
        command += self._disk("card", self.card, "discard=unmap")
        command += self._disk("stick", self._stick, "readonly=on")
        command += ["-netdev", f"user,id=net,{self._forwards()}"]
        command += ["-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci"]
        with (self._folder / "qemu").open("wb") as said:
            self._qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def cut_power(self) -> None:
        """At this instruction: nothing is told to the box."""
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()
            self._qemu = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Meanwhile the card is what a power cut at this instruction would leave."""
        if self._qemu is None:
            raise Stop("The machine is off.")
        self._qemu.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._qemu.send_signal(signal.SIGCONT)

    def is_on(self) -> bool:
        return self._qemu is not None

    def wait_for_balie(self) -> float:
        """Seconds until Balie itself answers over HTTPS. Raises Stop."""
        return self.wait("Balie over HTTPS", self.answers)

    def answers(self) -> bool:
        try:
            return self.asked("/healthz")[0] == HTTPStatus.OK
        except OSError:
            return False

    def asked(self, path: str, *, authority: str | None = None) -> tuple[int, bytes]:
        """Status and body over HTTPS; verified as the box's name where an authority is given.

        Raises OSError.
        """
        context = ssl.create_default_context(cadata=authority)
        if authority is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self._ports.https), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=f"{NAME}.local") as wire,
        ):
            head = f"GET {path} HTTP/1.0\r\nHost: {NAME}.local\r\nAccept-Language: en\r\n"
            wire.sendall(f"{head}Connection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
        first, _, rest = answer.partition(b"\r\n")
        if not first.startswith(b"HTTP/"):
            raise OSError("That is no answer of HTTP.")
        return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]

    def authority(self) -> str:
        """The CA that the page of port 80 offers. Raises OSError."""
        address = f"http://127.0.0.1:{self._ports.http}/ca.crt"
        with urllib.request.urlopen(address, timeout=10) as answer:
            text: str = answer.read().decode("ascii")
        return text

    def do(self, command: str) -> str:
        """What a command of root's on the box printed. Raises Stop."""
        done = self._ssh(command, self.patience_s)
        if done.returncode != 0:
            raise Stop(f"On the box: {command}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.strip()

    def begin(self, command: str) -> None:
        """Something that goes on by itself."""
        self.do(f"systemd-run --quiet --collect sh -c {shlex.quote(command)}")

    def is_so(self, command: str) -> bool:
        """Whether it ends well; a box that does not answer is not so."""
        return self._ssh(command, 60).returncode == 0

    def wait_for_ssh(self) -> float:
        return self.wait("SSH", lambda: self._ssh("true", 60).returncode == 0)

    def restart(self) -> None:
        self._ssh("systemctl --no-block reboot", 60)

    def wait(self, what: str, there: Callable[[], bool]) -> float:
        """Seconds until it is so. Raises Stop when it takes too long, with the console's end."""
        begun = time.monotonic()
        while not there():
            if self._qemu is None or self._qemu.poll() is not None:
                raise Stop(f"The machine ended: {(self._folder / 'qemu').read_text('utf-8')}")
            if time.monotonic() - begun > self.patience_s:
                took, end = f"{self.patience_s:.0f} s", "\n".join(self.console.splitlines()[-25:])
                raise Stop(f"{what} is not there after {took}. The console's end:\n{end}")
            time.sleep(_LOOK_S)
        return time.monotonic() - begun

    def starts(self) -> list[str]:
        """The slot of each start since power on, as U-Boot said it."""
        said = [line for line in self.console.splitlines() if "BALIE slot " in line]
        return [line.split("BALIE slot ")[1].split()[0] for line in said if "loaded" not in line]

    def _ssh(self, command: str, limit_s: float) -> subprocess.CompletedProcess[str]:
        options: Sequence[str] = (
            *("-i", str(self._key), "-p", str(self._ports.ssh), "-o", "BatchMode=yes"),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"),
        )
        words = ["ssh", *options, "root@127.0.0.1", command]
        try:
            return subprocess.run(
                words, capture_output=True, text=True, timeout=limit_s, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, 255, "", f"no answer in {limit_s} s")

    def _disk(self, name: str, path: Path, how: str) -> list[str]:
        drive = f"if=none,id={name},file={path},format=raw,{how}"
        return ["-drive", drive, "-device", f"virtio-blk-pci,drive={name}"]

    def _forwards(self) -> str:
        pairs = ((self._ports.https, 443), (self._ports.http, 80), (self._ports.ssh, 22))
        return ",".join(f"hostfwd=tcp:127.0.0.1:{ours}-:{theirs}" for ours, theirs in pairs)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def check_machine() -> None:
    """Raises Stop unless a box can be emulated here."""
    if not U_BOOT.exists():
        raise Stop("This machine lacks U-Boot for qemu. Install Debian's u-boot-qemu.")
    for name in ("qemu-system-aarch64", "ssh", "ssh-keygen", "losetup"):
        if not any(Path(folder, name).exists() for folder in os.get_exec_path()):
            raise Stop(f"This machine lacks {name}. Install Debian's package of it.")
