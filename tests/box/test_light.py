"""What the light of the box says, on files as the kernel has them."""

from pathlib import Path

import pytest

from appliance.box.light import STARTS_WITHIN_S, Blinking, BoxHealth, Light


@pytest.mark.parametrize(
    ("health", "blinking"),
    [
        pytest.param(BoxHealth(is_ready=False, needs=0), Blinking.SLOW, id="it is starting"),
        pytest.param(BoxHealth(is_ready=True, needs=0), Blinking.STEADY, id="all is well"),
        pytest.param(BoxHealth(is_ready=True, needs=1), Blinking.FAST, id="something is wrong"),
        pytest.param(BoxHealth(is_ready=False, needs=1), Blinking.FAST, id="wrong from the start"),
        pytest.param(
            BoxHealth(is_ready=False, needs=0, unwell_s=STARTS_WITHIN_S),
            Blinking.FAST,
            id="it does not come up",
        ),
    ],
)
def test_what_it_says(health: BoxHealth, blinking: Blinking) -> None:
    """A box that only starts needs nobody; one that does not come up does."""
    assert health.blinking is blinking


def led(folder: Path, name: str) -> Path:
    """A light as the kernel shows it: the delays are there while it blinks."""
    path = folder / name
    path.mkdir(parents=True)
    for each in ("trigger", "delay_on", "delay_off"):
        (path / each).write_text("none", "ascii")
    return path


def test_the_kernel_blinks_by_itself(tmp_path: Path) -> None:
    """Fast and slow are so many milliseconds; steady is on; at the end the card has its light."""
    found = led(tmp_path, "led0")
    light = Light(tmp_path)

    def shown() -> list[str]:
        return [(found / each).read_text("ascii") for each in ("trigger", "delay_on", "delay_off")]

    light.show(Blinking.SLOW)
    assert shown() == ["timer", "1000", "1000"]
    light.show(Blinking.FAST)
    assert shown() == ["timer", "125", "125"]
    light.show(Blinking.STEADY)
    assert shown()[0] == "default-on"
    (found / "trigger").write_text("untouched", "ascii")
    light.show(Blinking.STEADY)
    assert shown()[0] == "untouched", "what it shows already is not written again"
    light.give_back()
    assert shown()[0] == "mmc0"


def test_a_machine_without_a_light_shows_nothing(tmp_path: Path) -> None:
    """Nor one whose light cannot be set: nothing else fails for it."""
    Light(tmp_path).show(Blinking.FAST)
    broken = tmp_path / "ACT"
    broken.mkdir()
    (broken / "trigger").mkdir()
    Light(tmp_path).show(Blinking.FAST)
    Light(tmp_path).give_back()
