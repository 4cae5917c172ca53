"""A known message that is now different: awaited words, edits, deletions."""

from typing import Any

import pytest

from appliance.desk.contacts import card
from appliance.desk.inbox import marks
from appliance.desk.inbox.overview import Order
from appliance.desk.outgoing.sending import Author
from appliance.devices.protocol import Group, TextForm
from appliance.events import EventKind
from appliance.messages import MessageClass
from appliance.queue.pacing import DEFAULT_PROFILE
from tests.desk.ledger import rules
from tests.queue.counter import ANNA, WHATSAPP, Counter
from tests.queue.inbox_reader import Colleague

WAITING = "Wachten op dit bericht. Dit kan even duren."
DELETED = "Dit bericht is verwijderd"
MOMENT = "wa:31612345678@s.whatsapp.net:1789312500000:e3b0c44298fc1c14"


def incoming(counter: Counter) -> list[dict[str, Any]]:
    rows = counter.all("SELECT * FROM message WHERE direction = 'in' ORDER BY id")
    return [dict(row) for row in rows]


def changes(counter: Counter) -> list[str]:
    return [event.facts["change"] for event in counter.events(EventKind.MESSAGE_CHANGED)]


def earlier(counter: Counter) -> list[str]:
    return [row["text"] for row in counter.all("SELECT text FROM earlier_text ORDER BY rowid")]


def consents(counter: Counter) -> list[str]:
    return [row["kind"] for row in counter.all("SELECT kind FROM consent ORDER BY seq")]


def reads_up_to(
    counter: Counter, colleague: Colleague, conversation_id: str, message_id: str
) -> None:
    counter.store.write(
        lambda tx: marks.mark_read(
            tx, staff_id=colleague.id, conversation_id=conversation_id, message_id=message_id
        )
    )


def test_a_message_without_words_proves_nothing(counter: Counter) -> None:
    """It is shown and waits, but brings no consent and no welcome: it may say STOP."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    assert (consents(counter), counter.outgoing()) == ([], [])
    assert counter.one("SELECT last_in_ms FROM conversation")["last_in_ms"] is not None


def test_words_that_were_waited_for_count_when_they_come(counter: Counter) -> None:
    """They count in the same message."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.clock.advance(s=30)
    counter.hears("Is er werk?", key="k#0")
    (message,) = incoming(counter)
    assert (message["text"], message["awaited"], message["edited_ms"]) == ("Is er werk?", 0, None)
    assert (consents(counter), rules(counter)) == (["wrote_first"], ["welcome"])
    assert (changes(counter), earlier(counter)) == (["words"], [])


def test_words_that_were_waited_for_may_be_a_code(counter: Counter) -> None:
    """Such a code is kept apart as any other, and nobody waits for an answer to it."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.hears("Your WhatsApp code: 123-456. Don't share it", key="k#0")
    (message,) = incoming(counter)
    assert (message["text"], message["awaited"], message["origin"]) == (WAITING, 0, "technical")
    assert counter.one("SELECT count(*) AS n FROM line_code")["n"] == 1


@pytest.mark.parametrize("hours", [1, 30])
def test_words_that_were_waited_for_are_news(counter: Counter, hours: int) -> None:
    """They are unread and wait for an answer, though a colleague answered the message before."""
    colleague = Colleague(counter)
    counter.knows(ANNA)
    counter.clock.advance(s=60)
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    answer = counter.queues("Wat zegt u?", author=Author(staff_id=colleague.id))
    counter.clock.advance(s=60)
    counter.sends()
    (row,) = colleague.rows()
    reads_up_to(counter, colleague, row.id, answer)
    assert (colleague.rows(Order.WAITING), colleague.unread_on_line()) == ([], 0)
    counter.clock.advance(s=hours * 3600)
    counter.hears("Ik ben ziek morgen", key="k#0")
    now_ms = counter.clock.now_ms()
    (row,) = colleague.rows(Order.WAITING)
    assert (row.preview, row.waiting_ms, row.last_ms) == ("Ik ben ziek morgen", now_ms, now_ms)
    assert (row.unread, colleague.unread_on_line()) == (1, 1)
    assert [each.text for each in colleague.reads(row.id)][-1] == "Ik ben ziek morgen"
    reads_up_to(counter, colleague, row.id, answer)
    assert colleague.unread_on_line() == 0


def test_words_that_were_waited_for_are_unread_where_nothing_was_before(counter: Counter) -> None:
    """Both a reader who has read further and one who has read nothing see one new message."""
    reader, other = Colleague(counter), Colleague(counter, name="Mo")
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    (row,) = reader.rows()
    reads_up_to(counter, reader, row.id, incoming(counter)[0]["id"])
    assert (reader.unread_on_line(), other.unread_on_line()) == (0, 1)
    counter.hears("Is er werk?", key="k#0")
    assert (reader.unread_on_line(), other.unread_on_line()) == (1, 1)


def test_words_that_come_the_next_day_are_answered_by_a_reply(counter: Counter) -> None:
    """The welcome and a colleague's message are replies: they wait for the answer now."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.clock.advance(s=30 * 3600)
    counter.hears("Is er werk?", key="k#0")
    reply = counter.row(counter.queues())
    assert [each["answering"] for each in counter.outgoing()] == [1, 1]
    assert reply["class"] == "reply"


