"""Questions that the phone's own commands answer: nobody does anything, and nothing changes."""

import re

from appliance.devices.phone.tour.check import NOT_SEEN, Answer, Check, TourPhone, judged

_FOCUS = re.compile(r"mCurrentFocus=(?:Window\{|null)")
_ENQUEUED = re.compile(r"notification_enqueue: \[[^\]]*\]")
_MILLISECONDS = re.compile(r"\d{13}")
_DENIED = re.compile(r"Permission Denial|SecurityException|Unknown authority|Error while accessing")


def _shell_dump(phone: TourPhone) -> Answer:
    phone.session.close()  # two readers of the screen shut each other out
    told = phone.says("uiautomator dump /dev/tty")
    line = told.rstrip().rpartition(">")[2].strip()
    return judged(proved="<hierarchy" in told, seen=line[:80])


def _focus(phone: TourPhone) -> Answer:
    return judged(proved=_FOCUS.search(phone.says("dumpsys window")) is not None)


def _sms_role(phone: TourPhone) -> Answer:
    holder = phone.says("cmd role get-role-holders android.app.role.SMS").strip()
    return judged(proved=holder == phone.sms_app, seen=holder[:80])


def _call_log(phone: TourPhone) -> Answer:
    told = phone.says("content query --uri content://call_log/calls --projection _id --sort _id")
    denied = _DENIED.search(told)
    return judged(proved=denied is None, seen=denied[0] if denied else "")


def _cycles(phone: TourPhone) -> Answer:
    told = phone.says("dumpsys battery")
    lines = [line.strip() for line in told.splitlines() if "ycle" in line or "Asoc" in line]
    return judged(proved=bool(lines), seen="; ".join(lines)[:120])


def _bell(phone: TourPhone) -> Answer:
    told = phone.says("logcat -b events -d -t 400")
    found = _ENQUEUED.search(told)
    readable = "beginning of events" in told or found is not None
    fields = found[0].count(",") + 1 if found else 0
    return judged(proved=readable, seen=f"{fields} fields" if fields else "no such event yet")


def _date(phone: TourPhone) -> Answer:
    told = phone.says("date +%s%3N").strip()
    return judged(proved=_MILLISECONDS.fullmatch(told) is not None, seen=told[-4:])


def _sms_rows(phone: TourPhone) -> Answer:
    told = phone.says("content query --uri content://sms --projection _id --where '_id<5'")
    denied = _DENIED.search(told)
    return judged(proved=denied is None, seen=denied[0] if denied else "")


def _second_sim(phone: TourPhone) -> Answer:
    told = phone.says("dumpsys isub")
    return judged(proved="SubscriptionInfo" in told or "subId" in told)


def _redacted(phone: TourPhone) -> Answer:
    """Names of fields only: texts are never in what the tour says."""
    counts = [len(each.raw) > 0 for each in phone.notifications()]
    return judged(proved=all(counts), seen=f"{sum(counts)} of {len(counts)} have their texts")


def _own_limit(phone: TourPhone) -> Answer:
    """Other makers have none that a shell can see."""
    if phone.says("getprop ro.product.manufacturer").strip().casefold() != "samsung":
        return NOT_SEEN
    told = phone.says("settings get global protect_battery").strip()
    return judged(proved=told.isdigit(), seen=told[:20])


CHECKS = (
    Check(
        name="shell-dump",
        marks=("dump-prints",),
        fact="`uiautomator dump /dev/tty` prints the screen's hierarchy",
        ask=_shell_dump,
    ),
    Check(
        name="focus",
        marks=("focus-names",),
        fact="`dumpsys window` names the activity in front",
        ask=_focus,
    ),
    Check(
        name="sms-role",
        marks=("sms-role",),
        fact="`cmd role` names the default app for SMS",
        ask=_sms_role,
    ),
    Check(
        name="call-log", marks=("call-log",), fact="The shell may read the call log", ask=_call_log
    ),
    Check(
        name="cycles",
        marks=("cycles",),
        fact="`dumpsys battery` tells health or cycles",
        ask=_cycles,
    ),
    Check(
        name="own-limit",
        marks=("own-limit",),
        fact="A Samsung's own limit for charging is a setting",
        ask=_own_limit,
    ),
    Check(
        name="bell",
        marks=("bell-readable",),
        fact="The shell may read the log of notifications",
        ask=_bell,
    ),
    Check(
        name="sms-rows",
        marks=("sms-rows",),
        fact="The shell may read the rows of SMS",
        ask=_sms_rows,
    ),
    Check(name="sims", marks=("sims-told",), fact="`dumpsys isub` tells the SIMs", ask=_second_sim),
    Check(name="date", marks=("clock-ms",), fact="`date` tells milliseconds", ask=_date),
    Check(
        name="redacted",
        marks=("texts-shown",),
        fact="`--noredact` shows the texts of all of WhatsApp's notifications",
        ask=_redacted,
    ),
)
