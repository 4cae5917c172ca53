"""`balie record`: nothing of what people wrote is in the file, and it can be shown again."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.devices.phone.notification_records import records
from appliance.devices.phone.record.hierarchy import masked_hierarchy
from appliance.devices.phone.record.masks import Masks
from appliance.devices.phone.record.notification_text import masked_notifications
from appliance.devices.phone.record.picture import blacked_out
from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.notifications import messages_of
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, DialogPage, classify
from appliance.emulated.phone.hierarchy_xml import shell_dump, u2_dump
from tests.devices.phone.driver_kit import ANNA, World
from tests.emulated import handset_rig
from tests.emulated.handset_rig import Rig

W = "com.whatsapp"
APPS = (W, "com.google.android.apps.messaging")
# Words that Android prints nowhere, without the characters that stand for all others.
WORDS = st.lists(
    st.text("bcdfghjklmnpqrstvwzBCDFGHJKLMNPQRSTVWZ23456789", min_size=3, max_size=10).map(
        "kw{}".format
    ),
    min_size=1,
    max_size=6,
)
NUMBERS = re.compile(r"\d[\d \-]{6,}\d")
BETWEEN = st.sampled_from([" ", "\n", ", ", "}]\n", ", text=", "\n    "])


def words_of(*texts: str) -> list[str]:
    """What would tell something of a person: words of three letters or digits and more."""
    return [word for text in texts for word in re.findall(r"\w{3,}", text)]


def recorded(rig: Rig) -> dict[str, str]:
    masks = Masks()
    shade, redacted = rig.shade(), rig.sh("dumpsys notification").stdout
    windows = rig.phone.windows()
    return {
        "u2": masked_hierarchy(u2_dump(windows), masks),
        "shell": masked_hierarchy(shell_dump(windows), masks),
        "shown": masked_notifications(shade, APPS, masks),
        "redacted": masked_notifications(redacted, APPS, masks),
    }


@settings(max_examples=10)
@given(WORDS, WORDS, BETWEEN)
def test_no_word_no_name_and_no_number_survives(
    name: list[str], words: list[str], between: str
) -> None:
    """Neither on the screen of a chat nor in the list of chats nor in a notification."""
    who, text = " ".join(name), between.join(words)
    rig = Rig(contacts={handset_rig.ANNA: who})
    rig.whatsapp(text)
    rig.whatsapp(text, sender=handset_rig.BRAM, name=who, group=text.replace("\n", " "))
    rig.sms(text)
    files = recorded(rig)
    rig.open_chat()
    files |= {f"chat {kind}": told for kind, told in recorded(rig).items()}
    rig.sh("input keyevent KEYCODE_BACK")
    files |= {f"list {kind}": told for kind, told in recorded(rig).items()}
    for told in files.values():
        for word in words_of(who, text.replace("text=", "")):
            assert word not in told
        digits = [re.sub(r"\D", "", shown) for shown in NUMBERS.findall(told)]
        for number in (handset_rig.ANNA, handset_rig.BRAM, handset_rig.OFFICE):
            assert number[1:] not in told
            assert [shown for shown in digits if shown.endswith(number[-9:])] == []


def test_a_parser_makes_the_same_of_it() -> None:
    """The screens are told apart, and each notification has its messages in their order."""
    rig = Rig(contacts={handset_rig.ANNA: "Anna"})
    rig.whatsapp("Hoi, kan ik }\nmorgen, time=5}")
    rig.timers.advance(ms=1000)
    rig.whatsapp("Of overmorgen?")
    files = recorded(rig)
    (record,) = [r for r in records(files["redacted"], shown=files["shown"]) if r.message_count]
    first, second = messages_of(record)
    assert first.text.count("\n") == 1
    assert second.text == "Xx xxxxxxxxxx?"
    assert second.at_ms - first.at_ms == 1000
    assert first.sender == second.sender != handset_rig.ANNA
    rig.open_chat()
    chat = classify(read_screen(recorded(rig)["u2"]), W)
    assert isinstance(chat, ChatPage)
    assert [row.text for row in chat.rows][-1] == "Xx xxxxxxxxxx?"
    rig.sh("input keyevent KEYCODE_BACK")
    assert isinstance(classify(read_screen(recorded(rig)["u2"]), W), ChatsList)


def test_the_words_of_an_app_stay_and_the_number_in_them_does_not() -> None:
    """So a dialog is still told by its words."""
    rig = Rig(language="nl")
    rig.world.introduce(handset_rig.BRAM, on_whatsapp=False)
    rig.open_chat(handset_rig.BRAM)
    told = recorded(rig)["u2"]
    seen = classify(read_screen(told), W)
    assert isinstance(seen, DialogPage)
    assert seen.kind is DialogMeaning.NOT_ON_WHATSAPP
    assert seen.number is not None
    assert seen.number != handset_rig.BRAM[1:]


def test_attributes_that_nobody_knows_are_masked() -> None:
    node = '<node pane-title="Anna" resource-id="Anna" class="Anna de" bounds="[0,0][1,1]" />'
    assert "Anna" not in masked_hierarchy(f"<hierarchy>{node}</hierarchy>", Masks())


def test_the_picture_is_black_where_anything_stands() -> None:
    """What has no window over it is black, too, and only frames are left."""
    rig = Rig(contacts={handset_rig.ANNA: "Anna"})
    rig.phone.size_override = (540, 1200)
    rig.whatsapp("Hoi")
    rig.open_chat()
    screen = read_screen(u2_dump(rig.phone.windows()))
    noise = Image.effect_noise(rig.phone.size, 200).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    masked = Image.open(io.BytesIO(blacked_out(written.getvalue(), screen)))
    for view in screen.walk():
        if (view.text or view.desc or not view.children) and not view.box.empty:
            box = (view.box.left, view.box.top, view.box.right, view.box.bottom)
            assert masked.crop(box).convert("L").getextrema() == (0, 0)


@pytest.mark.parametrize("screenshot", [False, True])
def test_a_recording_can_be_shown_by_the_emulated_phone(
    world: World, tmp_path: Path, screenshot: bool
) -> None:
    """Taken from a plugged phone by the command line; a picture only where it was asked for."""
    world.write(ANNA, "Hoi, ik ben ziek", name="Anna de Vries")
    out = tmp_path / "phone.zip"
    asked = ["--screenshot"] if screenshot else []
    command = ["record", "--serial", world.serial, "--out", str(out), *asked, "--json"]
    done = CliRunner().invoke(app, command)
    assert (done.exit_code, done.stderr) == (0, "")
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    assert ("screen.png" in files) is screenshot is manifest["screenshot"]
    assert manifest["model"] == "Emulated phone"
    assert manifest["front"].startswith("com.")
    assert manifest["whatsapp"][0] == W
    assert not any(word in data for data in files.values() for word in (b"Vries", b"ziek"))
    world.inject(kind="recording", file=str(out))
    shown = tmp_path / "again.zip"
    again = CliRunner().invoke(app, ["record", "--serial", world.serial, "--out", str(shown)])
    assert again.exit_code == 0, again.stderr
    with zipfile.ZipFile(shown) as archive:
        assert json.loads(archive.read("manifest.json"))["front"] == manifest["front"]
        assert ids_in(archive.read("hierarchy.xml")) == ids_in(files["hierarchy.xml"])


def ids_in(xml: bytes) -> list[str]:
    return [node.get("resource-id", "") for node in etree.fromstring(xml).iter("node")]


def test_a_phone_that_is_not_there_is_said(adb_server_port: int, tmp_path: Path) -> None:
    out = tmp_path / "phone.zip"
    done = CliRunner().invoke(app, ["record", "--serial", "nobody", "--out", str(out)])
    assert done.exit_code == 1
    assert "balie device list" in done.stderr
    assert not out.exists()
