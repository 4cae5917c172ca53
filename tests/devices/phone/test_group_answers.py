"""Posts that answer a member's message: begun at the right row, or not sent."""

from dataclasses import replace

import pytest

from appliance.devices.protocol import Group, Proof, QuotedText
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.emulated.world.numbers import group_jid
from appliance.errors import Transient
from tests.devices.phone.driver_kit import ANNA, BEA, Desk

VENLO = Group(jid=group_jid("Team Venlo"), name="Team Venlo", known=("Wie kan morgen?",))
CHRIS = "+31687654377"


@pytest.fixture(autouse=True)
def team(desk: Desk) -> None:
    """The phone book has Anna and Bea; Chris calls himself so."""
    world = desk.world
    world.on_loop(lambda: world.handset.contacts.update({ANNA: "Anna", BEA: "Bea"}))
    says(desk, BEA, "Wie kan morgen?")


def says(desk: Desk, who: str, text: str, name: str = "") -> None:
    desk.world.write(who, text, group=VENLO.name, name=name, saved=False)


def quoting(desk: Desk, text: str, *by: str) -> QuotedText:
    return QuotedText(text=text, own=False, at_ms=desk.world.clock.now_ms(), by=frozenset(by))


def post(desk: Desk, text: str, quoted: QuotedText) -> Proof:
    attempt = desk.attempt(text, to=VENLO.jid, quoted=quoted)
    return desk.driver.send(replace(attempt, outgoing=replace(attempt.outgoing, group=VENLO)))


def quotes(desk: Desk) -> list[tuple[str, str, str]]:
    """Of the own messages: the words, the words above them, and whose these are."""
    chat: Chat = desk.world.handset.whatsapp.account.chats[VENLO.jid]
    assert chat.answers is None
    return [(m.text, m.quotes, m.quotes_name) for m in chat.messages if m.outgoing]


def test_of_equal_words_those_of_the_right_member_are_answered(desk: Desk) -> None:
    """By name, or by number where the book has none."""
    says(desk, ANNA, "Ik kan")
    says(desk, BEA, "Tot morgen")
    says(desk, BEA, "Ik kan")
    says(desk, CHRIS, "Ik kan", name="Chris")
    said = [*desk.recorder.messages]
    assert post(desk, "Fijn, Bea", quoting(desk, "Ik kan", "Bea")).facts["quoted"] is True
    assert post(desk, "Jij ook", quoting(desk, "Ik kan", CHRIS)).facts["quoted"] is True
    assert quotes(desk) == [
        ("Fijn, Bea", "Ik kan", "Bea"),
        ("Jij ook", "Ik kan", "+31 6 87654377"),
    ]
    assert desk.world.truth() == ["Fijn, Bea", "Jij ook"]
    assert len(desk.recorder.messages) == len(said) + 5


def test_a_post_that_would_answer_one_of_several_does_not_leave(desk: Desk) -> None:
    says(desk, ANNA, "Ik kan")
    says(desk, ANNA, "Ik kan")
    attempt = quoting(desk, "Ik kan", "Anna")
    with pytest.raises(Transient, match="look like the one"):
        post(desk, "Fijn", attempt)
    assert desk.world.truth() == []


def test_a_row_whose_author_is_above_the_screen_is_looked_at_again(desk: Desk) -> None:
    """A name stands above the first of a member's rows."""
    for place in range(8):
        says(desk, ANNA, "Ik kan" if place == 2 else f"{place}\n" + "en nog een regel\n" * 3)
    assert post(desk, "Fijn", quoting(desk, "Ik kan", "Anna")).facts["quoted"] is True
    assert quotes(desk) == [("Fijn", "Ik kan", "Anna")]


def test_words_that_nobody_of_that_name_wrote_are_not_quoted(desk: Desk) -> None:
    says(desk, ANNA, "Ik kan")
    assert post(desk, "Fijn", quoting(desk, "Ik kan", "Bea")).facts["quoted"] is False
    assert quotes(desk) == [("Fijn", "", "")]


def test_of_two_who_call_themselves_the_same_the_number_decides(desk: Desk) -> None:
    """Ours wrote further up, the other one below; both have a number in their rows."""
    says(desk, CHRIS, "Ik kan", name="Chris")
    for place in range(4):
        says(desk, ANNA, f"{place}\n" + "en nog een regel\n" * 8)
    says(desk, "+31687654388", "Ik kan", name="Chris")
    post(desk, "Fijn", quoting(desk, "Ik kan", CHRIS, "Chris"))
    assert quotes(desk) == [("Fijn", "Ik kan", "+31 6 87654377")]
