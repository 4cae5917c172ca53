"""What a branch was told: one value, checked and changed by one door that says who changed what."""

import json
from typing import Any

import pytest

from appliance.desk.lines import new_branch
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import Event, EventKind
from appliance.messages import MessageClass
from appliance.queue.office_hours import hours_of
from appliance.store import branch_settings, branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from tests.queue.counter import ANNA, HOUR_S, Counter, at

BY_DEFAULT = BranchSettings()


def change(counter: Counter, *, by: str = "cli", **patch: Any) -> None:
    counter.store.write(lambda tx: branch_settings.change(tx, counter.branch_id, patch, by=by))


def branch(counter: Counter) -> Branch:
    return counter.store.read(lambda conn: branches.branch(conn, counter.branch_id))


def kept(counter: Counter) -> str:
    return str(counter.one("SELECT settings FROM branch")["settings"])


def told(counter: Counter) -> list[Event]:
    return list(counter.events(EventKind.BRANCH_CHANGED))


def test_a_change_is_one_event_with_what_and_who(counter: Counter) -> None:
    """The names of what is other now, never the words of the welcome."""
    change(counter, opens="09:00", welcome_text="Hoi bij {branch}!", by="staff:anna")
    (event,) = told(counter)
    assert event.facts == {"fields": ["opens", "welcome_text"]}
    assert (event.branch_id, event.staff_id) == (counter.branch_id, "anna")
    change(counter, opens="08:30", welcome_text=" ")
    assert told(counter)[-1].facts == {"fields": ["opens", "welcome_text"], "by": "cli"}
    assert branch(counter).settings == BY_DEFAULT


def test_what_changes_nothing_writes_nothing(counter: Counter) -> None:
    change(counter, **dict(BY_DEFAULT))
    assert (told(counter), kept(counter)) == ([], "{}")


@pytest.mark.parametrize(
    ("patch", "field", "says"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "time zone"),
        ({"zone": ""}, "zone", "time zone"),
        ({"zone": "Europe"}, "zone", "time zone"),
        ({"language": "fr"}, "language", "“fr” is no language of Balie; choose nl or en."),
        ({"opens": "8:30"}, "opens", "opens, such as 08:30"),
        ({"closes": "24:00"}, "closes", "closes, such as 17:30"),
        ({"opens": "18:00"}, "opens", "close at 17:30, before it opens at 18:00"),
        ({"closes": "08:30"}, "closes", "before it opens"),
        ({"weekdays": "12348"}, "weekdays", "1 for Monday to 7 for Sunday"),
        ({"weekdays": "11"}, "weekdays", "each weekday once"),
        ({"weekdays": ""}, "weekdays", "each weekday once"),
        ({"lunch": "noon"}, "lunch", "12:30-13:00"),
        ({"lunch": "13:00-12:30"}, "lunch", "12:30-13:00"),
        ({"holidays": "XX"}, "holidays", "“XX”"),
        ({"holidays": None}, "holidays", "country"),
        ({"welcome_text": "a\0b"}, "welcome_text", "NUL"),
        ({"welcome_text": 7}, "welcome_text", "welcome"),
        ({"colour": "blue"}, "colour", "no setting"),
    ],
)
def test_what_cannot_be_is_said(
    counter: Counter, patch: dict[str, Any], field: str, says: str
) -> None:
    """In one sentence that names the field; nothing changes, what else was right neither."""
    with pytest.raises(InvalidInput) as wrong:
        change(counter, **{**patch, "lunch": patch.get("lunch", "")})
    assert wrong.value.field == field
    assert says in wrong.value.sentence
    assert (told(counter), branch(counter).settings) == ([], BY_DEFAULT)


