"""What reaches a log: no number that would name a person or a SIM."""

import pytest

from appliance.logs import redact


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("to +31612345678 now", "to …78 now"),
        ("SIM 204080000000001", "SIM …01"),
        ("card 8931440000000000001", "card …01"),
        ("attempt 3 of 12 after 900000 ms", "attempt 3 of 12 after 900000 ms"),
    ],
)
def test_long_runs_of_digits_are_shortened(said: str, shown: str) -> None:
    """A phone number, an IMSI and an ICCID keep their last two digits; counts stay."""
    assert redact(said) == shown
