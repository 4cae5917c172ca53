"""Joining, splitting and undoing: nobody gains consent, and an undo puts back what was."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing, joining, splitting
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.outgoing import drafts
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels, notes, staff
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageState
from appliance.store import consent, push, unread
from appliance.store.push import PushAddress
from tests.queue.counter import ANNA, BART, Counter

NEW = "+31633333333"
BOSS = Changer(by=Author(staff_id="boss"), sight=Sight(None))
WHO = (
    "contact",
    "contact_identity",
    "identity_claim",
    "welcome",
    "conversation",
    "casework",
    "conversation_label",
    "conversation_event",
    "read_mark",
    "draft",
    "note",
    "note_draft",
    "contact_label",
    "contact_branch",
    "contact_note",
    "unread",
)
"""All that a joining touches, but the messages' places and the log."""


def kept(counter: Counter) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    rows = {table: counter.all(f"SELECT * FROM {table}") for table in WHO}  # noqa: S608 -- our own names
    rows["message"] = counter.all("SELECT id, conversation_id, contact_id, state FROM message")
    return {
        table: sorted((tuple(row.values()) for row in found), key=repr)
        for table, found in rows.items()
    }


def consents(counter: Counter) -> Mapping[str, bool]:
    return counter.store.read(
        lambda conn: {
            number: consent.verdict(conn, counter.line_id, tel(number)).allowed
            for number in (ANNA, BART)
        }
    )


def join(counter: Counter, keep: str, other: str) -> None:
    counter.store.write(lambda tx: joining.join(tx, keep, other, "boss"))


def undo(counter: Counter, contact_id: str) -> None:
    counter.store.write(lambda tx: splitting.undo(tx, contact_id, BOSS.by, sight=BOSS.sight))


def split(counter: Counter, contact_id: str, *numbers: str) -> str:
    gone = [tel(each) for each in numbers]
    return counter.store.write(
        lambda tx: splitting.split(tx, contact_id, gone, Author(staff_id="boss"))
    )


@pytest.fixture
def both(counter: Counter) -> tuple[str, str]:
    """Anna and Bart wrote to two lines, and the office has worked on their conversations."""
    counter.hears(sender=ANNA, name="Anna")
    counter.hears(sender=BART, name="Bart")
    anna, bart = counter.contact_id(ANNA), counter.contact_id(BART)
    first = (counter.line_id, counter.device_id)
    counter.line_id, counter.device_id = counter.add_line("+31687654322", "R58M124")
    counter.hears(sender=BART, name="Bart")
    counter.line_id, counter.device_id = first
    work_on(counter, bart)
    return anna, bart


def work_on(counter: Counter, contact_id: str) -> None:
    boss = counter.store.write(lambda tx: staff.add(tx, "Boss", role="admin", branch_id=None))
    me = Author(staff_id=boss)

    def work(tx: Any) -> None:
        label = labels.add(tx, "ziek", counter.branch_id)
        tx.conn.execute("INSERT INTO contact_label VALUES (?, ?)", (contact_id, label))
        tx.conn.execute("INSERT INTO contact_note VALUES (?, '', 'Belt liever')", (contact_id,))
        tx.conn.execute(
            "UPDATE contact SET personnel_number = '7', fields = '{\"Shirt\":\"L\"}',"
            " state = 'placed' WHERE id = ?",
            (contact_id,),
        )
        for row in tx.conn.execute(
            "SELECT id, news_id FROM conversation WHERE contact_id = ?", (contact_id,)
        ).fetchall():
            thread = row["id"]
            cases.put_labels(tx, thread, ["ziek"], me)
            notes.write(tx, thread, "Vraag loon na", me)
            with unread.counted(tx.conn, [thread]):
                tx.conn.execute(
                    "INSERT INTO read_mark VALUES (?, ?, ?, 1)", (boss, thread, row["news_id"])
                )
            drafts.save(tx, staff_id=boss, conversation_id=thread, text="Hoi")
            cases.close(tx, thread, me, note="klaar")

    counter.store.write(work)