def test_what_can_be_is_kept(counter: Counter) -> None:
    """Hours, a country and a zone of one's own, and none of lunch and holidays."""
    change(counter, zone="America/Paramaribo", holidays="SR", opens="07:00", weekdays="123456")
    change(counter, lunch="", holidays="")
    found = branch(counter).settings
    assert (found.zone, found.opens, found.weekdays) == ("America/Paramaribo", "07:00", "123456")
    assert (hours_of(branch(counter)).lunch, found.holidays) == (None, "")
    with pytest.raises(NotFound):
        counter.store.write(lambda tx: branch_settings.change(tx, "nowhere", {}, by="cli"))


def test_two_people_change_two_settings_at_once(counter: Counter) -> None:
    """Both had the branch as it was before them; neither change is lost."""
    branch_id, early, short = counter.branch_id, {"opens": "07:00"}, {"weekdays": "1234"}
    done = [
        counter.store.submit(lambda tx: branch_settings.change(tx, branch_id, early, by="cli")),
        counter.store.submit(lambda tx: branch_settings.change(tx, branch_id, short, by="cli")),
    ]
    for each in done:
        each.result(120)
    found = branch(counter).settings
    assert (found.opens, found.weekdays) == ("07:00", "1234")


@pytest.mark.parametrize(
    "damage", ["hours", "[]", '{"opens": "19:00"}', '{"zone": "Mars/Olympus"}', '{"weekdays": 8}']
)
def test_damaged_settings_close_no_branch(
    counter: Counter, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    """What cannot be holds as by default, and is logged."""
    branch_settings.settings_of.cache_clear()
    counter.store.write(lambda tx: tx.conn.execute("UPDATE branch SET settings = ?", (damage,)))
    assert branch(counter).settings == BY_DEFAULT
    assert "cannot be read" in caplog.text
    hours_of(branch(counter))


def test_what_a_newer_balie_keeps_survives(counter: Counter) -> None:
    newer = {"second_lunch": "15:00-15:10"}
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE branch SET settings = ?", (json.dumps(newer),))
    )
    change(counter, opens="07:00")
    assert json.loads(kept(counter)) == newer | {"opens": "07:00"}


def test_other_hours_make_another_plan(counter: Counter) -> None:
    """What waits on the branch's lines is planned anew, whoever changed the hours."""
    counter.knows(ANNA)
    counter.clock.advance(s=25 * HOUR_S)  # an answer would not wait for the branch to open
    waiting = counter.queues(kind=MessageClass.LIST, typed=False)

    def expected() -> int:
        counter.planner.round()
        return int(counter.row(waiting)["expected_ms"])

    assert expected() < at("2026-06-16 12:00")
    change(counter, opens="13:30")
    assert expected() >= at("2026-06-16 13:30")


def test_a_new_branch_is_told_its_language(counter: Counter) -> None:
    """By whoever adds it; a branch that is as all others was told nothing."""

    def add(name: str, language: str, by: str) -> Branch:
        return counter.store.write(
            lambda tx: new_branch.add(tx, name, {"language": language}, by=by)
        )

    assert add(" Den   Haag ", "nl", "cli").name == "Den Haag"
    assert told(counter) == []
    assert add("Gent", "en", "staff:anna").settings.language == "en"
    (event,) = told(counter)
    assert (event.facts, event.staff_id) == ({"fields": ["language"]}, "anna")


@pytest.mark.parametrize("name", ["", " \n ", "x" * 81, "Den\x07Haag", "Den\u202eHaag"])
def test_a_branch_has_a_name_that_can_be_shown(counter: Counter, name: str) -> None:
    """At most 80 characters, and a branch with a setting that cannot be is not added either."""
    for wanted, settings in ((name, {}), ("Gent", {"language": "fr"})):
        with pytest.raises(InvalidInput):
            counter.store.write(lambda tx, n=wanted, s=settings: new_branch.add(tx, n, s, by="cli"))  # type: ignore[misc]  # defaults in a lambda
    with pytest.raises(Refused):
        counter.store.write(lambda tx: new_branch.add(tx, "utrecht", {}, by="cli"))
    assert [each.name for each in counter.store.read(branches.branches)] == ["Utrecht"]
