"""Objects that name each other are not looked for while a start loads, and are ever after."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from appliance.errors import SetupError
from appliance.runtime.collecting import collecting_later, settle


class Knot:
    """Nothing but a look takes it away once nobody names it any more."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def melted() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_start_looks_once_for_all_that_it_made() -> None:
    with collecting_later():
        knot = ref(Knot())
        assert not gc.isenabled()
        assert knot() is not None
        settle()
        assert knot() is None
        assert gc.isenabled()
        assert gc.get_freeze_count()


def test_a_start_that_fails_leaves_the_process_looking() -> None:
    with pytest.raises(SetupError), collecting_later():
        raise SetupError("The port is in use.")
    assert gc.isenabled()
