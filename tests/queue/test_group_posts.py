"""Posts in groups: everybody in the group reads them, so everybody's STOP counts."""

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing as cards
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.groups import changing, outcomes
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.sending import Accepted, SendRequest
from appliance.devices.group_protocol import GroupPerson, GroupSeen
from appliance.devices.protocol import Finding, Found, Group, Proof, Tick
from appliance.errors import Refused, Transient, Unconfirmed
from appliance.events import EventKind
from appliance.group_changes import GroupChangeKind
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.reasons import Reason
from appliance.store import group_tasks, groups, incidents
from appliance.store.groups import ChatGroup
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, STAFF, Counter, tapping

TEAM = Group(jid="120363001@g.us", name="Team Venlo")
EVERYBODY = [GroupPerson(name="Anna", number=ANNA), GroupPerson(name="Bart", number=BART)]


@pytest.fixture
def team(counter: Counter) -> Counter:
    """Anna and Bart wrote to the line, and Bart posted in the group that both are in."""
    counter.knows(ANNA, BART)
    counter.hears("Wie kan morgen?", BART, group=TEAM)
    return counter


def group(counter: Counter) -> ChatGroup:
    found = counter.store.read(lambda conn: groups.of_jid(conn, counter.line_id, TEAM.jid))
    assert found
    return found


def posts(counter: Counter, text: str = "Om 7 uur bij de poort") -> Accepted:
    request = SendRequest(
        line_id=counter.line_id,
        identity=Identity(TEAM.jid, WHATSAPP_GROUP),
        text=text,
        author=STAFF,
        typed=True,
    )
    return counter.store.write(lambda tx: accept_post(tx, request))


def reads(counter: Counter, people: list[GroupPerson] = EVERYBODY) -> None:
    """The phone shows who is in the group."""
    turn = counter.turn()
    assert turn is not None
    assert turn.change.kind is GroupChangeKind.READ
    turn.done(GroupSeen(name=TEAM.name, people=people))


def open_incidents(counter: Counter) -> list[tuple[IncidentKind, str]]:
    return [(each.kind, each.about) for each in counter.store.read(incidents.open_ones)]


def test_who_is_in_the_group_is_read_before_the_first_post_leaves(team: Counter) -> None:
    """Then the post goes the way of every message, and the device is told which group it is."""
    message_id = posts(team).id
    reads(team)
    attempt = team.attempt()
    assert attempt.outgoing.group == Group(jid=TEAM.jid, name=TEAM.name, known=("Wie kan morgen?",))
    assert attempt.outgoing.identity == Identity(TEAM.jid, WHATSAPP_GROUP)
    with tapping(attempt):
        pass
    team.work.sent(attempt, Proof(tick=Tick.SENT))
    assert team.state(message_id) is MessageState.SENT
    assert team.row(message_id)["contact_id"] is None


def test_a_post_waits_while_its_readers_are_not_known(team: Counter) -> None:
    """Others are not held up; a reading that came to nothing is a person's, who may try again."""
    message_id = posts(team).id
    for _ in range(4):
        turn = team.turn()
        assert turn is not None
        turn.failed(Transient("The phone showed something else."))
        team.clock.advance(s=600)
    assert team.task() is None
    other = team.queues("Hoi Anna", ANNA)
    assert team.sends() == other
    (task,) = team.store.read(lambda conn: group_tasks.open_of(conn, group(team).id))
    author = changing.GroupAuthor()
    team.store.write(lambda tx: changing.press(tx, group(team), task.id, author))
    reads(team)
    team.clock.advance(s=5)
    assert team.sends() == message_id


def test_a_group_with_somebody_who_opted_out_is_not_written_to(team: Counter) -> None:
    """Until they are out of it."""
    posts(team)
    reads(team)
    team.hears("STOP", ANNA)
    with pytest.raises(Refused) as refused:
        posts(team)
    assert refused.value.code is Reason.OPTED_OUT
    anna = team.store.read(lambda conn: changing.member_named(conn, group(team), ANNA))
    team.store.write(lambda tx: groups.drop_member(tx, anna.id))
    assert posts(team).state is MessageState.QUEUED


def test_a_group_with_somebody_who_is_blocked_is_not_written_to(team: Counter) -> None:
    """A post that was accepted before is refused at the gate, and both say why."""
    message_id = posts(team).id
    reads(team)
    attempt = team.attempt()
    attempt.baseline({"rows": 0})
    who = Changer(by=STAFF, sight=Sight(None))
    block = ContactChange(given=frozenset({"blocked"}), blocked=True)
    team.store.write(lambda tx: cards.change(tx, team.contact_id(ANNA), block, who))
    with pytest.raises(Refused) as late, attempt.clear_to_send():
        pass
    team.work.not_sent(attempt, late.value)
    with pytest.raises(Refused, match="blocked somebody in this group") as early:
        posts(team)
    assert (late.value.code, early.value.code) == (Reason.BLOCKED, Reason.BLOCKED)
    assert team.row(message_id)["reason"] == Reason.BLOCKED
    assert open_incidents(team) == []


