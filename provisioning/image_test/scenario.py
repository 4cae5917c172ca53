"""What a box has to live through. Each step says what was measured beside what is wanted."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from appliance.box.partitions import DATA, SLOTS
from provisioning.card import disk
from provisioning.card.dressing import VERSION
from provisioning.card.programs import Stop
from provisioning.image_test.box import NAME, Box

START_S = 600
"""Without KVM and beside other work; what is wanted stands in the table."""
MEMORY_MIB = 320

_WRITER = """
import sqlite3, sys
db = sqlite3.connect("/data/writer.db", isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
db.execute("create table if not exists row (n integer primary key, filling blob)")
n = db.execute("select coalesce(max(n), 0) from row").fetchone()[0]
while True:
    n += 1
    db.execute("insert into row values (?, randomblob(3000))", (n,))
    with open("/dev/console", "w") as console:
        console.write(f"WRITTEN {n}\\n")
    if n % 400 == 0:
        db.execute("delete from row where n < ?", (n - 300,))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    what: str
    measured: str
    wanted: str
    is_well: bool


def first_start(box: Box) -> Iterator[Result]:
    begun = time.monotonic()
    box.power_on()
    box.wait_for_balie(START_S)
    took = time.monotonic() - begun
    yield _seconds("power on, first time, until Balie answers over HTTPS", took, 120)
    status, _ = box.asked("/healthz", authority=box.authority())
    yield _is(
        "its CA, from port 80, vouches for the name", status == HTTPStatus.OK, f"HTTP {status}"
    )
    box.wait_for_ssh(START_S)
    name = box.do("hostname")
    yield _is("the name that the card gave", name == NAME, name)
    size = int(box.do("df --block-size=1M --output=size /data | tail -1"))
    yield _is("the data grew to the card", size > disk.SIZES_MIB[4] * 2, f"{size} MiB")
    left = box.do("ls /boot/firmware; grep -rl uitnodiging /boot/firmware || true")
    wiped = "balie.toml" not in left.split() and "firmware/" not in left
    yield _is("the settings were read and wiped", wiped, "wiped" if wiped else left)
    branches = box.do("balie branch list")
    yield _is("the branch of the card is there", "Proef" in branches, branches)
    used = int(box.do("free --mebi | awk '/Mem:/ {print $3}'"))
    yield _is("memory of all", used <= MEMORY_MIB, f"{used} MiB", f"≤ {MEMORY_MIB} MiB")


def settled_start(box: Box) -> Iterator[Result]:
    before = box.do("cat /etc/machine-id; cat /data/ssh/*.pub; stat -c %Y.%n /boot/firmware/*")
    box.do("sync")
    box.cut_power()
    begun = time.monotonic()
    box.power_on()
    box.wait_for_balie(START_S)
    took = time.monotonic() - begun
    yield _seconds("power cut, power on, until Balie answers", took, 120)
    after = box.do("cat /etc/machine-id; cat /data/ssh/*.pub; stat -c %Y.%n /boot/firmware/*")
    yield _is("the same id and keys; the firmware partition untouched", before == after, "same")


def good_update(box: Box) -> Iterator[Result]:
    begun = time.monotonic()
    install(box, "v2")
    yield _seconds("a new version is written to the other slot", time.monotonic() - begun, None)
    begun = time.monotonic()
    restart(box)
    yield _seconds("restart into it, until Balie answers", time.monotonic() - begun, 120)
    version = running(box)
    box.do("rauc status mark-good")
    yield _is("the new version runs and is kept", version == "v2", version)
    box.cut_power()
    box.power_on()
    box.wait_for_balie(START_S)
    yield _is("power cut right after that: it stays", running(box) == "v2", running(box))


def cut_in_trial(box: Box) -> Iterator[Result]:
    install(box, "v3")
    box.restart()
    box.wait("the trial's start", lambda: len(box.starts()) > 1, START_S)
    time.sleep(random.uniform(1, 15))  # noqa: S311 -- a moment
    box.cut_power()
    box.power_on()
    box.wait_for_balie(START_S)
    yield _is("power cut inside a trial: back", running(box) == "v2", running(box))
    box.do("rauc status mark-good")
    restart(box)
    yield _is("… and not tried again by itself", running(box) == "v2", running(box))


def damaged_kernel_part(box: Box) -> Iterator[Result]:
    install(box, "no-initrd")
    begun, before = time.monotonic(), len(box.starts())
    box.restart()
    box.wait("the start after the panic", lambda: len(box.starts()) > before + 1, START_S)
    box.wait_for_balie(START_S)
    took = time.monotonic() - begun
    yield _seconds("a version that cannot mount its root: back, well", took, 210)
    yield _is("… by the version of before", running(box) == "v2", running(box))


def wrong_bundles(box: Box) -> Iterator[Result]:
    for name, why in (("foreign", "signed by another key"), ("cut", "cut short")):
        try:
            install(box, name)
            yield _is(f"a bundle that is {why} is refused", False, "it was taken")
        except Stop as exc:
            yield _is(f"a bundle that is {why} is refused", True, str(exc).strip()[-60:])


def cuts_while_writing(box: Box, times: int) -> Iterator[Result]:
    lost, broken = 0, 0
    for _ in range(times):
        box.do(f"mkdir -p /run/test; cat >/run/test/writer.py <<'E'\n{_WRITER}\nE")
        box.begin("python3 /run/test/writer.py")
        box.begin(f"mount -o ro /dev/vdb /mnt; rauc install {_bundle('v3')}")
        box.wait("the first row", lambda: "WRITTEN" in box.console, START_S)
        time.sleep(random.uniform(1, 30))  # noqa: S311 -- a moment
        box.cut_power()
        told = [line.split()[1] for line in box.console.splitlines() if _is_row(line)]
        box.power_on()
        box.wait_for_balie(START_S)
        check = 'import sqlite3; d = sqlite3.connect("/data/writer.db")'
        check += '; print(d.execute("pragma integrity_check").fetchone()[0]'
        check += ', d.execute("select max(n) from row").fetchone()[0])'
        whole, last = box.do(f"python3 -c '{check}'").split()
        broken += whole != "ok"
        lost += int(last) < int(told[-1])
        box.do("rauc status mark-good")
    yield _is(f"{times} power cuts while writing and installing", not broken, f"{broken} damaged")
    yield _is("… rows that were acknowledged and are gone", not lost, str(lost), "0")
    yield _is("… the slot that was good still runs", running(box) == "v2", running(box))


def lost_state(box: Box) -> Iterator[Result]:
    box.do("for f in /boot/firmware/state0 /boot/firmware/state1; do echo torn >$f; done; sync")
    restart(box)
    found = box.do("cat /run/balie-box/findings.json")
    yield _is("both records of the slots torn: starts, and says so", "state-lost" in found, found)


def empty_slot(box: Box, spoil: Callable[[int], None]) -> Iterator[Result]:
    """The good slot is wiped from outside, as a card does that forgets."""
    install(box, "v3")
    box.do("rauc status mark-active booted")  # the other slot is whole, and not on trial
    slot = box.do("/usr/lib/balie/boot-state get-current")
    box.cut_power()
    spoil(SLOTS[slot])
    box.power_on()
    box.wait_for_balie(START_S)
    found = box.do("cat /run/balie-box/findings.json")
    yield _is("the good slot is empty: the other one, and says so", "not-loaded" in found, found)


def no_data(box: Box, spoil: Callable[[int], None]) -> Iterator[Result]:
    box.cut_power()
    spoil(DATA)
    box.power_on()
    box.wait_for_balie(START_S)
    _, page = box.asked("/setup")
    said = b"nothing is kept" in page
    yield _is("the data cannot be read: an empty Balie, and it says so", said, "said")


def install(box: Box, version: str) -> None:
    """Raises Stop with what RAUC said."""
    box.do("mountpoint -q /mnt || mount -o ro /dev/vdb /mnt")
    box.do(f"rauc install {_bundle(version)} 2>&1", limit_s=900)


def restart(box: Box) -> None:
    before = len(box.starts())
    box.restart()
    box.wait("the next start", lambda: len(box.starts()) > before, START_S)
    box.wait_for_balie(START_S)
    box.wait_for_ssh(START_S)


def running(box: Box) -> str:
    box.wait_for_ssh(START_S)
    return box.do(f"cat /{VERSION}")


def _bundle(version: str) -> str:
    return f"/mnt/{version}.raucb"


def _is_row(line: str) -> bool:
    words = line.split()
    return len(words) == 2 and words[0] == "WRITTEN" and words[1].isdecimal()  # noqa: PLR2004


def _seconds(what: str, took: float, goal: float | None) -> Result:
    wanted = f"≤ {goal:.0f} s" if goal else "–"
    is_well = goal is None or took <= goal
    return Result(what=what, measured=f"{took:.0f} s", wanted=wanted, is_well=is_well)


def _is(what: str, is_well: bool, measured: str, wanted: str = "yes") -> Result:
    return Result(what=what, measured=measured.replace("\n", " "), wanted=wanted, is_well=is_well)
