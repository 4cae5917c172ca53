"""The guard of a group's name, and what the office changes of a group."""

from collections.abc import Sequence

import pytest

from appliance.desk.groups import changing, outcomes
from appliance.desk.groups.changing import GroupAuthor
from appliance.devices.group_protocol import GroupPerson, GroupSeen, GroupTurn
from appliance.devices.news_protocol import PictureChange
from appliance.devices.protocol import Group
from appliance.errors import InvalidInput, InviteOnly, Permanent, Refused, Transient
from appliance.group_changes import GroupChangeKind
from appliance.identities import tel
from appliance.queue.group_turns import CHANGES_AN_HOUR
from appliance.reasons import Reason
from appliance.store import group_tasks, groups
from appliance.store.groups import ChatGroup, GroupMember
from tests.queue.counter import ANNA, BART, Counter

JID = "120363001@g.us"
TEAM, PARTY = "Team Venlo", "Feest"
ME = GroupAuthor(staff_id=None)
SECONDS_TO_ASK = 2
STRANGER = "+31633333333"


@pytest.fixture
def team(counter: Counter) -> Counter:
    counter.knows(ANNA, BART)
    shows(counter, TEAM)
    return counter


@pytest.fixture
def guarded(team: Counter) -> Counter:
    team.store.write(lambda tx: changing.guard(tx, group(team), on=True))
    return team


def group(counter: Counter) -> ChatGroup:
    found = counter.store.read(lambda conn: groups.of_jid(conn, counter.line_id, JID))
    assert found
    return found


def shows(counter: Counter, name: str) -> None:
    """A notification has the group under this name."""
    counter.hears("Hoi", BART, group=Group(jid=JID, name=name))


def does(counter: Counter, kind: GroupChangeKind) -> GroupTurn:
    turn = counter.turn()
    assert turn is not None
    assert turn.change.kind is kind
    with turn.clear_to_change():
        pass
    return turn


def journal(counter: Counter) -> list[tuple[object, ...]]:
    rows = counter.all(
        "SELECT what, before, after, put_back, by_whom FROM group_journal ORDER BY id"
    )
    return [tuple(row.values()) for row in rows]


def test_on_a_busy_line_a_name_is_put_back_before_what_waits(guarded: Counter) -> None:
    """The phone's hands are asked for within two seconds: eight of the ten are theirs."""
    for text in ("Een", "Twee", "Drie"):
        guarded.queues(text)
    guarded.clock.advance(s=60)
    guarded.sends()
    shows(guarded, PARTY)
    told_ms = guarded.clock.now_ms()
    while guarded.turn() is None:
        guarded.clock.advance(ms=500)
        assert guarded.clock.now_ms() - told_ms <= SECONDS_TO_ASK * 1000


def test_a_changed_name_is_put_back(guarded: Counter) -> None:
    """At once: no pause and no ceiling of the office's own changes holds it."""
    shows(guarded, PARTY)
    turn = does(guarded, GroupChangeKind.RENAME)
    assert (turn.change.group.name, turn.change.name) == (PARTY, TEAM)
    turn.done(GroupSeen(name=TEAM))
    assert journal(guarded) == [
        ("name", TEAM, PARTY, 0, None),
        ("name", PARTY, TEAM, 1, "Balie"),
    ]
    assert group(guarded).name == TEAM
    shows(guarded, TEAM)
    assert guarded.turn() is None


def test_a_name_that_nobody_guards_stays(team: Counter) -> None:
    shows(team, PARTY)
    assert team.turn() is None
    assert journal(team) == [("name", TEAM, PARTY, 0, None)]


def test_a_name_is_seen_without_a_message(guarded: Counter) -> None:
    guarded.reception.group_seen(guarded.device_id, Group(jid=JID, name=PARTY))
    assert does(guarded, GroupChangeKind.RENAME).change.name == TEAM


def test_a_name_that_is_changed_while_it_is_put_back_is_put_back_again(guarded: Counter) -> None:
    """The phone had looked before the second change came."""
    shows(guarded, PARTY)
    turn = does(guarded, GroupChangeKind.RENAME)
    guarded.clock.advance(s=2)
    shows(guarded, "Nog een feest")
    turn.done(GroupSeen(name=TEAM))
    guarded.clock.advance(s=2)
    again = does(guarded, GroupChangeKind.RENAME)
    assert again.change.name == TEAM
    again.done(GroupSeen(name=TEAM))
    assert group(guarded).name == TEAM
    guarded.clock.advance(s=60)
    assert guarded.turn() is None


