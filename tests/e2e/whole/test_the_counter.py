"""The main job, from the worker's phone to the browser and back, with no part faked in between."""

import base64
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import http_calls
from tests.e2e.alone import alone
from tests.e2e.whole.bad_input import database
from tests.media import samples
from tests.running_demo import Demo, eventually

ROOT = Path(__file__).parents[3]
PROVEN = re.compile("sent|delivered|read")
VOICE_NOTE = {"kind": "voice", "length": "0:07"}

# As a page does that was opened before they asked to stop.
_POST = """async (text) => {
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const answer = await fetch(`${location.pathname}/messages`, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true" },
    body: new URLSearchParams({ text, client_id: crypto.randomUUID() }),
  });
  return { status: answer.status, said: await answer.text() };
}"""

OpenPage = Callable[[str], Page]


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#messages li.line", has=page.get_by_text(text, exact=True))


def open_conversation(page: Page, title: str) -> None:
    page.locator("#list a.row", has_text=title).first.click()
    expect(page.locator("#thread-title")).to_have_text(title)


def send(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def history(demo: Demo, message_id: str) -> list[str]:
    changes = demo.api(f"/messages/{message_id}")["history"]
    return [each["facts"]["to"] for each in changes if each["kind"] == "message.state"]


def test_a_worker_writes_is_answered_and_reads_it(demo: Demo, new_page: OpenPage) -> None:
    """A message appears without reload, the answer leaves the phone once, and its ticks turn."""
    phone = demo.numbers[0]
    page = new_page("admin")
    demo.writes(phone, "+31655500101", "Kan ik morgen werken?", name="Fatima")
    open_conversation(page, "Fatima")
    expect(bubble(page, "Kan ik morgen werken?")).to_be_visible()
    answer = "Ja, graag! 🙂 Om 7 uur,\nvraag naar “Piet” & neem $(schoenen) mee."
    send(page, answer)
    mine = page.locator("#messages li.line.out", has_text="vraag naar")
    expect(mine).to_have_attribute("data-state", PROVEN)
    eventually(lambda: demo.left(answer), "the answer is in the truth log")
    demo.inject(**{"phone": phone, "kind": "read", "from": "+31655500101"})
    demo.writes(phone, "+31655500101", "Top, dank je!", name="Fatima")
    expect(bubble(page, "Top, dank je!")).to_be_visible()
    send(page, "Tot morgen.")
    expect(mine).to_have_attribute("data-state", "read")
    assert len(demo.left(answer)) == 1
    states = history(demo, str(mine.get_attribute("data-message")))
    assert states[:3] == ["queued", "sending", "sent"]
    assert states[-1] == "read"


def test_stop_is_obeyed_and_the_page_says_why(demo: Demo, new_page: OpenPage) -> None:
    """After STOP one confirmation leaves. There is no field any more for another message, but what
    they may do themselves, and whoever types meanwhile is refused.
    """
    phone = demo.numbers[1]
    page = new_page("admin")
    demo.writes(phone, "+31655500102", "Hallo, ik ben nieuw", name="Karim")
    open_conversation(page, "Karim")
    demo.writes(phone, "+31655500102", "STOP", name="Karim")
    expect(bubble(page, "STOP")).to_be_visible()
    confirmation = page.locator("#messages li.line.out", has_text="START")
    expect(confirmation).to_have_attribute("data-state", PROVEN)
    expect(page.locator("#text")).to_have_count(0)
    expect(page.locator(".composer .note")).to_contain_text("START")
    refused = page.evaluate(_POST, "Toch nog even dit")
    assert "START" in refused["said"]
    assert refused["status"] == 409
    assert not demo.left("Toch nog even dit")


def test_a_second_browser_sees_it_live_and_a_reload_changes_nothing(
    demo: Demo, new_page: OpenPage
) -> None:
    """One person's message appears at another person's open page, and is there after a reload."""
    phone = demo.numbers[0]
    first, second = new_page("admin"), new_page("lead")
    demo.writes(phone, "+31655500103", "Ik ben ziek", name="Lotte")
    open_conversation(first, "Lotte")
    open_conversation(second, "Lotte")
    send(first, "Beterschap!")
    expect(bubble(second, "Beterschap!")).to_be_visible()
    second.reload()
    expect(bubble(second, "Beterschap!")).to_have_count(1)
    expect(bubble(second, "Ik ben ziek")).to_have_count(1)
    eventually(lambda: demo.left("Beterschap!"), "it left the phone")
    assert len(demo.left("Beterschap!")) == 1


def test_an_sms_is_answered_by_sms(demo: Demo, new_page: OpenPage) -> None:
    """Without WhatsApp, a person who writes by SMS gets an SMS, proven from the sent box."""
    phone = demo.numbers[0]
    page = new_page("admin")
    demo.inject(kind="person", number="+31655500104", whatsapp=False)
    demo.writes(phone, "+31655500104", "Is er werk?", channel="sms")
    open_conversation(page, "+31 6 55500104")
    send(page, "Maandag is er plek.")
    mine = page.locator("#messages li.line.out", has_text="Maandag is er plek.")
    expect(mine).to_have_attribute("data-state", PROVEN)
    left = demo.left("Maandag is er plek.")
    assert [each["to"] for each in left] == ["+31655500104"]


def test_who_never_asked_gets_nothing(demo: Demo, new_page: OpenPage) -> None:
    """Writing to a stranger is refused with a sentence; nothing is stored and nothing leaves."""
    page = new_page("admin")
    page.goto("/new")
    page.locator("[name=number]").fill("+31655500199")
    page.locator("textarea[name=text]").fill("Koop nu!")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("this person has not written to this number")).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value("Koop nu!")
    assert not demo.left("Koop nu!")


