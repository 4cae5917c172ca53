"""The screens of the pretend WhatsApp, in both languages and both generations."""

import pytest

from appliance.emulated.phone.apps import Intent
from appliance.emulated.phone.whatsapp.model import RowTick
from appliance.emulated.world.numbers import group_jid
from appliance.emulated.world.people import Person
from tests.emulated.handset_rig import AFTERNOON_MS, ANNA, ANNA_JID, BRAM, OFFICE, Rig

NOT_ON_WHATSAPP = Person(number=BRAM, on_whatsapp=False)


def test_the_look_up_spins_before_the_chat_is_there() -> None:
    """A progress bar and no conversation until the look-up is over."""
    rig = Rig(lookup_ms=3000)
    rig.sh("am start -a android.intent.action.VIEW -d https://wa.me/31612345611 -p com.whatsapp")
    assert rig.nodes("progress_bar")
    assert not rig.nodes("conversation_contact_name")
    assert rig.phone.front.activity() == "com.whatsapp.TextAndDirectChatDeepLink"
    rig.timers.advance(ms=3100)
    assert not rig.nodes("progress_bar")
    assert rig.texts("conversation_contact_name") == ["+31 6 12345611"]
    assert rig.phone.front.activity() == "com.whatsapp.Conversation"


def test_the_toolbar_gets_its_name_after_the_frame() -> None:
    """For a moment the conversation is there and nobody knows whose it is."""
    rig = Rig(lookup_ms=0)
    rig.sh("am start -a android.intent.action.VIEW -d https://wa.me/31612345611 -p com.whatsapp")
    rig.timers.advance(ms=1)
    assert rig.nodes("entry")
    assert not rig.nodes("conversation_contact_name")


@pytest.mark.parametrize(
    "link",
    [
        "https://wa.me/31612345611?text=Hallo%20daar%0A%26",
        "https://api.whatsapp.com/send?phone=31612345611&text=Hallo%20daar%0A%26",
        "whatsapp://send?phone=31612345611&text=Hallo+daar%0A%26",
    ],
)
def test_all_three_links_open_the_chat_with_their_text(link: str) -> None:
    """The text becomes the draft, and the keyboard opens under it."""
    rig = Rig()
    rig.sh(f"am start -a android.intent.action.VIEW -d '{link}' -p com.whatsapp")
    rig.timers.advance(ms=500)
    assert rig.node("entry").text == "Hallo daar\n&"
    assert rig.node("root").bounds.bottom == 1389


def test_a_number_without_whatsapp_gets_a_dialog() -> None:
    """The dialog names the number; cancelling it leads back to the chats."""
    rig = Rig(NOT_ON_WHATSAPP)
    rig.open_chat(BRAM)
    dialog = rig.node("android:id/message")
    assert dialog.text == "The phone number +31 6 12345612 isn't on WhatsApp."
    assert (rig.node("android:id/button1").text, rig.node("android:id/button2").text) == (
        "Invite to WhatsApp",
        "Cancel",
    )
    rig.tap("android:id/button2")
    assert not rig.nodes("android:id/message")
    assert not rig.nodes("entry")


def test_a_look_up_without_a_network_fails_in_other_words() -> None:
    """That it could not be looked up says nothing of the number."""
    rig = Rig(NOT_ON_WHATSAPP)
    rig.phone.set_radio(on=False)
    rig.open_chat(BRAM)
    assert rig.node("android:id/message").text == (
        "Couldn't look up phone number +31 6 12345612."
        " Check your phone's Internet connection and try again."
    )
    assert not rig.nodes("android:id/button2")


def test_a_link_without_a_number_is_invalid() -> None:
    """WhatsApp says so at once."""
    rig = Rig()
    rig.sh("am start -a android.intent.action.VIEW -d https://wa.me/anna -p com.whatsapp")
    assert rig.node("android:id/message").text == "The phone number shared via url is invalid"


def test_an_empty_entry_shows_its_hint_and_no_send() -> None:
    """Only the presence of Send tells an empty entry from one that holds the hint's word."""
    rig = Rig()
    rig.open_chat()
    assert (rig.node("entry").text, rig.node("entry").hint) == ("Message", "")
    assert rig.nodes("voice_note_btn")
    assert rig.nodes("camera_btn")
    assert not rig.nodes("send")
    rig.write("Hoi")
    assert rig.node("send").content_desc == "Send"
    assert not rig.nodes("voice_note_btn")
    assert not rig.nodes("camera_btn")


def test_the_window_shrinks_when_the_keyboard_opens() -> None:
    """All bounds change; back closes the keyboard first and leaves the chat then."""
    rig = Rig()
    rig.open_chat()
    before = rig.node("entry").bounds
    rig.tap("entry")
    assert rig.node("entry").bounds.bottom < before.top
    assert rig.node("entry").focused
    rig.phone.press_key("back")
    assert rig.node("entry").bounds == before
    rig.phone.press_key("back")
    assert not rig.nodes("entry")
    assert rig.phone.front.package == "com.whatsapp"
    rig.phone.press_key("back")
    assert rig.phone.front is rig.phone.launcher


