"""The question whether a name is taken, on a real wire to a responder with answers of its own."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.box.name_question import addresses_in, is_taken, question

LOOPBACK = "127.0.0.1"
NUMBER = 0x1234
#: balie.local, kind ANY, class IN: by hand from RFC 1035, 4.1.
QUESTION = bytes.fromhex("1234 0000 0001 0000 0000 0000 0562616c6965 056c6f63616c 00 00ff 0001")
#: The question again, then A 192.168.1.9 by a pointer to its name, with the cache-flush bit.
ANSWER = bytes.fromhex(
    "1234 8400 0001 0001 0000 0000 0562616c6965 056c6f63616c 00 00ff 0001"
    "c00c 0001 8001 00000078 0004 c0a80109"
)
#: AAAA fe80::9, and the name in capitals.
ANSWER_6 = bytes.fromhex(
    "1234 8400 0000 0001 0000 0000 0542414c4945 054c4f43414c 00"
    "001c 8001 00000078 0010 fe800000000000000000000000000009"
)


@contextmanager
def responder(answer: bytes | None, *, silent: int = 0) -> Iterator[tuple[str, int]]:
    """Answers each question with the number that it came with, after so many that it misses."""
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire,
    ):
        wire.bind((LOOPBACK, 0))
        wire.settimeout(5)

        def respond() -> None:
            left = silent
            while (asked := wire.recvfrom(2000))[0]:
                left -= 1
                if answer is not None and left < 0:
                    wire.sendto(asked[0][:2] + answer[2:], asked[1])

        running = pool.submit(respond)
        yield wire.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", wire.getsockname())
        running.result()


def asked(answer: bytes | None, *, own: tuple[str, ...] = (), silent: int = 0) -> bool:
    with responder(answer, silent=silent) as to:
        return is_taken("balie", own, via=LOOPBACK, to=to, patience_s=0.2)


def test_the_question_is_as_rfc_1035_has_it() -> None:
    """Byte for byte, so that real responders know it."""
    assert question("balie", NUMBER) == QUESTION


def test_a_name_is_taken_when_another_machine_answers() -> None:
    """Also when the first questions were lost, and by IPv6 alone."""
    assert asked(ANSWER)
    assert asked(ANSWER, silent=2)
    assert asked(ANSWER_6)


def test_a_name_is_free_when_nobody_answers_or_the_box_itself() -> None:
    """The box may be announced already when it asks again."""
    assert not asked(None)
    assert not asked(ANSWER, own=("192.168.1.9",))


@pytest.mark.parametrize("name", ["bali", "balie-2"])
def test_an_answer_about_another_name_says_nothing(name: str) -> None:
    assert list(addresses_in(ANSWER, name, NUMBER)) == []
    assert list(addresses_in(ANSWER, "balie", NUMBER + 1)) == []
    assert list(addresses_in(QUESTION, "balie", NUMBER)) == []


def test_a_name_that_points_to_itself_ends_the_walk() -> None:
    """Whoever is on the network may send it."""
    for name in ("c00c", "0161c00c"):
        looped = bytes.fromhex(f"1234 8400 0000 0001 0000 0000 {name} 0001 0001 00000078 0004 00")
        assert list(addresses_in(looped, "balie", NUMBER)) == []


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=len(ANSWER)))
def test_a_damaged_answer_does_no_harm(noise: bytes, cut: int) -> None:
    """It gives addresses or none, and always ends."""
    for answer in (ANSWER[:2] + noise, ANSWER[:cut] + noise):
        assert all(":" in each or "." in each for each in addresses_in(answer, "balie", NUMBER))
