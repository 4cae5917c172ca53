"""What is kept for the inbox's list is what the messages say, whatever happened before.

The SQL of this file finds it in the messages each time, however many there are.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.access.rights import rights_of
from appliance.desk.contacts import joining
from appliance.desk.inbox import marks, overview
from appliance.desk.inbox.overview import Filter, Order, Query
from appliance.desk.outgoing import sending
from appliance.desk.outgoing.sending import Author
from appliance.devices.protocol import (
    Finding,
    Found,
    Group,
    Incoming,
    Look,
    Proof,
    TextForm,
    Tick,
    Ticks,
    TickVisit,
)
from appliance.errors import Permanent, Refused, Unconfirmed
from appliance.messages import MessageState, Origin
from appliance.queue.attempt import QueueAttempt
from appliance.store import high_water, messages
from tests.queue.counter import ANNA, BART, WHATSAPP, Counter, tapping
from tests.queue.inbox_reader import Colleague

CORA = "+31633333333"
PEOPLE = (ANNA, BART, CORA)
STEPS = 45
ORDERS = [(which, order) for which in (Filter.ALL, Filter.UNREAD, Filter.GROUPS) for order in Order]
"""What the team does with conversations has lists of its own, and no messages."""

LINES = """
SELECT line.id,
  (SELECT count(*) FROM conversation c
   LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.staff_id = me.id
   WHERE c.line_id = line.id AND (c.last_in_ms IS NOT NULL OR c.has_notices)
   AND c.group_id IS NULL
   AND EXISTS (SELECT 1 FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
               AND i.id > coalesce(r.message_id, '') AND i.created_ms >= me.created_ms
               AND i.origin <> 'technical')
  ) AS unread
