"""What a dump shows of WhatsApp, in two generations and four languages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.pages import (
    ChatPage,
    ChatsList,
    DialogPage,
    Elsewhere,
    LookingUp,
    Seen,
    UnknownPage,
    classify,
)
from appliance.devices.phone.whatsapp.row_memory import readings
from appliance.devices.protocol import Tick
from appliance.errors import Transient
from tests.devices.phone.screens import (
    BUSINESS,
    N,
    W,
    chat,
    chats,
    chats_row,
    cut_off,
    dialog,
    full_page,
    notice,
    row,
    spinner,
    xml,
)

ANNA = "+31 6 87654321"
BAR = N("android.widget.FrameLayout", "com.android.systemui:id/status_bar")


def see(*windows: N, package: str = W, u2: bool = True) -> Seen:
    return classify(read_screen(xml(*windows, package=package, u2=u2, others=(BAR,))), package)


def conversation(*windows: N, **more: Any) -> ChatPage:
    seen = see(*windows, **more)
    assert isinstance(seen, ChatPage)
    return seen


# A chat


@pytest.mark.parametrize("u2", [True, False], ids=["u2.jar", "shell"])
@pytest.mark.parametrize("older", [True, False], ids=["older", "recent"])
def test_a_chat_is_read_with_its_rows(older: bool, u2: bool) -> None:
    """Own rows have a tick; a time has odd spaces; lines stay lines."""
    page = chat(
        ANNA,
        row("Hoi\nhoe gaat het?", "3:28\u202fPM"),
        row("Goed 👋", "3:29\u202fPM", "Read"),
        older=older,
    )
    seen = conversation(page, u2=u2)
    assert (seen.title, seen.number) == (ANNA, "31687654321")
    first, second = seen.rows
    assert (first.own, first.text, first.time) == (False, "Hoi\nhoe gaat het?", "3:28 PM")
    assert (second.own, second.tick) == (True, Tick.READ)
    assert second.says("Goed 👋")


def test_business_has_ids_of_either_package() -> None:
    """Some of its views keep the ids of Messenger."""
    page = chat(ANNA, row("Hoi", "12:00"))
    mixed = xml(page, package=BUSINESS).replace(f"{BUSINESS}:id/entry", f"{W}:id/entry")
    seen = classify(read_screen(mixed), BUSINESS)
    assert isinstance(seen, ChatPage)
    assert seen.entry is not None
    assert seen.entry.view_id == f"{W}:id/entry"


@pytest.mark.parametrize(
    ("word", "tick"),
    [
        ("Pending", Tick.PENDING),
        ("Sent", Tick.SENT),
        ("Delivered", Tick.DELIVERED),
        ("Read", Tick.READ),
        ("Seen", Tick.READ),
        ("Played", Tick.READ),
        ("In behandeling", Tick.PENDING),
        ("Verzonden", Tick.SENT),
        ("Afgeleverd", Tick.DELIVERED),
        ("Gelezen", Tick.READ),
        ("\u200eGezien", Tick.READ),
        ("Afgespeeld", Tick.READ),
        ("Entregue", Tick.DELIVERED),
        ("\u200eLida", Tick.READ),
        ("Leído", Tick.READ),
        ("Something new", None),
    ],
)
def test_a_tick_is_a_word_in_four_languages(word: str, tick: Tick | None) -> None:
    """An unknown word proves only that the row is own."""
    (seen,) = conversation(chat(ANNA, row("Dag", "12:00", word))).rows
    assert (seen.own, seen.tick) == (True, tick)


def test_an_empty_entry_shows_its_hint_and_no_send() -> None:
    """The hint may be the same as the text to send."""
    empty = conversation(chat(ANNA, entry="Bericht"))
    typed = conversation(chat(ANNA, entry="Bericht", typed=True))
    assert empty.send is None
    assert typed.send is not None
    assert typed.send.centre == (663, 1487)
    assert typed.entry is not None
    assert typed.entry.holds("Bericht")


@pytest.mark.parametrize(
    "text", ["👷🏽‍♀️ ja", "a\nb", "\u202eRTL\u202c", "x\u0007y", "\ufffe", "q\"'<&>"]
)
def test_an_entry_is_compared_with_what_the_dump_makes_of_a_text(text: str) -> None:
    shown = text.replace("\u0007", ".").replace("\ufffe", ".")
    seen = conversation(chat(ANNA, entry=shown, typed=True))
    assert seen.entry is not None
    assert seen.entry.holds(text)
    assert not seen.entry.holds(text + "!")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("1 unread message", 1),
        ("2 unread messages", 2),
        ("\u200e1 ongelezen bericht", 1),
        ("\u200e3 ongelezen berichten", 3),
    ],
)
def test_rows_below_the_divider_are_unread(words: str, count: int) -> None:
    page = chat(ANNA, row("oud", "11:00"), row("nieuw", "12:00", unread=words))
    seen = conversation(page)
    assert (seen.unread_from, seen.unread_count) == (1, count)


@pytest.mark.parametrize("words", ["Today", "Yesterday", "Vandaag", "\u200eGisteren"])
def test_a_day_above_a_row_is_no_row(words: str) -> None:
    (seen,) = conversation(chat(ANNA, row("Hoi", "11:00", day=words))).rows
    assert (seen.text, seen.time) == ("Hoi", "11:00")


@pytest.mark.parametrize(
    "words",
    [
        "Anna heeft u toegevoegd",
        "U hebt Anna toegevoegd",
        "Anna heeft de groep verlaten",
        "Anna heeft de groep 'Noord' aangemaakt",
        "Anna heeft het onderwerp gewijzigd naar 'Noord'",
        "U bent nu beheerder",
        "Anna's beveiligingscode is gewijzigd.",
        "Anna heeft berichten met vervaldatum ingeschakeld.",
        "Anna added you",
        "You're now an admin",
    ],
)
def test_what_the_system_says_in_a_chat_is_no_row(words: str) -> None:
    """It has no time."""
    seen = conversation(chat("Noord", notice(words), row("Hoi", "11:00", sender="Anna")))
    assert [r.text for r in seen.rows] == ["Hoi"]


def test_a_row_without_its_end_is_left_out() -> None:
    """Nobody can tell whose it is."""
    seen = conversation(chat(ANNA, row("heel", "11:00"), cut_off("half")))
    assert [r.text for r in seen.rows] == ["heel"]


def test_formatting_and_lists_are_not_differences() -> None:
    """WhatsApp draws *bold* bold, and a dash as a dot."""
    (seen,) = conversation(chat(ANNA, row("Vet\n• punt", "11:00", "Sent"))).rows
    assert seen.says("*Vet*\n- punt")
    assert not seen.says("Vet")


@pytest.mark.parametrize(
    "words", ["Read more", "Meer lezen", "Mehr lesen", "Voir plus", "Ler mais", "Leer más"]
)
def test_a_cut_row_is_known_by_its_beginning(words: str) -> None:
    text = "woord " * 300
    shown = f"{text[:768]}… {words}"
    (seen,) = conversation(chat(ANNA, row(shown, "11:00", "Sent"))).rows
    assert seen.says(text)
    assert seen.says(shown)
    assert not seen.says("ander " * 300)


def test_a_group_names_its_senders_once() -> None:
    """The next rows of the same sender have no name; a group is never a person's chat."""
    page = chat(
        "Team Noord",
        row("een", "11:00", sender="Bea"),
        row("twee", "11:01"),
        row("x", "11:02", "Read"),
    )
    seen = conversation(page)
    assert seen.group
    assert [r.sender for r in seen.rows] == ["Bea", "Bea", None]


