"""When a chat proves that a message is not in it: only then may the message be sent again."""

from dataclasses import replace
from typing import Any

import pytest

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.pages import ChatPage, classify
from appliance.devices.phone.whatsapp.row_memory import baseline_of, since_baseline
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.protocol import Finding, Look
from appliance.errors import Transient
from tests.devices.floor_above import Try
from tests.devices.phone.driver_kit import ANNA, Desk
from tests.devices.phone.screens import N, W, chat, notice, row, xml

TITLE = "+31 6 87654321"
ENGLISH = "\u200c Messages and calls are end-to-end encrypted. Only people in this chat"
DUTCH = "\u200eBerichten en oproepen worden end-to-end versleuteld. Niemand buiten deze chat"
REPLIES = [row(f"antwoord {at}", "12:01") for at in range(13)]
SALT = "attempt-1"


def conversation(*rows: N) -> ChatPage:
    seen = classify(read_screen(xml(chat(TITLE, *rows))), W)
    assert isinstance(seen, ChatPage)
    return seen


def since(baseline: dict[str, Any], now: ChatPage) -> list[list[MessageRow]]:
    return since_baseline(baseline, now, salt=SALT)


def baseline(*rows: N) -> dict[str, Any]:
    return baseline_of(conversation(*rows), text="Dag", salt=SALT)


@pytest.mark.parametrize("words", [ENGLISH, DUTCH])
def test_a_chat_begins_with_the_notice_about_encryption(words: str) -> None:
    assert conversation(notice(words), row("Hoi", "11:00")).from_start


@pytest.mark.parametrize(
    "first",
    [
        notice("U hebt Anna toegevoegd"),
        notice("Anna's beveiligingscode is gewijzigd. Tik voor meer informatie."),
        notice("Anna heeft berichten met vervaldatum ingeschakeld."),
        notice("Messages in this chat are now secured with end-to-end encryption."),
        notice("2 pagina's", time="11:00"),
        notice("0:12", time="11:00"),
        row(ENGLISH, "11:00"),
    ],
    ids=["group", "code", "disappearing", "business", "document", "video", "somebody's text"],
)
def test_no_other_row_begins_a_chat(first: N) -> None:
    """Rows of the system, documents and videos have an `info`, too."""
    assert not conversation(first, row("Hoi", "11:00")).from_start


def test_the_notice_further_down_begins_nothing() -> None:
    assert not conversation(row("Hoi", "11:00"), notice(ENGLISH)).from_start


def test_a_view_full_of_replies_below_a_system_row_proves_nothing() -> None:
    """At the baseline one long row filled the screen, and its end was not visible."""
    nothing = {"rows": [], "equal": 0, "whole": False}
    page = conversation(notice("Uw beveiligingscode voor Anna is gewijzigd."), *REPLIES[1:])
    assert page.filled
    assert since(nothing, page) == []
    from_start = conversation(notice(ENGLISH), *REPLIES[1:])
    assert [len(rows) for rows in since(nothing, from_start)] == [12]


def test_a_list_that_is_still_empty_proves_nothing() -> None:
    """A chat has at least its notice."""
    assert since(baseline(), conversation()) == []
    assert baseline()["whole"] is False


@pytest.mark.parametrize("words", ["Mehr lesen", "Voir plus", "Czytaj dalej", "Daha fazla oku"])
def test_a_long_own_row_is_known_in_whatever_language_it_is_cut(words: str) -> None:
    """Otherwise a long message would count as absent in each language whose words are unknown."""
    text = "woord " * 300
    (seen,) = conversation(row(f"{text[:768]}… {words}", "11:00", "Sent")).rows
    assert seen.says(text)
    assert not seen.says("ander " * 300)


def test_a_short_text_with_an_ellipsis_is_not_cut() -> None:
    (seen,) = conversation(row("Kom je morgen… of niet", "11:00", "Sent")).rows
    assert not seen.says("Kom je morgen om zeven uur")


