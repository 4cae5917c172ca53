"""Groups on an emulated phone: posting, reading, and each change, with the truth log as judge."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.devices.group_protocol import (
    GroupChange,
    GroupPerson,
    GroupSeen,
    GroupTurn,
)
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.news_protocol import PictureChange
from appliance.devices.protocol import Finding, Group, Tick
from appliance.emulated.phone.whatsapp.group_phrases import group_phrases
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.phone.wire.seam import DeviceFile
from appliance.emulated.world.numbers import group_jid
from appliance.errors import DeviceError, Permanent, Refused, Transient
from appliance.group_changes import GroupChangeKind
from appliance.media.kinds import MediaKind
from appliance.reasons import Reason
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, Desk, Try, World

VENLO = "Team Venlo"
LANGUAGES = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older Dutch", "recent English"]
)


@dataclass
class Turn(GroupTurn):
    """A `GroupTurn` that keeps how it ended; a test can shut its gate."""

    asked: GroupChange
    folder: Path
    gate_shut: bool = False
    entered: int = 0
    ends: list[object] = field(default_factory=list)

    @property
    def change(self) -> GroupChange:
        return self.asked

    @property
    def evidence_folder(self) -> Path:
        return self.folder

    @contextmanager
    def clear_to_change(self) -> Iterator[None]:
        if self.gate_shut:
            raise Refused(Reason.OPTED_OUT, "They said STOP.")
        self.entered += 1
        yield

    def done(self, seen: GroupSeen) -> None:
        self.ends.append(seen)

    def failed(self, error: DeviceError | Refused) -> None:
        self.ends.append(error)


@pytest.fixture
def venlo(world: World, desk: Desk) -> Group:
    """A group in which Bea posted; Anna is in it, too, and the line is an admin."""
    world.on_loop(lambda: world.handset.contacts.update({ANNA: "Anna", BEA: "Bea"}))
    world.write(BEA, "Wie kan morgen?", group=VENLO)
    for what in ({"what": "add", "person": ANNA}, {"what": "make-admin"}):
        world.inject(kind="group", group=VENLO, by=BEA, notify=False, **what)
    desk.driver.receive()
    return Group(jid=group_jid(VENLO), name=VENLO, known=("Wie kan morgen?",))


def chat_of(world: World, group: Group) -> Chat:
    found: Chat = world.handset.whatsapp.account.chats[group.jid]
    return found


def post(desk: Desk, group: Group, text: str, file: OutgoingFile | None = None) -> Try:
    attempt = desk.attempt(text, to=group.jid, file=file)
    return replace(attempt, outgoing=replace(attempt.outgoing, group=group))


def turn(
    tmp_path: Path,
    group: Group,
    kind: GroupChangeKind,
    *,
    name: str | None = None,
    people: Sequence[GroupPerson] = (),
    picture: OutgoingFile | None = None,
) -> Turn:
    asked = GroupChange(
        task_id="0198-task", kind=kind, group=group, name=name, people=people, picture=picture
    )
    return Turn(asked=asked, folder=tmp_path / "turn")


@LANGUAGES
def test_a_post_goes_to_the_group_once(world: World, desk: Desk, venlo: Group) -> None:
    """The chat is found in the list, proven by its head and by what was said in it."""
    proof = desk.driver.send(post(desk, venlo, "Om 7 uur bij de poort"))
    assert proof.tick in {Tick.SENT, Tick.DELIVERED, Tick.READ}
    (left,) = world.truth("whatsapp")
    assert left == "Om 7 uur bij de poort"
    assert chat_of(world, venlo).messages[-1].text == left


@pytest.mark.parametrize(
    "spec",
    [RECENT_ENGLISH, replace(OLDER_DUTCH, honours_jid=False, reads_paths=False)],
    indirect=True,
    ids=["by its address", "from the picker"],
)
def test_a_photo_is_posted_once(world: World, desk: Desk, venlo: Group, logo: OutgoingFile) -> None:
    """With its caption; the preview or the picker names the group alone."""
    desk.driver.send(post(desk, venlo, "Zo staat de steiger", logo))
    assert world.files_left() == [(venlo.jid, digest_of(logo), "Zo staat de steiger")]
    assert world.shared_files() == []


@pytest.mark.parametrize("spec", [replace(OLDER_DUTCH, honours_jid=False)], indirect=True)
def test_no_file_leaves_where_somebody_is_called_like_the_group(
    world: World, desk: Desk, venlo: Group, logo: OutgoingFile
) -> None:
    world.write("+31687654377", "Hoi", name=VENLO)
    world.on_loop(lambda: world.handset.contacts.update({"+31687654377": VENLO}))
    attempt = post(desk, venlo, "Zo", logo)
    attempt.before_tap = lambda: pytest.fail("the gate was opened")
    with pytest.raises((Permanent, Transient)):
        desk.driver.send(attempt)
    assert world.files_left() == []


def test_a_post_is_not_taken_for_what_somebody_typed(
    world: World, desk: Desk, venlo: Group
) -> None:
    """The group's digits are no number of a person, so no conversation begins under them."""
    desk.driver.send(post(desk, venlo, "Om 7 uur bij de poort"))
    assert not desk.recorder.typed_ones