def test_the_office_renames_and_the_guard_follows(guarded: Counter) -> None:
    """The guard has the new name before the phone has: it never fights the office."""
    guarded.store.write(lambda tx: changing.rename(tx, group(guarded), "Ploeg Zuid", ME))
    shows(guarded, TEAM)  # a notification from before
    turn = does(guarded, GroupChangeKind.RENAME)
    shows(guarded, "Ploeg Zuid")  # its own notification comes before its end
    turn.done(GroupSeen(name="Ploeg Zuid"))
    assert group(guarded).name == group(guarded).guarded_name == "Ploeg Zuid"
    assert [each[3] for each in journal(guarded)] == [0]
    guarded.clock.advance(s=60)
    assert guarded.turn() is None


def test_who_plays_with_the_name_is_left_to_a_person(guarded: Counter) -> None:
    """After some put-backs in an hour a button offers that only admins may change it. Once that is
    done the name is put back a last time.
    """
    for count in range(4):
        shows(guarded, f"{PARTY} {count}")
        does(guarded, GroupChangeKind.RENAME).done(GroupSeen(name=TEAM))
        guarded.clock.advance(s=30)
    shows(guarded, "Nog een feest")
    assert guarded.turn() is None
    (task,) = guarded.store.read(lambda conn: group_tasks.open_of(conn, group(guarded).id))
    assert (task.kind, task.reason) == (GroupChangeKind.LOCK, Reason.GUARD_CEILING)
    guarded.store.write(lambda tx: changing.press(tx, group(guarded), task.id, ME))
    does(guarded, GroupChangeKind.LOCK).done(GroupSeen(name="Nog een feest"))
    guarded.clock.advance(s=30)
    does(guarded, GroupChangeKind.RENAME).done(GroupSeen(name=TEAM))
    assert group(guarded).name == TEAM


def test_the_guard_goes_on_an_hour_later(guarded: Counter) -> None:
    """Also where nobody has pressed the button."""
    for count in range(5):
        shows(guarded, f"{PARTY} {count}")
        if count < 4:
            does(guarded, GroupChangeKind.RENAME).done(GroupSeen(name=TEAM))
        guarded.clock.advance(s=30)
    assert guarded.turn() is None
    guarded.clock.advance(s=3600)
    shows(guarded, "Nog een feest")
    assert does(guarded, GroupChangeKind.RENAME).change.name == TEAM


LOGO, BANNER = "01a20069-dd90-7176-bc6c-eeee4075f8c1", "01a20069-dd90-7176-bc6c-eeee4075f8c2"


@pytest.fixture
def pictured(guarded: Counter) -> Counter:
    """The office's picture is on the phone, and guarded."""
    guarded.store.write(lambda tx: changing.repicture(tx, group(guarded), LOGO, ME))
    does(guarded, GroupChangeKind.PICTURE).done(GroupSeen(name=TEAM))
    guarded.clock.advance(s=60)
    return guarded


def repictures(counter: Counter, *, at_ms: int | None) -> None:
    change = PictureChange(jid=JID, by="Bart", at_ms=at_ms)
    counter.reception.picture_changed(counter.device_id, change)


def test_a_changed_picture_is_put_back(pictured: Counter) -> None:
    """Once for each change, however often the phone tells of it."""
    assert group(pictured).picture == LOGO
    changed_ms = pictured.clock.now_ms()
    repictures(pictured, at_ms=changed_ms)
    assert group(pictured).picture is None
    turn = does(pictured, GroupChangeKind.PICTURE)
    repictures(pictured, at_ms=changed_ms)
    pictured.clock.advance(s=2)
    turn.done(GroupSeen(name=TEAM))
    repictures(pictured, at_ms=changed_ms)
    assert pictured.turn() is None
    assert journal(pictured) == [
        ("picture", None, LOGO, 0, None),
        ("picture", LOGO, None, 0, "Bart"),
        ("picture", None, LOGO, 1, "Balie"),
    ]


def test_a_picture_that_changes_while_it_is_put_back_is_put_back_again(pictured: Counter) -> None:
    repictures(pictured, at_ms=pictured.clock.now_ms())
    turn = does(pictured, GroupChangeKind.PICTURE)
    pictured.clock.advance(s=1)
    repictures(pictured, at_ms=pictured.clock.now_ms())
    turn.done(GroupSeen(name=TEAM))
    pictured.clock.advance(s=30)
    does(pictured, GroupChangeKind.PICTURE).done(GroupSeen(name=TEAM))
    assert group(pictured).picture == LOGO
    pictured.clock.advance(s=60)
    assert pictured.turn() is None


