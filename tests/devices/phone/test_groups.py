"""Groups on an emulated phone: posts and what is read, with the truth log as judge."""

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import Finding, Group, Tick
from appliance.emulated.world.numbers import group_jid
from appliance.errors import Permanent, Transient
from appliance.group_changes import GroupChangeKind
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH, VENLO
from tests.devices.phone.driver_kit import ANNA, BEA, Desk, World
from tests.devices.phone.group_kit import (
    LANGUAGES,
    chat_of,
    digest_of,
    post,
    turn,
)


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
