"""`balie simulate round` on the command line."""

from tests.cli.shell import balie, refused, told


def test_a_round_is_lived_through_in_virtual_time() -> None:
    """No question leaves that the rule does not allow; the same seed gives the same round."""
    asked = ("simulate", "round", "--people", "20", "--seats", "2", "--heard", "2", "--seed", "3")
    facts = told(*asked)
    assert (facts["needless"], facts["doubled"]) == (0, 0)
    answered = facts["yes"] + facts["reserve"] + facts["no"] + facts["unclear"]
    assert answered + facts["silent"] == facts["asked"]
    assert facts["asked"] + facts["not_asked"] == 20
    assert facts["state"] == "filled"
    assert "of 2 seats taken" in balie(*asked).stdout
    assert "more than everybody" in refused("simulate", "round", "--yes", "0.9")