def test_the_group_is_found_wherever_the_list_stands(
    world: World, desk: Desk, venlo: Group
) -> None:
    """Below many chats, and above the place at which the list was left."""
    for place in range(12):
        world.write(f"+3161111{place:04}", "Ik ook", name=f"Persoon {place}")
    desk.driver.send(post(desk, venlo, "een"))
    world.on_loop(lambda: world.handset.whatsapp.scroll(-3000))
    desk.driver.send(post(desk, venlo, "twee"))
    assert world.truth("whatsapp") == ["een", "twee"]


def test_two_groups_of_one_name_are_left_to_a_person(
    world: World, desk: Desk, venlo: Group
) -> None:
    world.write(ANNA, "Ander team", group=VENLO, jid="120363999999999999@g.us")
    desk.driver.receive()
    with pytest.raises(Permanent, match="Two chats"):
        desk.driver.send(post(desk, venlo, "Hoi"))
    assert world.truth() == []


@pytest.mark.parametrize("twice", [False, True])
def test_a_group_that_only_its_name_tells_must_be_the_only_one_in_the_whole_list(
    world: World, desk: Desk, venlo: Group, twice: bool
) -> None:
    """Nobody has written in it yet. Another one of its name may stand far below it."""
    if twice:
        world.write(ANNA, "Ander team", group="Ploeg Noord", jid="120363999999999999@g.us")
    for place in range(12):
        world.write(f"+3161111{place:04}", "Ik ook", name=f"Persoon {place}")
    world.write(BEA, "Hoi", group="Ploeg Noord")
    desk.driver.receive()
    new = Group(jid=group_jid("Ploeg Noord"), name="Ploeg Noord")
    if twice:
        with pytest.raises(Transient, match="one such group"):
            desk.driver.send(post(desk, new, "Welkom"))
        assert world.truth() == []
    else:
        desk.driver.send(post(desk, new, "Welkom"))
        assert world.truth("whatsapp") == ["Welkom"]


def test_a_person_of_that_name_is_no_group(world: World, desk: Desk) -> None:
    """Only the head tells them apart."""
    world.write(ANNA, "Hoi", name="Ploeg Zuid")
    desk.driver.receive()
    group = Group(jid="120363000000000001@g.us", name="Ploeg Zuid")
    with pytest.raises(Transient):
        desk.driver.send(post(desk, group, "Hoi allemaal"))
    assert world.truth() == []


def test_a_group_that_shows_nothing_of_what_was_said_is_another(
    world: World, desk: Desk, venlo: Group
) -> None:
    other = replace(venlo, known=("Iets heel anders",))
    with pytest.raises(Transient, match="nothing of what was said"):
        desk.driver.send(post(desk, other, "Hoi"))
    assert world.truth() == []