FROM line JOIN staff me ON me.id = ?
"""

LIST = """
WITH listed AS (
SELECT c.id, c.last_ms, m.id AS shown, substr(m.text, 1, 160) AS preview,
  (SELECT count(*) FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
   AND i.id > coalesce(r.message_id, '') AND i.created_ms >= me.created_ms
   AND i.origin <> 'technical') AS unread,
  iif(c.group_id IS NULL AND c.last_in_ms IS NOT NULL,
   (SELECT i.happened_ms FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
    AND i.origin = 'person' AND (i.happened_ms, i.id) > (
      SELECT o.happened_ms, o.id FROM message o WHERE o.conversation_id = c.id
       AND o.direction = 'out' AND (o.rule IS NULL OR o.rule IN ('stop', 'start'))
       AND o.state IN ('sent', 'delivered', 'read')
      UNION ALL SELECT 0, '' ORDER BY 1 DESC, 2 DESC LIMIT 1)
    ORDER BY i.happened_ms, i.id LIMIT 1), NULL) AS waiting_ms
FROM conversation c
JOIN staff me ON me.id = :staff_id
LEFT JOIN message last ON last.id = c.last_message_id
LEFT JOIN message m ON m.id = iif(last.rule IS NULL, last.id, coalesce(
  (SELECT said.id FROM message said WHERE said.conversation_id = c.id AND said.rule IS NULL
   ORDER BY said.happened_ms DESC, said.id DESC LIMIT 1), last.id))
LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.staff_id = me.id
WHERE c.line_id IN (SELECT value FROM json_each(:lines)) AND (c.group_id IS NOT NULL) = :groups
)
SELECT id, last_ms, coalesce(preview, '') AS preview, unread, waiting_ms FROM listed
WHERE (NOT :unread OR unread > 0) AND (NOT :waiting OR waiting_ms IS NOT NULL)
ORDER BY iif(:waiting, waiting_ms, -last_ms), id DESC
LIMIT :limit
"""


@dataclass(slots=True)
class Office:
    """Two lines, three people who write and a few colleagues, and what may happen to them."""

    counter: Counter
    dice: random.Random
    lines: list[tuple[str, str]] = field(default_factory=list)
    colleagues: list[Colleague] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    ahead_ms: int = 0

    def __post_init__(self) -> None:
        self.lines = [(self.counter.line_id, self.counter.device_id)]
        self.lines.append(self.counter.add_line("+31687650000", "R58M999"))
        self.colleague_joins()

    def happens(self) -> str:
        """One thing by chance; gives its name."""
        happenings: Sequence[Callable[[], None]] = (
            *(self.somebody_writes, self.colleague_answers, self.colleague_reads) * 3,
            *(self.phone_works, self.words_change, self.time_passes) * 2,
            self.rule_writes,
            self.group_talks,
            self.machine_writes,
            self.message_is_cancelled,
            self.colleague_joins,
            self.two_are_one,
            self.clock_is_put_right,
        )
        chosen = self.dice.choice(happenings)
        chosen()
        return chosen.__name__

    def somebody_writes(self) -> None:
        said = self.dice.choice(["Is er werk?", "Ik ben ziek", "STOP", "START", "stop. dank je"])
        self._hears(said, self.dice.choice([TextForm.WORDS, TextForm.WORDS, TextForm.WAITING]))

    def words_change(self) -> None:
        if self.keys:
            said = self.dice.choice(["Toch niet", "STOP", "Your WhatsApp code: 123-456"])
            form = self.dice.choice([TextForm.WORDS, TextForm.WORDS, TextForm.DELETED])
            sender, line, key = json.loads(self.dice.choice(self.keys))
            self._told(line, key, sender, said, form=form)

    def group_talks(self) -> None:
        group = Group(jid="31611110001-1@g.us", name="Loods")
        self._told(self._line(), self._key(), ANNA, "Wie kan morgen?", group=group)

    def machine_writes(self) -> None:
        origin = self.dice.choice([Origin.NOTICE, Origin.TECHNICAL])
        self._told(
            self._line(), self._key(), self._who(), "Voicemail", channel=Channel.SMS, origin=origin
        )

    def colleague_answers(self) -> None:
        self._accepts(Author(staff_id=self.dice.choice(self.colleagues).id))

    def rule_writes(self) -> None:
        self._accepts(Author(rule="test"))

    def message_is_cancelled(self) -> None:
        queued = self.counter.all("SELECT id FROM message WHERE state = 'queued' ORDER BY id")
        if queued:
            message_id = self.dice.choice(queued)["id"]
            author = Author(staff_id=self.colleagues[0].id)
            self.counter.store.write(lambda tx: sending.cancel(tx, message_id, author))

    def phone_works(self) -> None:
        self.counter.clock.advance(s=60)
        match self.counter.task():
            case TickVisit() as visit:
                self.counter.work.visited(visit, Ticks(by_message={}))
            case Look() as look:
                finding = self.dice.choice([Finding.PRESENT, Finding.ABSENT])
                proof = Proof(tick=Tick.SENT) if finding is Finding.PRESENT else None
                self.counter.work.looked(look, Found(finding=finding, proof=proof))
            case QueueAttempt() as attempt:
                with tapping(attempt):
                    pass
                self._ends(attempt)

    def _ends(self, attempt: QueueAttempt) -> None:
        error = self.dice.choice([None, Permanent("No."), Unconfirmed("Who knows?")])
        if error is None:
            self.counter.work.sent(attempt, Proof(tick=Tick.SENT))
        else:
            self.counter.work.not_sent(attempt, error)

    def colleague_reads(self) -> None:
        found = self.counter.all("SELECT conversation_id, id FROM message ORDER BY id")
        if found:
            read = self.dice.choice(found)
            staff_id = self.dice.choice(self.colleagues).id
            self.counter.store.write(
                lambda tx: marks.mark_read(
                    tx,
                    staff_id=staff_id,
                    conversation_id=read["conversation_id"],
                    message_id=read["id"],
                )
            )

    def colleague_joins(self) -> None:
        self.colleagues.append(Colleague(self.counter, name=f"Piet {len(self.colleagues)}"))

    def two_are_one(self) -> None:
        staff_id = self.colleagues[0].id
        rows = self.counter.all("SELECT id FROM contact WHERE joined_into IS NULL ORDER BY id")
        if len(rows) > 2:
            one, other = self.dice.sample([row["id"] for row in rows], 2)
            self.counter.store.write(lambda tx: joining.join(tx, one, other, staff_id))

    def time_passes(self) -> None:
        self.counter.clock.advance(s=self.dice.choice([1, 90, 7200, 3 * 86_400]))
        self.counter.planner.round()

    def clock_is_put_right(self) -> None:
        """It was an hour ahead since some minutes ago."""
        now_ms = self.counter.clock.now_ms()
        self.counter.clock.at_ms = now_ms - 3_600_000
        self.counter.store.write(lambda tx: high_water.set_mark(tx.conn, now_ms - 3_600_000))

    def _accepts(self, author: Author) -> None:
        to, line = self._who(), self._line()
        try:
            self.counter.queues(
                to=to, line_id=self.lines[line][0], author=author, ttl_ms=86_400_000
            )
        except Refused:
            self._told(line, self._key(), to, "Hoi")

    def _hears(self, text: str, form: TextForm) -> None:
        sender, line, key = self._who(), self._line(), self._key()
        self.keys.append(json.dumps([sender, line, key]))
        self._told(line, key, sender, text, form=form)

    def _told(self, line: int, key: str, sender: str, text: str, **about: Any) -> None:
        told: dict[str, Any] = {"channel": WHATSAPP, "sender_name": None, **about}
        now_ms = self.counter.clock.now_ms()
        incoming = Incoming(key=key, sender=sender, text=text, at_ms=now_ms, **told)
        self.counter.reception.received(self.lines[line][1], [incoming])

    def _key(self) -> str:
        return f"key-{self.dice.random()}#0"

    def _who(self) -> str:
        return self.dice.choice(PEOPLE)

    def _line(self) -> int:
        return self.dice.randrange(len(self.lines))


def rows_of(office: Office, staff_id: str, query: Query) -> Sequence[Mapping[str, Any]]:
    page = office.counter.store.read(lambda conn: overview.conversations(conn, staff_id, query))
    names = ("id", "last_ms", "preview", "unread", "waiting_ms")
    return [{name: getattr(row, name) for name in names} for row in page.rows]


def found_anew(office: Office, staff_id: str, query: Query) -> Sequence[Mapping[str, Any]]:
    values = {
        "staff_id": staff_id,
        "lines": json.dumps(list(query.line_ids)),
        "groups": query.which is Filter.GROUPS,
        "unread": query.which is Filter.UNREAD,
        "waiting": query.order is Order.WAITING,
        "limit": query.limit,
    }
    return office.counter.store.read(lambda conn: [dict(row) for row in conn.execute(LIST, values)])


def unread_of(office: Office, staff_id: str) -> Mapping[str, int]:
    store = office.counter.store
    shown = store.read(lambda conn: overview.lines(conn, rights_of(conn, staff_id), staff_id))
    return {line.id: line.unread for line in shown}


@pytest.mark.parametrize("seed", range(12))
def test_the_list_is_what_the_messages_say(counter: Counter, seed: int) -> None:
    """For each colleague, after each thing that may happen: the rows, their order, the counts."""
    office = Office(counter, random.Random(seed))
    for _ in range(STEPS):
        what = office.happens()
        is_right(office, what)


def is_right(office: Office, what: str) -> None:
    ids = [line_id for line_id, _ in office.lines]
    for staff_id in (each.id for each in office.colleagues):
        anew = {row["id"]: row["unread"] for row in office.counter.all(LINES, staff_id)}
        assert unread_of(office, staff_id) == anew, what
        for which, order in ORDERS:
            query = Query(line_ids=ids, which=which, order=order, limit=4)
            shown = rows_of(office, staff_id, query)
            assert shown == found_anew(office, staff_id, query), (what, which, order)


def test_the_list_is_right_after_the_clock_was_ahead(counter: Counter) -> None:
    """Messages that get one time stand in the order in which they came, not in that of before."""
    office = Office(counter, random.Random(0))
    counter.knows(ANNA)
    counter.clock.advance(s=7200)
    counter.hears(key="k#0", form=TextForm.WAITING)
    counter.queues(author=Author(staff_id=office.colleagues[0].id))
    counter.clock.advance(s=60)
    counter.hears("Is er werk?", key="k#0")
    office.clock_is_put_right()
    is_right(office, "the clock was put right")


def test_words_that_came_late_wait_since_they_came(counter: Counter) -> None:
    """Then the wait begins with what was written meanwhile."""
    colleague = Colleague(counter)
    counter.hears(key="k#0", form=TextForm.WAITING)
    counter.clock.advance(s=60)
    meanwhile_ms = counter.clock.now_ms()
    counter.hears("Hallo?")
    counter.clock.advance(s=60)
    counter.hears("Is er werk?", key="k#0")
    (row,) = colleague.rows(Order.WAITING)
    assert (row.waiting_ms, row.preview) == (meanwhile_ms, "Is er werk?")


def waits_since(colleague: Colleague) -> Sequence[int | None]:
    return [row.waiting_ms for row in colleague.rows(Order.WAITING)]


def test_who_wrote_waits_until_an_answer_is_proven_to_have_left(counter: Counter) -> None:
    """Not accepted, not in the phone's hands, not in doubt: until then they got nothing."""
    colleague = Colleague(counter)
    counter.knows(ANNA)
    since_ms = counter.clock.now_ms()
    counter.clock.advance(s=7200)
    counter.queues(author=Author(staff_id=colleague.id))
    assert waits_since(colleague) == [since_ms]
    attempt = counter.attempt()
    assert waits_since(colleague) == [since_ms]
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("Who knows?"))
    assert waits_since(colleague) == [since_ms]
    proof = Proof(tick=Tick.SENT)
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert waits_since(colleague) == []


