"""A phone is asked whether a message left that nobody remembers: a copy was put back."""

from dataclasses import replace

import pytest

from appliance.channels import Channel
from appliance.devices.evidence_facts import since_copy
from appliance.devices.protocol import Finding, Look
from tests.devices.floor_above import Try
from tests.devices.phone.driver_kit import ANNA, Desk

HALF_A_DAY_MS = 13 * 3_600_000


def asked(attempt: Try, *, ago_ms: int = 0) -> Look:
    began_ms = attempt.outgoing.started_ms - ago_ms
    outgoing = replace(attempt.outgoing, started_ms=began_ms)
    return Look(outgoing=outgoing, baseline=since_copy(began_ms))


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_a_message_that_left_is_found(desk: Desk, channel: Channel) -> None:
    """By its words, though nothing is known of what stood there before."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("Dag Anna", channel=channel)
    desk.driver.send(attempt)
    found = desk.driver.look(asked(attempt))
    assert found.finding is Finding.PRESENT
    assert found.proof is not None


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_a_message_that_did_not_leave_is_absent(desk: Desk, channel: Channel) -> None:
    """The chat is seen whole, and the list of SMS always is, on the phone of then."""
    desk.world.write(ANNA, "Hoi")
    desk.driver.receive()
    desk.driver.send(desk.attempt("Iets anders", channel=channel))
    assert desk.driver.look(asked(desk.attempt("Dag Anna", channel=channel))).finding is (
        Finding.ABSENT
    )


def test_in_a_chat_that_is_seen_in_part_nothing_is_proven_absent(desk: Desk) -> None:
    """Its rows are all of this minute, so what came before them may be it."""
    attempt = desk.attempt("Dag Anna")
    for number in range(30):
        desk.world.write(ANNA, f"regel {number}")
    assert desk.driver.look(asked(attempt)).finding is Finding.UNCLEAR


def test_after_half_a_day_a_chat_proves_nothing(desk: Desk) -> None:
    """Rows show no day: an equal one may be older, and one may have vanished."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("Dag Anna")
    assert desk.driver.look(asked(attempt, ago_ms=HALF_A_DAY_MS)).finding is Finding.UNCLEAR
    desk.driver.send(attempt)
    assert desk.driver.look(asked(attempt, ago_ms=HALF_A_DAY_MS)).finding is Finding.UNCLEAR
