"""New versions on a box, as whoever looks after it installs them: good, broken and cut off."""

import json
import random
import time
from collections.abc import Iterator

from appliance import __version__
from appliance.box.keeper.rauc_slots import VERSION
from provisioning.card.programs import Stop
from provisioning.image_test.box import Box
from provisioning.image_test.results import Result, fact, seconds

FLASHED = __version__
GOOD, HANGS, NO_INITRD = (f"{__version__}+{number}" for number in (1, 2, 3))
"""Each newer than the one before. HANGS never ends its start; NO_INITRD cannot mount its root."""
FOREIGN, CUT_SHORT = "foreign", "cut-short"

STICK = "/media/BALIE-NEW"
TRIAL_S = 150
PANIC_S = 210
_START_S = 120
_AS_BALIE = "setpriv --reuid=balie --regid=balie --clear-groups"
_REFUSED = "TEST: refused"
_NO_PACKAGE = "It is no package of Balie"
_IS_FREE = (
    "timeout 50 sh -c 'until test ! -e /var/lib/balie-update/held.env"
    ' && curl -sf http://127.0.0.1:8080/readyz | grep -q \\"ok\\"; do sleep 2; done\''
)
"""Asked on the box itself for a while: each new connection costs an emulated machine seconds."""


def good_update(box: Box) -> Iterator[Result]:
    begun = time.monotonic()
    _begin(box, GOOD)
    _next_start(box)
    yield seconds("a version fetched, written, machine restarts", time.monotonic() - begun)
    begun = time.monotonic()
    settle(box)
    yield seconds("… looked at, committed and let go", time.monotonic() - begun)
    yield _runs(box, GOOD, "… it runs")
    _cut(box)
    yield _runs(box, GOOD, "power cut right after that: it stays")


def going_back(box: Box) -> Iterator[Result]:
    """To the slot that was flashed, and from there to the one that RAUC wrote."""
    for version in (FLASHED, GOOD):
        _try_out(box, "back")
        _next_start(box)
        settle(box)
        yield _runs(box, version, "back to the version in the other slot: it runs")


def hanging_update(box: Box) -> Iterator[Result]:
    _begin(box, HANGS, limit_s=TRIAL_S)
    _next_start(box)
    begun = time.monotonic()
    _next_start(box)
    settle(box)
    took, goal = time.monotonic() - begun, box.goal(TRIAL_S + 2 * _START_S)
    yield seconds("a version that hangs: back and healthy", took, goal)
    yield _runs(box, GOOD, "… by the version of before")
    yield _said(box, HANGS)


def cut_in_install(box: Box) -> Iterator[Result]:
    _begin(box, HANGS)
    box.do("until pgrep -f '[r]auc install'; do sleep 0.5; done")
    time.sleep(random.uniform(3, 20))  # noqa: S311 -- a moment
    _cut(box)
    yield _runs(box, GOOD, "power cut inside an install: the version of before")
    yield _ended(box, "interrupted")


def cut_in_trial(box: Box) -> Iterator[Result]:
    _begin(box, HANGS)
    _next_start(box)
    time.sleep(random.uniform(1, 30))  # noqa: S311 -- a moment
    _cut(box)
    yield _runs(box, GOOD, "power cut inside a trial: back")
    _cut(box)
    yield _runs(box, GOOD, "… and not tried again by itself")


def damaged_initrd(box: Box) -> Iterator[Result]:
    _begin(box, NO_INITRD)
    _next_start(box)
    begun = time.monotonic()
    _next_start(box)
    settle(box)
    took, goal = time.monotonic() - begun, box.goal(PANIC_S)
    yield seconds("a version that cannot mount its root: back", took, goal)
    yield _runs(box, GOOD, "… by the version of before")
    yield _said(box, NO_INITRD)


def wrong_bundles(box: Box) -> Iterator[Result]:
    for name, why in ((FOREIGN, "signed by another key"), (CUT_SHORT, "cut short")):
        said = box.do(f"balie update install {bundle(name)} 2>&1 || true")
        refused = _NO_PACKAGE in said
        yield fact(f"a bundle that is {why} is refused", said[-60:], is_well=refused)

    said = box.do(f"{_AS_BALIE} rauc install {bundle(GOOD)} 2>&1 || true")
    refused = "Rejected send message" in said
    yield fact("Balie's own user may not write a slot", said[-60:], is_well=refused)


def bundle(version: str) -> str:
    """Where it lies on the stick, as udev mounts it."""
    return f"{STICK}/{version}.raucb"


def settle(box: Box) -> None:
    """It is on, healthy, and nothing is under way. Raises Stop."""
    if not box.is_on():
        box.power_on()
    box.wait_for_balie()
    box.wait_for_ssh()
    box.wait("a Balie that is let go", lambda: box.is_so(_IS_FREE))


def _begin(box: Box, version: str, limit_s: float | None = None) -> None:
    box.wait("the stick", lambda: box.is_so(f"test -e {bundle(version)}"))
    _try_out(box, f"install {bundle(version)}", limit_s)


def _try_out(box: Box, verb: str, limit_s: float | None = None) -> None:
    limit = box.patience_s if limit_s is None else limit_s
    box.begin(
        f"balie update {verb} --limit {limit:.0f} >/run/update.log 2>&1"
        f" || {{ echo {_REFUSED}; tail -3 /run/update.log; }} >/dev/console"
    )


def _next_start(box: Box) -> None:
    before = len(box.starts())

    def is_there() -> bool:
        if _REFUSED in box.console:
            raise Stop(f"The update was refused: {box.console.split(_REFUSED)[-1]}")
        return len(box.starts()) > before

    box.wait("the next start", is_there)


def _cut(box: Box) -> None:
    box.cut_power()
    box.power_on()
    settle(box)


def _runs(box: Box, version: str, what: str) -> Result:
    found = box.do(f"cat /{VERSION}")
    return fact(what, found, is_well=found == version, wanted=version)


def _said(box: Box, version: str) -> Result:
    """By `balie update status` and by `balie doctor`."""
    told = json.loads(box.do("balie update status --json"))["came_back"] or {}
    doctor = box.do("balie doctor 2>&1 || true")
    is_well = told.get("version") == version and version in doctor
    return fact("… said, with its reason", str(told.get("sentence")), is_well=is_well)


def _ended(box: Box, why: str) -> Result:
    last = json.loads(box.do("balie update status --json"))["last"] or {}
    found = f"{last.get('outcome')}, {last.get('why')}"
    return fact("… said, with its reason", found, is_well=last.get("why") == why, wanted=why)
