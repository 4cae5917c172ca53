"""How a box starts, and what its start finds wrong."""

import time
from collections.abc import Iterator
from http import HTTPStatus

from appliance.box.partitions import DATA, SLOTS
from provisioning.card import disk
from provisioning.image_test.box import NAME, Box
from provisioning.image_test.results import Result, fact, seconds
from provisioning.image_test.updating import GOOD, bundle

START_S = 120
MEMORY_MIB = 320
_OWN = "cat /etc/machine-id; cat /data/ssh/*.pub; stat -c %Y.%n /boot/firmware/*"
_FINDINGS = "cat /run/balie-box/findings.json"
_SPOILT_MIB = 64


def first_start(box: Box) -> Iterator[Result]:
    begun = time.monotonic()
    box.power_on()
    box.wait_for_balie()
    took, goal = time.monotonic() - begun, box.goal(START_S)
    yield seconds("power on, first time → Balie over HTTPS", took, goal)
    status, _ = box.asked("/healthz", authority=box.authority())
    yield fact(
        "its CA, from port 80, vouches for it", f"HTTP {status}", is_well=status == HTTPStatus.OK
    )
    box.wait_for_ssh()
    name = box.do("hostname")
    yield fact("the name that the card gave", name, is_well=name == NAME)
    size = int(box.do("df --block-size=1M --output=size /data | tail -1"))
    yield fact("the data grew to the card", f"{size} MiB", is_well=size > disk.SIZES_MIB[DATA] * 2)
    left = box.do("ls /boot/firmware; grep -rl uitnodiging /boot/firmware || true")
    wiped = "balie.toml" not in left.split() and "firmware/" not in left
    yield fact("the settings were read and wiped", "wiped" if wiped else left, is_well=wiped)
    box.wait("the branch of the card", lambda: box.is_so("test ! -e /data/box/branch"))
    branches = box.do("balie branch list")
    yield fact("the branch of the card is there", branches, is_well="Proef" in branches)
    box.wait("an end of the invitation", lambda: box.is_so("test ! -e /data/box/invitation"))
    yield fact("the invitation, which is none, was tried and wiped", "wiped", is_well=True)
    failed = box.do("systemctl --failed --plain --no-legend")
    yield fact("units that failed", failed or "none", is_well=not failed, wanted="none")
    found = box.do(_FINDINGS)
    yield fact("what its start found wrong", found, is_well=found == "[]", wanted="[]")
    used = int(box.do("free --mebi | awk '/Mem:/ {print $3}'"))
    wanted = f"≤ {MEMORY_MIB} MiB"
    yield fact("memory of all", f"{used} MiB", is_well=used <= MEMORY_MIB, wanted=wanted)


def settled_start(box: Box) -> Iterator[Result]:
    before = box.do(_OWN)
    box.do("sync")
    box.cut_power()
    begun = time.monotonic()
    box.power_on()
    box.wait_for_balie()
    took, goal = time.monotonic() - begun, box.goal(START_S)
    yield seconds("power cut, power on → Balie", took, goal)
    box.wait_for_ssh()
    now = box.do(_OWN)
    found = "the same" if now == before else now
    yield fact("the same id, keys and firmware partition", found, is_well=now == before)


def lost_state(box: Box) -> Iterator[Result]:
    box.do(f"rauc install {bundle(GOOD)}")  # either slot may start then
    box.do("for n in 0 1; do echo torn >/boot/firmware/state$n; done; sync")
    box.cut_power()
    found = _started(box)
    yield fact("both records of the slots torn: says so", found, is_well="state-lost" in found)


def empty_slot(box: Box) -> Iterator[Result]:
    """The good slot is wiped from outside, as a card does that forgets."""
    box.do(f"rauc install {bundle(GOOD)}")
    box.do("rauc status mark-active booted")  # the other slot is whole, and not on trial
    slot = box.do("/usr/lib/balie/boot-state get-current")
    box.do("sync")
    box.cut_power()
    _spoil(box, SLOTS[slot])
    found = _started(box)
    yield fact("the good slot empty: the other, says so", found, is_well="not-loaded" in found)


def no_data(box: Box) -> Iterator[Result]:
    box.cut_power()
    _spoil(box, DATA)
    box.power_on()
    box.wait_for_balie()
    box.wait("a Balie that says that it is empty", lambda: _says_that_nothing_is_kept(box))
    yield fact("the data cannot be read: an empty Balie", "says so", is_well=True)


def _says_that_nothing_is_kept(box: Box) -> bool:
    """Balie looks at the machine some seconds after it has begun to answer."""
    try:
        return b"nothing is kept" in box.asked("/setup")[1]
    except OSError:
        return False


def _started(box: Box) -> str:
    """What the start found."""
    box.power_on()
    box.wait_for_balie()
    box.wait_for_ssh()
    return box.do(_FINDINGS)


def _spoil(box: Box, number: int) -> None:
    with box.card.open("r+b") as file:
        file.seek(disk.offset(number))
        for _ in range(_SPOILT_MIB):
            file.write(bytes(1 << 20))
