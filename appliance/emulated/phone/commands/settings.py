"""`settings`, `getprop` and `setprop`."""

from appliance.emulated.phone.commands.reply import SILENT, err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.properties import properties_of
from appliance.emulated.phone.wire.seam import ShellResult

_DEFAULTS = {
    ("global", "adb_enabled"): "1",
    ("global", "airplane_mode_on"): "0",
    ("global", "device_provisioned"): "1",
    ("global", "window_animation_scale"): "1.0",
    ("global", "transition_animation_scale"): "1.0",
    ("global", "animator_duration_scale"): "1.0",
    ("secure", "default_input_method"): (
        "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"
    ),
    ("secure", "sms_default_application"): "com.google.android.apps.messaging",
    ("system", "accelerometer_rotation"): "1",
    ("system", "font_scale"): "1.0",
    ("system", "screen_off_timeout"): "60000",
    ("system", "user_rotation"): "0",
}
_SPACES = {"global", "secure", "system"}


def settings(handset: BareHandset, args: list[str]) -> ShellResult:
    words = list(args)
    if "--user" in words:
        place = words.index("--user")
        del words[place : place + 2]
    verb, space = [*words, "", ""][:2]
    if space not in _SPACES:
        return err("Invalid namespace", code=255)
    drawn = {("secure", "android_id"): handset.android_id}
    values = {**_DEFAULTS, **drawn, **handset.settings}
    if verb == "list":
        return out("\n".join(f"{k}={v}" for (s, k), v in sorted(values.items()) if s == space))
    if verb == "get" and len(words) >= 3:
        return out(values.get((space, words[2]), "null"))
    if verb == "put" and len(words) >= 4:
        handset.settings[space, words[2]] = words[3]
        return SILENT
    if verb == "delete" and len(words) >= 3:
        gone = handset.settings.pop((space, words[2]), None)
        return out(f"Deleted {int(gone is not None)} rows")
    return err("Bad arguments", code=255)


def getprop(handset: BareHandset, args: list[str]) -> ShellResult:
    """A missing property gives an empty line."""
    values = properties_of(handset)
    if not args:
        return out("\n".join(f"[{key}]: [{value}]" for key, value in sorted(values.items())))
    default = args[1] if len(args) > 1 else ""
    return out(values.get(args[0]) or default)


def setprop(handset: BareHandset, args: list[str]) -> ShellResult:
    if len(args) != 2:
        return err("usage: setprop NAME VALUE")
    if args[0].startswith("ro."):
        return err(f"Failed to set property '{args[0]}' to '{args[1]}'.")
    handset.set_properties[args[0]] = args[1]
    return SILENT