def test_a_stop_that_comes_while_the_post_is_typed_refuses_it_at_the_gate(team: Counter) -> None:
    message_id = posts(team).id
    reads(team)
    attempt = team.attempt()
    attempt.baseline({"rows": 0})
    team.hears("STOP", BART)
    with pytest.raises(Refused) as refused, attempt.clear_to_send():
        pass
    team.work.not_sent(attempt, refused.value)
    assert team.state(message_id) is MessageState.CANCELLED
    assert team.row(message_id)["reason"] == Reason.OPTED_OUT


def test_a_stop_in_the_group_withdraws_and_asks_a_person(team: Counter) -> None:
    """For the person it is the same as a STOP to the line, but nobody writes to them about it."""
    team.hears("STOP", BART, group=TEAM)
    (entry,) = team.all("SELECT * FROM consent WHERE kind = 'opted_out'")
    assert entry["value"] == BART
    (event,) = team.events(EventKind.GROUP_STOPPED)
    assert event.facts["group"] == group(team).id
    (task,) = team.all("SELECT * FROM group_task")
    assert (task["kind"], task["state"], task["reason"]) == ("remove", "person", "opted-out")
    assert not [row for row in team.outgoing(BART) if row["rule"] == "stop"]
    with pytest.raises(Refused):
        posts(team)


def test_a_stop_in_the_group_is_an_incident_until_nobody_minds(team: Counter) -> None:
    """They are out of the group, or say START to the line; who is in it still keeps it open."""
    posts(team)
    reads(team)
    team.hears("STOP", ANNA, group=TEAM)
    team.hears("STOP", BART, group=TEAM)
    assert open_incidents(team) == [(IncidentKind.GROUP_STOP, group(team).id)]
    team.hears("START", ANNA)
    assert open_incidents(team)
    anna = GroupPerson(name="Anna", number=ANNA)
    team.store.write(lambda tx: outcomes.keep_people(tx, group(team), [anna]))
    assert open_incidents(team) == []


def test_a_stop_under_a_name_of_the_phone_book_is_that_person_s(team: Counter) -> None:
    """The phone shows no number then; of two people of one name neither is taken for it."""
    team.hears("Hoi", ANNA, name="Anna de Wit")
    team.hears("STOP", "Anna de Wit", group=TEAM, name="Anna de Wit")
    (entry,) = team.all("SELECT * FROM consent WHERE kind = 'opted_out'")
    assert entry["value"] == ANNA
    team.hears("Hoi", "+31644444444", name="Bart Smit")
    team.hears("Hoi", BART, name="Bart Smit")
    team.hears("STOP", "Bart Smit", group=TEAM, name="Bart Smit")
    assert len(team.all("SELECT 1 FROM consent WHERE kind = 'opted_out'")) == 1


@pytest.mark.parametrize("sender", ["Chris", "+31633333333"])
def test_the_stop_of_a_stranger_binds_in_the_group(team: Counter, sender: str) -> None:
    """The phone shows a name only, or they never wrote to the line: nothing can be withdrawn."""
    team.hears("stop", sender, group=TEAM, name="Chris")
    assert team.all("SELECT 1 FROM consent WHERE kind = 'opted_out'") == []
    with pytest.raises(Refused) as refused:
        posts(team)
    assert refused.value.code is Reason.OPTED_OUT


@pytest.mark.parametrize(("sender", "opens"), [("+31633333333", True), ("Chris", False)])
def test_the_start_of_a_stranger_opens_the_group_that_their_stop_closed(
    team: Counter, sender: str, *, opens: bool
) -> None:
    """The task to take them out and the incident end; a name alone may be a namesake's."""
    team.hears("stop", sender, group=TEAM, name="Chris")
    team.hears("START", sender, group=TEAM, name="Chris")
    assert bool(open_incidents(team)) is not opens
    tasks = team.store.read(lambda conn: group_tasks.open_of(conn, group(team).id))
    assert bool(tasks) is not opens
    if opens:
        posts(team)
    else:
        with pytest.raises(Refused):
            posts(team)


@pytest.mark.parametrize("listed", ["~Chris", None])
@pytest.mark.parametrize("read_before", [True, False])
def test_the_stop_of_a_stranger_outlives_the_next_reading(
    team: Counter, listed: str | None, read_before: bool
) -> None:
    """A post shows how they call themselves; the list of members has their number."""
    chris = GroupPerson(name=listed, number="+31633333333")
    if read_before:
        outcome = [*EVERYBODY, chris]
        team.store.write(lambda tx: outcomes.keep_people(tx, group(team), outcome))
    team.hears("stop", "~ Chris", group=TEAM, name="Chris")
    team.store.write(lambda tx: outcomes.keep_people(tx, group(team), [*EVERYBODY, chris]))
    with pytest.raises(Refused):
        posts(team)
    team.store.write(lambda tx: outcomes.keep_people(tx, group(team), EVERYBODY))
    assert posts(team)


