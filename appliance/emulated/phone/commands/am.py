"""`am`: starting and stopping apps."""

from appliance.emulated.phone.apps import App, Intent
from appliance.emulated.phone.commands.intents import (
    BadIntent,
    IntentReader,
    short_component,
    written,
)
from appliance.emulated.phone.commands.reply import SILENT, Command, err, out
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

_VIEW = "android.intent.action.VIEW"
_SEND_TO = "android.intent.action.SENDTO"
#: Activities that only their own app may start.
_NOT_EXPORTED = {
    "com.whatsapp.Conversation",
    "com.whatsapp.ContactPicker",
    "com.whatsapp.contact.picker.ContactPicker",
    "com.whatsapp.HomeActivity",
    "com.whatsapp.home.ui.HomeActivity",
    "com.whatsapp.userban.ui.BanAppealActivity",
}
_PROFILE = "com.whatsapp.profile.ProfileInfoActivity"
_ENTRANCES = {
    _PROFILE,
    "com.whatsapp.Main",
    "com.whatsapp.TextAndDirectChatDeepLink",
    "com.google.android.apps.messaging.ui.ConversationListActivity",
    "com.google.android.apps.messaging.ui.conversation.LaunchConversationActivity",
}
#: The app that takes an intent without a package: a web link goes to the browser, never to
#: WhatsApp.
_HANDLERS = {
    (_SEND_TO, "sms"): "com.google.android.apps.messaging",
    (_SEND_TO, "smsto"): "com.google.android.apps.messaging",
    (_VIEW, "whatsapp"): "com.whatsapp",
    (_VIEW, "http"): "com.android.chrome",
    (_VIEW, "https"): "com.android.chrome",
    ("android.intent.action.SEND", ""): "android",
}
_TOP_MOST = (
    "Warning: Activity not started, intent has been delivered to currently running "
    "top-most instance."
)
_BROUGHT = "Warning: Activity not started, its current task has been brought to the front"


def am(handset: BareHandset, args: list[str]) -> ShellResult:
    verbs: dict[str, Command] = {
        "broadcast": _broadcast,
        "force-stop": _force_stop,
        "get-current-user": lambda _handset, _args: out("0"),
        "get-standby-bucket": _standby_bucket,
        "kill": _force_stop,
        "set-standby-bucket": _set_standby_bucket,
        "start": _start,
        "start-activity": _start,
    }
    verb = verbs.get(args[0]) if args else None
    if verb is None:
        return err(f"Unknown command: {' '.join(args[:1])}", code=255)
    try:
        return verb(handset, args[1:])
    except BadIntent as exc:
        return err(f"Error: {exc}", code=255)


def _start(handset: BareHandset, args: list[str]) -> ShellResult:
    reader = IntentReader(args)
    intent = reader.intent()
    if reader.stop_first and intent.package in handset.apps:
        handset.apps[intent.package].stop()
    echo = f"Starting: {written(intent, sdk=handset.sdk)}"
    refusal = _refused(handset, intent)
    if refusal is not None:
        return err(refusal[0], code=refusal[1], stdout=echo)
    app = _resolve(handset, intent)
    if app is None:
        return err(_unresolved(handset, intent), code=_error_code(handset), stdout=echo)
    before, top = handset.front, app.activity()
    if not handset.start(app, intent):
        return err(_unresolved(handset, intent), code=_error_code(handset), stdout=echo)
    warning = _warning(app, before=before, top=top)
    told = _waited(app, warm=bool(warning)) if reader.wait else ""
    said = "\n".join(line for line in (echo, told) if line)
    return ShellResult(
        stdout=f"{said}\n".encode(), stderr=f"{warning}\n".encode() if warning else b""
    )


def _error_code(handset: BareHandset) -> int:
    """Older releases end with status 0 although they print an error."""
    return 1 if handset.sdk >= 35 else 0


def _unresolved(handset: BareHandset, intent: Intent) -> str:
    whole = written(intent, sdk=handset.sdk, started=True)
    return f"Error: Activity not started, unable to resolve {whole}"


