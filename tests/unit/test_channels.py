"""Channels and kinds of device: nobody asks for their names instead of what they can do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.kind import Kind

HOUSE = Path(__file__).parents[2] / "appliance"
KNOW_NAMES = ("devices/", "emulated/", "channels.py")
NAMES_TABLES = "config.py"
"""The table of a kind's settings has its name, which is no comparison with a device's."""
CHANNELS = {channel.name for channel in Channel.known()}
KINDS = {kind.name for kind in Kind.known()}


def comparisons(root: Path, names: set[str]) -> Iterator[str]:
    """Where a file that is to know none compares with one, in Python, SQL or markup."""
    name = "|".join(sorted(names))
    as_text = re.compile(
        rf"([=!]==?\s*[\"']|(<>|\s=|\bIS( NOT)?|\bIN \()\s*')({name})[\"']", re.IGNORECASE
    )
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root).as_posix()
        if place.startswith(KNOW_NAMES) or path.suffix not in {".py", ".sql", ".html", ".js"}:
            continue
        text = path.read_text(encoding="utf-8")
        found = {text.count("\n", 0, each.start()) + 1 for each in as_text.finditer(text)}
        if path.suffix == ".py":
            found.update(_compared(ast.parse(text), names))
        yield from (f"{place}:{line}" for line in sorted(found))


def _compared(tree: ast.Module, names: set[str]) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            parts = [each for side in (node.left, *node.comparators) for each in ast.walk(side)]
        elif isinstance(node, ast.MatchValue):
            parts = list(ast.walk(node.value))
        else:
            continue
        if any(_is_name(each, names) for each in parts):
            yield node.lineno if isinstance(node, ast.Compare) else node.value.lineno


def _is_name(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in names
    return isinstance(node, ast.Attribute) and node.attr in {name.upper() for name in names}


def test_only_the_folder_of_a_device_compares_with_a_channels_name() -> None:
    """Everyone else asks for what a channel can do."""
    assert list(comparisons(HOUSE, CHANNELS)) == []


def test_nobody_compares_with_the_name_of_a_kind() -> None:
    """What a phone and a modem do otherwise is asked of their kind."""
    found = [each for each in comparisons(HOUSE, KINDS) if not each.startswith(NAMES_TABLES)]
    assert found == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("queue/plan.py", "if route.channel is Channel.SMS: pass"),
        ("queue/plan.py", "if Channel.WHATSAPP not in channels: pass"),
        ("desk/a.py", "sms = row['wanted'] == 'sms'"),
        ("desk/a.py", "QUERY = \"SELECT a.channel = 'sms' FROM attempt a\""),
        ("desk/a.py", "match name:\n    case 'whatsapp':\n        pass"),
        ("store/sql/2.sql", "CHECK (channel IN ('whatsapp', 'sms'))"),
        ("api/web/a.html", '{% if bubble.channel.name == "sms" %}'),
        ("desk/a.py", "if kind not in ('phone', 'modem'): pass"),
        ("api/web/a.html", '{{ icon("phone") if device.kind == "phone" }}'),
        ("api/web/a.js", 'if (channel === "whatsapp") {}'),
    ],
)
def test_a_comparison_with_a_name_is_found(tmp_path: Path, name: str, text: str) -> None:
    """Each way to write one, in a file that is to know none."""
    for place in (name, f"devices/{name}"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert len(list(comparisons(tmp_path, CHANNELS | KINDS))) == 1


def test_a_name_that_nobody_knows_can_do_nothing() -> None:
    """What it carried is still read, and nobody is written to over it who did not write first."""
    gone = Channel.named("pigeon")
    assert (gone.name, gone.label) == ("pigeon", "pigeon")
    assert gone.needs_own_message
    assert not gone.uses_sim
    assert not gone.has_ticks
    assert gone not in Channel.known()


def test_a_channel_says_how_long_a_text_may_be() -> None:
    """In parts where it counts them, else in characters."""
    assert Channel.SMS.fits("a" * 1530)
    assert not Channel.SMS.fits("a" * 1531)
    letter = Channel(name="letter", label="Letter", longest=40)
    assert letter.fits("a" * 40)
    assert not letter.fits("a" * 41)
