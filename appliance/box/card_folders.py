"""Where a card keeps what is its box's own: on the data partition, but for the first folder.

The root is read-only and the same on every box; what other programs look for elsewhere is bound
there from the data partition (`provisioning/card/tree/etc/fstab`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFolders:
    """`root` is another folder in tests only."""

    root: Path = Path("/")

    @property
    def firmware(self) -> Path:
        return self.root / "boot" / "firmware"

    @property
    def own(self) -> Path:
        """What the start of the box keeps."""
        return self.root / "data" / "box"

    @property
    def ssh(self) -> Path:
        return self.root / "data" / "ssh"

    @property
    def wifi(self) -> Path:
        return self.root / "data" / "wifi"

    @property
    def etc(self) -> Path:
        """What is `/etc/balie` on the box."""
        return self.root / "data" / "etc-balie"

    @property
    def given(self) -> Path:
        """The settings that the package has for a machine without any."""
        return self.root / "usr" / "share" / "balie" / "etc-balie"

    @property
    def log(self) -> Path:
        """Warnings of the journal, which is in memory."""
        return self.root / "data" / "log"

    @property
    def folders(self) -> Mapping[Path, int]:
        """What has to be there before it is bound or written to, with its mode."""
        bound = {"balie": 0o700, "balie-adb": 0o700, "balie-tls": 0o755, "balie-update": 0o755}
        bound |= {"rauc": 0o755}
        return {
            self.own: 0o755,
            self.ssh: 0o700,
            self.wifi: 0o700,
            self.etc: 0o755,
            self.log: 0o755,
            **{self.root / "data" / name: mode for name, mode in bound.items()},
        }

    @property
    def running_id(self) -> Path:
        return self.root / "etc" / "machine-id"

    @property
    def command_line(self) -> Path:
        return self.root / "proc" / "cmdline"

    @property
    def findings(self) -> Path:
        return self.root / "run" / "balie-box" / "findings.json"

    @property
    def name(self) -> Path:
        """The name that the box has on its network."""
        return self.own / "name"

    @property
    def wanted_name(self) -> Path:
        """It is there until the network was asked whether it is free."""
        return self.own / "name-wanted"

    @property
    def machine_id(self) -> Path:
        return self.own / "machine-id"

    @property
    def branch(self) -> Path:
        """The branch that head office named; it is there until Balie has made it."""
        return self.own / "branch"

    @property
    def invitation(self) -> Path:
        """Head office's, for one box."""
        return self.own / "invitation"

    @property
    def given_tls(self) -> Path:
        """Head office's certificates; it is `/etc/balie/tls` on the box."""
        return self.etc / "tls"

    @property
    def card_findings(self) -> Path:
        """What was wrong in the settings that were read last."""
        return self.own / "card-findings.json"
