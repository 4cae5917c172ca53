from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.modem.at.lines import LONGEST_LINE, AtLine, Lines, Prompt, Token

_PIECES = st.sampled_from([b"\r", b"\n", b">", b" ", b"OK", b"\x00\xff", b"+CMT: ,24", b"x" * 3000])
_STREAM = st.lists(st.one_of(_PIECES, st.binary(max_size=20)), max_size=30).map(b"".join)


def tokens(*pieces: bytes, prompt: bool = False) -> list[Token]:
    lines = Lines()
    lines.want_prompt(prompt)
    return [token for piece in pieces for token in lines.feed(piece)]


@given(_STREAM, st.lists(st.integers(0, 400), max_size=20), st.booleans())
def test_any_cutting_of_the_bytes_gives_the_same_tokens(
    stream: bytes, cuts: list[int], prompt: bool
) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    whole = tokens(stream, prompt=prompt)
    assert tokens(*pieces, prompt=prompt) == whole
    assert tokens(*(bytes([octet]) for octet in stream), prompt=prompt) == whole


def test_every_kind_of_line_end_ends_a_line_and_empty_ones_are_none() -> None:
    assert tokens(b"\r\nOK\r\n\r\nRING\r0\r\r\n") == [AtLine("OK"), AtLine("RING"), AtLine("0")]


def test_a_prompt_needs_no_space_and_no_line_end() -> None:
    assert tokens(b"\r\n>", prompt=True) == [Prompt()]
    assert tokens(b"\r\n> ", b"\r\nOK\r\n", prompt=True) == [Prompt(), AtLine("OK")]


def test_a_prompt_is_one_only_where_it_is_wanted_and_once() -> None:
    assert tokens(b"> 1 Saldo\r\n") == [AtLine("> 1 Saldo")]
    assert tokens(b">\r\n> x\r\n", prompt=True) == [Prompt(), AtLine("> x")]


def test_noise_before_a_line_is_no_part_of_it() -> None:
    assert tokens(b"\x00\xfe\xffOK\r\n") == [AtLine("OK", noisy=True)]


def test_garbage_without_an_end_never_grows_and_costs_only_its_own_line() -> None:
    lines = Lines()
    for _ in range(1000):
        assert list(lines.feed(b"x" * 1000)) == []
        assert len(lines._line) <= LONGEST_LINE
    assert list(lines.feed(b"\r\nOK\r\n")) == [AtLine("OK")]
