"""What a line was told: one value, changed by one door that says who changed what."""

import json
from typing import Any

import pytest

from appliance.errors import InvalidInput, NotFound
from appliance.events import Event, EventKind
from appliance.messages import MessageClass
from appliance.queue.profile import checked
from appliance.store import line_settings, lines
from appliance.store.line_settings import DEFAULT_SETTINGS, LineSettings
from appliance.store.lines import Line
from tests.queue.counter import Counter

ANSWER = "Bel ons op 030 555 00 00."


def change(counter: Counter, *, by: str = "cli", **patch: Any) -> None:
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, patch, by=by))


def pace(counter: Counter, pacing: str | None, *, by: str = "cli") -> None:
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, pacing, by=by))


def line(counter: Counter) -> Line:
    return counter.store.read(lambda conn: lines.line(conn, counter.line_id))


def kept(counter: Counter) -> str:
    return str(counter.one("SELECT settings FROM line")["settings"])


def write_by_hand(counter: Counter, settings: str) -> None:
    counter.store.write(lambda tx: tx.conn.execute("UPDATE line SET settings = ?", (settings,)))


def told(counter: Counter) -> list[Event]:
    return list(counter.events(EventKind.LINE_CHANGED))


def test_a_change_is_one_event_with_what_and_who(counter: Counter) -> None:
    """The names of what is other now, never what it says; a colleague is named as such."""
    change(counter, fallback_after_min=3, call_answer=ANSWER, by="staff:anna")
    (event,) = told(counter)
    assert event.facts == {"fields": ["fallback_after_min", "call_answer"]}
    assert (event.line_id, event.staff_id) == (counter.line_id, "anna")
    change(counter, call_answer="", credit_warn_cents=250)
    assert told(counter)[-1].facts == {"fields": ["call_answer", "credit_warn_cents"], "by": "cli"}
    assert told(counter)[-1].staff_id is None
    assert line(counter).settings == LineSettings(fallback_after_min=3, credit_warn_cents=250)


def test_what_changes_nothing_writes_nothing(counter: Counter) -> None:
    """Neither an event nor a value: what is as by default stays so when the default changes."""
    change(counter, **dict(DEFAULT_SETTINGS))
    assert (told(counter), kept(counter)) == ([], "{}")
    change(counter, fallback_after_min=3)
    change(counter, fallback_after_min=3, call_answer="  ")
    assert (len(told(counter)), kept(counter)) == (1, '{"fallback_after_min": 3}')


def test_what_cannot_be_changes_nothing(counter: Counter) -> None:
    """One wrong value takes the others of the same change with it; a setting has to exist."""
    wrong_ones: list[tuple[dict[str, Any], str]] = [
        ({"fallback_after_min": -1, "call_answer": ANSWER}, "fallback_after_min"),
        ({"fallback_classes": ["poetry"]}, "fallback_classes"),
        ({"credit_warn_cents": 1_000_000}, "credit_warn_cents"),
        ({"call_answer": "x" * 1_600}, "call_answer"),
        ({"colour": "blue"}, "colour"),
    ]
    for patch, field in wrong_ones:
        with pytest.raises(InvalidInput) as wrong:
            change(counter, **patch)
        assert wrong.value.field == field
    assert (told(counter), line(counter).settings) == ([], DEFAULT_SETTINGS)
    with pytest.raises(NotFound):
        counter.store.write(lambda tx: line_settings.change(tx, "nowhere", {}, by="cli"))


def test_two_people_change_two_settings_at_once(counter: Counter) -> None:
    """Both had the line as it was before them; neither change is lost."""
    line_id = counter.line_id
    one, other = {"fallback_after_min": 3}, {"credit_warn_cents": 500}
    done = [
        counter.store.submit(lambda tx: line_settings.change(tx, line_id, one, by="staff:anna")),
        counter.store.submit(lambda tx: line_settings.change(tx, line_id, other, by="staff:bart")),
    ]
    for each in done:
        each.result(120)
    assert line(counter).settings == LineSettings(fallback_after_min=3, credit_warn_cents=500)


def test_a_value_that_nobody_can_read_changes_nothing(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """The default holds in its place and it is logged; the others hold as they were said."""
    write_by_hand(counter, '{"fallback_after_min": "soon", "credit_warn_cents": 70}')
    assert line(counter).settings == LineSettings(credit_warn_cents=70)
    assert "fallback_after_min cannot be read" in caplog.text
    change(counter, fallback_after_min=10)
    assert json.loads(kept(counter)) == {"fallback_after_min": 10, "credit_warn_cents": 70}


@pytest.mark.parametrize("damage", ["", "soon", "[1]", '"x"', '{"call_answer": "a'])
def test_damaged_settings_stop_no_line(
    counter: Counter, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    """The line goes on with the defaults, and can be told again what to do."""
    line_settings.settings_of.cache_clear()
    write_by_hand(counter, damage)
    assert line(counter).settings == DEFAULT_SETTINGS
    assert "cannot be read" in caplog.text
    change(counter, fallback_after_min=3)
    assert line(counter).settings == LineSettings(fallback_after_min=3)


def test_what_a_newer_balie_keeps_survives(counter: Counter) -> None:
    """A setting that is not known here, and a value that is not, are left as they are."""
    newer = {"ring_back": True, "fallback_classes": ["reply", "birthday"]}
    write_by_hand(counter, json.dumps(newer))
    change(counter, fallback_after_min=3)
    assert json.loads(kept(counter)) == newer | {"fallback_after_min": 3}
    assert MessageClass.LIST not in line(counter).settings.fallback_classes


def test_another_pace_is_told_with_what_and_who(counter: Counter) -> None:
    """One event a change; the same once more is none, and what cannot be read is told whole."""
    pace(counter, checked({"per_minute": 3, "per_hour": 40}), by="staff:anna")
    pace(counter, checked({"per_minute": 3, "per_hour": 30}))
    pace(counter, checked({"per_minute": 3, "per_hour": 30}))
    pace(counter, None)
    pace(counter, None)
    assert [event.facts for event in told(counter)] == [
        {"fields": ["pacing.per_hour", "pacing.per_minute"]},
        {"fields": ["pacing.per_hour"], "by": "cli"},
        {"fields": ["pacing.per_hour", "pacing.per_minute"], "by": "cli"},
    ]
    assert [event.staff_id for event in told(counter)] == ["anna", None, None]
    pace(counter, "slowly")
    pace(counter, None)
    assert told(counter)[-1].facts["fields"] == ["pacing"]
