"""What the floors above understand of an attempt's evidence: the parts of an SMS, kept files, and
why it did not leave.

All else in it is the driver's own: it is passed through and shown. What another version or a hand
left there and that cannot be read is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from appliance.devices.stored_json import is_whole, object_in

_PARTS, _REFERENCE, _FILES, _QUOTED = "parts", "reference", "files", "quoted"
_SINCE_COPY = "since_copy_ms"
_WHY = ("dialog", "seen", "cause", "error")


class PartState(StrEnum):
    SENT = "sent"
    #: Proven not to have left.
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """One part of an SMS, numbered from 1. `mr` is its TP-MR, where the device knows it."""

    part: int
    state: PartState
    mr: int | None = None
    own: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, told: object) -> "PartFacts | None":
        """None without a number. A state that nobody knows proves nothing."""
        if not isinstance(told, dict) or not is_whole(told.get("part")):
            return None
        state, mr = told.get("state"), told.get("mr")
        return cls(
            part=told["part"],
            state=PartState(state) if state in list(PartState) else PartState.UNKNOWN,
            mr=mr if is_whole(mr) else None,
            own={name: told[name] for name in told if name not in ("part", "state", "mr")},
        )

    def as_json(self) -> dict[str, Any]:
        mr = {} if self.mr is None else {"mr": self.mr}
        return {**self.own, "part": self.part, "state": self.state, **mr}


def telling_parts(parts: Sequence[PartFacts], reference: int) -> dict[str, Any]:
    """Evidence of a device that tells the parts apart; they have `reference` in common."""
    return {_REFERENCE: reference, _PARTS: [each.as_json() for each in parts]}


def parts_in(evidence: Mapping[str, Any]) -> Sequence[PartFacts]:
    """Empty where the device does not tell them apart, or nothing can be read of them."""
    told = evidence.get(_PARTS)
    found = (PartFacts.of(each) for each in (told if isinstance(told, list) else ()))
    return [each for each in found if each is not None]


def reference_in(evidence: Mapping[str, Any]) -> int | None:
    """The same key is in the baseline of a device that tells the parts apart."""
    found = evidence.get(_REFERENCE)
    return found if is_whole(found) else None


def naming_files(names: Sequence[str]) -> dict[str, Any]:
    return {_FILES: list(names)}


def files_in(evidence: Mapping[str, Any]) -> Sequence[str]:
    """Names in the attempt's own folder, oldest first."""
    found = evidence.get(_FILES)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def since_copy(at_ms: int) -> dict[str, Any]:
    """In place of a baseline, after a copy was put back: nobody knows what stood there before. The
    message was accepted then.
    """
    return {_SINCE_COPY: at_ms}


def since_copy_in(baseline: Mapping[str, Any]) -> int | None:
    """None for a baseline that a device told."""
    found = baseline.get(_SINCE_COPY)
    return found if is_whole(found) else None


def telling_quoted(*, quoted: bool) -> dict[str, Any]:
    return {_QUOTED: quoted}


def is_quoted(evidence: Mapping[str, Any]) -> bool:
    """Whether the message stands on their phone as an answer to the one that it quotes."""
    return evidence.get(_QUOTED) is True


def why_in(evidence: Mapping[str, Any]) -> str | None:
    """What a try met, in the driver's word for it; None where it says nothing."""
    told = (evidence.get(each) for each in _WHY)
    return next((each for each in told if isinstance(each, str)), None)


def read(text: str) -> Mapping[str, Any]:
    """Evidence as it is stored."""
    return object_in(text)
