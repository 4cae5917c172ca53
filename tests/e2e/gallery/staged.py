"""What people send to a demo, so that each kind of thing is on some page."""

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from PIL import Image

from tests import http_calls
from tests.e2e.picture import stage
from tests.media import samples
from tests.running_demo import Demo, eventually

JAMILA, JAMILA_NUMBER = "Jamila Haddad", "+31655500221"
KAROL, KAROL_NUMBER = "Karol Wójcik", "+31655500222"
TEAM = "Ploeg Zaandam"


def _file(content: bytes) -> str:
    return b64encode(content).decode()


def _picture(top: str, bottom: str, width: int = 960, height: int = 720) -> str:
    """A photo by its size and its colours."""
    sky = Image.linear_gradient("L").resize((width, height))
    made = io.BytesIO()
    Image.composite(Image.new("RGB", sky.size, bottom), Image.new("RGB", sky.size, top), sky).save(
        made, "JPEG"
    )
    return _file(made.getvalue())


MEDIA: Sequence[Mapping[str, Any]] = (
    {
        "text": "Mijn heftruckpas, voorkant",
        "medium": {"kind": "photo", "data": _picture("skyblue", "sienna")},
    },
    {"medium": {"kind": "photo", "data": _picture("khaki", "seagreen", 720, 960)}},
    {"medium": {"kind": "photo", "data": _picture("lavender", "slategrey")}},
    {"medium": {"kind": "voice", "length": "0:07", "data": _file(samples.voice())}},
    {
        "medium": {
            "kind": "document",
            "name": "Diploma VCA basis 2026.pdf",
            "pages": 2,
            "data": _file(samples.PDF),
        }
    },
    {"medium": {"kind": "location", "name": "Poort 3, Zaandam"}},
    {"medium": {"kind": "contact", "name": "Youssef Haddad"}},
    {"medium": {"kind": "sticker"}},
    {"medium": {"kind": "view-once"}},
)
OURS = "Dank je! Je begint maandag om 6 uur, bij poort 3."


def stage_all(demo: Demo) -> None:
    stage(demo)
    _media(demo)
    _group(demo)
    _unknown_screen(demo)


def _media(demo: Demo) -> None:
    """Everything that is no plain text, in one conversation."""
    _jamila(demo, text="Goedemorgen, hier zijn mijn papieren.")
    for what in MEDIA:
        before = len(_heard(demo, JAMILA_NUMBER))
        _jamila(demo, **what)
        eventually(partial(_has_more, demo, before), "it has come")
    _send(demo, demo.numbers[0], JAMILA_NUMBER, OURS)
    eventually(lambda: demo.left(OURS), "the answer has left")
    about = {"phone": demo.numbers[0], "from": JAMILA_NUMBER}
    demo.inject(kind="reaction", emoji="🎉", text=OURS, **about)
    _jamila(demo, text="Welke poort is dat?", quotes=OURS)
    demo.inject(kind="whatsapp-call", name=JAMILA, **about)
    typed = {"kind": "typed", "to": JAMILA_NUMBER, "text": "Ik bel je zo terug.", "in_shade": True}
    demo.inject(phone=demo.numbers[0], **typed)
    wanted = len(MEDIA) + 4
    eventually(lambda: len(_heard(demo, JAMILA_NUMBER)) >= wanted, "all of it has come")


def _jamila(demo: Demo, **what: Any) -> None:
    about = {"phone": demo.numbers[0], "from": JAMILA_NUMBER, "name": JAMILA}
    demo.inject(**{**about, **what})


def _group(demo: Demo) -> None:
    phone = demo.numbers[0]
    demo.writes(phone, KAROL_NUMBER, "Cześć! Is er deze week nog werk?", name=KAROL)
    for sender, name, text in (
        (KAROL_NUMBER, KAROL, "Wie rijdt er morgen mee vanaf Zaandam?"),
        (KAROL_NUMBER, KAROL, "Ik heb nog twee plaatsen."),
        (JAMILA_NUMBER, JAMILA, "Ik graag! 🙋"),
    ):
        demo.writes(phone, sender, text, name=name, group=TEAM)
    eventually(lambda: TEAM in str(demo.api("/groups")), "the group is known")


def _unknown_screen(demo: Demo) -> None:
    """A dialog that nobody knows stops an answer, and is put away on the phone."""
    phone, number = demo.numbers[1], "+31655500215"
    fault = {"phone": phone, "fault": "unknown-dialog", "times": None}
    http_calls.post(f"{demo.control}/fault", json=fault).raise_for_status()
    _send(demo, phone, number, "Ja, er is nog plek. Tot zaterdag!")
    eventually(lambda: "unknown-screen" in str(demo.api("/incidents")), "the dialog was seen")
    http_calls.post(f"{demo.control}/fault", json={**fault, "lift": True}).raise_for_status()


def _has_more(demo: Demo, before: int) -> bool:
    return len(_heard(demo, JAMILA_NUMBER)) > before


def _heard(demo: Demo, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.api(f"/messages?contact={quote(number)}&limit=100")["items"]
    return found


def _send(demo: Demo, line: str, to: str, text: str) -> None:
    body = {"line": line, "to": to, "text": text}
    http_calls.post(
        f"{demo.url}/api/v1/messages", json=body, headers=demo.bearer
    ).raise_for_status()