def test_a_photo_and_a_voice_note_are_brought_into_the_thread(
    demo: Demo, new_page: OpenPage
) -> None:
    """Each with its message, byte by byte; the photo is drawn and the voice note can be played."""
    phone, worker = demo.numbers[0], "+31655500801"
    photo, voice = samples.photo(640, 480), samples.voice(7)
    for content, medium in ((photo, {"kind": "photo"}), (voice, VOICE_NOTE)):
        data = base64.b64encode(content).decode()
        about = {"phone": phone, "from": worker, "channel": "whatsapp", "name": "Noor"}
        demo.inject(**about, medium={"data": data, **medium})

    def brought() -> list[dict[str, Any]] | None:
        items = demo.api("/messages?direction=in&order=newest")["items"]
        theirs = [each for each in items if each["contact"]["number"] == worker]
        media = [file for each in reversed(theirs) for file in each["media"]]
        return media if [file["state"] for file in media] == ["here", "here"] else None

    for file, content in zip(eventually(brought, "both are here"), (photo, voice), strict=True):
        url = f"{demo.url}/api/v1/media/{file['id']}"
        assert http_calls.get(url, headers=demo.bearer).raise_for_status().content == content
    page = new_page("admin")
    open_conversation(page, "Noor")
    drawn = page.get_by_role("img", name="Photo, opens large")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") == 480
    expect(page.locator("#messages audio")).to_be_visible()
    expect(page.locator("#messages .hint", has_text=alone("0:07"))).to_be_visible()


