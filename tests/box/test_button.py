"""The button of the box, by events as the kernel writes them."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from appliance.box.button import HOLD_S, Button

RESTART, LETTER_A = 408, 30
DOWN, UP, AGAIN = 1, 0, 2


@dataclass(slots=True)
class Pressing:
    """Somebody at a button on a pipe."""

    into: int | None
    button: Button
    held: list[float]
    now_s: float = field(default=100.0)

    def key(self, value: int, code: int = RESTART) -> None:
        assert self.into is not None
        os.write(self.into, struct.pack("llHHi", 0, 0, 1, code, value))
        os.write(self.into, struct.pack("llHHi", 0, 0, 0, 0, 0))
        self.later(0)

    def later(self, span_s: float) -> None:
        self.now_s += span_s
        self.button.look(self.now_s)


@pytest.fixture
def pressing() -> Iterator[Pressing]:
    out, into = os.pipe()
    held: list[float] = []
    button = Button([out], lambda: held.append(1.0))
    at_a_button = Pressing(into, button, held)
    yield at_a_button
    button.close()
    if at_a_button.into is not None:
        os.close(at_a_button.into)


def test_only_ten_seconds_ask_for_a_reset(pressing: Pressing) -> None:
    """Once each time; keys that repeat while they are held begin nothing anew."""
    pressing.key(DOWN)
    pressing.later(HOLD_S - 1)
    pressing.key(UP)
    pressing.later(HOLD_S)
    assert pressing.held == []
    pressing.key(DOWN)
    pressing.later(HOLD_S / 2)
    pressing.key(AGAIN)
    pressing.later(HOLD_S / 2)
    pressing.later(HOLD_S)
    assert len(pressing.held) == 1
    pressing.key(UP)
    pressing.later(HOLD_S)
    assert len(pressing.held) == 1


def test_another_key_asks_for_nothing(pressing: Pressing) -> None:
    """Whoever plugs a keyboard in and leans on it resets nothing."""
    pressing.key(DOWN, LETTER_A)
    pressing.later(HOLD_S)
    assert pressing.held == []


def test_an_input_that_is_pulled_out_is_left(pressing: Pressing) -> None:
    assert pressing.into is not None
    os.close(pressing.into)
    pressing.into = None
    pressing.later(1)
    pressing.later(1)


def test_a_machine_without_any_input_has_no_button() -> None:
    none = Button([], lambda: None)
    none.look(1.0)
    none.close()