def _refused(handset: BareHandset, intent: Intent) -> tuple[str, int] | None:
    """Text and status when a named component is missing or not for the shell."""
    if not intent.component:
        return None
    package, _, name = intent.component.partition("/")
    app = handset.apps.get(package)
    closed = name == _PROFILE and handset.faults.standing(FaultKind.PROFILE_CLOSED)
    if app is not None and (closed or name in _NOT_EXPORTED):
        whole = written(intent, sdk=handset.sdk, started=True)
        sentence = (
            f"java.lang.SecurityException: Permission Denial: starting {whole} from null "
            f"(pid=12345, uid=2000) not exported from uid {app.uid}"
        )
        head = (
            "Exception occurred while executing 'start':"
            if handset.sdk >= 30
            else ("Security exception: ")
        )
        trace = "\tat com.android.server.wm.ActivityTaskSupervisor.checkStartAnyActivityPermission"
        return f"{head}\n{sentence}\n{trace}(ActivityTaskSupervisor.java:1157)", 255
    known = app is not None and name in {*_ENTRANCES, app.activity()}
    if not known:
        lines = f"Error type 3\nError: Activity class {{{package}/{name}}} does not exist."
        return lines, _error_code(handset)
    return None


def _resolve(handset: BareHandset, intent: Intent) -> App | None:
    """The app that takes the intent; none before the first unlock after a start."""
    if not handset.apps_run:
        return None
    package = intent.package or intent.component.partition("/")[0]
    if package:
        return handset.apps.get(package)
    if "android.intent.category.HOME" in intent.categories:
        return handset.launcher
    if intent.action.startswith("android.settings."):
        return handset.apps["com.android.settings"]
    scheme = intent.data.partition(":")[0]
    return handset.apps.get(_HANDLERS.get((intent.action, scheme), ""))


def _warning(app: App, *, before: App, top: str) -> str:
    """Both warnings mean that the app is in front and has the intent."""
    if before is app:
        return _TOP_MOST if app.activity() == top else ""
    return _BROUGHT if not top.endswith(("HomeActivity", "ConversationListActivity")) else ""


def _waited(app: App, *, warm: bool) -> str:
    return "\n".join(
        [
            "Status: ok",
            f"LaunchState: {'HOT' if warm else 'WARM'}",
            f"Activity: {short_component(app.package, app.activity())}",
            "TotalTime: 212",
            "WaitTime: 230",
            "Complete",
        ]
    )


#: UsageStatsManager.STANDBY_BUCKET_*; 5 is that of an app that is excepted from saving.
_BUCKETS = {"active": 10, "working_set": 20, "frequent": 30, "rare": 40, "restricted": 45}


def _standby_bucket(handset: BareHandset, args: list[str]) -> ShellResult:
    package = args[-1] if args else ""
    if ("deviceidle", package) in handset.settings:
        return out("5")
    return out(str(_BUCKETS[handset.settings.get(("standby", package), "working_set")]))


def _set_standby_bucket(handset: BareHandset, args: list[str]) -> ShellResult:
    package, bucket = [*args, "", ""][:2]
    if bucket not in _BUCKETS:
        return err(f"Error: Unknown bucket: {bucket}", code=255)
    handset.settings["standby", package] = bucket
    return SILENT


def _force_stop(handset: BareHandset, args: list[str]) -> ShellResult:
    """Stops the app and its notifications; it gets nothing until it is opened again."""
    package = args[-1] if args else ""
    app = handset.apps.get(package)
    if app is not None:
        app.stop()
        handset.shade.cancel_package(package)
        if handset.front is app:
            handset.bring(handset.launcher)
    return SILENT


def _broadcast(handset: BareHandset, args: list[str]) -> ShellResult:
    """Nobody listens: there is no AdbKeyboard on an emulated phone."""
    intent = IntentReader(args).intent()
    echo = written(Intent(action=intent.action, flags=intent.flags | 0x400000), sdk=handset.sdk)
    if intent.extras:
        echo = echo.removesuffix(" }") + " (has extras) }"
    return out(f"Broadcasting: {echo}\nBroadcast completed: result=0")
