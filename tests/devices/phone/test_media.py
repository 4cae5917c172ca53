"""Media: reported once, whether a notification or the chat shows them first."""

import pytest

from appliance.devices.phone.whatsapp.media import are_alike, is_same
from appliance.devices.protocol import Incoming
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, Desk
from tests.devices.phone.screens import N, chat, row
from tests.devices.phone.test_screen_whatsapp import conversation

GENERATIONS = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)
KINDS = {
    "photo": "📷",
    "video": "🎥",
    "gif": "👾",
    "voice": "🎤",
    "audio": "🎵",
    "document": "📄",
    "location": "📌",
    "live-location": "📌",
    "contact": "👤",
    "sticker": "💟",
    "poll": "📊",
    "invite": "👥",
    "view-once": "①",
}
FETCHED = ("photo", "video", "gif", "document", "location", "sticker")
NAMES = {"document": "CV.pdf", "contact": "Piet", "poll": "Wie kan?", "location": "Depot"}
LENGTHS = {"video": "0:12", "voice": "0:07", "audio": "3:10"}


def medium(kind: str, *, downloaded: bool = True) -> dict[str, object]:
    more: dict[str, object] = {"kind": kind, "downloaded": downloaded}
    more |= {"name": NAMES[kind]} if kind in NAMES else {}
    more |= {"length": LENGTHS[kind]} if kind in LENGTHS else {}
    return more | ({"pages": 2} if kind == "document" else {})


def swiped(desk: Desk, kind: str, *, downloaded: bool = True) -> None:
    """It comes, and its notification is swiped away before Balie has seen it."""
    desk.world.write(ANNA, "", medium=medium(kind, downloaded=downloaded))
    desk.world.inject(kind="dismiss")


def sign_of(message: Incoming) -> str:
    return message.text[:1]


@GENERATIONS
def test_media_that_a_notification_told_are_not_told_again(desk: Desk) -> None:
    """The chat is opened with all of them unread, downloaded or not, with and without caption."""
    for kind in KINDS:
        desk.world.write(ANNA, "", medium=medium(kind))
    for kind in FETCHED:
        desk.world.write(ANNA, "", medium=medium(kind, downloaded=False))
    desk.world.write(ANNA, "Kijk *eens* 👷🏽‍♀️", medium=medium("photo"))
    desk.driver.receive()
    signs = [*KINDS.values(), *(KINDS[kind] for kind in FETCHED), "📷"]
    assert [sign_of(message) for message in desk.recorder.messages] == signs
    desk.send("Dag")
    assert [sign_of(message) for message in desk.recorder.messages] == signs


@GENERATIONS
@pytest.mark.parametrize(
    "kind", ["video", "document", "voice", "live-location", "location", "contact"]
)
def test_a_medium_that_only_the_chat_shows_is_told_with_its_sign(desk: Desk, kind: str) -> None:
    """It is reported once, with its name or length; later notifications repeat nothing."""
    swiped(desk, kind)
    desk.send("Dag")
    (message,) = desk.recorder.messages
    words = NAMES.get(kind) or LENGTHS.get(kind) or ""
    assert message.text == f"{KINDS[kind]} {words}".strip()
    desk.world.write(ANNA, "Gezien?")
    desk.driver.receive()
    assert desk.recorder.texts()[1:] == ["Gezien?"]


def test_a_document_that_is_not_downloaded_is_no_voice_message(desk: Desk) -> None:
    """It has the same button as a photo or a film that is not downloaded."""
    swiped(desk, "document", downloaded=False)
    desk.send("Dag")
    assert desk.recorder.texts() == ["📄 CV.pdf"]


def test_a_call_in_the_chat_is_no_message(desk: Desk) -> None:
    """Its own notification reports it."""
    desk.world.write(ANNA, "", medium={"kind": "call"})
    desk.world.write(ANNA, "Ik belde net")
    desk.driver.receive()
    desk.send("Dag")
    assert desk.recorder.texts() == ["Ik belde net"]


@GENERATIONS
def test_a_place_gets_its_name_from_its_row(desk: Desk) -> None:
    """Its notification has the word alone; a card's has the name."""
    desk.world.write(ANNA, "", medium=medium("location"))
    desk.world.write(ANNA, "", medium=medium("contact"))
    desk.driver.receive()
    place, card = desk.recorder.messages
    assert (place.media and place.media.name, card.media and card.media.name) == ("", "Piet")
    desk.send("Dag")
    assert [(each.key, each.name) for each in desk.recorder.places] == [(place.key, "Depot")]
    assert len(desk.recorder.messages) == 2


