"""Runs inside the trial's Debian, with its Python alone: starts what the units start and looks.

`inside.py VERSION` prints a JSON object; its facts are judged outside.
"""

import configparser
import json
import os
import pwd
import re
import shlex
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

DATA = Path("/var/lib/balie")
CA = Path("/var/lib/balie-tls/public/ca.crt")
UNITS = Path("/usr/lib/systemd/system")
LOG = Path("/tmp/balie.log")  # noqa: S108 -- a folder of the trial's own
PATIENCE_S = 120
ON_THE_LAN = "balie-proef.local"


class Unit(configparser.RawConfigParser):
    def __init__(self, name: str) -> None:
        super().__init__(strict=False, delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way
        self.read_string((UNITS / name).read_text("utf-8"))


def started(name: str) -> subprocess.Popen[bytes]:
    """What the unit starts, as the unit's user, with its state directory."""
    service = Unit(name)["Service"]
    state = Path("/var/lib") / service["StateDirectory"]
    owner = pwd.getpwnam(service["User"])
    state.mkdir(mode=0o700, exist_ok=True)
    os.chown(state, owner.pw_uid, owner.pw_gid)
    who = (f"--reuid={owner.pw_name}", f"--regid={owner.pw_name}", "--init-groups")
    environment = {"PATH": os.environ["PATH"], "HOME": str(state), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        ["setpriv", *who, *shlex.split(service["ExecStart"])],
        env=environment,
        stderr=LOG.open("ab"),
        stdout=subprocess.DEVNULL,
    )


class NoMoves(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Where it would go is looked at, and not gone to."""


def fetched(address: str, *, follow: bool = True) -> tuple[int, str, str]:
    """Status, text and where it points to. Of the names of the box this machine knows one."""
    trusted = ssl.create_default_context(cafile=CA)
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=trusted)]
    opener = urllib.request.build_opener(*handlers, *([] if follow else [NoMoves()]))
    try:
        with opener.open(address, timeout=20) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as exc:
        return exc.code, exc.read().decode(), exc.headers.get("Location", "")


def once_it_answers() -> float:
    """Seconds until the page is there."""
    begun = time.monotonic()
    while time.monotonic() < begun + PATIENCE_S:
        try:
            if fetched(f"https://{ON_THE_LAN}/healthz")[0] == 200:  # noqa: PLR2004
                return time.monotonic() - begun
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"Balie did not answer over https:\n{LOG.read_text('utf-8')[-3000:]}")


def balie(*words: str, user: str = "root") -> tuple[int, str]:
    command = ["setpriv", f"--reuid={user}", "--clear-groups", "/usr/bin/balie", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def owners() -> list[str]:
    """Files in the data that do not belong to balie."""
    uid = pwd.getpwnam("balie").pw_uid
    return [str(each) for each in (DATA, *DATA.rglob("*")) if each.lstat().st_uid != uid]


def settings_kept() -> str:
    """Owner, group and mode of the file."""
    command = ["stat", "--format=%U:%G:%a", "/etc/balie/balie.toml"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def memory_mb(process: int) -> float:
    """Of the process and all that it started."""
    told = subprocess.run(
        ["ps", "-o", "rss=", "--pid", str(process), "--ppid", str(process)],
        capture_output=True,
        text=True,
        check=False,
    )
    return sum(map(int, told.stdout.split())) / 1024


def looked(version: str) -> dict[str, Any]:
    with Path("/etc/hosts").open("a", encoding="utf-8") as hosts:
        hosts.write(f"127.0.0.1 {ON_THE_LAN}\n")
    LOG.write_bytes(b"")
    adb, front = started("balie-adb.service"), subprocess.Popen(["nginx", "-g", "daemon off;"])
    process = started("balie.service")
    try:
        answers_s = once_it_answers()
        home = fetched(f"https://{ON_THE_LAN}/")
        trust = fetched(f"http://{ON_THE_LAN}/")
        away = fetched(f"http://{ON_THE_LAN}/inbox", follow=False)
        added = balie("branch", "add", "--name", f"Utrecht {version}", "--json")
        said = LOG.read_text("utf-8")
        return {
            "answers_s": round(answers_s, 1),
            "page": home[0],
            "is_balie": "Balie" in home[1],
            "setup_code": bool(re.search(r"set-up code: \S+", said)),
            "said_address": f"open https://{ON_THE_LAN} " in said,
            "trust_page": trust[0] == 200 and "SHA-256" in trust[1],  # noqa: PLR2004
            "sent_to": away[2],
            "added": added,
            "branches": balie("branch", "list", "--json"),
            "doctor": balie("doctor", "--json"),
            "tls": balie("tls", "status", "--json"),
            "settings": settings_kept(),
            "stranger": balie("line", "list", user="nobody"),
            "foreign": owners(),
            "memory_mb": round(memory_mb(process.pid)),
            "enabled": Path(
                "/etc/systemd/system/multi-user.target.wants/balie.service"
            ).is_symlink(),
        }
    finally:
        for each in (process, front, adb):
            each.terminate()
            each.wait(40)


if __name__ == "__main__":
    json.dump(looked(sys.argv[1]), sys.stdout)
