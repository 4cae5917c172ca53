"""How the phone's battery is, and when the phone is too hot to work."""

import re

from appliance.devices.health_facts import BatteryFacts

# The constants of Android's BatteryManager; 1 is unknown.
_HEALTH = {
    2: "good",
    3: "overheat",
    4: "dead",
    5: "over-voltage",
    6: "failure",
    7: "cold",
}
_CHARGING = frozenset({2, 5})  # 2 charging, 5 full
_AS_ANDROID = re.compile(r"^ {2}(level|temperature|health|status): (-?\d+)\s*$", re.MULTILINE)
# Samsung's own lines: hundredths of a cycle, and what is left of the capacity in percent. How the
# figure is set off differs, and what other makers print of cycles is uncertain: what does not fit
# is not told.
_USAGE = re.compile(r"mSavedBatteryUsage[\s:=\[]+(\d+)")
_CAPACITY = re.compile(r"mSavedBattery(?:Bsoh|Asoc)[\s:=\[]+(\d+)")
_CYCLES = re.compile(r"cycle[_ ]?count[\s:=\[]+(\d+)", re.IGNORECASE)
_MOST_CYCLES = 10_000

REST_ABOVE_C = 45.0
"""At this temperature a battery ages fast and may swell."""
GO_ON_BELOW_C = 42.0


def read_battery(dump: str) -> BatteryFacts:
    """From the answer to `dumpsys battery`."""
    told = {found[1]: int(found[2]) for found in _AS_ANDROID.finditer(dump)}
    tenths, status = told.get("temperature"), told.get("status")
    return BatteryFacts(
        percent=told.get("level"),
        celsius=None if tenths is None else tenths / 10,
        health=_HEALTH.get(told.get("health", 0)),
        charging=None if status is None else status in _CHARGING,
        cycles=_cycles(dump),
        capacity_percent=_within(_CAPACITY.search(dump), 100),
    )


def _cycles(dump: str) -> int | None:
    told = _within(_CYCLES.search(dump), _MOST_CYCLES)
    if told is not None:
        return told
    hundredths = _within(_USAGE.search(dump), _MOST_CYCLES * 100)
    return None if hundredths is None else hundredths // 100


def _within(found: re.Match[str] | None, most: int) -> int | None:
    """A figure that cannot be is none: some phones print 0 or -1 for what they do not know."""
    value = int(found[1]) if found else 0
    return value if 0 < value <= most else None


class Heat:
    """A phone that became too hot rests until it has cooled well below that."""

    def __init__(self) -> None:
        self.rests = False

    def note(self, battery: BatteryFacts) -> None:
        """Without a temperature it stays as it was."""
        if battery.celsius is None:
            return
        if battery.celsius > REST_ABOVE_C or battery.health == "overheat":
            self.rests = True
        elif battery.celsius < GO_ON_BELOW_C:
            self.rests = False
