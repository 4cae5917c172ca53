"""One name means one thing: a reader who meets a class need not ask which one it is."""

import ast
from collections import defaultdict
from pathlib import Path

HOUSE = Path(__file__).parents[2] / "appliance"


def test_no_two_classes_have_one_name() -> None:
    """Not even where one of them is the emulation's."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(str(path.relative_to(HOUSE)))
    assert {name: files for name, files in where.items() if len(files) > 1} == {}