def test_after_hours_a_worker_is_told_when_the_branch_opens(demo: Demo, new_page: OpenPage) -> None:
    """An administrator says what the number says and tries it; one message leaves the phone, in the
    words of the trial, and the thread says who spoke.
    """
    phone = demo.numbers[1]
    line = next(each for each in demo.api("/lines")["items"] if each["number"] == phone)
    page = new_page("admin")
    page.goto("/settings/automatic")
    page.get_by_role("link", name=line["branch"]["name"]).click()
    page.get_by_role("checkbox", name="Welcome").uncheck()
    page.get_by_role("checkbox", name="Outside opening hours").check()
    words = page.get_by_role("textbox", name="Outside opening hours: Text 1")
    words.fill("Dag {voornaam}, we zijn dicht.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Saved")).to_be_visible()
    page.get_by_label("Day").select_option("Saturday")
    page.get_by_label("Time", exact=True).fill("22:00")
    page.get_by_label("Their name").fill("Yusuf Demir")
    page.get_by_role("button", name="Try it").click()
    tried = page.get_by_role("status").filter(has_text="They get this at once")
    expect(tried).to_contain_text("because the branch is closed then")
    expect(tried).to_contain_text("Dag Yusuf, we zijn dicht.")
    hours = f"{demo.url}/api/v1/branches/{line['branch']['id']}/hours"
    closed = http_calls.put(hours, headers=demo.bearer, json={"weekdays": {}})
    closed.raise_for_status()
    demo.writes(phone, "+31655500108", "Is er zaterdag werk?", name="Yusuf Demir")
    demo.writes(phone, "+31655500108", "Of zondag?", name="Yusuf Demir")
    eventually(lambda: demo.left("Dag Yusuf, we zijn dicht."), "the rule spoke")
    page.goto("/inbox/all")
    open_conversation(page, "Yusuf Demir")
    spoken = page.locator("#messages li.line.out")
    expect(spoken).to_have_attribute("data-state", PROVEN)
    expect(spoken).to_contain_text("Balie, outside opening hours")
    send(page, "Zaterdag zoeken we nog iemand.")
    eventually(lambda: demo.left("Zaterdag zoeken we nog iemand."), "the answer left")
    demo.writes(phone, "+31655500108", "Mooi, ik kom!", name="Yusuf Demir")
    expect(bubble(page, "Mooi, ik kom!")).to_be_visible()
    assert len(demo.left("Dag Yusuf, we zijn dicht.")) == 1
    expect(spoken).to_have_count(2)


def test_a_round_asks_no_more_than_it_needs(demo: Demo) -> None:
    """Counted in the truth log: who was asked, who was told, and that the rest got nothing."""
    phone, question = demo.numbers[1], "Kun je morgen om 7 uur werken? Ja of nee?"
    crew = [f"+3165550013{place}" for place in range(3)]
    for who in crew:
        demo.writes(phone, who, "Ik zoek werk")
    eventually(lambda: who_wrote(demo) >= set(crew), "all of them are known")
    asked = demo.posts("/rounds", shift(phone, crew, question))
    eventually(lambda: len(demo.left(question)) == 2, "two are asked for one seat")
    demo.writes(phone, crew[1], "misschien")
    demo.writes(phone, crew[0], "Ja hoor 👍🏽")
    found = eventually(lambda: filled(demo, asked["id"]), "the seat is taken")
    assert [each["number"] for each in found["yes"]] == crew[:1]
    assert [each["number"] for each in found["unclear"]] == crew[1:2]
    assert [each["number"] for each in found["not_asked"]] == crew[2:]
    eventually(lambda: demo.left("Je staat erop!"), "whoever has the seat is told")
    demo.posts(f"/rounds/{asked['id']}/answers/{crew[1]}", {"answer": "yes"})
    eventually(lambda: demo.left("Je bent reserve."), "and who is on the reserve list")
    assert [each["to"] for each in demo.left(question)] == crew[:2]
    assert [each["to"] for each in demo.left("Je staat erop!")] == crew[:1]
    assert [each["to"] for each in demo.left("Je bent reserve.")] == crew[1:2]


def shift(phone: str, crew: list[str], question: str) -> dict[str, Any]:
    """By Balie's own clock, which runs faster than ours."""
    tomorrow = datetime.now(UTC) + timedelta(days=3)
    return {
        "line": phone,
        "contacts": crew,
        "variants": [question],
        "seats": 1,
        "at_once": 2,
        "starts_at": tomorrow.isoformat(),
        "ends_at": (tomorrow + timedelta(hours=8)).isoformat(),
        "closes_at": (tomorrow - timedelta(hours=1)).isoformat(),
        "confirm_text": "Je staat erop!",
        "reserve_text": "Je bent reserve.",
    }


def who_wrote(demo: Demo) -> set[str]:
    items = demo.api("/messages?direction=in&order=newest")["items"]
    return {each["contact"]["number"] for each in items}


