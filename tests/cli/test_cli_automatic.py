"""`balie line rules`, `balie line roster` and `balie branch hours`: as the API has them."""

from pathlib import Path

from tests.cli.shell import NUMBER, a_line, balie, data, refused, told

__all__ = ["data"]  # the fixture: every verb finds its own data directory


def test_rules_and_hours_are_shown_and_set(data: Path) -> None:
    """What is shown can be given back; what is wrong is said by its field, and changes nothing."""
    told("branch", "add", "--name", "Utrecht")
    a_line()
    assert data.exists()
    rules = told("line", "rules", NUMBER)
    assert rules.keys() >= {"welcome", "outside_hours", "every_hours"}
    changed = told("line", "rules", NUMBER, "--set", '{"every_hours": 6}')
    assert changed == {**rules, "every_hours": 6}
    assert "every_hour" in refused("line", "rules", NUMBER, "--set", '{"every_hour": 6}')
    assert told("line", "rules", NUMBER) == changed
    hours = told("branch", "hours", "Utrecht")
    assert hours["holidays"] == "NL"
    without = told("branch", "hours", "Utrecht", "--set", '{"holidays": null}')
    assert without == {**hours, "holidays": None}
    assert refused("branch", "hours", "Utrecht", "--set", "[]")
    assert "no roster" in balie("line", "roster", NUMBER).stdout