def test_an_undo_puts_back_exactly_what_was(counter: Counter, both: tuple[str, str]) -> None:
    """Names, labels, notes, threads and whose they are, marks, drafts, what is unread, consent."""
    before, allowed = kept(counter), consents(counter)
    join(counter, *both)
    assert counter.contact_id(BART) == both[0]
    undo(counter, both[0])
    assert kept(counter) == before
    assert consents(counter) == allowed
    with pytest.raises(Refused):
        undo(counter, both[0])


def test_what_came_since_goes_to_whom_it_came_from(counter: Counter, both: tuple[str, str]) -> None:
    """Of either of the two, on either line; what the office said since stays."""
    anna, bart = both
    join(counter, anna, bart)
    counter.hears("Van Anna", sender=ANNA)
    counter.hears("Van Bart", sender=BART)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET office_name = 'Anna de Wit' WHERE id = ?", (anna,)
        )
    )
    undo(counter, anna)
    found = counter.all(
        "SELECT m.text, c.contact_id FROM message m JOIN conversation c ON c.id = conversation_id"
        " WHERE m.text LIKE 'Van %' AND m.contact_id = c.contact_id"
    )
    assert {row["text"]: row["contact_id"] for row in found} == {"Van Anna": anna, "Van Bart": bart}
    (name,) = counter.all("SELECT office_name FROM contact WHERE id = ?", anna)
    assert name["office_name"] == "Anna de Wit"


def test_a_withdrawal_before_the_join_is_one_persons_again(
    counter: Counter, both: tuple[str, str]
) -> None:
    """Joined, it closes both and cancels what waits; undone, it is only Anna's."""
    anna, bart = both
    message = counter.queues(to=BART)
    counter.hears("STOP", sender=ANNA)
    join(counter, bart, anna)
    assert consents(counter) == {ANNA: False, BART: False}
    assert counter.state(message) is MessageState.CANCELLED
    undo(counter, bart)
    assert consents(counter) == {ANNA: False, BART: True}
    assert counter.state(message) is MessageState.CANCELLED


@pytest.mark.parametrize("undoes", [True, False])
def test_a_withdrawal_while_they_were_one_closes_both_for_good(
    counter: Counter, both: tuple[str, str], undoes: bool
) -> None:
    """Neither an undo nor a split opens again what a person has closed, only START does."""
    anna, bart = both
    join(counter, anna, bart)
    counter.hears("STOP", sender=ANNA)
    if undoes:
        undo(counter, anna)
    else:
        split(counter, anna, BART)
    assert consents(counter) == {ANNA: False, BART: False}
    counter.hears("START", sender=BART)
    assert consents(counter) == {ANNA: False, BART: True}


def test_a_split_takes_along_what_they_wrote(counter: Counter, both: tuple[str, str]) -> None:
    """On one line the thread parts, on the other it goes as it is; undone, all is one again."""
    anna, bart = both
    join(counter, anna, bart)
    joined = kept(counter)
    new = split(counter, anna, BART)
    assert new not in both
    assert counter.contact_id(BART) == new
    found = counter.all("SELECT value, contact_id FROM message WHERE direction = 'in'")
    assert {(row["value"], row["contact_id"]) for row in found} == {(ANNA, anna), (BART, new)}
    (told,) = counter.events(EventKind.CONTACT_SPLIT)
    assert told.facts == {"other": new}
    undo(counter, new)
    again = kept(counter)
    for table in ("message", "casework", "conversation", "unread"):
        assert again[table] == joined[table], table
    with pytest.raises(InvalidInput):
        split(counter, anna, ANNA, BART)
    with pytest.raises(InvalidInput):
        split(counter, anna, NEW)


def test_the_newest_is_undone_first(counter: Counter, both: tuple[str, str]) -> None:
    """So each undo finds what it left."""
    anna, bart = both
    counter.hears(sender=NEW)
    third = counter.contact_id(NEW)
    before = kept(counter)
    join(counter, anna, bart)
    join(counter, third, anna)
    undo(counter, third)
    undo(counter, anna)
    assert kept(counter) == before


