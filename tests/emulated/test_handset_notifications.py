"""The notification shade of the emulated phone, as `dumpsys notification` writes it."""

import re

import pytest

from appliance.emulated.world.numbers import group_jid
from tests.emulated.handset_rig import AFTERNOON_MS, ANNA, ANNA_JID, BRAM, Rig

GOLDEN_CHILD = (
    "    NotificationRecord(0x02c77d3d: pkg=com.whatsapp user=UserHandle{0} id=1 "
    "tag=GOLDEN_TAG\n"
    " importance=4 key=0|com.whatsapp|1|GOLDEN_TAG\n"
    "|10342: Notification(channel=individual_chat_defaults_2 "
    "shortcut=31612345611@s.whatsapp.net contentView=null vibrate=null sound=null "
    "defaults=0x0 flags=0x8 color=0xff1da457 category=msg groupKey=group_key_messages "
    "actions=2 vis=PRIVATE))\n"
    "      uid=10342 userId=0\n"
    "      opPkg=com.whatsapp\n"
)
GOLDEN_EXTRAS = (
    "                android.messagingUser=Person (android.app.Person@1f)\n"
    "                android.selfDisplayName=String (You)\n"
    "                android.messages=Parcelable[] (2)\n"
    "                  [0] Bundle[{extras=Bundle[{}], sender_person=android.app.Person@PERSON, "
    "sender=Anna, text=Hoi, kan ik }\n"
    "morgen, time=5}, time=1789997280000}]\n"
    "                  [1] Bundle[{extras=Bundle[{}], sender_person=android.app.Person@PERSON, "
    "sender=Anna, text=👍, time=1789997281000}]\n"
    "                android.isGroupConversation=Boolean (false)\n"
    "                last_row_id=Long (2)\n"
    "            }\n"
    "      publicNotification=\n"
    "            None\n"
)


def with_two_messages() -> Rig:
    rig = Rig(contacts={ANNA: "Anna"})
    rig.whatsapp("Hoi, kan ik }\nmorgen, time=5}")
    rig.timers.advance(ms=1000)
    rig.whatsapp("👍")
    return rig


def records(dump: str) -> list[str]:
    """The records of the list, each from its head on."""
    listing = dump.partition("  Notification List:\n")[2].partition("\n  \n")[0]
    return [f"NotificationRecord{part}" for part in listing.split("    NotificationRecord")[1:]]


def test_a_chat_has_one_record_whose_tag_breaks_the_line() -> None:
    """Head and key of WhatsApp's record are spread over two lines; the shortcut is the jid."""
    dump = with_two_messages().shade()
    tag = re.search(r"tag=([A-Za-z0-9+/]{43}=)\n", dump)
    assert tag
    golden = re.sub(r"0x[0-9a-f]{8}: pkg", "0x: pkg", GOLDEN_CHILD)
    assert golden.replace("GOLDEN_TAG", tag[1]) in re.sub(r"0x[0-9a-f]{8}: pkg", "0x: pkg", dump)


def test_messages_stand_unescaped_in_the_order_of_their_hashes() -> None:
    """The array repeats earlier messages, with line breaks and braces as they were written."""
    dump = re.sub(r"Person@[0-9a-f]{3,}", "Person@PERSON", with_two_messages().shade())
    assert GOLDEN_EXTRAS in dump


def test_without_noredact_no_text_is_told() -> None:
    """Strings are lengths in UTF-16 units, arrays are counts, the ticker is cut."""
    dump = with_two_messages().sh("dumpsys notification").stdout
    assert "morgen" not in dump
    assert "                android.title=String [length=4]\n" in dump
    assert "                android.text=String [length=2]\n" in dump
    assert "                android.messages=Parcelable[] (2)\n                android.is" in dump
    assert "tickerText=...\n" in dump
    assert "android.template=String (android.app.Notification$MessagingStyle)\n" in dump


def test_one_generation_forgets_a_separator() -> None:
    """Up to API 32 `appImportanceLocked` follows the key without a blank."""
    rig = Rig(sdk=31)
    rig.whatsapp("Hoi")
    assert "|10342appImportanceLocked=false: Notification(" in rig.shade()


def test_the_newest_generation_names_flags_and_doubles_when() -> None:
    """API 36 writes flags by name and two moments in `when`."""
    rig = Rig(sdk=36)
    rig.whatsapp("Hoi")
    dump = rig.shade()
    assert "      flags=ONLY_ALERT_ONCE|GROUP_SUMMARY\n" in dump
    assert f"            when={AFTERNOON_MS}/{AFTERNOON_MS}\n" in dump
    assert "      hasSummarization=false\n      bundleType=0" in dump