def filled(demo: Demo, round_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = demo.api(f"/rounds/{round_id}")
    return found if found["state"] == "filled" and found["unclear"] else None


def latest(demo: Demo) -> list[str]:
    return [each["text"] for each in demo.api("/messages?order=newest")["items"]]


def test_the_page_of_five_minutes_puts_a_message_on_the_wire(demo: Demo) -> None:
    """Each command of API.md, as it stands there; only what one copies is filled in."""
    phone, anna = demo.numbers[0], "+31655500177"
    demo.writes(phone, anna, "Is er werk?")
    eventually(lambda: "Is er werk?" in latest(demo), "it is received")
    page = (ROOT / "API.md").read_text("utf-8")
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    mine = {"BALIE_URL": demo.url, "BALIE_TOKEN": demo.token, "LINE": phone, "TO": anna}
    for name, value in mine.items():
        commands, found = re.subn(
            rf"^export {name}=.*$", f"{name}={value}", commands, flags=re.MULTILINE
        )
        assert found == 1, name
    bash = ["bash", "-euo", "pipefail", "-c", commands]
    done = subprocess.run(bash, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"code": "consent-required"' in done.stdout
    assert "event: hello" in done.stdout
    eventually(lambda: demo.left("Hello from curl"), "it left the phone")
    assert [each["to"] for each in demo.left("Hello from curl")] == [anna]


@pytest.mark.parametrize(
    ("channel", "who", "again"),
    [
        ("mail", {"from": "lotte@post.example", "name": "Lotte"}, {"answers": True}),
        ("telegram", {"person": "Lotte"}, {}),
    ],
)
def test_every_channel_passes_both_ways(
    demo: Demo, channel: str, who: dict[str, str], again: dict[str, Any]
) -> None:
    """It comes in, what is answered by the API leaves where it came from and stands in the truth,
    and their answer to that comes in, too. Above a mail stands its subject.
    """

    def came(text: str) -> Any:
        items = demo.api("/messages?direction=in&limit=50")["items"]
        mine = (each for each in items if each["channel"] == channel)
        return next((each for each in mine if each["text"].endswith(text)), None)

    demo.inject(kind=channel, text="Is er maandag werk?", **who)
    to = eventually(lambda: came("Is er maandag werk?"), f"{channel} came")["contact"]["number"]
    answer = f"Ja hoor, over {channel}."
    demo.posts("/messages", {"line": demo.numbers[0], "to": to, "text": answer})
    (left,) = eventually(lambda: demo.left(answer), f"{channel} left")
    assert (left["channel"], to.endswith(left["to"])) == (channel, True)
    demo.inject(kind=channel, text="Dat is goed", **who, **again)
    eventually(lambda: came("Dat is goed"), f"the answer over {channel} came")


def test_the_screen_of_a_phone_is_seen_and_pressed_from_the_page(
    demo: Demo, new_page: OpenPage
) -> None:
    """Back wakes it, a click lands where it is made, pictures follow, and leaving the page ends the
    look.
    """
    page = new_page("admin")
    page.goto("/devices")
    page.locator("a[href$='/screen']").first.click()
    number = re.sub(r"\s", "", page.locator("h1 .number").inner_text())
    picture = page.locator("#screen img")
    expect(picture).to_be_visible()
    page.get_by_role("button", name="Back", exact=True).click()
    eventually(lambda: demo.phone(number)["screen_on"], "the screen is on")
    home, before = demo.phone(number)["front"], str(picture.get_attribute("src"))
    box = picture.bounding_box()
    assert box
    # The first of four icons in a row, below the middle of the home screen.
    picture.click(position={"x": box["width"] / 8, "y": box["height"] / 2 + box["width"] / 8})
    eventually(lambda: demo.phone(number)["front"] != home, "the app is open")
    expect(picture).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Back", exact=True).click()
    eventually(lambda: demo.phone(number)["front"] == home, "the home screen is back")
    page.goto("/devices")
    eventually(lambda: "screen.look-ended" in told(demo), "the look is over")
    begun, *pressed, ended = told(demo)
    assert (begun, ended) == ("screen.look-begun", "screen.look-ended")
    assert pressed == ["screen.pressed"] * 3


def told(demo: Demo) -> list[str]:
    """What the log has of looks at screens and of presses."""
    with closing(sqlite3.connect(database(demo))) as conn:
        rows = conn.execute(
            "SELECT k.name FROM event e JOIN event_kind k ON k.code = e.kind"
            " WHERE k.name LIKE 'screen.%' ORDER BY e.seq"
        )
        return [name for (name,) in rows]
