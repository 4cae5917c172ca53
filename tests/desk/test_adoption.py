"""A chat that the phone had before Balie came, as the desk keeps it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appliance.adoption import AdoptionState, ChatFate
from appliance.desk.intake import adoption
from appliance.desk.lines import adopting
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.reports.message_counts import MessageCounts
from appliance.devices.adoption_protocol import HistoryRow, ReadChat
from appliance.devices.media_protocol import IncomingMedia
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.identities import tel
from appliance.media.kinds import MediaKind
from appliance.messages import MessageState
from appliance.store import adoptions, consent, contacts, listed
from appliance.store.adoptions import ChatOutcome
from appliance.store.store import Tx
from tests.queue.counter import ANNA, WHATSAPP, Counter

ZONE = ZoneInfo("Europe/Amsterdam")
Said = tuple[bool, str]
OURS, THEIRS = True, False


def day_of(counter: Counter, days_ago: int) -> date:
    now = datetime.fromtimestamp(counter.clock.now_ms() / 1000, ZONE)
    return now.date() - timedelta(days=days_ago)


def rows(
    counter: Counter, *said: Said, days_ago: int | None = 3, minute: int = 600
) -> Sequence[HistoryRow]:
    day = None if days_ago is None else day_of(counter, days_ago)
    return [
        HistoryRow(
            key=f"row-{days_ago}-{minute + place}-{text}",
            own=own,
            text=text,
            day=day,
            minute=minute + place,
        )
        for place, (own, text) in enumerate(said)
    ]


def adopts(
    counter: Counter, read: Sequence[HistoryRow], *, who: str | None = ANNA, name: str = "Anna"
) -> ChatOutcome:
    """One chat of a walk, as its turn keeps it."""

    def keep(tx: Tx) -> ChatOutcome:
        walk_id = adoptions.begin(
            tx, line_id=counter.line_id, device_id=counter.device_id, staff_id=None
        )
        walk = adoptions.find(tx.conn, walk_id)
        assert walk
        adoptions.keep_list(tx, walk, [(name, None, ChatFate.WAITING)])
        chat = adoptions.next_chat(tx.conn, walk_id)
        assert chat
        found = ReadChat(channel=WHATSAPP, who=who, rows=read, seen=len(read))
        outcome = adoption.keep(tx, walk, chat, found)
        adoptions.end_chat(tx, chat, outcome)
        return outcome

    return counter.store.write(keep)


def may_write(counter: Counter) -> bool:
    return counter.store.read(
        lambda conn: consent.verdict(conn, counter.line_id, tel(ANNA), WHATSAPP).allowed
    )


def ledger(counter: Counter) -> list[tuple[str, str, str | None]]:
    found = counter.store.read(
        lambda conn: conn.execute("SELECT kind, recorded_by, words FROM consent").fetchall()
    )
    return [(row["kind"], row["recorded_by"], row["words"]) for row in found]


def test_who_wrote_may_be_written_to_with_their_message_as_proof(counter: Counter) -> None:
    """Both directions stand in the thread at their times; nothing of it is news."""
    read = rows(counter, (THEIRS, "Hoi, is er werk?"), (OURS, "Ja, maandag"), (THEIRS, "Fijn"))
    outcome = adopts(counter, read)
    assert (outcome.fate, outcome.came, outcome.went) == (ChatFate.ADOPTED, 2, 1)
    assert ledger(counter) == [("wrote_first", "adoption", "Fijn")]
    assert may_write(counter)
    thread = counter.one("SELECT * FROM conversation")
    last = counter.one("SELECT * FROM message WHERE text = 'Fijn'")
    assert thread["last_message_id"] == thread["shown_message_id"] == last["id"]
    assert (thread["news_id"], thread["waiting_ms"]) == (None, None)
    assert datetime.fromtimestamp(last["happened_ms"] / 1000, ZONE).hour == 10
    kinds = {each.kind for each in counter.events()}
    assert EventKind.CONVERSATION_ADOPTED in kinds
    assert not kinds & {EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_STATE}
    assert counter.one("SELECT count(*) AS n FROM attempt")["n"] == 0
    counter.store.write(lambda tx: listed.settle(tx.conn, [thread["id"]]))
    again = counter.one("SELECT * FROM conversation")
    assert (again["news_id"], again["waiting_ms"]) == (None, None)


def test_a_second_reading_makes_nothing_twice(counter: Counter) -> None:
    read = rows(counter, (THEIRS, "Hoi"), (OURS, "Dag"))
    adopts(counter, read)
    assert adopts(counter, read).came == 0
    assert counter.one("SELECT count(*) AS n FROM message")["n"] == 2
    assert len(ledger(counter)) == 1


def test_who_never_wrote_stays_closed_and_nothing_is_kept_of_them(counter: Counter) -> None:
    outcome = adopts(counter, rows(counter, (OURS, "Beste Anna, ...")))
    assert (outcome.fate, outcome.identity) == (ChatFate.CLOSED, tel(ANNA))
    assert counter.one("SELECT count(*) AS n FROM message")["n"] == 0
    assert counter.one("SELECT count(*) AS n FROM contact")["n"] == 0
    assert not may_write(counter)


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        (["Hoi", "STOP", "Hallo"], ChatFate.STOPPED),
        (["STOP", "START", "Hoi"], ChatFate.ADOPTED),
        (["START", "Stop"], ChatFate.STOPPED),
    ],
)
def test_the_newest_of_stop_and_start_counts(
    counter: Counter, said: list[str], fate: ChatFate
) -> None:
    """It is not confirmed: they said so long ago."""
    outcome = adopts(counter, rows(counter, *((THEIRS, text) for text in said)))
    assert outcome.fate is fate
    assert may_write(counter) is (fate is ChatFate.ADOPTED)
    assert counter.one("SELECT count(*) AS n FROM message WHERE direction = 'out'")["n"] == 0


def test_a_start_of_before_opens_nothing_that_balie_knows_to_be_closed(counter: Counter) -> None:
    counter.hears("STOP")
    adopts(counter, rows(counter, (THEIRS, "START"), (THEIRS, "Hoi")))
    assert not may_write(counter)


def test_a_stop_of_before_does_not_end_what_they_began_again_since(counter: Counter) -> None:
    counter.hears("STOP")
    counter.clock.advance(s=60)
    counter.hears("START")
    adopts(counter, rows(counter, (THEIRS, "STOP")))
    assert may_write(counter)


def test_a_stop_withdraws_what_waits(counter: Counter) -> None:
    counter.hears("Hoi")
    (welcome,) = counter.outgoing()
    adopts(counter, rows(counter, (THEIRS, "STOP")))
    assert counter.state(welcome["id"]).value == "cancelled"


def test_words_that_may_mean_stop_are_for_a_person(counter: Counter) -> None:
    adopts(counter, rows(counter, (THEIRS, "Ik wil geen berichten meer ontvangen")))
    assert counter.one("SELECT count(*) AS n FROM near_stop WHERE decision IS NULL")["n"] == 1


def test_nobody_is_welcomed_who_is_known_for_long(counter: Counter) -> None:
    adopts(counter, rows(counter, (THEIRS, "Hoi")))
    counter.hears("Ik heb weer tijd")
    assert counter.outgoing() == []
    assert counter.one("SELECT news_id FROM conversation")["news_id"] is not None


def test_only_what_was_written_by_hand_today_counts_in_the_pace(counter: Counter) -> None:
    before = rows(counter, (THEIRS, "Hoi"), (OURS, "Dag"), days_ago=1)
    adopts(counter, [*before, *rows(counter, (OURS, "Bel je?"), days_ago=0, minute=1)])
    assert (
        counter.one("SELECT m.text FROM attempt a JOIN message m ON m.id = a.message_id")
        == {"text": "Bel je?"}
        or counter.one("SELECT m.text FROM attempt a JOIN message m ON m.id = a.message_id")["text"]
        == "Bel je?"
    )


def test_a_new_phone_of_the_number_begins_a_walk_of_its_own(counter: Counter) -> None:
    """What was along the chats of the old one is over; what it brought is shown still."""
    adopts(counter, rows(counter, (OURS, "Dag")))
    line_id, device_id = counter.line_id, "another"
    view = counter.store.read(lambda conn: adopting.view_of(conn, line_id, device_id))
    assert (view.is_open, view.state) == (False, AdoptionState.STOPPED)
    assert [each.name for each in view.closed] == ["Anna"]
    own = counter.store.read(lambda conn: adopting.view_of(conn, line_id, counter.device_id))
    assert (own.is_open, own.state) == (True, AdoptionState.WALKING)


def test_a_medium_stays_on_the_phone(counter: Counter) -> None:
    """Nobody asked for its file, so the phone is not asked for it."""
    (said,) = rows(counter, (THEIRS, "📷 CV"))
    photo = IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words="CV")
    adopts(counter, [replace(said, media=photo)])
    medium = counter.one("SELECT state, why FROM media")
    assert (medium["state"], medium["why"]) == ("on-phone-only", "before")
    assert counter.one("SELECT count(*) AS n FROM media_fetch")["n"] == 0


def test_what_was_taken_over_is_counted_with_the_rest(counter: Counter) -> None:
    """Whether it was there at the first count or came after it."""
    running = MessageCounts()
    counter.store.read(running.read)
    adopts(counter, rows(counter, (THEIRS, "Hoi"), (OURS, "Dag"), (THEIRS, "Ok")))
    counted = counter.store.read(running.read)
    assert counted == counter.store.read(MessageCounts().read)
    assert counted == {MessageState.RECEIVED: 2, MessageState.SENT: 1}


def test_a_message_without_a_day_stands_above_and_says_so(counter: Counter) -> None:
    old = rows(counter, (THEIRS, "Lang geleden"), days_ago=None)
    adopts(counter, [*old, *rows(counter, (THEIRS, "Gisteren"), days_ago=1)])
    found = counter.store.read(
        lambda conn: conn.execute(
            "SELECT text, imported FROM message ORDER BY happened_ms, id"
        ).fetchall()
    )
    assert [tuple(row) for row in found] == [("Lang geleden", 0), ("Gisteren", 1)]


def test_a_code_for_the_line_is_not_taken_over(counter: Counter) -> None:
    """Who reads it could take the number over."""
    code = "123456 is je verificatiecode"
    adopts(counter, rows(counter, (THEIRS, code), (THEIRS, "Hoi")))
    assert counter.one("SELECT text FROM message")["text"] == "Hoi"
    assert code not in str(ledger(counter))


def test_without_a_day_a_colleague_still_begins_the_conversation(counter: Counter) -> None:
    """They may have written years ago: it is no answer."""
    adopts(counter, rows(counter, (THEIRS, "Hoi"), days_ago=None))
    assert counter.one("SELECT last_in_ms FROM conversation")["last_in_ms"] is None


def test_whose_chat_is_not_known_brings_nothing(counter: Counter) -> None:
    assert adopts(counter, (), who=None).fate is ChatFate.UNKNOWN
    assert counter.one("SELECT count(*) AS n FROM contact")["n"] == 0


def test_a_message_to_who_never_wrote_is_refused(counter: Counter) -> None:
    adopts(counter, rows(counter, (OURS, "Dag")))
    request = SendRequest(
        line_id=counter.line_id, identity=tel(ANNA), text="Dag", author=Author(rule="test")
    )
    with pytest.raises(Refused):
        counter.store.write(lambda tx: accept(tx, request))


def test_words_of_who_had_the_number_before_are_not_read_as_those_of_the_next(
    counter: Counter,
) -> None:
    """They are no consent and stand in nobody's thread; what came after the change does."""
    counter.hears(sender=ANNA)
    anna = counter.contact_id(ANNA)
    counter.store.write(lambda tx: contacts.detach(tx, tel(ANNA)))
    old = rows(counter, (THEIRS, "Graag, tot maandag"), (OURS, "Ja"))
    undated = rows(counter, (THEIRS, "Hoi"), days_ago=None)
    assert adopts(counter, [*undated, *old]).fate is ChatFate.CLOSED
    counter.clock.advance(s=24 * 3600)
    counter.store.write(lambda tx: contacts.ensure(tx, tel(ANNA), chosen_name="Bart"))
    counter.clock.advance(s=3 * 24 * 3600)
    assert adopts(counter, old).fate is ChatFate.CLOSED
    assert not may_write(counter)
    now = rows(counter, (THEIRS, "Ik ben Bart, is er werk?"), days_ago=1)
    outcome = adopts(counter, [*old, *now])
    assert (outcome.fate, outcome.came, outcome.went) == (ChatFate.ADOPTED, 1, 0)
    assert counter.contact_id(ANNA) != anna
    assert may_write(counter)