# Rows drawn by hand


def drawn(*ids: str, caption: str = "", **texts: str) -> N:
    """A row of a medium with these views, some with a text."""
    views = (
        *(N("android.view.View", each) for each in ids),
        *(N("android.widget.TextView", each, text) for each, text in texts.items()),
    )
    bubble = row(caption, "11:30", media="x") if caption else row("", "11:30", media="x")
    (main,) = bubble.kids
    return N(bubble.cls, bubble.id, kids=(main, *views))


@pytest.mark.parametrize(
    ("ids", "texts", "sign", "detail"),
    [
        (("thumb", "control_btn", "document_frame"), {"title": "CV.pdf"}, "📄", "CV.pdf"),
        (("audio_seekbar", "control_btn"), {"duration": "0:07"}, "🎤", "0:07"),
        (("thumb", "play_frame"), {"info": "0:12"}, "🎥", "0:12"),
        (("thumb", "control_btn"), {"info": "0:12"}, "🎥", "0:12"),
        (("image", "control_btn"), {}, "📷", ""),
        (("thumb", "play_button", "gif_attribution"), {}, "👾", ""),
        (("map_frame", "control_btn"), {}, "📌", ""),
        (("map_holder",), {"place_name": "Depot"}, "📌", "Depot"),
        (("live_location_info_holder",), {}, "📌", ""),
        (("view_once_media_container_small",), {}, "①", ""),
        (("invite_container",), {"group_name": "Team"}, "👥", ""),
        (("sticker_image", "control_btn"), {}, "💟", ""),
        (("call_log_title",), {}, "📞", ""),
        (("control_btn",), {}, "📎", ""),
    ],
)
def test_a_medium_is_known_by_its_views(
    ids: tuple[str, ...], texts: dict[str, str], sign: str, detail: str
) -> None:
    """A button to download it does not show what it is."""
    (read,) = conversation(chat("Anna", drawn(*ids, **texts))).rows
    assert read.media is not None
    assert (read.media[0], read.detail) == (sign, detail)


def test_a_link_with_a_picture_is_a_text() -> None:
    preview = row("https://example.org", "11:30")
    pictured = N(
        preview.cls, preview.id, kids=(N("android.widget.ImageView", "thumb"), *preview.kids)
    )
    (read,) = conversation(chat("Anna", pictured)).rows
    assert read.media is None
    assert read.says("https://example.org")


@pytest.mark.parametrize(
    ("signs", "words", "told"),
    [
        ("📷", "", "📷 Afbeelding"),
        ("📷", "", "📷 Foto"),
        ("📷", "Kijk *eens*", "📷 Kijk eens"),
        ("🎤🎵", "0:07", "🎤 Spraakbericht (0:07)"),
        ("🎤🎵", "3:10", "🎵 Audio (3:10)"),
        ("🎤🎵", "3:10", "🎵 Audio"),
        ("📄", "CV.pdf", "📄 CV.pdf (2 pagina's)"),
        ("📄", "CV.pdf", "📄 CV.pdf"),
        ("📷🎥👾", "", "🎥 Video (0:12)"),
        ("📎", "", "💟 Sticker"),
        ("👥", "", "👥 WhatsApp-groepsuitnodiging"),
    ],
)
def test_sign_and_caption_make_a_medium_the_same(signs: str, words: str, told: str) -> None:
    assert is_same(signs, words, told)


@pytest.mark.parametrize(
    ("signs", "words", "told"),
    [
        ("📷", "", "🎥 Video"),
        ("📷", "Kijk", "📷 Kijk eens"),
        ("🎤🎵", "0:07", "🎤 Spraakbericht (0:09)"),
        ("📄", "CV.pdf", "📄 Diploma.pdf (1 pagina)"),
        ("📎", "", "Hoi"),
        ("📷", "", "Afbeelding"),
    ],
)
def test_another_sign_caption_length_or_title_is_another_medium(
    signs: str, words: str, told: str
) -> None:
    assert not is_same(signs, words, told)


def test_a_film_may_have_been_read_as_a_picture() -> None:
    """Before the download the chat showed no difference."""
    assert are_alike("📷", "🎥 Video (0:12)")
    assert not are_alike("📷 Kijk", "🎥 Video (0:12)")
    assert not are_alike("📷", "💟 Sticker")
    assert not are_alike("Hoi", "📷 Foto")