def test_words_that_were_waited_for_let_go_of_what_waited_for_them(counter: Counter) -> None:
    """A person who got messages without an answer has written after all."""
    counter.knows(ANNA)
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.planner.round()
    counter.clock.advance(s=72 * 3600)
    for _ in range(DEFAULT_PROFILE.unanswered_in_a_row):
        counter.queues(kind=MessageClass.AUTOMATIC, typed=False)
        counter.clock.advance(s=600)
        counter.sends()
    held = counter.queues(kind=MessageClass.AUTOMATIC, typed=False)
    counter.planner.round()
    assert counter.row(held)["reason"] == "unanswered"
    counter.hears("Ik ben er weer", key="k#0")
    counter.planner.round()
    assert counter.row(held)["reason"] != "unanswered"


def test_words_that_were_waited_for_may_be_stop(counter: Counter) -> None:
    counter.knows(ANNA)
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.hears("STOP", key="k#0")
    assert consents(counter)[-1] == "opted_out"


def test_what_still_waits_changes_nothing(counter: Counter) -> None:
    """The notification comes again without its words, or without them after they came."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.hears("Hoi", key="k#0")
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    assert [m["text"] for m in incoming(counter)] == ["Hoi"]
    assert changes(counter) == ["words"]


def test_an_edit_shows_the_new_words_and_keeps_the_old(counter: Counter) -> None:
    """After two edits both earlier versions are kept; nobody is welcomed again."""
    counter.hears("Ik kom om 8", key="k#0")
    for text in ("Ik kom om 9", "Ik kom om 9", "Ik kom om 10"):
        counter.hears(text, key="k#0")
    (message,) = incoming(counter)
    assert message["text"] == "Ik kom om 10"
    assert message["edited_ms"] is not None
    assert earlier(counter) == ["Ik kom om 8", "Ik kom om 9"]
    assert (consents(counter), rules(counter)) == (["wrote_first"], ["welcome"])


def test_an_edit_to_stop_is_stop(counter: Counter) -> None:
    """It counts as if it had been written so at first, and is confirmed once."""
    counter.knows(ANNA)
    counter.queues()
    counter.hears("Hoi", key="k#0")
    counter.hears("STOP", key="k#0")
    assert consents(counter)[-1] == "opted_out"
    assert rules(counter).count("stop") == 1
    assert not counter.all("SELECT 1 FROM message WHERE state = 'queued' AND rule IS NULL")


def test_an_edit_to_stop_is_confirmed_though_a_stop_was_before(counter: Counter) -> None:
    """Each opt-out has its own confirmation, however old the edited message is."""
    counter.hears("Is er werk?", key="k#0")
    for text in ("STOP", "START"):
        counter.clock.advance(s=60)
        counter.hears(text)
    counter.clock.advance(s=60)
    counter.hears("STOP", key="k#0")
    assert rules(counter).count("stop") == 2


def test_consent_is_proven_by_what_a_message_said_then(counter: Counter) -> None:
    """The card shows the words that gave consent, and those that withdrew it."""
    counter.hears("Is er werk?", key="k#0")
    counter.clock.advance(s=30)
    counter.hears("Is er morgen werk?", key="k#0")
    counter.clock.advance(s=30)
    counter.hears("STOP", key="k#0")
    (message,) = incoming(counter)
    proofs = counter.store.read(
        lambda conn: card._proofs(conn, message["line_id"], message["contact_id"])
    )
    assert [each.words for each in proofs] == ["STOP", "Is er werk?"]


def test_an_edit_opens_no_door(counter: Counter) -> None:
    """A STOP counts, even if it is changed into START or anything else."""
    counter.knows(ANNA)
    counter.hears("STOP", key="k#0")
    for text in ("START", "Toch niet"):
        counter.hears(text, key="k#0")
    assert consents(counter) == ["wrote_first", "opted_out"]


def test_an_edit_that_reads_like_stop_is_put_to_staff_once(counter: Counter) -> None:
    counter.knows(ANNA)
    counter.hears("Dank je", key="k#0")
    counter.hears("stop. dank je", key="k#0")
    counter.hears("stop. dank je wel", key="k#0")
    assert len(counter.all("SELECT 1 FROM near_stop WHERE decision IS NULL")) == 1


def test_a_deletion_keeps_the_words(counter: Counter) -> None:
    """The consent stays, too; later reports on that message change nothing."""
    counter.hears("Mijn adres is Dorpsstraat 1", key="k#0")
    counter.hears(DELETED, key="k#0", form=TextForm.DELETED)
    counter.hears(DELETED, key="k#0", form=TextForm.DELETED)
    counter.hears("Dag", key="k#0")
    (message,) = incoming(counter)
    assert message["text"] == "Mijn adres is Dorpsstraat 1"
    assert message["deleted_ms"] is not None
    assert (changes(counter), consents(counter)) == (["deleted"], ["wrote_first"])


def test_what_was_deleted_before_anybody_saw_it_proves_nothing(counter: Counter) -> None:
    counter.hears(DELETED, key="k#0", form=TextForm.DELETED)
    (message,) = incoming(counter)
    assert message["deleted_ms"] is not None
    assert (consents(counter), counter.outgoing()) == ([], [])


def test_of_several_of_one_moment_the_next_may_move_up(counter: Counter) -> None:
    """An earlier message left the notification: this key's text is not taken as an edit."""
    for place, text in enumerate(("ja", "nee", "toch wel")):
        counter.hears(text, key=f"{MOMENT}#{place}")
    for place, text in enumerate(("nee", "toch wel")):
        counter.hears(text, key=f"{MOMENT}#{place}")
    assert [m["text"] for m in incoming(counter)] == ["ja", "nee", "toch wel"]
    assert changes(counter) == []


@pytest.mark.parametrize("text", ["Hoi", "STOP"])
def test_in_a_group_an_edit_is_kept_and_withdraws_nothing(counter: Counter, text: str) -> None:
    group = Group(jid="120363001@g.us", name="Team")
    counter.hears("Wie kan?", key="g#0", group=group)
    counter.hears(text, key="g#0", group=group)
    assert [m["text"] for m in incoming(counter)] == [text]
    assert consents(counter) == []


def test_the_device_hears_what_became_of_a_message(counter: Counter) -> None:
    """So the driver can tell a message on the screen from a new one."""
    counter.hears(WAITING, key="k#0", form=TextForm.WAITING)
    counter.hears("Hoi", key="k#1")
    counter.hears(DELETED, key="k#1", form=TextForm.DELETED)
    recent = counter.reception.recent(counter.device_id, ANNA, since_ms=0)
    assert [(m.text, m.form) for m in recent] == [
        (WAITING, TextForm.WAITING),
        ("Hoi", TextForm.DELETED),
    ]
    assert {m.channel for m in recent} == {WHATSAPP}