def test_a_sent_message_climbs_from_pending_to_read() -> None:
    """Its row is there at once; the ticks follow the recipient's character."""
    rig = Rig(Person(number=ANNA, delivered_ms=1000, read_ms=5000))
    rig.send("Beste Anna")
    assert rig.texts("message_text") == ["Beste Anna"]
    seen = [rig.node("status").content_desc]
    for span_ms in (200, 1000, 5000):
        rig.timers.advance(ms=span_ms)
        seen.append(rig.node("status").content_desc)
    assert seen == ["Pending", "Sent", "Delivered", "Read"]
    assert not rig.nodes("send")


def test_who_never_reads_stays_at_delivered() -> None:
    """Read receipts can be off."""
    rig = Rig(Person(number=ANNA, reads=False))
    rig.send("Beste Anna")
    rig.timers.advance(s=3600)
    assert rig.node("status").content_desc == "Delivered"


def test_an_incoming_message_has_no_status() -> None:
    """It stands on the left, without a tick."""
    rig = Rig()
    rig.whatsapp("Hoi 👋")
    rig.open_chat()
    assert rig.texts("message_text") == ["Hoi 👋"]
    assert not rig.nodes("status")
    assert rig.texts("unread_divider_tv") == ["1 unread message"]


def test_a_message_into_the_open_chat_is_read_at_once() -> None:
    """No notification for what somebody is looking at; its sender gets blue ticks."""
    rig = Rig()
    other = rig.add_phone(number="+31612345602", language="en")
    rig.open_chat("+31612345602")
    other.whatsapp.handle(_link(OFFICE))
    rig.timers.advance(ms=500)
    other.whatsapp.set_entry("Hoi")
    other.whatsapp.perform("send")
    rig.timers.advance(ms=500)
    assert rig.texts("message_text") == ["Hoi"]
    assert rig.phone.shade.posted == {}
    sent = other.whatsapp.account.chats["31612345601@s.whatsapp.net"].messages[0]
    assert sent.tick is RowTick.READ


def _link(number: str) -> Intent:
    return Intent(data=f"https://wa.me/{number.removeprefix('+')}")


def test_a_saved_contact_shows_by_name() -> None:
    """Toolbar and list then hold no number at all."""
    rig = Rig(contacts={ANNA: "Anna de Vries"})
    rig.whatsapp("Hoi")
    rig.phone.press_key("home")
    rig.sh("monkey -p com.whatsapp -c android.intent.category.LAUNCHER 1")
    assert rig.texts("conversations_row_contact_name") == ["Anna de Vries"]
    rig.open_chat()
    assert rig.texts("conversation_contact_name") == ["Anna de Vries"]


def test_an_old_draft_waits_in_its_chat() -> None:
    """Leaving a chat keeps what was typed; a link with a text replaces it."""
    rig = Rig()
    rig.open_chat()
    rig.write("halverwege")
    rig.phone.press_key("home")
    rig.open_chat()
    assert rig.node("entry").text == "halverwege"
    rig.open_chat(text="nieuw")
    assert rig.node("entry").text == "nieuw"


def test_a_long_message_is_cut_until_it_is_tapped() -> None:
    """After 768 characters a link to read more."""
    rig = Rig()
    rig.whatsapp("woord " * 600)
    rig.open_chat()
    assert rig.texts("message_text") == [("woord " * 600)[:768] + "… Read more"]
    more = next(n for n in rig.node("message_text").walk() if n.content_desc == "Read more")
    rig.phone.tap(more.bounds.left + 5, more.bounds.top + 5)
    assert rig.texts("message_text") == ["woord " * 600]


def test_every_chat_begins_with_a_notice() -> None:
    """A button with the sentence about encryption, out of sight once the list is full."""
    rig = Rig()
    rig.open_chat()
    assert rig.node("info").text.startswith("\u200c Messages and calls are end-to-end encrypted.")
    for number in range(40):
        rig.whatsapp(f"bericht {number}")
    assert not rig.nodes("info")


def test_only_what_fits_is_in_the_list() -> None:
    """The newest at the bottom; a swipe down brings older rows."""
    rig = Rig()
    for number in range(60):
        rig.whatsapp(f"bericht {number}")
    rig.open_chat()
    rig.phone.whatsapp.scroll(-100_000)
    shown = rig.texts("message_text")
    assert shown[-1] == "bericht 59"
    assert 5 < len(shown) < 30
    list_bounds = rig.node("android:id/list").bounds
    for node in rig.nodes("message_text"):
        assert list_bounds.top <= node.bounds.top <= node.bounds.bottom <= list_bounds.bottom
    rig.phone.swipe(500, 500, 500, 1500)
    assert rig.texts("message_text")[-1] != "bericht 59"


def test_a_chat_opens_at_its_first_unread_message() -> None:
    """When all of them do not fit, the newest are below the list's end."""
    rig = Rig()
    for number in range(60):
        rig.whatsapp(f"bericht {number}")
    rig.open_chat()
    assert rig.texts("unread_divider_tv") == ["60 unread messages"]
    assert rig.texts("message_text")[0] == "bericht 0"


