"""A file that is handed to the emulated WhatsApp: its picker, its preview, and what leaves."""

import pytest

from appliance.emulated.phone.wire.seam import DeviceFile
from appliance.emulated.world.people import Person
from tests.emulated.handset_rig import ANNA, ANNA_JID, BRAM, Rig, Said

PATH = "/sdcard/Download/Balie/a1/helm.jpg"
SHA = "41e5787e9f28562d07b891b1816b492309d646c0f2829743fa4963a9f9cc1d61"
FILE = DeviceFile(data=b"jpeg")
URI = f"file://{PATH}"


def share(rig: Rig, uri: str = URI, kind: str = "image/jpeg", more: str = "") -> Said:
    return rig.sh(
        f"am start -a android.intent.action.SEND -t {kind} --eu android.intent.extra.STREAM {uri}"
        f" {more} -p com.whatsapp"
    )


def to(jid: str, caption: str = "") -> str:
    return f"--es jid {jid} --es android.intent.extra.TEXT '{caption}'"


@pytest.mark.parametrize(("whatsapp", "button"), [("recent", "send"), ("older", "send_media_btn")])
def test_the_preview_names_the_recipient_and_sends_one_file(whatsapp: str, button: str) -> None:
    """The truth log has the caption and the hash of the bytes."""
    rig = Rig(Person(number=ANNA, reads=False), whatsapp=whatsapp)
    rig.phone.files[PATH] = FILE
    rig.whatsapp("Hoi")
    said = share(rig, more=to(ANNA_JID, "Zo"))
    assert said.stdout.startswith("Starting: Intent { act=android.intent.action.SEND typ=image/")
    assert rig.texts("caption") == ["Zo"]
    assert rig.texts("recipients_text") == ["+31 6 12345611"]
    assert rig.left() == []
    rig.tap(button)
    assert rig.texts("caption") == ["Zo"]  # its row in the chat, which shows now
    assert rig.node("status").content_desc == "Pending"
    assert len(rig.nodes("control_btn")) == 1
    rig.timers.advance(ms=500)
    (left,) = rig.left()
    assert (left.to, left.text, left.sha256) == (ANNA, "Zo", SHA)
    assert rig.nodes("control_btn") == []


def test_the_read_tick_of_a_medium_has_a_word_of_its_own() -> None:
    for language, words in (("en", ["Seen", "Read"]), ("nl", ["Gezien", "Gelezen"])):
        rig = Rig(Person(number=ANNA), language=language)
        rig.phone.files[PATH] = FILE
        share(rig, more=to(ANNA_JID))
        rig.tap("send")
        rig.send("Dag")
        rig.timers.advance(ms=3_600_000)
        assert [node.content_desc for node in rig.nodes("status")] == words


def test_without_an_honoured_jid_somebody_has_to_be_chosen() -> None:
    rig = Rig(honours_jid=False)
    rig.phone.files[PATH] = FILE
    rig.whatsapp("Hoi", name="Anna")
    rig.whatsapp("Hoi", sender=BRAM, name="Bram")
    rig.phone.contacts.update({ANNA: "Anna", BRAM: "Bram"})
    share(rig, more=to(ANNA_JID))
    names = rig.nodes("chat_able_contacts_row_name")
    assert {node.text for node in names} == {"Anna", "Bram"}
    assert rig.nodes("send") == []
    rig.tap("menuitem_search")
    rig.write_in("search_src_text", "Anna")
    rig.tap("chat_able_contacts_row_name")
    assert rig.texts("recipients_text") == ["Anna"]
    rig.tap("send")
    assert rig.texts("recipients_text") == ["Anna"]
    assert rig.left() == []
    rig.tap("send")
    rig.timers.advance(ms=500)
    assert [left.to for left in rig.left()] == [ANNA]


def test_a_file_that_cannot_be_read_opens_nothing() -> None:
    """It is not there, or WhatsApp reads rows of the list of media only and may not read this."""
    rig = Rig()
    share(rig, more=to(ANNA_JID))
    assert rig.nodes("media_recipients") == []
    rig = Rig(reads_paths=False)
    rig.phone.files[PATH] = FILE
    rig.sh("content call --uri content://media --method scan_volume --arg external_primary")
    where = PATH.replace("/sdcard", "/storage/emulated/0")
    found = rig.sh(
        "content query --uri content://media/external/file --projection _id"
        f" --where \"_data='{where}'\""
    )
    number = found.stdout.strip().removeprefix("Row: 0 _id=")
    uri = f"content://media/external/file/{number}"
    for refused in (URI, uri):
        share(rig, refused, more=to(ANNA_JID))
        assert rig.nodes("media_recipients") == []
    share(rig, uri, more=f"{to(ANNA_JID)} --grant-read-uri-permission")
    assert len(rig.nodes("media_recipients")) == 1


def test_back_closes_the_preview_and_sends_nothing() -> None:
    rig = Rig()
    rig.phone.files[PATH] = FILE
    rig.open_chat()
    share(rig, more=to(ANNA_JID))
    rig.phone.press_key("back")
    assert len(rig.nodes("entry")) == 1
    rig.timers.advance(ms=5_000)
    assert rig.left() == []


def test_old_folders_are_found_by_their_age() -> None:
    """As `find … -mmin` does; only what lies right below counts."""
    rig = Rig()
    now_s = rig.timers.now_ms() // 1000
    rig.phone.files["/sdcard/Download/Balie/old/x.pdf"] = DeviceFile(data=b"", mtime_s=now_s - 7200)
    rig.phone.files["/sdcard/Download/Balie/new/x.pdf"] = DeviceFile(data=b"", mtime_s=now_s - 60)
    rig.sh("find /sdcard/Download/Balie -mindepth 1 -maxdepth 1 -mmin +60 -exec rm -rf {} +")
    assert list(rig.phone.files) == ["/sdcard/Download/Balie/new/x.pdf"]
