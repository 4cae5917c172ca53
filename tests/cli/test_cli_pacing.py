"""`balie simulate`, `balie report` and `balie line pacing` on the command line."""

from pathlib import Path

from tests.cli.shell import NUMBER, a_line, balie, data, refused, told

__all__ = ["data"]  # the fixture: every verb finds its own data directory


def test_a_simulation_needs_no_database(data: Path) -> None:
    """It answers in figures, and leaves nothing behind."""
    facts = told("simulate", "--branches", "2", "--days", "2", "--lists", "5", "--seed", "4")
    assert (facts["lines"], facts["days"], facts["overlaps"]) == (2, 2, 0)
    assert facts["accepted"] == facts["sent"] + facts["expired"] + facts["waiting"]
    assert not data.exists()


def test_a_simulation_is_told_in_a_few_lines(tmp_path: Path) -> None:
    """For a person: what left, how soon, how full, and the picture's place."""
    picture = tmp_path / "week.svg"
    done = balie("simulate", "--days", "2", "--picture", str(picture))
    assert done.exit_code == 0
    assert "messages left in 2 days" in done.stdout
    assert "of the announced wait" in done.stdout
    assert str(picture) in done.stdout
    assert picture.read_text("utf-8").startswith("<svg")


def test_a_picture_is_svg(tmp_path: Path) -> None:
    """Another ending, or a folder that is not there, is said and nothing is drawn."""
    assert ".svg" in refused("simulate", "--days", "1", "--picture", str(tmp_path / "week.png"))
    nowhere = tmp_path / "not" / "there.svg"
    assert str(nowhere) in refused("simulate", "--days", "1", "--picture", str(nowhere))


def test_a_simulation_takes_a_slower_profile() -> None:
    """And refuses a quicker one."""
    facts = told("simulate", "--days", "1", "--pacing", '{"per_hour": 10}')
    assert facts["peaks"]["hour"] <= facts["peaks"]["hour_ceiling"] == 10
    assert "per_hour" in refused("simulate", "--pacing", '{"per_hour": 1000}')
    assert "JSON" in refused("simulate", "--pacing", "quick")


def test_a_line_is_paced_slower_and_put_back() -> None:
    """The stored change is shown, a quicker one is refused, and --reset takes it away."""
    told("branch", "add", "--name", "Utrecht")
    line_id = a_line()["id"]
    assert told("line", "pacing", NUMBER)["pacing"]["per_hour"] == 80
    changed = told("line", "pacing", NUMBER, "--set", '{"per_hour": 30, "gap_min_ms": 60000}')
    assert changed["id"] == line_id
    assert (changed["pacing"]["per_hour"], changed["pacing"]["gap_min_ms"]) == (30, 60_000)
    assert "lowered" in refused("line", "pacing", NUMBER, "--set", '{"per_hour": 81}')
    assert "raised" in refused("line", "pacing", NUMBER, "--set", '{"gap_min_ms": 0}')
    assert told("line", "pacing", line_id)["pacing"]["per_hour"] == 30
    assert told("line", "pacing", NUMBER, "--reset")["pacing"]["per_hour"] == 80
    refused("line", "pacing", "+31699999999")


def test_a_report_covers_each_line() -> None:
    """An empty one too, with its days checked."""
    assert balie("report").stdout == "There are no lines.\n"
    told("branch", "add", "--name", "Utrecht")
    a_line()
    (item,) = told("report", "--from", "2026-06-01", "--to", "2026-06-02")["items"]
    assert (item["line"], item["sent"]) == (NUMBER, 0)
    assert item["to_ms"] - item["from_ms"] == 2 * 24 * 3600 * 1000
    assert "nothing was sent" in balie("report").stdout
    assert "2026-06-15" in refused("report", "--from", "June")
    refused("report", "--from", "2026-06-02", "--to", "2026-06-01")
