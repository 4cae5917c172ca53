"""What is set on a phone that Balie drives, and how Android is asked for it and told.

The screen may go dark: a display that is lit for months burns in and warms the battery. Balie wakes
it for each job, and it then stays lit for longer than a job takes.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from appliance.devices.phone.adb.calls import Output

_PLAIN = ("global", "secure", "system")
_EXEMPT = "exempted"
_BACKGROUND = "RUN_ANY_IN_BACKGROUND"

# UsageStatsManager.STANDBY_BUCKET_* of AOSP; 5 is that of an app that need not save the battery.
_BUCKETS = {
    "5": _EXEMPT,
    "10": "active",
    "20": "working_set",
    "30": "frequent",
    "40": "rare",
    "45": "restricted",
}
# A battery that is full for months swells. That this is a maker's own limit is uncertain: where it
# has no effect, the battery stays full, and after two weeks the page of the devices asks a person.
_LIMITS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "samsung": [("global", "protect_battery", "1")],
}
_FAILURES = ("Exception", "Can't find service", "inaccessible or not found", "Unknown command")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSetting:
    """`namespace` is one of Android's three, or the service that keeps it; `name` is a package
    there.
    """

    namespace: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """The phone did not say how a setting is."""


def wanted_on(package: str, maker: str = "") -> Sequence[PhoneSetting]:
    """`package` is the WhatsApp that Balie uses.

    The bucket comes before the exception from saving, which moves it.
    """
    plain = (
        ("system", "screen_off_timeout", "120000"),
        ("global", "stay_on_while_plugged_in", "0"),
        # A screen that moves is dumped late or never.
        ("global", "window_animation_scale", "0"),
        ("global", "transition_animation_scale", "0"),
        ("global", "animator_duration_scale", "0"),
        ("system", "accelerometer_rotation", "0"),
        ("system", "user_rotation", "0"),
        # Android 11 forgets a computer that was away for seven days; 0 is never.
        ("global", "adb_allowed_connection_time", "0"),
        *_LIMITS.get(maker.casefold(), ()),
        ("standby", package, "active"),
        ("appops", package, "allow"),
        ("deviceidle", package, "on"),
    )
    return [PhoneSetting(namespace=space, name=name, value=value) for space, name, value in plain]


def question(setting: PhoneSetting) -> str:
    space, name = setting.namespace, shlex.quote(setting.name)
    if space in _PLAIN:
        return f"settings get {space} {name}"
    return {
        "standby": f"am get-standby-bucket {name}",
        "appops": f"cmd appops get {name} {_BACKGROUND}",
        "deviceidle": "dumpsys deviceidle whitelist",
    }[space]


def answer(setting: PhoneSetting, said: Output) -> str | Unread | None:
    """None: the setting is missing."""
    if said.status != 0 or any(word in said.text for word in _FAILURES):
        return Unread()
    return _READERS.get(setting.namespace, _plain)(setting, said)


def order(setting: PhoneSetting, value: str | None) -> str:
    """The command that sets it; None takes it away."""
    space, name = setting.namespace, shlex.quote(setting.name)
    if space in _PLAIN:
        gone = f"settings delete {space} {name}"
        return gone if value is None else f"settings put {space} {name} {shlex.quote(value)}"
    return {
        "standby": f"am set-standby-bucket {name} {shlex.quote(value or 'working_set')}",
        "appops": f"cmd appops set {name} {_BACKGROUND} {shlex.quote(value or 'default')}",
        "deviceidle": f"dumpsys deviceidle whitelist {'-' if value is None else '+'}{name}",
    }[space]


def are_same(one: str | None, other: str | None) -> bool:
    """`0` and `0.0` are one value, and so are the two buckets in which nothing is held back."""
    if one is None or other is None:
        return one is other
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other or {one, other} == {_EXEMPT, "active"}


def _plain(_: PhoneSetting, said: Output) -> str | None:
    return None if said.line == "null" else said.line


def _bucket(_: PhoneSetting, said: Output) -> str | Unread:
    return _BUCKETS.get(said.line, Unread())


def _appop(_: PhoneSetting, said: Output) -> str | None:
    """The app's own mode: a line before it may have that of its user."""
    found = re.search(rf"^{_BACKGROUND}: (\w+)", said.text, re.MULTILINE)
    return None if found is None or found[1] == "default" else found[1]


def _exception(setting: PhoneSetting, said: Output) -> str | None:
    """A maker's exception counts as one, too; `system-excidle` is a lesser one."""
    listed = re.search(rf"^(?:system|user),{re.escape(setting.name)},", said.text, re.MULTILINE)
    return None if listed is None else "on"


_READERS: Mapping[str, Callable[[PhoneSetting, Output], str | Unread | None]] = {
    "standby": _bucket,
    "appops": _appop,
    "deviceidle": _exception,
}
