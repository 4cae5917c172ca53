"""Identities."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from appliance.ids import is_id, new_id

SOME_MS = 1_800_000_000_000
FAR_MS = 1 << 46  # later than any other test's time: the sequence never goes back


def ms_of(text: str) -> int:
    return uuid.UUID(text).int >> 80


def test_an_id_is_a_uuid_of_version_7_and_holds_its_time() -> None:
    """The first 48 bits are the time in milliseconds; version and variant are RFC 9562's."""
    at_ms = FAR_MS + 1_000_000
    made = uuid.UUID(new_id(at_ms))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert ms_of(str(made)) == at_ms


@given(st.lists(st.integers(min_value=0, max_value=SOME_MS * 2), min_size=2, max_size=50))
def test_ids_sort_in_the_order_they_were_made(times: list[int]) -> None:
    """A clock that jumps back makes no id that sorts before an earlier one."""
    made = [new_id(at_ms) for at_ms in times]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_burst_in_one_millisecond_keeps_its_order() -> None:
    """More ids than the counter has room for run on into the next millisecond."""
    made = [new_id(SOME_MS) for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_share_an_id() -> None:
    """Devices make ids at the same time in threads of their own."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        made = list(pool.map(new_id, [SOME_MS] * 4_000))
    assert len(set(made)) == len(made)


@given(st.uuids())
def test_every_uuid_is_an_id_as_it_is_written(value: uuid.UUID) -> None:
    """Ids come from outside in either case, with hyphens and nothing around them."""
    assert is_id(str(value))
    assert is_id(str(value).upper())
    assert not is_id(value.hex)
    assert not is_id(f"{{{value}}}")
    assert not is_id(f"urn:uuid:{value}")


def test_what_is_no_uuid_is_no_id() -> None:
    """Any text may be asked about."""
    assert not any(map(is_id, ("", "1", "lines", "+31612345678", "../etc/passwd")))
