"""Answers to one message: begun in the open chat, and sent as such only where that is proven."""

from dataclasses import replace

import pytest

from appliance.devices.protocol import QuotedText
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, Desk


def theirs(desk: Desk, text: str, *, own: bool = False) -> QuotedText:
    return QuotedText(text=text, own=own, at_ms=desk.world.clock.now_ms())


def last_quote(desk: Desk) -> tuple[str, str, str]:
    """What they see: the words, the words above them, and whose these are."""
    (chat,) = desk.world.handset.whatsapp.account.chats.values()
    own = [each for each in chat.messages if each.outgoing][-1]
    assert chat.answers is None
    return own.text, own.quotes, own.quotes_name


@pytest.mark.parametrize(
    "spec",
    [OLDER_DUTCH, replace(RECENT_ENGLISH, reply_menu=False)],
    indirect=True,
    ids=["menu", "swipe"],
)
def test_their_message_and_an_own_one_are_answered(desk: Desk) -> None:
    """By the menu of the message, else by the swipe; also where one has to scroll to it."""
    desk.world.write(ANNA, "Kan ik morgen *werken*? 👷🏽‍♀️", name="Anna")
    desk.send("Even kijken")
    for place in range(9):
        desk.world.write(ANNA, f"Nog iets, nummer {place}\nen nog een regel")
    proof = desk.send("Ja", quoted=theirs(desk, "Kan ik morgen *werken*? 👷🏽‍♀️"))
    assert proof.facts["quoted"] is True
    assert last_quote(desk) == ("Ja", "Kan ik morgen *werken*? 👷🏽‍♀️", "Anna")
    assert desk.send("Zie boven", quoted=theirs(desk, "Ja", own=True)).facts["quoted"] is True
    assert last_quote(desk) == ("Zie boven", "Ja", "")
    assert desk.world.truth() == ["Even kijken", "Ja", "Zie boven"]


@pytest.mark.parametrize("text", ["ok", "Iets wat er nooit stond"])
def test_what_is_not_one_message_for_sure_is_not_quoted(desk: Desk, text: str) -> None:
    """Two that look alike, and one that does not show: the words leave all the same."""
    desk.world.write(ANNA, "ok", name="Anna")
    desk.world.write(ANNA, "ok")
    assert desk.send("Dag", quoted=theirs(desk, text)).facts["quoted"] is False
    assert last_quote(desk) == ("Dag", "", "")


def test_an_answer_that_somebody_has_begun_is_not_sent_with_other_words(desk: Desk) -> None:
    """A person pressed a message on the phone itself and went away."""
    desk.world.write(ANNA, "Hoi", name="Anna")
    (chat,) = desk.world.handset.whatsapp.account.chats.values()
    chat.answers = chat.messages[0]
    desk.send("Dag")
    assert last_quote(desk) == ("Dag", "", "")