def test_a_row_without_a_time_is_news_while_the_picture_is_thought_to_be_ours(
    pictured: Counter,
) -> None:
    for _ in range(2):
        repictures(pictured, at_ms=None)
    assert [each[1:3] for each in journal(pictured)] == [(None, LOGO), (LOGO, None)]
    does(pictured, GroupChangeKind.PICTURE)


def test_the_office_gives_another_picture_and_the_guard_follows(pictured: Counter) -> None:
    """What is read of the group meanwhile takes nothing of the office's wish away."""
    pictured.store.write(lambda tx: changing.repicture(tx, group(pictured), BANNER, ME))
    assert group(pictured).guarded_picture == BANNER
    pictured.store.write(lambda tx: group_tasks.read_soon(tx, group(pictured)))
    does(pictured, GroupChangeKind.READ).done(GroupSeen(name=TEAM))
    pictured.clock.advance(s=60)
    does(pictured, GroupChangeKind.PICTURE).done(GroupSeen(name=TEAM))
    assert group(pictured).picture == BANNER
    assert [each[3] for each in journal(pictured)] == [0, 0]


def test_name_and_picture_share_the_ceiling(pictured: Counter) -> None:
    """Who plays with both is left to a person as soon as who plays with one."""
    for count in range(2):
        shows(pictured, f"{PARTY} {count}")
        does(pictured, GroupChangeKind.RENAME).done(GroupSeen(name=TEAM))
        pictured.clock.advance(s=30)
        repictures(pictured, at_ms=pictured.clock.now_ms())
        does(pictured, GroupChangeKind.PICTURE).done(GroupSeen(name=TEAM))
        pictured.clock.advance(s=30)
    repictures(pictured, at_ms=pictured.clock.now_ms())
    assert pictured.turn() is None
    (task,) = pictured.store.read(lambda conn: group_tasks.open_of(conn, group(pictured).id))
    pictured.store.write(lambda tx: changing.press(tx, group(pictured), task.id, ME))
    does(pictured, GroupChangeKind.LOCK).done(GroupSeen(name=TEAM))
    pictured.clock.advance(s=30)
    does(pictured, GroupChangeKind.PICTURE)


def test_a_new_group_gets_its_picture_once_it_is_made(team: Counter) -> None:
    team.store.write(
        lambda tx: changing.create(tx, team.line_id, "Ploeg Oost", [tel(ANNA)], ME, picture=LOGO)
    )
    does(team, GroupChangeKind.CREATE).done(GroupSeen(name="Ploeg Oost"))
    team.clock.advance(s=60)
    does(team, GroupChangeKind.PICTURE)


def test_only_who_agreed_is_added(team: Counter) -> None:
    """One who never wrote refuses all of them."""
    with pytest.raises(Refused) as refused:
        team.store.write(lambda tx: changing.add(tx, group(team), [tel(ANNA), tel(STRANGER)], ME))
    assert refused.value.code is Reason.CONSENT_REQUIRED
    assert team.turn() is None
    team.store.write(lambda tx: changing.add(tx, group(team), [tel(ANNA)], ME))
    turn = does(team, GroupChangeKind.ADD)
    assert [each.number for each in turn.change.people] == [ANNA]


def test_who_says_stop_meanwhile_is_not_added(team: Counter) -> None:
    team.store.write(lambda tx: changing.add(tx, group(team), [tel(ANNA)], ME))
    turn = team.turn()
    assert turn is not None
    team.hears("STOP", ANNA)
    with pytest.raises(Refused) as refused, turn.clear_to_change():
        pass
    turn.failed(refused.value)
    assert team.one("SELECT state, reason FROM group_task")["state"] == "failed"


