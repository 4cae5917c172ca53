"""One look at a Balie on trial."""

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from appliance.box.keeper.plan import Plan
from appliance.box.keeper.rules import NOT_HELD

ANSWERS_WITHIN_S = 10.0
_MB = 1024 * 1024
_AROUND_PROXIES = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def look(plan: Plan, *, are_active: Callable[[], bool], began_ms: int) -> str:
    """What is wrong, as a code; empty for nothing.

    A version that says it is ready, and not that it is on trial, is not held: it would send.
    """
    if not are_active():
        return "units"
    if wrong := _ready(plan.ready_url):
        return wrong
    try:
        if shutil.disk_usage(plan.data).free < plan.room_mb * _MB:
            return "room"
    except OSError:
        return "room"
    return "clock" if time.time_ns() // 1_000_000 < began_ms else ""


def _ready(url: str) -> str:
    if not url.startswith(("http://127.0.0.1", "http://[::1]", "http://localhost")):
        return "not-ready"
    try:
        with _AROUND_PROXIES.open(url, timeout=ANSWERS_WITHIN_S) as answer:
            told = json.loads(answer.read(4096))
    except (OSError, ValueError, urllib.error.URLError):
        return "not-ready"
    status = told.get("status") if isinstance(told, dict) else None
    return {"trial": "", "ok": NOT_HELD}.get(str(status), "not-ready")