def test_group_messages_name_the_first_of_a_senders_row_only() -> None:
    """Consecutive messages of one sender carry no name; unsaved ones show what they call
    themselves.
    """
    rig = Rig(contacts={ANNA: "Anna"})
    group = {"group": "Team Venlo", "group_jid": group_jid("Team Venlo")}
    rig.whatsapp("een", **group)
    rig.whatsapp("twee", **group)
    rig.whatsapp("drie", sender=BRAM, name="Brammetje", **group)
    rig.sh("monkey -p com.whatsapp -c android.intent.category.LAUNCHER 1")
    assert rig.texts("msg_from_tv") == ["+31 6 12345612: "]
    rig.tap("contact_row_container")
    rig.timers.advance(ms=500)
    assert rig.texts("name_in_group_tv") == ["Anna", "+31 6 12345612"]
    assert rig.texts("pushname_in_group_tv") == ["~Brammetje"]
    assert rig.texts("conversation_contact_status") == ["Anna, +31 6 12345612, You"]


@pytest.mark.parametrize(
    ("language", "generation", "clock_time", "toolbar", "home", "tick"),
    [
        ("en", "recent", "3:28\u202fPM", "whatsapp_toolbar_home", "Back", "Pending"),
        ("en", "older", "3:28 pm", "back", "Back", "Pending"),
        ("nl", "recent", "15:28", "whatsapp_toolbar_home", "Vorige", "In behandeling"),
        ("nl", "older", "15:28", "back", "Vorige", "In behandeling"),
    ],
)
def test_a_conversation_in_each_language_and_generation(
    language: str, generation: str, clock_time: str, toolbar: str, home: str, tick: str
) -> None:
    """Ids, clock times and words differ; the tree's shape stays."""
    rig = Rig(language=language, whatsapp=generation)
    rig.send("Hoi")
    assert rig.node("date").text == clock_time
    assert rig.node(f"com.whatsapp:id/{toolbar}").content_desc == home
    assert rig.node("status").content_desc == tick
    assert len(rig.nodes("conversation_row_text")) == (1 if generation == "recent" else 0)
    assert rig.node("android:id/list").cls == "android.widget.ListView"
    assert rig.node("entry").text == {"en": "Message", "nl": "Bericht"}[language]


@pytest.mark.parametrize(
    ("generation", "cls", "row", "unread_text"),
    [
        ("recent", "androidx.recyclerview.widget.RecyclerView", "conversations_row_content", ""),
        ("older", "android.widget.ListView", "row_content", "2"),
    ],
)
def test_the_chats_list_in_both_generations(
    generation: str, cls: str, row: str, unread_text: str
) -> None:
    """The recent generation tells the unread count in the description only."""
    rig = Rig(whatsapp=generation)
    rig.whatsapp("Hoi")
    rig.whatsapp("Ben je daar?")
    rig.sh("monkey -p com.whatsapp -c android.intent.category.LAUNCHER 1")
    assert rig.node("android:id/list").cls == cls
    assert len(rig.nodes(row)) == 1
    count = rig.node("conversations_row_message_count")
    assert (count.text, count.content_desc) == (unread_text, "2 unread messages")
    assert rig.texts("single_msg_tv") == ["Ben je daar?"]
    assert not rig.nodes("status_indicator")


def test_days_are_named_from_the_phones_own_zone() -> None:
    """Today, yesterday, and the date in the language's order."""
    rig = Rig()
    day_ms = 24 * 3600 * 1000
    for days in (5, 1, 0):
        rig.phone.whatsapp.account.add(
            rig.phone.whatsapp.account.chat(ANNA_JID),
            letter_id="",
            text=f"{days}",
            at_ms=AFTERNOON_MS - days * day_ms,
            sender=ANNA,
        )
    rig.open_chat()
    assert rig.texts("conversation_row_date_divider") == [
        "September 16, 2026",
        "Yesterday",
        "Today",
    ]


def test_the_dark_or_locked_screen_shows_systemui_only() -> None:
    """A link opened then shows nothing and reads nothing until somebody opens the phone."""
    rig = Rig()
    rig.whatsapp("Hoi")
    rig.sh("input keyevent 223")
    rig.open_chat()
    assert {root.package for root in rig.phone.windows()} == {"com.android.systemui"}
    assert rig.phone.shade.posted
    rig.sh("input keyevent KEYCODE_WAKEUP")
    assert rig.texts("message_text") == ["Hoi"]
    assert not rig.phone.shade.posted


def test_a_force_stopped_app_receives_nothing_until_it_is_opened() -> None:
    """Its notifications go too; what waited arrives when it starts."""
    rig = Rig()
    rig.whatsapp("een")
    rig.sh("am force-stop com.whatsapp")
    rig.whatsapp("twee")
    assert rig.phone.shade.posted == {}
    rig.sh("monkey -p com.whatsapp -c android.intent.category.LAUNCHER 1")
    assert rig.phone.whatsapp.account.chats[ANNA_JID].unread == 2
