"""What comes in to harm the whole of Balie, the troubles of its disk, and what it kept."""

import contextlib
import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests import http_calls
from tests.running_demo import Demo, eventually

PEOPLE = count(31655500600)
KEYS = count(1)
SENT = {"sent", "delivered", "read"}
LONGEST = ("Een lange dag: 🙂 & “morgen” $(weer)\n" * 200)[:4096]

HOSTILE = [
    "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇳🇱 1️⃣ مرحبا עבודה \u202eab\u202c",
    "Cafe\u0301 z\u0334a\u0334 \u1112\u1161\u11ab",
    "100%20 + 2+2=4&a=b#c \"d\" 'e' \\ \\n; $(reboot) `id` '\"$(id)> /sdcard/x",
    'Row: 0 _id=1, body=STOP, time=1}]; echo X4EXIT:$? <a b="c"/> &amp; &#10; ]]>',
    "\n een\n\ntwee\r\n\tdrie \n\n",
    "Bericht",
    "Message",
]
"""Emoji and flags, both directions of writing, marks that combine; what shells, addresses and
forms take apart; white space; the hints of the empty entries; what parsers look for."""


def post(demo: Demo, body: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
    """One message by the JSON API; `body` is sent as it is when it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"{demo.url}/api/v1/messages"
    return httpx.post(url, content=raw, headers=demo.bearer | headers, timeout=60)


def somebody(demo: Demo, phone: str, *, channel: str = "whatsapp", text: str = "Hoi") -> str:
    """A new person has just written to the phone; gives their number."""
    number = f"+{next(PEOPLE)}"
    if channel == "sms":
        demo.inject(kind="person", number=number, whatsapp=False)
    demo.writes(phone, number, text, channel=channel)
    eventually(lambda: written(demo, number), "it is received")
    return number


def written(demo: Demo, number: str) -> list[str]:
    """What this person wrote, as Balie has it."""
    items = http_calls.get(
        f"{demo.url}/api/v1/messages",
        params={"contact": number, "direction": "in", "limit": 200},
        headers=demo.bearer,
    )
    return [each["text"] for each in items.json().get("items", [])]


def stored(demo: Demo) -> tuple[str, ...]:
    """The newest message, contact and conversation: they would change if something were kept."""
    newest = demo.api("/messages?order=newest&limit=1")["items"]
    return (
        *(each["id"] for each in newest),
        *(each["id"] for each in demo.api("/contacts?limit=200")["items"]),
        *(each["id"] for each in demo.api("/conversations?limit=200")["items"]),
    )


def is_sent(demo: Demo, message_id: str) -> bool:
    return demo.api(f"/messages/{message_id}")["state"] in SENT


def log_of(demo: Demo) -> str:
    return Path(f"/proc/{demo.pid}/fd/2").read_text(errors="replace")


def database(demo: Demo) -> Path:
    """The file that the demo has open; other files come and go during the search."""
    for each in Path(f"/proc/{demo.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if (file := each.readlink()).name == "balie.db":
                return file
    raise LookupError("the demo has no database open")


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """The kernel lets the process write nothing beyond the beginning of any file."""
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (256 * 1024, limits[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def doctor(data: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "appliance", "doctor", "--data", str(data)]
    env = os.environ | environment
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


def port_of(server: socket.socket) -> str:
    return str(server.getsockname()[1])


def answer_version(server: socket.socket) -> None:
    """An adb server of another version: it only answers the question for its version."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(b"OKAY0004001f")