def test_there_is_a_summary_that_tells_no_chat() -> None:
    """The summary has no tag and the flag of one; it goes with the last child."""
    rig = with_two_messages()
    rig.whatsapp("Hallo", sender=BRAM)
    summary = next(r for r in records(rig.shade()) if "tag=null" in r)
    assert "flags=0x208\n" in summary
    assert "android.text=String (3 messages from 2 chats)\n" in summary
    rig.open_chat(ANNA)
    rig.open_chat(BRAM)
    assert records(rig.shade()) == []


def test_opening_a_chat_takes_its_notification_away() -> None:
    """Only that chat's; the others and their summary stay."""
    rig = with_two_messages()
    rig.whatsapp("Hallo", sender=BRAM)
    rig.open_chat(ANNA)
    heads = [record.splitlines()[0] for record in records(rig.shade())]
    assert len(heads) == 2
    assert rig.phone.whatsapp.account.chats[ANNA_JID].unread == 0


def test_a_chat_opened_on_another_device_is_read_here_too() -> None:
    """The notification goes, and the unread count with it."""
    rig = with_two_messages()
    chat = rig.phone.whatsapp.account.chats[ANNA_JID]
    rig.phone.whatsapp.seen_elsewhere(chat)
    assert (records(rig.shade()), chat.unread) == ([], 0)


def test_an_own_reply_from_elsewhere_is_echoed() -> None:
    """The account's name for itself is the sender; the earlier messages stay before it."""
    rig = Rig(language="nl", contacts={ANNA: "Anna"})
    rig.whatsapp("Hoi")
    rig.phone.whatsapp.said_elsewhere(ANNA, "Beterschap", letter_id="x")
    dump = rig.shade()
    assert "sender=Anna, text=Hoi, time=" in dump
    assert "sender=Jij, text=Beterschap, time=" in dump


def test_what_was_swiped_away_comes_back_with_the_next_message() -> None:
    """Dismissing is not reading: the array is whole again when the chat is posted again."""
    rig = with_two_messages()
    rig.phone.whatsapp.posting.dismissed(ANNA_JID)
    assert records(rig.shade()) == []
    rig.whatsapp("En?")
    assert "android.messages=Parcelable[] (3)" in rig.shade()


def test_a_group_counts_its_messages_in_the_title() -> None:
    """From the second message on title and conversation title carry the count."""
    rig = Rig(contacts={ANNA: "Anna"})
    jid = group_jid("Team Venlo")
    rig.whatsapp("Wie kan?", group="Team Venlo", group_jid=jid)
    assert "android.title=String (Team Venlo: Anna)\n" in rig.shade()
    rig.whatsapp("Ik", sender=BRAM, group="Team Venlo", group_jid=jid)
    dump = rig.shade()
    assert "android.title=String (Team Venlo (2 messages): +31 6 12345612)\n" in dump
    assert "android.conversationTitle=String (Team Venlo (2 messages))\n" in dump
    assert f" shortcut={jid} " in dump
    assert "android.isGroupConversation=Boolean (true)\n" in dump


def test_only_the_latest_messages_are_kept() -> None:
    """MessagingStyle drops what is older than the 25 latest."""
    rig = Rig()
    for number in range(30):
        rig.whatsapp(f"bericht {number}")
    dump = rig.shade()
    assert "android.messages=Parcelable[] (25)\n" in dump
    assert "text=bericht 4," not in dump
    assert "text=bericht 5," in dump


def test_what_went_stands_in_the_archive_without_texts() -> None:
    """The archive repeats head and key of what is gone, after the list."""
    rig = with_two_messages()
    rig.open_chat(ANNA)
    dump = rig.shade()
    assert "  Notification List:" not in dump
    assert "  mArchive=Archive (" in dump
    assert "morgen" not in dump


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_missed_call_is_the_dialers(language: str) -> None:
    """A call that nobody takes: a notification of the dialer and a row in the call log."""
    rig = Rig(language=language)
    rig.call()
    title = "Missed call" if language == "en" else "Gemiste oproep"
    dump = rig.shade()
    assert f"pkg=com.google.android.dialer user=UserHandle{{0}} id=1 tag=MissedCall_{ANNA} " in dump
    assert f"android.title=String ({title})\n" in dump


def test_a_sms_is_posted_and_goes_when_its_thread_opens() -> None:
    """The SMS app posts as MessagingStyle too, with the thread as shortcut."""
    rig = Rig()
    rig.sms("Hoi")
    assert "android.text=String (Hoi)\n" in rig.shade()
    rig.open_sms(ANNA)
    assert records(rig.shade()) == []
