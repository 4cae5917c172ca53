"""What is understood of an attempt's evidence, and what of it is passed through."""

import json
from typing import Any

import pytest

from appliance.devices import evidence_facts
from appliance.devices.evidence_facts import (
    PartFacts,
    PartState,
    files_in,
    naming_files,
    parts_in,
    reference_in,
    telling_parts,
)

PARTS = (
    PartFacts(part=1, state=PartState.SENT, mr=17, own={"slot": 4}),
    PartFacts(part=2, state=PartState.UNKNOWN, own={"slot": 5, "status": "other"}),
    PartFacts(part=3, state=PartState.MISSING),
)


def kept(evidence: dict[str, Any]) -> Any:
    return evidence_facts.read(json.dumps(evidence))


def test_parts_are_read_as_they_were_told() -> None:
    """From evidence and from a baseline, beside what only the driver knows."""
    evidence = kept({"imei": "356938035643809", **telling_parts(PARTS, 7)})
    assert tuple(parts_in(evidence)) == PARTS
    assert reference_in(evidence) == 7
    assert evidence["imei"] == "356938035643809"


def test_parts_are_kept_under_the_names_that_other_software_reads() -> None:
    assert telling_parts(PARTS, 7) == {
        "reference": 7,
        "parts": [
            {"part": 1, "state": "sent", "mr": 17, "slot": 4},
            {"part": 2, "state": "unknown", "slot": 5, "status": "other"},
            {"part": 3, "state": "missing"},
        ],
    }


def test_files_are_read_as_they_were_named() -> None:
    names = ["hierarchy-1.xml", "screen-1.jpg"]
    assert files_in(kept({"row": False, **naming_files(names)})) == names


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {"parts": 3, "reference": "seven", "files": "screen-1.jpg"},
        {"parts": ["sent", {"state": "sent"}, {"part": "1"}, {"part": True}], "files": [1, None]},
        {"parts": None, "reference": None, "files": None},
    ],
)
def test_what_cannot_be_read_of_evidence_is_nothing(evidence: dict[str, Any]) -> None:
    assert not parts_in(kept(evidence))
    assert reference_in(kept(evidence)) is None
    assert not files_in(kept(evidence))


def test_a_state_that_nobody_knows_proves_nothing() -> None:
    """So the part is neither sent again nor taken for sent."""
    (part,) = parts_in({"parts": [{"part": 1, "state": "posted", "mr": "x", "slot": 2}]})
    assert part == PartFacts(part=1, state=PartState.UNKNOWN, own={"slot": 2})


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7"])
def test_evidence_that_is_no_object_is_empty(text: str) -> None:
    assert evidence_facts.read(text) == {}
