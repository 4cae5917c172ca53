"""Emoji on messages of ours: kept beside the message that they are about."""

from collections.abc import Sequence

import pytest

from appliance.desk.groups import outcomes
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.sending import SendRequest
from appliance.devices.group_protocol import GroupPerson
from appliance.devices.news_protocol import Reaction
from appliance.devices.protocol import Group
from appliance.events import EventKind
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.store import groups
from appliance.store.reactions import reactions_of
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, STAFF, WHATSAPP, Counter


def reacts(
    counter: Counter, quoted: str, emoji: str = "👍", *, sender: str = ANNA, after_ms: int = 0
) -> None:
    told = Reaction(
        key=f"wa:{quoted}:{emoji}",
        channel=WHATSAPP,
        sender=sender,
        emoji=emoji,
        quoted=quoted,
        at_ms=counter.clock.now_ms() + after_ms,
    )
    counter.reception.reacted(counter.device_id, [told])


def test_a_reaction_in_a_group_stands_beside_the_post(counter: Counter) -> None:
    """Under the member whose name the phone shows; somebody unknown is nobody's contact."""
    team = Group(jid="120363001@g.us", name="Team Venlo")
    counter.knows(ANNA)
    counter.hears("Wie kan?", ANNA, group=team)
    counter.store.write(_read)
    identity = Identity(team.jid, WHATSAPP_GROUP)
    request = SendRequest(
        line_id=counter.line_id, identity=identity, text="Om 7 uur", author=STAFF, typed=True
    )
    message_id = counter.store.write(lambda tx: accept_post(tx, request)).id
    counter.clock.advance(s=60)
    counter.sends()
    counter.clock.advance(s=60)
    for emoji, sender in (("👍", "Anna"), ("❤️", "Iemand")):
        told = Reaction(
            key=emoji,
            channel=WHATSAPP,
            sender=sender,
            emoji=emoji,
            quoted="Om 7 uur",
            at_ms=counter.clock.now_ms(),
            group=team.jid,
        )
        counter.reception.reacted(counter.device_id, [told])
    found = counter.store.read(lambda conn: reactions_of(conn, [message_id]))[message_id]
    assert {each.emoji: each.by is not None for each in found} == {"👍": True, "❤️": False}


def _read(tx: Tx) -> None:
    (group_id,) = tx.conn.execute("SELECT id FROM chat_group").fetchone()
    people = [GroupPerson(name="Anna", number=ANNA)]
    outcomes.keep_people(tx, groups.find(tx.conn, group_id), people)


def emoji_on(counter: Counter, message_id: str) -> Sequence[str]:
    found = counter.store.read(lambda conn: reactions_of(conn, [message_id]))
    return [each.emoji for each in found.get(message_id, ())]


def sent(counter: Counter, *texts: str) -> list[str]:
    counter.knows(ANNA)
    ids = []
    for text in texts:
        counter.queues(text)
        counter.clock.advance(s=60)
        ids.append(counter.sends())
        counter.clock.advance(s=60)
    return ids


def test_a_reaction_stands_beside_the_newest_message_with_those_words(counter: Counter) -> None:
    """It is an event of that message and no message of its own."""
    first, other, last = sent(counter, "Kom je?", "Of niet?", "Kom je?")
    before = counter.last_seq()
    reacts(counter, "Kom je?")
    assert [emoji_on(counter, each) for each in (first, other, last)] == [[], [], ["👍"]]
    (event,) = counter.events(after=before)
    assert (event.kind, event.message_id) == (EventKind.MESSAGE_CHANGED, last)
    assert event.facts["change"] == "reaction"


def test_the_same_one_told_again_changes_nothing_and_a_later_one_replaces_it(
    counter: Counter,
) -> None:
    (message,) = sent(counter, "Kom je?")
    reacts(counter, "Kom je?")
    before = counter.last_seq()
    reacts(counter, "Kom je?")
    assert counter.events(after=before) == []
    reacts(counter, "Kom je?", "❤️", after_ms=1)
    assert emoji_on(counter, message) == ["❤️"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Kom *morgen* om\n7 uur", "Kom morgen om 7 uur"),
        ("Beste Anna, " + "kom je " * 40, "Beste Anna, kom je kom…"),
    ],
)
def test_the_words_are_compared_as_they_are_shown(counter: Counter, text: str, quoted: str) -> None:
    (message,) = sent(counter, text)
    reacts(counter, quoted)
    assert emoji_on(counter, message) == ["👍"]


def test_what_is_about_nothing_that_is_known_is_left_out(counter: Counter) -> None:
    """Other words, words that were never sent, a stranger."""
    (message,) = sent(counter, "Kom je?")
    waiting = counter.queues("Straks")
    for quoted, sender in (("Kom", ANNA), ("Straks", ANNA), ("Kom je?", BART)):
        reacts(counter, quoted, sender=sender)
    assert (emoji_on(counter, message), emoji_on(counter, waiting)) == ([], [])