def test_who_came_into_the_group_since_is_seen_before_anything_is_typed(
    world: World, desk: Desk, venlo: Group
) -> None:
    """They may have said STOP, so the members are read again first."""
    before = replace(venlo, people=frozenset({"Anna", "Bea"}))
    desk.driver.send(post(desk, before, "Voor ons drieën"))
    newcomer = "+31687654377"
    world.inject(kind="group", group=VENLO, what="add", by=BEA, person=newcomer, notify=False)
    with pytest.raises(Transient, match="Others are in the group"):
        desk.driver.send(post(desk, before, "Hoi"))
    assert [each.jid for each in desk.recorder.strangers] == [venlo.jid]
    assert world.truth() == ["Voor ons drieën"]


def test_a_group_in_which_only_admins_post_takes_none(
    world: World, desk: Desk, venlo: Group
) -> None:
    """It ends at once: no try would change it."""
    world.inject(kind="group", group=VENLO, what="quiet")
    world.inject(kind="group", group=VENLO, what="take-admin")
    with pytest.raises(Permanent, match="Nothing can be written"):
        desk.driver.send(post(desk, venlo, "Hoi"))
    assert world.truth() == []


def test_a_post_in_doubt_is_found(world: World, desk: Desk, venlo: Group) -> None:
    """As a message to a person is, by the rows since the baseline."""
    attempt = post(desk, venlo, "Om 7 uur")
    desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT


def test_what_comes_while_the_group_is_open_has_its_author(
    world: World, desk: Desk, venlo: Group
) -> None:
    """Also on the rows below the first of theirs, which carry no name."""
    attempt = post(desk, venlo, "Om 7 uur")

    def answers() -> None:
        world.write(ANNA, "Ik kan", group=VENLO)
        world.write(ANNA, "En Kees ook", group=VENLO)

    attempt.after_tap = answers
    desk.driver.send(attempt)
    told = [m for m in desk.recorder.messages if m.text in {"Ik kan", "En Kees ook"}]
    assert [(m.text, m.sender) for m in told] == [("Ik kan", "Anna"), ("En Kees ook", "Anna")]
    assert all(m.group and m.group.jid == venlo.jid for m in told)


def test_members_are_read(world: World, desk: Desk, venlo: Group, tmp_path: Path) -> None:
    """By name, and by number where the phone book has it or the page shows it; who is not in the
    book with what they call themselves.
    """
    pushed = world.handset.whatsapp.account.push_names
    world.on_loop(lambda: pushed.update({"+31687654377": "Chris"}))
    world.inject(kind="group", group=VENLO, what="add", by=BEA, person="+31687654377", notify=False)
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.READ))
    assert seen.name == VENLO
    assert seen.people is not None
    assert ("~Chris", "+31687654377") in {(each.name, each.number) for each in seen.people}
    assert len(seen.people) == 3


def test_a_long_list_of_members_is_read_to_its_end(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    for number in range(20):
        person = f"+316876544{number:02}"
        world.inject(kind="group", group=VENLO, what="add", by=BEA, person=person, notify=False)
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.READ))
    assert seen.people is not None
    assert len(seen.people) == 22