def test_an_answer_that_fails_puts_them_back_where_they_stood(counter: Counter) -> None:
    """Since their first message that nobody answered; what they wrote later changes nothing."""
    colleague = Colleague(counter)
    counter.knows(ANNA)
    since_ms = counter.clock.now_ms()
    counter.clock.advance(s=600)
    counter.hears("Hallo?")
    counter.queues(author=Author(staff_id=colleague.id))
    message_id = counter.sends()
    assert waits_since(colleague) == []
    counter.store.write(lambda tx: messages.move(tx, message_id, MessageState.FAILED))
    assert waits_since(colleague) == [since_ms]
    counter.store.write(lambda tx: messages.move(tx, message_id, MessageState.DELIVERED))
    assert waits_since(colleague) == []


def test_who_writes_while_an_answer_waits_is_not_answered_by_it(counter: Counter) -> None:
    """When it has left, the wait begins with what they wrote since it was typed."""
    colleague = Colleague(counter)
    counter.knows(ANNA)
    since_ms = counter.clock.now_ms()
    counter.clock.advance(s=60)
    counter.queues(author=Author(staff_id=colleague.id))
    counter.clock.advance(s=60)
    again_ms = counter.clock.now_ms()
    counter.hears("En overmorgen?")
    assert waits_since(colleague) == [since_ms]
    counter.sends()
    assert waits_since(colleague) == [again_ms]


def test_many_unread_messages_are_counted_among_the_newest(counter: Counter) -> None:
    """A row tells of no more than is looked at."""
    colleague = Colleague(counter)
    for _ in range(overview.LOOKED_AT + 2):
        counter.hears(sender=ANNA)
    (row,) = colleague.rows()
    assert overview.LOOKED_AT - 1 <= row.unread <= overview.LOOKED_AT
    assert colleague.unread_on_line() == 1
