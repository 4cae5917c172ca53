"""How many requests schemathesis made of each operation, read from its report of events."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def fuzzed(report: Path) -> Counter[str]:
    """By operation (`POST /api/v1/rounds`), in the phase that makes up to so many examples of each.

    There may be fewer: what it takes from answers changes while Hypothesis draws, and Hypothesis
    then ends the operation early. schemathesis says that it passed.
    """
    counted: Counter[str] = Counter()
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            finished = json.loads(line).get("ScenarioFinished")
            if finished and finished["phase"] == "fuzzing":
                recorded = finished["recorder"]
                counted[recorded["label"]] += len(recorded.get("cases", {}))
    return counted


def fell_short(
    counted: Counter[str], document: dict[str, Any], paths: Iterable[str], share: int
) -> dict[str, int]:
    """The operations of these paths that had fewer, and how many; what takes nothing has only one
    request to make.
    """
    every = (
        f"{method.upper()} {path}" for path in paths for method in sorted(document["paths"][path])
    )
    return {
        label: counted[label]
        for label in every
        if counted[label] < (share if _takes_something(document, label) else 1)
    }


def with_what_they_take(short: dict[str, int], document: dict[str, Any]) -> list[str]:
    """These operations and those on the list that they belong to, whose answers have the ids."""
    lists = {"/".join(_path(label).split("/")[:4]) for label in short}
    beside = (
        f"{method.upper()} {path}"
        for path in sorted(lists & document["paths"].keys())
        for method in sorted(document["paths"][path])
    )
    return list(dict.fromkeys((*beside, *short)))


def _path(label: str) -> str:
    return label.split(" ", 1)[1]


def _takes_something(document: dict[str, Any], label: str) -> bool:
    method = label.split(" ", 1)[0].lower()
    operation = document["paths"][_path(label)][method]
    return bool(operation.get("parameters") or operation.get("requestBody"))
