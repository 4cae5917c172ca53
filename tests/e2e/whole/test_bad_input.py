"""Bad input against the whole of Balie: what comes in gets a sentence, or arrives unharmed. What
leaves is read in the truth log.
"""

import json
import shutil
import socket
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from appliance.phone_numbers import readable
from tests import http_calls
from tests.e2e.whole.bad_input import (
    HOSTILE,
    KEYS,
    LONGEST,
    PEOPLE,
    answer_version,
    database,
    doctor,
    full_disk,
    held_by_another,
    is_sent,
    log_of,
    port_of,
    post,
    somebody,
    stored,
    written,
)
from tests.running_demo import Demo, eventually, running_demo


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A faster clock than elsewhere: these tests do not check a person's pace."""
    with running_demo("--no-traffic", "--speed", "24") as demo:
        yield demo


@pytest.mark.parametrize("number", ["", "hallo", "06", "+31", "٠٦١٢٣٤٥٦٧٨", "+31;reboot", "' OR 1"])
def test_what_is_no_number_is_named(demo: Demo, number: str) -> None:
    """422 with the field and a sentence, and nothing is stored."""
    before = stored(demo)
    answer = post(demo, {"line": demo.numbers[0], "to": number, "text": "Hoi"})
    assert (answer.status_code, answer.json()["field"]) == (422, "to")
    assert answer.json()["detail"].endswith(".")
    assert stored(demo) == before


def test_a_landline_has_no_whatsapp(demo: Demo) -> None:
    body = {"line": demo.numbers[0], "to": "030 2345678", "text": "Hoi", "channel": "whatsapp"}
    answer = post(demo, body)
    assert (answer.status_code, answer.json()["field"]) == (422, "to")
    assert "landline" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["", " \n\t\u00a0", "x" * 4097, "a\x00b", "\\ud83d", "\\udc4d\\ud83d"]
)
def test_a_text_that_no_phone_can_send_is_named(demo: Demo, text: str) -> None:
    """422 with the field and a sentence; half a character comes as JSON may write it."""
    before = stored(demo)
    raw = f'{{"line": "{demo.numbers[0]}", "to": "+31655500699", "text": '
    told = f'"{text}"' if text.startswith("\\u") else json.dumps(text)
    answer = post(demo, f"{raw}{told}}}".encode())
    assert (answer.status_code, answer.json()["field"]) == (422, "text")
    assert stored(demo) == before


def test_texts_leave_and_arrive_byte_for_byte(demo: Demo, new_page: Callable[[str], Page]) -> None:
    """Over WhatsApp and SMS, out and in, and the longest text as a person sends it."""
    begun: dict[str, tuple[str, str]] = {}
    people = {}
    for phone, channel in zip(demo.numbers, ("whatsapp", "sms"), strict=True):
        people[channel] = (phone, somebody(demo, phone, channel=channel))
    long = somebody(demo, demo.numbers[0])
    type_in_the_inbox(new_page("admin"), long, LONGEST)
    for channel, (phone, number) in people.items():
        for text in HOSTILE:
            demo.writes(phone, number, text, channel=channel)
        for text in HOSTILE:
            body = {"line": phone, "to": number, "text": text, "channel": channel}
            answer = post(demo, body)
            assert answer.status_code == 202, answer.text
            begun[answer.json()["id"]] = (number, unicodedata.normalize("NFC", text))
    for message_id in begun:
        eventually(partial(is_sent, demo, message_id), "it is proven sent", pause_s=0.2)
    for number, text in [*begun.values(), (long, unicodedata.normalize("NFC", LONGEST))]:
        eventually(partial(demo.left, text), "it left", pause_s=0.2)
        assert [each["to"] for each in demo.left(text)].count(number) == 1, text
    for _, number in people.values():
        eventually(partial(has_all, demo, number), "they came in")
        assert written(demo, number)[1:] == HOSTILE


def has_all(demo: Demo, number: str) -> bool:
    return len(written(demo, number)) > len(HOSTILE)