def test_who_can_only_be_invited_is_invited_when_a_person_says_so(team: Counter) -> None:
    """And not before; a STOP meanwhile keeps the invitation back."""
    team.store.write(lambda tx: changing.add(tx, group(team), [tel(ANNA)], ME))
    turn = does(team, GroupChangeKind.ADD)
    assert not turn.change.invites
    turn.failed(InviteOnly("They let nobody add them."))
    assert team.turn() is None
    (task,) = team.store.read(lambda conn: group_tasks.open_of(conn, group(team).id))
    assert task.reason is Reason.INVITE_ONLY
    team.store.write(lambda tx: changing.press(tx, group(team), task.id, ME))
    team.clock.advance(s=60)
    turn = does(team, GroupChangeKind.ADD)
    assert turn.change.invites
    turn.done(GroupSeen(name=TEAM, invited=True))
    (anna,) = [each for each in members(team) if each.identity == tel(ANNA)]
    assert anna.asked
    assert anna.invited_ms
    shown = [GroupPerson(name=None, number=each) for each in (ANNA, BART)]
    team.store.write(lambda tx: outcomes.keep_people(tx, group(team), shown))
    assert [each.invited_ms for each in members(team)] == [None, None]


def members(counter: Counter) -> Sequence[GroupMember]:
    return counter.store.read(lambda conn: groups.members(conn, group(counter).id))


def test_who_is_taken_out_stays_a_member_until_the_phone_shows_it(team: Counter) -> None:
    bart = team.store.read(lambda conn: changing.member_named(conn, group(team), BART))
    team.store.write(lambda tx: changing.remove(tx, group(team), [bart], ME))
    turn = does(team, GroupChangeKind.REMOVE)
    assert team.store.read(lambda conn: groups.members(conn, group(team).id))
    turn.done(GroupSeen(name=TEAM, people=[]))
    assert team.store.read(lambda conn: groups.members(conn, group(team).id)) == []
    assert journal(team)[-1][:3] == ("member", BART, None)


def test_changes_have_a_small_ceiling(team: Counter) -> None:
    """And a put-back is not held by it."""
    team.store.write(lambda tx: changing.guard(tx, group(team), on=True))
    for count in range(CHANGES_AN_HOUR):
        name = f"Ploeg {count}"
        team.store.write(lambda tx, name=name: changing.rename(tx, group(team), name, ME))  # type: ignore[misc]
        does(team, GroupChangeKind.RENAME).done(GroupSeen(name=name))
        team.clock.advance(s=60)
    team.store.write(lambda tx: changing.rename(tx, group(team), "Een te veel", ME))
    assert team.turn() is None
    shows(team, PARTY)
    assert does(team, GroupChangeKind.RENAME).change.name == "Een te veel"


def test_what_a_phone_cannot_do_is_tried_again_and_then_asks_a_person(team: Counter) -> None:
    """The sentence of the last try is kept; a button tries it again."""
    team.store.write(lambda tx: changing.rename(tx, group(team), "Ploeg Zuid", ME))
    for _ in range(4):
        turn = team.turn()
        assert turn is not None
        turn.failed(Transient("The phone showed something else."))
        team.clock.advance(s=600)
    assert team.turn() is None
    (task,) = team.store.read(lambda conn: group_tasks.open_of(conn, group(team).id))
    team.store.write(lambda tx: changing.press(tx, group(team), task.id, ME))
    turn = team.turn()
    assert turn is not None
    turn.failed(Permanent("Only others may."))
    assert team.one("SELECT state FROM group_task")["state"] == "person"


def test_a_change_that_was_in_hand_when_balie_stopped_is_taken_again(team: Counter) -> None:
    """The phone looks first whether it is done."""
    team.store.write(lambda tx: changing.rename(tx, group(team), "Ploeg Zuid", ME))
    does(team, GroupChangeKind.RENAME)
    team.clock.advance(s=5)
    again = team.turn()
    assert again is not None
    assert again.change.was_tapped


def test_a_new_group_gets_its_address_when_it_shows(team: Counter) -> None:
    """Until then it has none, and is the same group."""
    made = team.store.write(
        lambda tx: changing.create(tx, team.line_id, "Ploeg Oost", [tel(ANNA)], ME)
    )
    turn = does(team, GroupChangeKind.CREATE)
    assert [each.number for each in turn.change.people] == [ANNA]
    turn.done(GroupSeen(name="Ploeg Oost", people=[GroupPerson(name=None, number=ANNA)]))
    team.hears("Hoi", ANNA, group=Group(jid="120363009@g.us", name="Ploeg Oost"))
    found = team.store.read(lambda conn: groups.find(conn, made.id))
    assert found.jid == "120363009@g.us"
    assert len(team.all("SELECT 1 FROM chat_group")) == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_group_needs_a_name_that_can_be_shown(team: Counter, name: str) -> None:
    with pytest.raises(InvalidInput):
        team.store.write(lambda tx: changing.rename(tx, group(team), name, ME))