def test_a_picture_is_no_text() -> None:
    (seen,) = conversation(chat(ANNA, row("", "11:00", media="image"))).rows
    assert seen.media == "📷"
    assert not seen.says("")


def test_the_name_binds_late() -> None:
    assert conversation(chat("")).title == ""


def test_a_name_with_a_number_in_it_is_no_number() -> None:
    assert conversation(chat("Jan +31 6 12345678 werk")).number is None


# What is no chat


def test_a_dialog_without_a_known_message_is_still_a_dialog() -> None:
    panel = N(
        "androidx.appcompat.widget.LinearLayoutCompat",
        "parentPanel",
        kids=(N("android.widget.TextView", "title", "Backup?"),),
    )
    seen = see(chat(ANNA), panel)
    assert isinstance(seen, DialogPage)
    assert seen.kind is DialogMeaning.UNKNOWN


@pytest.mark.parametrize(
    "words",
    ["Searching…", "Bezig met zoeken…", "\u200eBezig met zoeken…", "Pesquisando...", "Suche…"],
)
def test_a_spinner_lies_over_what_was_there(words: str) -> None:
    """The old chat behind it must not be taken for the new one."""
    assert isinstance(see(chat("Bea", row("Hoi", "11:00")), spinner(words)), LookingUp)


@pytest.mark.parametrize("words", ["Searching…", "Bezig met zoeken…"])
def test_a_spinner_may_be_built_as_a_dialog(words: str) -> None:
    """Its structure on the newest releases is not known."""
    assert isinstance(see(chat("Bea"), dialog(words)), LookingUp)
    assert isinstance(see(chat("Bea"), dialog("Suche…", also="progress_bar")), LookingUp)