def test_who_is_blocked_stays_so(counter: Counter, both: tuple[str, str]) -> None:
    """Joined with somebody who is not, and split off again."""
    anna, bart = both
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE contact SET blocked_ms = 1 WHERE id = ?", (bart,))
    )
    join(counter, anna, bart)
    with pytest.raises(Refused):
        counter.queues(to=ANNA)
    split(counter, anna, BART)
    with pytest.raises(Refused):
        counter.queues(to=BART)


def test_a_block_of_while_they_were_one_stays_with_both(
    counter: Counter, both: tuple[str, str]
) -> None:
    """An undo opens nobody whom the office has closed."""
    anna, bart = both
    join(counter, anna, bart)
    counter.store.write(
        lambda tx: changing.change(
            tx, anna, ContactChange(given=frozenset({"blocked"}), blocked=True), BOSS
        )
    )
    undo(counter, anna)
    for number in (ANNA, BART):
        with pytest.raises(Refused):
            counter.queues(to=number)


def test_what_a_browser_is_to_be_told_follows_the_thread(
    counter: Counter, both: tuple[str, str]
) -> None:
    """Of two that waited once; of one that is gone meanwhile nothing is noted."""
    (boss,) = counter.all("SELECT id FROM staff")
    threads = [
        row["id"]
        for each in both
        for row in counter.all(
            "SELECT id FROM conversation WHERE contact_id = ? AND line_id = ?",
            each,
            counter.line_id,
        )
    ]
    for name, noted in (("one", threads), ("two", threads[1:])):
        address = PushAddress(endpoint=name, public_key="", secret="")
        counter.store.write(
            lambda tx, address=address: push.subscribe(  # type: ignore[misc]
                tx, address, staff_id=boss["id"], session_hash="", language="nl"
            )
        )
        (browser,) = counter.all("SELECT id FROM push_subscription WHERE endpoint = ?", name)
        for each in noted:
            note_push(counter, browser["id"], each)
    join(counter, *both)
    note_push(counter, browser["id"], threads[1])
    found = counter.all(
        "SELECT endpoint, conversation_id FROM push_notice"
        " JOIN push_subscription ON id = subscription_id ORDER BY endpoint"
    )
    assert [tuple(row.values()) for row in found] == [("one", threads[0]), ("two", threads[0])]


def note_push(counter: Counter, subscription_id: str, conversation_id: str) -> None:
    counter.store.write(lambda tx: push.note(tx, subscription_id, conversation_id))


def test_what_was_ended_while_they_were_one_stays_so(
    counter: Counter, both: tuple[str, str]
) -> None:
    """A draft that was sent and a label that was taken off do not come back with an undo, and
    nothing is done where somebody wrote since.
    """
    anna, bart = both
    join(counter, bart, anna)
    counter.hears("Toch niet", sender=BART)
    (thread,) = counter.all(
        "SELECT id FROM conversation WHERE contact_id = ? AND line_id = ?", bart, counter.line_id
    )

    def end(tx: Any) -> None:
        tx.conn.execute("DELETE FROM contact_label WHERE contact_id = ?", (bart,))
        for table in ("draft", "conversation_label"):
            tx.conn.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (thread["id"],))  # noqa: S608 -- two names of ours

    counter.store.write(end)
    undo(counter, bart)
    for table in ("draft", "conversation_label"):
        assert not counter.all(
            f"SELECT * FROM {table} WHERE conversation_id = ?",  # noqa: S608 -- two names of ours
            thread["id"],
        )
    assert not counter.all("SELECT * FROM contact_label")
    (case,) = counter.all("SELECT * FROM casework WHERE conversation_id = ?", thread["id"])
    assert (case["done_ms"], case["closing_note"]) == (None, "klaar")


def test_the_thread_of_who_was_gone_is_open_when_they_wrote_since(
    counter: Counter, both: tuple[str, str]
) -> None:
    """Theirs, too, was done before, and nobody has done it again."""
    anna, bart = both
    join(counter, anna, bart)
    counter.hears("Toch niet", sender=BART)
    undo(counter, anna)
    found = counter.all(
        "SELECT w.done_ms FROM casework w JOIN conversation c ON c.id = w.conversation_id"
        " WHERE c.contact_id = ? AND c.line_id = ?",
        bart,
        counter.line_id,
    )
    assert [row["done_ms"] for row in found] == [None]