@LANGUAGES
def test_a_name_is_changed_and_proven(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    assert desk.driver.change_group(renames).name == "Ploeg Zuid"
    assert chat_of(world, venlo).subject == "Ploeg Zuid"
    assert renames.entered == 1
    now = replace(venlo, name="Ploeg Zuid")
    again = turn(tmp_path, now, GroupChangeKind.RENAME, name="Ploeg Zuid")
    assert desk.driver.change_group(again).name == "Ploeg Zuid"
    assert again.entered == 0


@pytest.fixture
def logo(tmp_path: Path) -> OutgoingFile:
    path = tmp_path / "content"
    path.write_bytes(b"\x89PNG\r\n\x1a\n logo")
    return OutgoingFile(path=path, name="logo.png", type="image/png", kind=MediaKind.IMAGE)


def digest_of(file: OutgoingFile) -> str:
    return sha256(file.path.read_bytes()).hexdigest()


@LANGUAGES
def test_a_picture_is_put_there_and_proven(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    """Among other pictures on the phone, and over one that is there; the row of the system proves
    it, and the file goes again.
    """
    other = world.handset.files
    world.on_loop(lambda: other.update({"/sdcard/DCIM/Camera/1.jpg": DeviceFile(data=b"1")}))
    first = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    assert desk.driver.change_group(first).name == VENLO
    assert chat_of(world, venlo).icon == digest_of(logo)
    world.inject(kind="group", group=VENLO, what="icon", by=BEA, notify=False)
    again = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    desk.driver.change_group(again)
    assert chat_of(world, venlo).icon == digest_of(logo)
    assert (first.entered, again.entered) == (1, 1)
    assert not [path for path in other if "Balie" in path]


def test_a_picture_that_only_admins_may_change_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    world.inject(kind="group", group=VENLO, what="lock")
    world.inject(kind="group", group=VENLO, what="take-admin")
    with pytest.raises(Permanent, match="only others"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo))
    assert chat_of(world, venlo).icon == ""


def test_a_shut_gate_leaves_the_picture(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    shut = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    shut.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.change_group(shut)
    assert chat_of(world, venlo).icon == ""


@LANGUAGES
def test_a_changed_picture_is_told(world: World, desk: Desk, venlo: Group) -> None:
    """By the notification, with its time; where there was none, by the row in the chat. It is
    nobody's message, and what the line itself puts there is no news.
    """
    before = len(desk.recorder.messages)
    world.inject(kind="group", group=VENLO, what="icon", by=BEA)
    desk.driver.receive()
    desk.driver.receive()
    (told,) = desk.recorder.pictures
    assert (told.jid, told.by) == (venlo.jid, "Bea")
    assert told.at_ms
    desk.driver.send(post(desk, venlo, "Om 7 uur"))
    assert desk.recorder.pictures[1:] == [PictureChange(jid=venlo.jid, by="Bea", at_ms=None)]
    assert len(desk.recorder.messages) == before


def test_a_shut_gate_changes_nothing(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    renames.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.change_group(renames)
    assert chat_of(world, venlo).subject == VENLO


def test_a_name_that_only_admins_may_change_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    world.inject(kind="group", group=VENLO, what="lock")
    world.inject(kind="group", group=VENLO, what="take-admin")
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    with pytest.raises(Permanent, match="only others"):
        desk.driver.change_group(renames)
    assert chat_of(world, venlo).subject == VENLO


def test_only_admins_may_change_it_from_now_on(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LOCK))
    assert chat_of(world, venlo).locked


@LANGUAGES
def test_somebody_is_added_and_taken_out(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    people = [GroupPerson(name="Anna", number=ANNA)]
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.ADD, people=people))
    assert ANNA in chat_of(world, venlo).people
    assert seen.people is not None
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.REMOVE, people=people))
    assert ANNA not in chat_of(world, venlo).people
    assert seen.people is not None
    assert len(seen.people) == 1


def test_of_two_people_of_one_name_neither_is_taken_out(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """Where the phone shows no more of somebody than their name, a person does it."""
    other = "+31687654377"
    world.on_loop(lambda: world.handset.contacts.update({other: "Anna"}))
    world.inject(kind="group", group=VENLO, what="add", by=BEA, person=other, notify=False)
    people = [GroupPerson(name="Anna", number=None)]
    with pytest.raises(Permanent, match="by hand"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.REMOVE, people=people))
    assert {ANNA, other} <= set(chat_of(world, venlo).people)


def test_who_lets_nobody_add_them_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """WhatsApp offers to invite them: nobody is written to for it."""
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    world.inject(kind="group", group=VENLO, what="refuse", person=ANNA)
    people = [GroupPerson(name="Anna", number=ANNA)]
    with pytest.raises(Permanent, match="nobody add them"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.ADD, people=people))
    assert ANNA not in chat_of(world, venlo).people
    assert world.truth() == []


def invitation(world: World, venlo: Group, tmp_path: Path) -> Turn:
    """Anna is to be in the group again, lets nobody add her, and a person said yes to inviting."""
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    world.inject(kind="group", group=VENLO, what="refuse", person=ANNA)
    people = [GroupPerson(name="Anna", number=ANNA)]
    adds = turn(tmp_path, venlo, GroupChangeKind.ADD, people=people)
    adds.asked = replace(adds.asked, invites=True)
    return adds