def test_the_list_of_chats_tells_who_wrote_last_and_what_is_unread() -> None:
    """The recent generation gives the count in a sentence, the older one as text."""
    seen = see(
        chats(
            chats_row("Anna", "Hoi…", badge_desc="Mensagem não lida: 3"),
            chats_row("Bea", "Ja", badge_text="12"),
            chats_row("Cor", "Dag", own=True),
        )
    )
    assert isinstance(seen, ChatsList)
    assert [(r.name, r.unread, r.own_last) for r in seen.rows] == [
        ("Anna", 3, False),
        ("Bea", 12, False),
        ("Cor", 0, True),
    ]


def test_other_apps_are_elsewhere() -> None:
    launcher = N("android.widget.FrameLayout", "launcher:id/workspace")
    home = classify(read_screen(xml(launcher, package="launcher", others=(BAR,))), W)
    dark = classify(read_screen(xml(others=(BAR,))), W)
    assert home == Elsewhere(asleep=False)
    assert dark == Elsewhere(asleep=True)
    assert classify(read_screen("<hierarchy rotation='0' />"), W) == Elsewhere(asleep=True)


def test_anything_else_is_unknown() -> None:
    assert see(full_page("Nieuw: kanalen", button="Verder")) == UnknownPage()


def test_a_dump_that_is_no_xml_is_an_error_of_ours() -> None:
    with pytest.raises(Transient):
        read_screen("ERROR: could not get idle state.")


# Rows over time


@given(
    st.lists(st.integers(0, 3), max_size=8),
    st.lists(st.integers(0, 3), max_size=4),
    st.integers(0, 8),
    st.integers(0, 8),
)
def test_the_true_reading_is_among_those_found(
    old: list[int], new: list[int], hidden_before: int, hidden_now: int
) -> None:
    """At any place of the list, and however equal its rows are."""
    before, now = old[hidden_before:], [*old, *new][hidden_now:]
    truth = max(len(old) - hidden_now, 0)
    if truth == 0 or not before:
        return
    assert truth in readings(before, now)


@given(st.lists(st.integers(), unique=True, max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_rows_that_differ_have_one_reading(rows: list[int], seen: int, hidden: int) -> None:
    before, now = rows[:seen], rows[hidden:]
    if len(before) <= hidden:
        return
    assert readings(before, now) == [len(before) - hidden]
