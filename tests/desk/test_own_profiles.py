"""A number's own name and picture changed: told when it lasts, over when it is put back."""

from dataclasses import replace

import pytest

from appliance.desk.lines.own_profiles import AGAIN_MS, EVERY_MS, QUIET_MS, OwnProfiles, accept
from appliance.devices.profile_protocol import OwnProfile, ProfileLook, is_account_of
from appliance.errors import NotFound
from appliance.store import lines
from appliance.store.incidents import IncidentKind, open_of
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BOTH, SMS, Counter

RIGHT = OwnProfile(name="Uitzendbureau", picture="00ff00ff00ff00ff")
NEARLY = OwnProfile(name="Uitzendbureau", picture="00ff00ff00ff00fe")
RENAMED = OwnProfile(name="Feestcommissie", picture=RIGHT.picture)
REDRAWN = OwnProfile(name=RIGHT.name, picture="ffff00000000ffff")
BOTH_OTHERWISE = OwnProfile(name=RENAMED.name, picture=REDRAWN.picture)
DARK = OwnProfile(name=RIGHT.name, picture="")


@pytest.fixture
def profiles(counter: Counter) -> OwnProfiles:
    """The minutes after the start are over."""
    made = OwnProfiles(counter.store)
    assert made.next_look(counter.device_id, BOTH) is None
    counter.clock.advance(ms=QUIET_MS)
    return made


def look(counter: Counter, profiles: OwnProfiles) -> ProfileLook | None:
    counter.clock.advance(s=60)
    return profiles.next_look(counter.device_id, BOTH)


def shows(counter: Counter, profiles: OwnProfiles, seen: OwnProfile) -> None:
    """Whenever it is looked at next, it shows this."""
    counter.clock.advance(ms=EVERY_MS)
    due = look(counter, profiles)
    assert due is not None
    due.done(seen)


def wrong(counter: Counter) -> list[str]:
    found = counter.store.read(lambda conn: open_of(conn, IncidentKind.PROFILE_CHANGED))
    assert all(each.facts["stops"] == [] for each in found)
    return [each.facts["what"] for each in found]


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (RENAMED, "profile-name"),
        (REDRAWN, "profile-picture"),
        (BOTH_OTHERWISE, "profile-both"),
    ],
)
def test_a_change_that_two_looks_show_is_an_incident_until_it_is_put_back(
    counter: Counter, profiles: OwnProfiles, seen: OwnProfile, what: str
) -> None:
    """The first look says what is right."""
    shows(counter, profiles, RIGHT)
    shows(counter, profiles, seen)
    assert wrong(counter) == []
    shows(counter, profiles, seen)
    shows(counter, profiles, seen)
    assert wrong(counter) == [what]
    shows(counter, profiles, NEARLY)
    assert wrong(counter) == []


def test_what_two_looks_show_otherwise_is_no_change(
    counter: Counter, profiles: OwnProfiles
) -> None:
    """Nor is a picture that the phone does not show."""
    for seen in (RIGHT, RENAMED, NEARLY, REDRAWN, RIGHT, DARK, DARK):
        shows(counter, profiles, seen)
    assert wrong(counter) == []


def test_what_somebody_accepts_is_right_from_then_on(
    counter: Counter, profiles: OwnProfiles
) -> None:
    for seen in (RIGHT, RENAMED, RENAMED):
        shows(counter, profiles, seen)

    def take(tx: Tx) -> None:
        accept(tx, counter.line_id, by="cli")

    counter.store.write(take)
    assert wrong(counter) == []
    shows(counter, profiles, RENAMED)
    shows(counter, profiles, RENAMED)
    assert wrong(counter) == []
    with pytest.raises(NotFound):
        counter.store.write(take)
    shows(counter, profiles, RIGHT)
    shows(counter, profiles, RIGHT)
    assert wrong(counter) == ["profile-name"]


def test_it_is_looked_at_once_a_day_in_quiet_minutes(
    counter: Counter, profiles: OwnProfiles
) -> None:
    """Sooner where the last look showed a change or failed; never where nobody can be asked."""
    counter.knows(ANNA)
    assert look(counter, profiles) is None
    counter.clock.advance(ms=QUIET_MS)
    assert profiles.next_look(counter.device_id, frozenset({SMS})) is None
    first = look(counter, profiles)
    assert first is not None
    first.done(RIGHT)
    counter.clock.advance(ms=EVERY_MS - 10 * 60_000)
    assert look(counter, profiles) is None
    counter.clock.advance(ms=10 * 60_000)
    due = look(counter, profiles)
    assert due is not None
    due.done(RENAMED)
    counter.clock.advance(ms=AGAIN_MS)
    again = look(counter, profiles)
    assert again is not None
    again.failed()
    assert look(counter, profiles) is None
    counter.clock.advance(ms=AGAIN_MS)
    assert look(counter, profiles) is not None


def test_another_phone_draws_the_same_picture_otherwise(
    counter: Counter, profiles: OwnProfiles
) -> None:
    """Its name counts at once; its picture is right as it is first seen there."""
    shows(counter, profiles, RIGHT)
    _, old = counter.add_line("+31687000001", "R58M999")
    counter.store.write(lambda tx: tx.conn.execute("UPDATE own_profile SET device_id = ?", (old,)))
    for seen in (REDRAWN, REDRAWN):
        shows(counter, profiles, seen)
    assert wrong(counter) == []
    shows(counter, profiles, RIGHT)
    shows(counter, profiles, RIGHT)
    assert wrong(counter) == ["profile-picture"]


def test_an_account_of_another_number_stops_the_line_on_that_phone_until_it_is_put_right(
    counter: Counter, profiles: OwnProfiles
) -> None:
    """Its name and picture are nothing to compare with; after a stop of another kind no phone is
    looked at.
    """

    def stopped() -> tuple[str | None, str | None]:
        line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
        return line.stopped, line.stopped_on

    number = counter.store.read(lambda conn: lines.line(conn, counter.line_id)).number
    shows(counter, profiles, RIGHT)
    for _ in range(2):
        shows(counter, profiles, replace(BOTH_OTHERWISE, number=ANNA))
        assert stopped() == ("other-account", counter.device_id)
    assert look(counter, profiles) is None, "not before an hour"
    assert wrong(counter) == []
    shows(counter, profiles, replace(RIGHT, number=number))
    assert stopped() == (None, None)
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "sim-missing"))
    counter.clock.advance(ms=EVERY_MS)
    assert look(counter, profiles) is None


@pytest.mark.parametrize(
    ("shown", "number", "same"),
    [
        ("+31612345601", "+31612345601", True),
        ("+5215512345678", "+525512345678", True),
        ("+31612345601", "+31612345602", False),
        ("+32612345601", "+31612345601", False),
    ],
)
def test_an_account_is_known_by_the_end_of_its_number(shown: str, number: str, same: bool) -> None:
    assert is_account_of(shown, number) is same
