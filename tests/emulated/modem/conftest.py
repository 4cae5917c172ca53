"""A bench with one emulated modem."""

from collections.abc import Iterator

import pytest

from tests.emulated.modem.bench import Bench, Line


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def line(bench: Bench) -> Line:
    """A program at the modem's port, without echo."""
    return bench.line()