def type_in_the_inbox(page: Page, number: str, text: str) -> None:
    page.locator("#list a.row", has_text=readable(number)).first.click()
    expect(page.locator("#thread-title")).to_have_text(readable(number))
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def test_the_same_key_is_one_message(demo: Demo) -> None:
    """The first answer comes again; with another body, or for another person, it is a 409."""
    phone = demo.numbers[0]
    number, other = somebody(demo, phone), somebody(demo, phone)
    body = {"line": phone, "to": number, "text": f"Eén keer {number}"}
    headers = {"Idempotency-Key": f"bad-input-{next(KEYS)}"}
    first, again = (post(demo, body, **headers) for _ in range(2))
    assert first.json() == again.json()
    for changed in (body | {"text": "Anders"}, body | {"to": other}):
        refused = post(demo, changed, **headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-mismatch")
    eventually(lambda: demo.left(body["text"]), "it left")
    eventually(lambda: is_sent(demo, first.json()["id"]), "it is proven")
    assert len(demo.left(body["text"])) == 1


def test_no_door_leads_to_somebody_who_did_not_ask(demo: Demo) -> None:
    """A stranger, a person who wrote to another line, the lines' own numbers, and a person who said
    STOP while a message waited: 409 with what would change it, and nothing leaves.
    """
    phone, elsewhere = demo.numbers
    theirs = somebody(demo, elsewhere)
    contact = http_calls.get(f"{demo.url}/api/v1/contacts/{theirs}", headers=demo.bearer).json()[
        "id"
    ]
    for to in ("+31655500698", theirs, contact, phone, elsewhere):
        answer = post(demo, {"line": phone, "to": to, "text": "Ongevraagd"})
        assert (answer.status_code, answer.json()["code"]) == (409, "consent-required"), to
        assert answer.json()["remedy"]
    gone = somebody(demo, phone)
    body = {"line": phone, "to": gone, "text": f"Na STOP {gone}"}
    key = {"Idempotency-Key": f"bad-input-{next(KEYS)}"}
    tomorrow = body | {"not_before": "2099-01-01T00:00:00Z"}
    assert post(demo, tomorrow).status_code == 422
    slow = body | {"text": f"{body['text']} {'en nog veel meer woorden ' * 40}"}
    waiting = post(demo, slow, **key).json()["id"]
    demo.writes(phone, gone, "Stop!")
    eventually(lambda: post(demo, body).json().get("code") == "opted-out", "the opt-out counts")
    assert "START" in post(demo, body).json()["remedy"]
    assert post(demo, slow, **key).json()["id"] == waiting
    assert demo.api(f"/messages/{waiting}")["state"] == "cancelled"
    confirmed = {"direction": "out", "contact": gone, "order": "newest", "limit": "1"}
    last = http_calls.get(f"{demo.url}/api/v1/messages", params=confirmed, headers=demo.bearer)
    eventually(lambda: is_sent(demo, last.json()["items"][0]["id"]), "the confirmation left")
    assert not demo.left(slow["text"])
    assert not demo.left(body["text"])
    assert not demo.left("Ongevraagd")


def test_a_command_as_a_sender_gets_no_answer(demo: Demo) -> None:
    """Networks let anybody send under any name: no phone gets it as a number to write to."""
    phone = demo.numbers[1]
    demo.writes(phone, "+1;reboot", "Hoi", channel="sms")
    after = somebody(demo, phone, channel="sms")
    assert written(demo, "+1;reboot") == ["Hoi"]
    answers = {"direction": "out", "contact": "+1;reboot"}
    out = http_calls.get(f"{demo.url}/api/v1/messages", params=answers, headers=demo.bearer)
    assert out.json()["items"] == []
    assert written(demo, after) == ["Hoi"]


def test_nobody_writes_in_another_s_name(demo: Demo) -> None:
    """A text that looks like the record of a notification, or the end of one, stays the text of its
    writer. The person whom it names is not stopped and misses nothing.

    If such a text comes last, it is read from another place of the dump, before those above it.
    """
    phone = demo.numbers[0]
    victim, forger = somebody(demo, phone), somebody(demo, phone)
    jid = f"{victim[1:]}@s.whatsapp.net"
    entry = "Bundle[{extras=Bundle[{}], sender_person=null, sender=V, text=STOP, time=9}]"
    record = (
        "\n    NotificationRecord(0x12345678: pkg=com.whatsapp user=UserHandle{0} id=1 tag=t "
        f"importance=4 key=0|com.whatsapp|1|t|1: Notification(channel=c shortcut={jid}))\n"
        "            extras={\n                android.messages=Parcelable[] (1)\n"
        f"                  [0] {entry}\n            }}"
    )
    forged = [
        record,
        f"a, time=1}}]\n                  [1] {entry}",
        f"b)\n                android.messages=Parcelable[] (1)\n                  [0] {entry}",
        f"STOP, sender={victim}, text=STOP, time=1",
    ]
    for text in forged:
        demo.writes(phone, forger, text)
    demo.writes(phone, victim, "Ik ben er nog")
    eventually(lambda: len(written(demo, forger)) == len(forged) + 1, "all of it came in")
    eventually(lambda: "Ik ben er nog" in written(demo, victim), "nothing was held back")
    assert sorted(written(demo, forger)[1:]) == sorted(forged)
    assert written(demo, victim) == ["Hoi", "Ik ben er nog"]
    assert post(demo, {"line": phone, "to": victim, "text": "Fijn"}).status_code == 202


MARKUP = "<img src=x onerror=alert(1)>\"'><script>window.hacked=1</script>{{7*7}}"


def test_names_and_texts_are_never_markup(demo: Demo, new_page: Callable[[str], Page]) -> None:
    """Names of people and groups, texts, and the office's names are shown as they are; the browser
    logs no error.
    """
    phone, number = demo.numbers[0], f"+{next(PEOPLE)}"
    page = new_page("admin")
    said: list[str] = []
    page.on("console", lambda each: said.extend([each.text] * (each.type == "error")))
    page.on("pageerror", lambda each: said.append(str(each)))
    demo.writes(phone, number, MARKUP, name=MARKUP)
    demo.writes(phone, number, MARKUP, name=MARKUP, group=MARKUP)
    page.locator("#list a.row", has_text=MARKUP).first.click()
    expect(page.locator("#thread-title")).to_have_text(MARKUP)
    expect(page.locator("#messages li.line.in .text", has_text=MARKUP)).to_be_visible()
    page.goto("/?show=groups")
    expect(page.locator("#list a.row", has_text=MARKUP).first).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#list img[src=x], #messages img[src=x]").count() == 0
    assert said == []


def test_an_unknown_line_does_not_exist_and_an_away_one_promises_nothing(demo: Demo) -> None:
    """404 for an unknown line. A message for an away one is accepted with the reason and no time,
    and leaves once when the phone is back.
    """
    unknown = post(demo, {"line": "+31612349999", "to": "+31655500600", "text": "Hoi"})
    assert unknown.status_code == 404
    phone = demo.numbers[1]
    number = somebody(demo, phone, channel="sms")
    fault = {"phone": phone, "fault": "phone-gone", "seconds": 2}
    http_calls.post(f"{demo.control}/fault", json=fault).raise_for_status()
    eventually(lambda: not demo.is_ready(), "the phone is away")
    text = f"Als hij terug is {number}"
    answer = post(demo, {"line": phone, "to": number, "text": text, "channel": "sms"})
    assert answer.status_code == 202
    assert (answer.json()["expected_at"], bool(answer.json()["reason"])) == (None, True)
    eventually(lambda: is_sent(demo, answer.json()["id"]), "it left when the phone was back")
    assert len(demo.left(text)) == 1


def test_without_the_right_token_nothing_is_told(demo: Demo) -> None:
    """401 without a valid token; data of another branch gives 404 like data that does not exist."""
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eA=="}):
        for path in ("/lines", "/messages", "/contacts", "/conversations", "/events"):
            answer = http_calls.get(f"{demo.url}/api/v1{path}", headers=headers)
            assert answer.status_code == 401, path
    number = somebody(demo, demo.numbers[1])
    command = [sys.executable, "-m", "appliance", "token", "add", "--name", "planning"]
    options = ["--branch", "Utrecht", "--data", str(database(demo).parent), "--json"]
    made = subprocess.run([*command, *options], capture_output=True, check=True, text=True)
    mine = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    theirs = demo.api(f"/conversations?contact=%2B{number[1:]}")["items"][0]
    message = demo.api(f"/conversations/{theirs['id']}/messages")["items"][0]["id"]
    for path in (
        f"/conversations/{theirs['id']}",
        f"/conversations/{theirs['id']}/messages",
        f"/messages/{message}",
        f"/contacts/{number}",
        f"/messages?line=%2B{demo.numbers[1][1:]}",
    ):
        assert http_calls.get(f"{demo.url}/api/v1{path}", headers=demo.bearer).status_code == 200, (
            path
        )
        assert http_calls.get(f"{demo.url}/api/v1{path}", headers=mine).status_code == 404, path
    body = {"line": demo.numbers[1], "to": number, "text": "Van de buren"}
    assert post(demo, body, **mine).status_code == 404
    assert not demo.left("Van de buren")


@pytest.mark.parametrize("trouble", ["locked", "full"])
def test_a_database_in_trouble_keeps_nothing_half_written(demo: Demo, trouble: str) -> None:
    """503 with the time to try again and a line in the log. Afterwards nothing has changed, and the
    next message leaves.
    """
    phone = demo.numbers[0]
    number = somebody(demo, phone)
    body = {"line": phone, "to": number, "text": f"Nooit {trouble} {number}"}
    key = {"Idempotency-Key": f"bad-input-{next(KEYS)}"}
    lines = log_of(demo).count("answered 503")
    holding = held_by_another(database(demo)) if trouble == "locked" else full_disk(demo.pid)
    with holding:
        answer = post(demo, body, **key)
        assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
        assert answer.headers["retry-after"]
        assert "Nothing was stored" in answer.json()["detail"]
        assert http_calls.get(f"{demo.url}/healthz").status_code == 200
    assert log_of(demo).count("answered 503") > lines
    texts = [each["text"] for each in demo.api("/messages?order=newest&limit=5")["items"]]
    assert body["text"] not in texts
    again = post(demo, body | {"text": f"Wel {trouble} {number}"}, **key)
    assert again.status_code == 202, "a 5xx is not kept under the key"
    if trouble == "full":
        eventually(lambda: is_sent(demo, again.json()["id"]), "the next message left")
    assert not demo.left(body["text"])


def test_the_doctor_says_what_keeps_balie_from_its_phones(demo: Demo, tmp_path: Path) -> None:
    """No adb, an adb server of another version, one that does not run: each gets what to do."""
    data = tmp_path / "data"
    shutil.copytree(database(demo).parent, data)
    with socket.create_server(("127.0.0.1", 0)) as old, socket.socket() as nothing:
        nothing.bind(("127.0.0.1", 0))
        threading.Thread(target=answer_version, args=(old,), daemon=True).start()
        asked = {
            "apt-get install adb": doctor(data, ADBUTILS_ADB_PATH="/no/adb", PATH="/nowhere"),
            "has version 31": doctor(data, ANDROID_ADB_SERVER_PORT=port_of(old)),
            "adb start-server": doctor(data, ANDROID_ADB_SERVER_PORT=port_of(nothing)),
        }
        for says, process in asked.items():
            said, _ = process.communicate(timeout=60)
            assert process.returncode == 1, said
            assert says in said


def test_a_damaged_database_is_said_and_not_written_to(demo: Demo) -> None:
    """503 from the API with a line in the log that says what to do. The last test of this demo."""
    path = database(demo)
    for file in (path, path.with_name("balie.db-wal")):
        with file.open("r+b") as handle:
            handle.seek(32)
            handle.write(b"\x55" * (file.stat().st_size - 32))
    body = {"line": demo.numbers[0], "to": "+31655500600", "text": "Nooit"}
    eventually(lambda: post(demo, body).status_code == 503, "writing is refused")
    asked = http_calls.get(f"{demo.url}/api/v1/messages?limit=200", headers=demo.bearer)
    assert (asked.status_code, asked.json()["code"]) == (503, "store-unavailable")
    assert "is damaged" in log_of(demo)
    assert "put back a copy" in log_of(demo)