def test_a_stranger_who_is_called_like_a_member_is_somebody_else(team: Counter) -> None:
    """Their STOP is not taken for that of the one whom the phone book has."""
    people = [GroupPerson(name="Chris", number=None), *EVERYBODY]
    team.store.write(lambda tx: outcomes.keep_people(tx, group(team), people))
    team.hears("stop", "~ Chris", group=TEAM, name="Chris")
    members = team.store.read(lambda conn: groups.members(conn, group(team).id))
    assert [each.shown for each in members if each.stopped] == ["~Chris"]


def test_a_member_of_whom_only_the_name_is_known_is_everybody_of_that_name(
    team: Counter,
) -> None:
    """The phone shows its own book's names, and several people may have one."""
    team.hears("Hoi", ANNA, name="Anna de Wit")
    posts(team)
    reads(team, [GroupPerson(name="Anna de Wit", number=None)])
    team.hears("STOP", ANNA)
    with pytest.raises(Refused):
        posts(team)


def test_a_post_in_doubt_is_looked_for_and_never_posted_twice(team: Counter) -> None:
    message_id = posts(team).id
    reads(team)
    attempt = team.attempt()
    with tapping(attempt):
        pass
    team.work.not_sent(attempt, Unconfirmed("The phone was lost."))
    look = team.look()
    assert look.outgoing.group is not None
    team.work.looked(look, Found(finding=Finding.PRESENT, proof=Proof(tick=Tick.SENT)))
    assert team.state(message_id) is MessageState.SENT
    assert len(team.attempts(message_id)) == 1


def test_a_post_that_finds_strangers_waits_until_they_were_read(team: Counter) -> None:
    """Right after they were read, the device is not told whom to expect: that would be in vain."""
    posts(team)
    reads(team)
    team.sends()
    team.clock.advance(s=3600)
    message_id = posts(team).id
    attempt = team.attempt()
    told = attempt.outgoing.group
    assert told is not None
    assert told.people == frozenset({"Anna", "Bart", ANNA, BART})
    team.reception.strangers_seen(team.device_id, TEAM)
    team.work.not_sent(attempt, Transient("Others are in the group than before."))
    team.clock.advance(s=60)
    reads(team, [*EVERYBODY, GroupPerson(name=None, number="+31633333333")])
    again = team.attempt()
    assert again.outgoing.message_id == message_id
    assert again.outgoing.group is not None
    assert again.outgoing.group.people is None


def test_a_doubt_in_one_group_holds_up_no_other(team: Counter) -> None:
    other = Group(jid="120363002@g.us", name="Team Roermond")
    team.hears("Hoi", BART, group=other)
    first = posts(team).id
    reads(team)
    attempt = team.attempt()
    with tapping(attempt):
        pass
    team.work.not_sent(attempt, Unconfirmed("The phone was lost."))
    request = SendRequest(
        line_id=team.line_id,
        identity=Identity(other.jid, WHATSAPP_GROUP),
        text="Hoi allemaal",
        author=STAFF,
        typed=True,
    )
    second = team.store.write(lambda tx: accept_post(tx, request)).id
    team.work.looked(team.look(), Found(finding=Finding.UNCLEAR))
    turn = team.turn()
    assert turn is not None
    turn.done(GroupSeen(name=other.name, people=[]))
    team.clock.advance(s=5)
    assert team.attempt().outgoing.message_id == second
    assert team.state(first) is MessageState.UNCONFIRMED


def test_a_post_counts_in_the_pace_of_the_sim(team: Counter) -> None:
    """Six a minute, whoever reads them."""
    posts(team)
    reads(team)
    for _ in range(8):
        posts(team)
    left = 0
    for _ in range(25):
        attempt = team.task()
        if isinstance(attempt, QueueAttempt):
            with tapping(attempt):
                pass
            team.work.sent(attempt, Proof(tick=Tick.READ))
            left += 1
        team.clock.advance(s=2)
    assert left == 6


def test_a_task_is_asked_for_without_looking_through_those_that_are_done(team: Counter) -> None:
    """There is a reading of each group a day, for years."""

    def plans(tx: Tx) -> list[str]:
        seen: list[str] = []
        tx.conn.set_trace_callback(seen.append)
        try:
            group_tasks.read_soon(tx, group(team))
        finally:
            tx.conn.set_trace_callback(None)
        asked = [each for each in seen if each.lstrip().startswith(("UPDATE", "SELECT"))]
        found = [tx.conn.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in asked]
        return [str(row["detail"]) for rows in found for row in rows]

    assert not [each for each in team.store.write(plans) if each.startswith("SCAN group_task")]
