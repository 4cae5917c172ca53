"""Media, changed messages and notices of the emulated WhatsApp."""

import pytest

from appliance.emulated.phone.whatsapp import notices
from appliance.emulated.phone.whatsapp.media import Medium, MediumKind
from appliance.emulated.phone.whatsapp.model import Change
from appliance.emulated.phone.whatsapp.notices import NoticeKind
from tests.emulated.handset_rig import AFTERNOON_MS, ANNA, ANNA_JID, BRAM, Rig

# The texts of notifications, English and Dutch, written down apart from the emulator's tables.
TOLD = [
    (Medium(kind=MediumKind.PHOTO), "", "📷 Photo", "📷 Afbeelding"),
    (Medium(kind=MediumKind.PHOTO), "Kijk", "📷 Kijk", "📷 Kijk"),
    (Medium(kind=MediumKind.VIDEO, length="0:12"), "", "🎥 Video (0:12)", "🎥 Video (0:12)"),
    (
        Medium(kind=MediumKind.VOICE, length="0:07"),
        "",
        "🎤 Voice message (0:07)",
        "🎤 Spraakbericht (0:07)",
    ),
    (
        Medium(kind=MediumKind.DOCUMENT, name="CV.pdf", pages=2),
        "",
        "📄 CV.pdf (2 pages)",
        "📄 CV.pdf (2 pagina's)",
    ),
    (Medium(kind=MediumKind.LOCATION, name="Depot"), "", "📌 Location", "📌 Locatie"),
    (Medium(kind=MediumKind.LIVE_LOCATION), "", "📌 Live location", "📌 Live locatie"),
    (
        Medium(kind=MediumKind.INVITE, name="Team"),
        "",
        "👥 WhatsApp group invite",
        "👥 WhatsApp-groepsuitnodiging",
    ),
]


@pytest.mark.parametrize(("medium", "caption", "english", "dutch"), TOLD)
def test_a_medium_is_told_by_its_sign_and_caption_or_word(
    medium: Medium, caption: str, english: str, dutch: str
) -> None:
    for language, text in (("en", english), ("nl", dutch)):
        rig = Rig(language=language)
        rig.whatsapp(caption, medium=medium)
        assert f"android.text=String ({text})\n" in rig.shade()


@pytest.mark.parametrize("whatsapp", ["recent", "older"])
def test_rows_have_the_ids_of_their_medium(whatsapp: str) -> None:
    """Pages and lengths are `info`; what is not downloaded has one and the same button."""
    rig = Rig(whatsapp=whatsapp)
    cv = Medium(kind=MediumKind.DOCUMENT, name="CV.pdf", pages=2, downloaded=False)
    rig.whatsapp("", medium=cv)
    rig.whatsapp("", medium=Medium(kind=MediumKind.VIDEO, length="0:12"))
    rig.open_chat()
    assert rig.texts("title") == ["CV.pdf"]
    assert {"2 pages", "0:12"} <= set(rig.texts("info"))
    assert len(rig.nodes("control_btn")) == 1
    assert len(rig.nodes("play_button")) == 1
    assert rig.nodes("message_text") == []


def test_a_changed_message_is_posted_again_at_its_own_time() -> None:
    """Waiting text, words, edit, deletion: one entry, always with the same time."""
    rig = Rig(language="nl")
    rig.whatsapp("om 8", waiting=True)
    letter = rig.phone.whatsapp.account.chats[ANNA_JID].messages[0].letter_id
    assert "text=Wachten op dit bericht. Dit kan even duren., time=" in rig.shade()
    for change, text, shown in (
        (Change.WORDS, "om 8", "om 8"),
        (Change.EDITED, "om 9", "om 9"),
        (Change.DELETED, "", "Dit bericht is verwijderd"),
    ):
        rig.timers.advance(ms=60_000)
        assert rig.phone.whatsapp.change(letter, change, text)
        assert f"text={shown}, time={AFTERNOON_MS}}}]\n" in rig.shade()
        assert "android.messages=Parcelable[] (1)\n" in rig.shade()
    assert not rig.phone.whatsapp.change("unknown", Change.EDITED, "x")


def test_rows_say_that_a_message_was_edited_or_deleted() -> None:
    rig = Rig(language="nl")
    rig.whatsapp("om 8")
    (message,) = rig.phone.whatsapp.account.chats[ANNA_JID].messages
    rig.phone.whatsapp.change(message.letter_id, Change.EDITED, "om 9")
    rig.open_chat()
    assert (rig.texts("message_text"), rig.texts("edit_label")) == (["om 9"], ["Bewerkt"])
    rig.phone.whatsapp.change(message.letter_id, Change.DELETED, "")
    assert rig.texts("message_text") == ["Dit bericht is verwijderd"]
    assert len(rig.nodes("icon")) == 1


def test_a_reaction_comes_as_a_message_of_who_reacted() -> None:
    rig = Rig(language="en")
    rig.whatsapp("Hoi")
    rig.phone.whatsapp.reacted(ANNA, "👍", "Tot zo")
    assert 'text=Reacted 👍 to "Tot zo", time=' in rig.shade()


def test_the_dutch_summary_begins_with_a_mark() -> None:
    """As every Dutch text of WhatsApp that begins with a value."""
    rig = Rig(language="nl")
    for sender in (ANNA, ANNA, BRAM):
        rig.whatsapp("Hoi", sender=sender)
    assert "android.text=String (\u200e3 berichten in 2 chats)\n" in rig.shade()


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_has_no_messages(kind: NoticeKind) -> None:
    rig = Rig(language="nl")
    rig.phone.shade.post(notices.notice(kind, language="nl", now_ms=5, shortcut=ANNA_JID))
    assert "android.messages" not in rig.shade()
    assert "@1 shortcut=" in rig.shade()


def test_checking_for_messages_is_a_foreground_service() -> None:
    for sdk, flags in (
        (34, "flags=0x4a"),
        (36, "ONGOING_EVENT|ONLY_ALERT_ONCE|FOREGROUND_SERVICE"),
    ):
        rig = Rig(sdk=sdk)
        posted = notices.notice(NoticeKind.CHECKING, language="nl", now_ms=5, shortcut=None)
        rig.phone.shade.post(posted)
        assert flags in rig.shade()
        assert "android.text=String (Controleren op nieuwe berichten)\n" in rig.shade()