@pytest.mark.parametrize(
    ("seen", "rewritten"),
    [
        (row("Dag!", "12:00", "Read", also=("edit_label",)), True),
        (row("You deleted this message", "12:00", also=("icon",)), True),
        (row("U hebt dit bericht verwijderd", "12:00"), True),
        (row("Je hebt dit bericht verwijderd", "12:00"), True),
        (row("Usunięto tę wiadomość", "12:00", also=("icon",)), True),
        (row("Dit bericht is verwijderd", "12:00", also=("icon",)), False),
        (row("This message was deleted", "12:00", also=("icon",)), False),
        (row("Hoi!", "12:00", also=("edit_label",)), False),
        (row("Hoi", "12:00"), False),
        (row("mijn cv", "12:00", media="file_type", also=("icon",)), False),
    ],
)
def test_an_own_row_that_was_edited_or_deleted_is_told_from_others(
    seen: N, rewritten: bool
) -> None:
    """The words of a deleted row have no tick; an icon is beside them."""
    (found,) = conversation(seen).rows
    assert found.rewritten is rewritten


# On a phone


@pytest.fixture
def in_doubt(desk: Desk) -> Try:
    """An attempt that left; Balie knows only its baseline."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    return attempt


def last_row(desk: Desk) -> Any:
    return _messages(desk)[-1]


@pytest.mark.parametrize(
    "words", ["U hebt dit bericht verwijderd", "Je hebt dit bericht verwijderd"]
)
def test_a_message_that_was_deleted_on_the_phone_is_not_sent_again(
    desk: Desk, in_doubt: Try, words: str
) -> None:
    """A person deleted it, so its words are unknown and a person decides."""
    desk.world.on_loop(lambda: last_row(desk).delete(words))
    assert desk.driver.look(in_doubt.as_look()).finding is Finding.UNCLEAR


def test_a_message_that_was_edited_on_the_phone_is_not_sent_again(
    desk: Desk, in_doubt: Try
) -> None:
    desk.world.on_loop(lambda: last_row(desk).edit("Dag allemaal"))
    assert desk.driver.look(in_doubt.as_look()).finding is Finding.UNCLEAR


def test_a_row_with_the_words_and_no_tick_is_not_taken_for_nothing(
    desk: Desk, in_doubt: Try
) -> None:
    """The tick that shows whose row it is may not be drawn yet."""
    desk.world.on_loop(lambda: setattr(last_row(desk), "tick", None))
    assert desk.driver.look(in_doubt.as_look()).finding is Finding.UNCLEAR


def test_an_equal_row_proves_nothing_once_the_one_before_it_was_deleted(desk: Desk) -> None:
    """The new row would be taken for the old one, which was deleted."""
    desk.world.write(ANNA, "regel\n" * 60)
    desk.driver.send(desk.attempt("Dag"))
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    assert attempt.noted is not None
    attempt.noted["rows"] = attempt.noted["rows"][-1:]
    desk.world.on_loop(lambda: _messages(desk)[-2].delete("Je hebt dit bericht verwijderd"))
    assert desk.driver.look(attempt.as_look()).finding is Finding.UNCLEAR


def test_a_chat_that_was_left_scrolled_up_is_seen_to_its_end(desk: Desk) -> None:
    """The newest row is below the edge, and all earlier rows are above it."""
    for at in range(30):
        desk.world.write(ANNA, f"regel {at}")
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    desk.world.fault("scrolled-up")
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT


def test_what_the_system_says_is_neither_told_nor_taken_for_a_message(desk: Desk) -> None:
    """Rows without a time: a changed security code, a person who left."""
    desk.world.write(ANNA, "Hoi")
    desk.world.on_loop(lambda: _say(desk, "Anna's beveiligingscode is gewijzigd."))
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    desk.world.on_loop(lambda: _say(desk, "Anna heeft berichten met vervaldatum uitgeschakeld."))
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert desk.recorder.texts() == ["Hoi"]


def test_after_half_a_day_nothing_proves_that_a_message_never_left(desk: Desk) -> None:
    """Disappearing messages vanish, and the rows show only the time of day."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("Dag")
    attempt.before_tap = _crash
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.ABSENT
    began_ms = attempt.outgoing.started_ms - 13 * 3_600_000
    long_ago = replace(attempt.outgoing, started_ms=began_ms)
    look = Look(outgoing=long_ago, baseline=attempt.noted)
    assert desk.driver.look(look).finding is Finding.UNCLEAR


def _messages(desk: Desk) -> Any:
    (chat_of_anna,) = desk.world.handset.whatsapp.account.chats.values()
    return chat_of_anna.messages


def _say(desk: Desk, words: str) -> None:
    account = desk.world.handset.whatsapp.account
    (chat_of_anna,) = account.chats.values()
    account.say(chat_of_anna, words, at_ms=desk.world.clock.now_ms())


def _crash() -> None:
    raise RuntimeError("Balie dies here")