@LANGUAGES
def test_who_lets_nobody_add_them_is_invited_once_a_person_said_so(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """One message leaves, to them; a try that may have sent it sends no second one."""
    adds = invitation(world, venlo, tmp_path)
    assert desk.driver.change_group(adds).invited
    (sent,) = world.truth("whatsapp")
    assert "WhatsApp" in sent
    again = Turn(asked=replace(adds.asked, was_tapped=True), folder=tmp_path)
    with pytest.raises(Permanent, match="invited already"):
        desk.driver.change_group(again)
    assert world.truth("whatsapp") == [sent]


def test_a_group_is_left(world: World, desk: Desk, venlo: Group, tmp_path: Path) -> None:
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LEAVE))
    assert chat_of(world, venlo).left


def test_a_group_is_made(world: World, desk: Desk, venlo: Group, tmp_path: Path) -> None:
    """And not a second one after a crash."""
    new = Group(jid="new:1", name="Ploeg Oost")
    people = [GroupPerson(name="Anna", number=ANNA), GroupPerson(name="Bea", number=BEA)]
    makes = turn(tmp_path, new, GroupChangeKind.CREATE, name="Ploeg Oost", people=people)
    desk.driver.change_group(makes)
    made = world.handset.whatsapp.account.chats[group_jid("Ploeg Oost")]
    assert set(made.people) == {ANNA, BEA}
    again = Turn(asked=replace(makes.asked, was_tapped=True), folder=tmp_path)
    assert desk.driver.change_group(again).name == "Ploeg Oost"
    assert again.entered == 0


def test_an_emoji_on_a_post_is_told_with_its_group(world: World, desk: Desk, venlo: Group) -> None:
    before = len(desk.recorder.messages)
    world.inject(kind="reaction", **{"from": BEA}, emoji="👍", text="Om 7 uur", group=VENLO)
    desk.driver.receive()
    (told,) = desk.recorder.reactions
    assert (told.group, told.sender, told.quoted) == (venlo.jid, "Bea", "Om 7 uur")
    assert len(desk.recorder.messages) == before


def test_what_an_answer_in_the_group_quotes_is_told(world: World, desk: Desk, venlo: Group) -> None:
    world.write(ANNA, "Ik niet", group=VENLO, quotes="Wie kan morgen?")
    desk.driver.receive()
    desk.driver.send(post(desk, venlo, "Om 7 uur"))
    (told,) = desk.recorder.quotings
    assert (told.group, told.quoted) == (venlo.jid, "Wie kan morgen?")
    answer = next(each for each in desk.recorder.messages if each.text == "Ik niet")
    assert told.key == answer.key


def test_somebody_who_is_called_like_the_group_is_heard(
    world: World, desk: Desk, venlo: Group
) -> None:
    """Only the system's own words, under the group's name, are nobody's."""
    world.write("+31687654378", "Ik kan ook", group=VENLO, name=VENLO)
    desk.driver.receive()
    assert desk.recorder.messages[-1].text == "Ik kan ook"


def test_a_changed_name_is_told_without_a_message(world: World, desk: Desk, venlo: Group) -> None:
    """A row of the system, as a notification, is nobody's message."""
    before = len(desk.recorder.messages)
    world.inject(kind="group", group=VENLO, what="rename", by=BEA, to="Feest")
    desk.driver.receive()
    assert desk.recorder.groups[-1].name == "Feest"
    assert len(desk.recorder.messages) == before


@dataclass
class Disturbed(Turn):
    """The tap is lost, and a person does something on the phone instead."""

    loses_tap: Callable[[], object] = lambda: None
    person: Callable[[], object] = lambda: None

    @contextmanager
    def clear_to_change(self) -> Iterator[None]:
        with super().clear_to_change():
            self.loses_tap()
            yield
            self.person()


