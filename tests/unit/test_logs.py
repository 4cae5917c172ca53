"""What reaches a log: no number that would name a person or a SIM."""

import logging

import pytest

from appliance.logs import OnceAMinute, redact


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


def test_what_strangers_can_cause_is_said_once_a_minute() -> None:
    """Rubbish on the port and a lack of descriptors fill no log; everything else is let through."""
    now_s = [0.0]
    seldom = OnceAMinute(lambda: now_s[0])

    def passes(said: str) -> bool:
        record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, said, None, None)
        return seldom.filter(record)

    rubbish, descriptors = (
        "Invalid HTTP request received.",
        "socket.accept() out of system resource",
    )
    assert [passes(rubbish), passes(rubbish), passes(descriptors)] == [True, False, True]
    now_s[0] = 59
    assert [passes(rubbish), passes("a mistake"), passes("a mistake")] == [False, True, True]
    now_s[0] = 60
    assert passes(rubbish)
