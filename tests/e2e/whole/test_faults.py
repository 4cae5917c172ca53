"""Every fault of a phone against the whole of Balie; the truth log is the judge.

Each test sends one reply during the fault and waits until Balie has settled it: it left exactly
once, or it never left and a person is told why. Nothing is lost and nothing is doubled.
"""

from itertools import count
from typing import Any

import pytest

from tests import http_calls
from tests.running_demo import Demo, eventually

_people = count(31655500400)

SETTLED = {"sent", "delivered", "read", "failed", "refused", "cancelled"}


def wrote(demo: Demo, phone: str, *, channel: str = "whatsapp") -> str:
    """A new person has just written to the phone; gives their number."""
    number = f"+{next(_people)}"
    demo.writes(phone, number, "Is er werk?", channel=channel)
    eventually(lambda: number in str(demo.api("/contacts?limit=200")["items"]), "it is received")
    return number


def fault(demo: Demo, phone: str, kind: str, **more: Any) -> None:
    body = {"phone": phone, "fault": kind, **more}
    http_calls.post(f"{demo.control}/fault", json=body).raise_for_status()


def reply(demo: Demo, phone: str, number: str, text: str, channel: str = "auto") -> str:
    body = {"line": phone, "to": number, "text": text, "channel": channel}
    answer = http_calls.post(f"{demo.url}/api/v1/messages", json=body, headers=demo.bearer)
    return str(answer.raise_for_status().json()["id"])


def settled(demo: Demo, message_id: str) -> dict[str, Any]:
    """The message once Balie knows its outcome, or a person is asked."""

    def look() -> dict[str, Any] | None:
        message: dict[str, Any] = demo.api(f"/messages/{message_id}")
        done = message["state"] in SETTLED or message["reason"] == "person"
        return message if done else None

    found: dict[str, Any] = eventually(look, "the message is settled")
    return found


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("http-500-after-acting", {"method": "click"}),
        ("http-500-after-acting", {"method": "setText"}),
        ("never-answers", {"method": "click"}),
        ("never-answers", {"method": "dumpWindowHierarchy"}),
        ("never-answers", {"method": "shell"}),
        ("late-answer", {"method": "click", "seconds": 12}),
        ("stream-cut", {"method": "click"}),
        ("stream-cut", {"method": "dumpWindowHierarchy"}),
        ("server-killed", {}),
        ("empty-hierarchy", {"times": 2}),
        ("old-draft", {}),
        ("tap-lost", {}),
        ("phone-gone", {"seconds": 3}),
    ],
)
def test_the_message_leaves_exactly_once_whatever_the_phone_does(
    demo: Demo, kind: str, more: dict[str, Any]
) -> None:
    """One phone with a WhatsApp in hand and one with an SMS meet the fault at the same time. In the
    end each message has left once, over its own channel, and Balie has proof.
    """
    begun = {}
    for phone, channel in zip(demo.numbers, ("whatsapp", "sms"), strict=True):
        number = wrote(demo, phone, channel=channel)
        text = f"Dienst bij {kind} {more} {channel}"
        fault(demo, phone, kind, **more)
        begun[text] = (channel, reply(demo, phone, number, text, channel))
    for text, (channel, message_id) in begun.items():
        message = settled(demo, message_id)
        assert message["state"] in {"sent", "delivered", "read"}
        assert [each["channel"] for each in demo.left(text)] == [channel], message


@pytest.mark.parametrize("kind", ["stale-dialog", "wrong-chat"])
def test_a_stale_screen_gets_nothing_and_the_right_chat_gets_it_once(demo: Demo, kind: str) -> None:
    """Nothing is ever written into the chat of another person."""
    phone = demo.numbers[0]
    number = wrote(demo, phone)
    text = f"Alleen voor jou: {kind}"
    fault(demo, phone, kind)
    settled(demo, reply(demo, phone, number, text))
    assert [each["to"] for each in demo.left(text)] == [number]


def test_what_the_phone_holds_back_is_in_doubt_and_never_sent_again(demo: Demo) -> None:
    """A tick that stays pending is no proof; when the message leaves in the end, it left once."""
    phone = demo.numbers[1]
    number = wrote(demo, phone)
    fault(demo, phone, "tick-pending", times=None)
    message_id = reply(demo, phone, number, "Blijft hangen")
    eventually(
        lambda: demo.api(f"/messages/{message_id}")["state"] == "unconfirmed", "it is in doubt"
    )
    assert not demo.left("Blijft hangen")
    fault(demo, phone, "tick-pending", lift=True)
    assert settled(demo, message_id)["state"] in {"sent", "delivered", "read"}
    assert len(demo.left("Blijft hangen")) == 1


def test_after_a_reboot_what_waits_goes_out_once_the_phone_is_unlocked(demo: Demo) -> None:
    """A locked phone is degraded with a reason; nothing is lost and nothing doubled."""
    phone = demo.numbers[1]
    number = wrote(demo, phone)
    fault(demo, phone, "reboot", seconds=2)
    message_id = reply(demo, phone, number, "Na het herstarten")
    eventually(lambda: not demo.is_ready(), "the phone is not ready")
    eventually(
        lambda: "locked" in str(demo.api("/devices")["items"]), "the page says that it is locked"
    )
    demo.inject(phone=phone, kind="unlock")
    assert settled(demo, message_id)["state"] in {"sent", "delivered", "read"}
    assert len(demo.left("Na het herstarten")) == 1
    eventually(demo.is_ready, "the phone is ready again")


def test_a_ban_stops_the_line_until_a_person_looks(demo: Demo) -> None:
    """On a ban screen nothing is tapped, the line stops, and the message waits with that reason."""
    phone = demo.numbers[1]
    number = wrote(demo, phone)
    fault(demo, phone, "banned", times=None)
    message_id = reply(demo, phone, number, "Niet na een ban", "whatsapp")
    eventually(
        lambda: demo.api(f"/messages/{message_id}")["reason"] == "line-stopped",
        "the message waits for a person",
    )
    assert not demo.left("Niet na een ban")
