"""People who hide their number on the pretend phone, its archive, its shade and its own typing."""

from appliance.emulated.world.people import Person
from tests.emulated.handset_rig import ANNA, ANNA_JID, BRAM, Rig

LID = "9876543210@lid"
HIDDEN = Person(number=ANNA, name="Anna", lid=LID, delivered_ms=10)


def with_a_hidden_person() -> Rig:
    rig = Rig(HIDDEN)
    rig.whatsapp("Hoi", jid=LID, name="Anna")
    return rig


def test_a_hidden_number_is_shown_nowhere() -> None:
    """The list, the head and the notification have the chosen name; no link leads there."""
    rig = with_a_hidden_person()
    rig.sh("am start -n com.whatsapp/com.whatsapp.Main")
    assert rig.texts("conversations_row_contact_name") == ["~Anna"]
    assert f"shortcut={LID}" in rig.shade()
    rig.tap("contact_row_container")
    rig.timers.advance(ms=500)
    assert rig.texts("conversation_contact_name") == ["~Anna"]
    rig.write("Dag Anna")
    rig.tap("send")
    rig.timers.advance(ms=2000)
    assert [(each.to, each.text) for each in rig.left()] == [(LID, "Dag Anna")]
    assert ANNA_JID not in rig.phone.whatsapp.account.chats


def test_an_archived_chat_is_behind_its_header() -> None:
    rig = with_a_hidden_person()
    rig.whatsapp("Hallo", sender=BRAM)
    rig.phone.whatsapp.account.chats[LID].archived = True
    rig.sh("am start -n com.whatsapp/com.whatsapp.Main")
    assert rig.texts("conversations_row_contact_name") == ["+31 6 12345612"]
    assert rig.texts("archived_row") == ["Archived"]
    assert rig.texts("archive_row_counter") == ["1"]


def test_a_row_of_the_shade_opens_its_chat() -> None:
    """Back closes the shade; the summary of a group is no row of its own."""
    rig = with_a_hidden_person()
    rig.sh("cmd statusbar expand-notifications")
    assert len(rig.nodes("expandableNotificationRow")) == 1
    rig.sh("input keyevent BACK")
    assert rig.nodes("expandableNotificationRow") == []
    rig.sh("cmd statusbar expand-notifications")
    rig.tap("expandableNotificationRow")
    assert rig.phone.whatsapp.open_chat_jid == LID
    assert rig.phone.front is rig.phone.whatsapp
    assert "NotificationRecord" not in rig.shade().partition("Archive:")[0]


def test_what_a_person_types_really_leaves() -> None:
    """From the shade it is repeated in the notification; from the chat that goes away."""
    rig = with_a_hidden_person()
    rig.phone.whatsapp.typed(LID, "Zo meteen", in_shade=True)
    assert "sender=You, text=Zo meteen" in rig.shade()
    rig.phone.whatsapp.typed(LID, "Nu dan", in_shade=False)
    assert "Zo meteen" not in rig.shade().partition("Archive:")[0]
    rig.phone.sms.typed(ANNA, "Per sms")
    rig.timers.advance(ms=3000)
    assert [each.text for each in rig.left()] == ["Zo meteen", "Nu dan", "Per sms"]
