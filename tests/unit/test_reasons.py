"""The vocabulary of reasons: nobody uses another, and people read a sentence for each."""

import ast
from collections.abc import Iterator
from pathlib import Path

from appliance.api.web.words import device_phrases, phrases
from appliance.reasons import Reason

HOUSE = Path(__file__).parents[2] / "appliance"

SAID_OF_A_DEVICE = ("errors.py", "devices", "desk/lines/device_states.py", "desk/intake/receive.py")
"""Where it is found out how a device is."""


def trees(*places: str) -> Iterator[ast.Module]:
    for place in places:
        files = (HOUSE / place).rglob("*.py") if (HOUSE / place).is_dir() else [HOUSE / place]
        yield from (ast.parse(path.read_text("utf-8")) for path in files)


def named(*places: str) -> set[Reason]:
    """The reasons that the code in these folders and files names."""
    found = (_reason(node) for tree in trees(*places) for node in ast.walk(tree))
    return {each for each in found if each is not None}


def _reason(node: ast.AST | None) -> Reason | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return Reason.__members__.get(node.attr) if node.value.id == "Reason" else None
    return None


def stops() -> set[Reason]:
    """Those by which a line stops: what the kinds of LineStopped have as their `code`."""
    return {
        reason
        for tree in trees("errors.py", "devices")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code"
        if (reason := _reason(node.value)) is not None
    }


def test_whatever_ails_a_device_has_a_sentence_and_a_remedy() -> None:
    """Those that drivers and what listens to them name, and no others."""
    assert set(device_phrases.DEVICE_REASONS) | stops() == named(*SAID_OF_A_DEVICE)


def test_whatever_stops_a_line_has_a_sentence_and_a_remedy() -> None:
    assert set(phrases.STOPPED) == stops()
