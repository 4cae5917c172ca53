"""What a box does at each start: own keys, one id for good, and it starts whatever is wrong."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.box import findings
from appliance.box.boot_state import BootRecord, BootState
from appliance.box.card_folders import CardFolders
from appliance.box.findings import StartFinding
from appliance.box.identity import FILE, BoxIdentity, encode
from appliance.box.naming import Addresses, addresses_of, settle
from appliance.box.starting import HOST_KEY, Start
from appliance.errors import SetupError

MACHINE_ID = "0123456789abcdef0123456789abcdef"
HERE = Addresses(ipv4=["192.168.1.5"], all=["192.168.1.5", "fe80::1"])
NOWHERE = Addresses(ipv4=[], all=[])


@pytest.fixture
def places(tmp_path: Path) -> CardFolders:
    places = CardFolders(root=tmp_path)
    for folder in (places.firmware, tmp_path / "etc", tmp_path / "proc"):
        folder.mkdir(parents=True)
    places.running_id.write_text(f"{MACHINE_ID}\n")
    places.command_line.write_text("quiet rauc.slot=a ro\n")
    for _ in range(2):
        BootState(places.firmware).write(BootRecord())
    return places


@dataclass(slots=True)
class Machine:
    """Notes what is done to it. `is_full`: the partition cannot grow."""

    has_partition: bool = True
    has_memory: bool = True
    is_full: bool = False
    names: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def has_data(self) -> bool:
        return self.has_partition

    def take_memory(self) -> None:
        if not self.has_memory:
            raise subprocess.CalledProcessError(32, "mount")

    def grow(self) -> None:
        if self.is_full:
            raise SetupError("There is no room.")

    def give(self, path: Path) -> None:
        self.given.append(path.name)

    def become(self, name: str) -> None:
        self.names.append(name)


def start(places: CardFolders, machine: Machine | None = None) -> str:
    """The name that the machine was given."""
    machine = machine or Machine()
    Start(places, machine).run()
    (name,) = machine.names
    return name


def test_the_first_start_makes_what_is_the_boxs_own(places: CardFolders) -> None:
    """A key of SSH that works, the machine's id, and both told to U-Boot; the second keeps all."""
    assert start(places) == "balie"
    key = places.ssh / HOST_KEY
    shown = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(key)], check=True, capture_output=True, text=True
    )
    assert shown.stdout.split()[:2] == (places.ssh / f"{HOST_KEY}.pub").read_text().split()[:2]
    assert key.stat().st_mode & 0o077 == 0
    box_id = places.firmware / FILE
    assert box_id.read_bytes() == encode(BoxIdentity(machine_id=MACHINE_ID, name="balie"))
    before = (key.read_bytes(), box_id.stat().st_mtime_ns)
    places.running_id.write_text("f" * 32)
    start(places)
    assert (key.read_bytes(), box_id.stat().st_mtime_ns) == before
    assert findings.kept(places.findings) == []


def test_a_key_that_was_cut_off_is_made_again(places: CardFolders) -> None:
    """As long as the private half is missing there is none; nothing of the try stays."""
    places.ssh.mkdir(parents=True)
    (places.ssh / f"{HOST_KEY}.new").write_text("half")
    (places.ssh / f"{HOST_KEY}.pub").write_text("half")
    start(places)
    assert sorted(path.name for path in places.ssh.iterdir()) == [HOST_KEY, f"{HOST_KEY}.pub"]


def test_what_the_firmware_partition_lost_is_made_anew(places: CardFolders) -> None:
    """The data partition knows who the box is."""
    start(places)
    (places.firmware / FILE).unlink()
    places.running_id.write_text("f" * 32)
    start(places)
    told = (places.firmware / FILE).read_bytes()
    assert told == encode(BoxIdentity(machine_id=MACHINE_ID, name="balie"))


def test_a_box_starts_whatever_is_wrong_and_says_it(places: CardFolders) -> None:
    """A card that does not grow, settings that are no TOML, and both files of the state torn."""
    for path in places.firmware.glob("state*"):
        path.write_bytes(b"torn")
    places.command_line.write_text("rauc.slot=b balie.state=lost balie.instead=a")
    (places.firmware / "balie.toml").write_bytes(b"name = ")
    assert start(places, Machine(is_full=True)) == "balie"
    assert findings.kept(places.findings) == [
        StartFinding(what=findings.NO_ROOM),
        StartFinding(what=findings.STATE_LOST, about="b"),
        StartFinding(what=findings.OTHER_SLOT, about="a"),
        StartFinding(what=findings.UNREADABLE, about="balie.toml"),
    ]
    assert BootState(places.firmware).known().good == "b"


def test_a_box_without_its_data_starts_in_memory_and_says_it(places: CardFolders) -> None:
    """Whoever looks sees why it is empty, before they set up a second one; also where there is no
    memory either.
    """
    start(places, Machine(has_partition=False, is_full=True))
    assert findings.kept(places.findings) == [StartFinding(what=findings.NO_DATA)]
    start(places, Machine(has_partition=False, has_memory=False))
    assert findings.kept(places.findings) == [StartFinding(what=findings.NO_DATA)]


def test_settings_of_a_new_version_do_not_replace_those_of_the_box(places: CardFolders) -> None:
    """What `/etc/balie` lacks comes from the slot; what is there is the box's."""
    given = places.given
    given.mkdir(parents=True)
    (given / "balie.toml").write_text("new")
    machine = Machine()
    start(places, machine)
    assert (places.etc / "balie.toml").read_text() == "new"
    assert machine.given == ["balie.toml"]
    assert (places.etc / "balie.toml").stat().st_mode & 0o777 == 0o640
    (places.etc / "balie.toml").write_text("the box's")
    start(places)
    assert (places.etc / "balie.toml").read_text() == "the box's"


def test_a_name_is_settled_on_the_first_network(places: CardFolders) -> None:
    """A taken one gets a suffix, which U-Boot is told; without a network it stays to be asked."""
    (places.firmware / "balie.toml").write_bytes(b'name = "balie-utrecht"\n')
    assert start(places) == "balie-utrecht"
    called: list[str] = []

    def settled(here: Addresses) -> str | None:
        taken = {"balie-utrecht"}
        return settle(
            places,
            ask=lambda name, _: name in taken,
            addresses=lambda: here,
            become=called.append,
            patience_s=0,
        )

    assert settled(NOWHERE) is None
    assert settled(HERE) == "balie-utrecht-2"
    assert called == ["balie-utrecht-2"]
    assert findings.kept(places.findings) == [
        StartFinding(what=findings.NAME_TAKEN, about="balie-utrecht-2")
    ]
    assert settled(HERE) is None
    assert start(places) == "balie-utrecht-2"
    assert b"box_name=balie-utrecht-2\0" in (places.firmware / FILE).read_bytes()


def test_addresses_are_those_of_every_port_but_the_loopback() -> None:
    """As `ip --json address` tells them."""
    told: list[dict[str, object]] = [
        {"link_type": "loopback", "addr_info": [{"family": "inet", "local": "127.0.0.1"}]},
        {
            "link_type": "ether",
            "addr_info": [
                {"family": "inet", "local": "169.254.3.4"},
                {"family": "inet6", "local": "fe80::2"},
            ],
        },
        {"link_type": "ether"},
    ]
    found = addresses_of(told)
    assert found.ipv4 == ["169.254.3.4"]
    assert found.all == ["169.254.3.4", "fe80::2"]