def disturbed(world: World, asked: Turn, person: Callable[[], object]) -> Disturbed:
    return Disturbed(
        asked=asked.asked,
        folder=asked.folder,
        loses_tap=lambda: world.fault("tap-lost"),
        person=lambda: world.on_loop(person),
    )


@pytest.mark.parametrize("kind", [GroupChangeKind.LEAVE, GroupChangeKind.LOCK])
def test_a_question_that_a_person_put_away_changed_nothing(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, kind: GroupChangeKind
) -> None:
    """It is gone from the screen all the same; only the chat says what became of it."""
    back = world.handset.whatsapp.room.back
    with pytest.raises(Transient):
        desk.driver.change_group(disturbed(world, turn(tmp_path, venlo, kind), back))
    assert not chat_of(world, venlo).left
    assert not chat_of(world, venlo).locked


def test_an_invitation_that_shows_no_more_has_not_left_for_that(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """Somebody went to the home screen."""
    adds = invitation(world, venlo, tmp_path)
    invites = disturbed(world, adds, lambda: None)

    def at_the_invitation(do: Callable[[], object]) -> Callable[[], object]:
        return lambda: do() if world.handset.whatsapp.room.page == "invite" else None

    def goes_home() -> None:
        world.on_loop(lambda: world.handset.bring(world.handset.launcher))

    invites.loses_tap = at_the_invitation(invites.loses_tap)
    invites.person = at_the_invitation(goes_home)
    with pytest.raises(Transient, match="invitation"):
        desk.driver.change_group(invites)
    assert world.truth() == []


def test_an_old_row_is_no_proof_of_a_new_picture(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    """A message above the picture of before was edited, so the chat is another one."""
    account, chat = world.handset.whatsapp.account, chat_of(world, venlo)
    told = group_phrases("nl").own_icon_changed
    world.on_loop(lambda: account.say(chat, told, at_ms=world.clock.now_ms()))
    said = world.write(BEA, "Mooi", group=VENLO)
    changes = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    again = disturbed(world, changes, world.handset.whatsapp.room.back)
    put_away = again.person

    def edits() -> None:
        world.change(said, "edited", "Prachtig")
        put_away()

    again.person = edits
    with pytest.raises(Transient, match="does not say"):
        desk.driver.change_group(again)


def test_what_is_so_already_is_not_changed_again(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """A try that was cut off is taken again; the chat says nothing new about it."""
    for kind in (GroupChangeKind.LOCK, GroupChangeKind.LEAVE):
        first, again = turn(tmp_path, venlo, kind), turn(tmp_path, venlo, kind)
        desk.driver.change_group(first)
        assert desk.driver.change_group(again).name == VENLO
        assert (first.entered, again.entered) == (1, 0)
    assert chat_of(world, venlo).locked
    assert chat_of(world, venlo).left


def test_a_group_is_left_although_the_chat_says_so_late(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One try sees no row; the next one does, and taps nothing."""
    with monkeypatch.context() as late:
        late.setattr(Account, "say", lambda *_, **__: None)
        with pytest.raises(Transient, match="did not leave"):
            desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LEAVE))
    room, chat = world.handset.whatsapp.room, chat_of(world, venlo)
    left = group_phrases("nl").left.format(by=room.you)
    world.on_loop(lambda: room.account.say(chat, left, at_ms=world.clock.now_ms()))
    again = turn(tmp_path, venlo, GroupChangeKind.LEAVE)
    desk.driver.change_group(again)
    assert again.entered == 0


def test_a_lock_is_seen_where_an_old_row_is_pushed_off_the_screen(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """It was locked before, and opened by somebody; the page does not say how it is set."""
    room, chat = world.handset.whatsapp.room, chat_of(world, venlo)
    told = group_phrases("nl").only_admins.format(by=room.you)
    world.on_loop(lambda: room.account.say(chat, told, at_ms=world.clock.now_ms()))
    for place in range(20):
        world.write(BEA, f"bericht {place}", group=VENLO)
    world.on_loop(lambda: setattr(room, "shows_setting", False))
    desk.driver.receive()
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LOCK))
    assert chat.locked
