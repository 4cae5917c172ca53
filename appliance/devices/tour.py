"""A walk through what is not known for certain about a device, with a person who has it at hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol


class Conclusion(StrEnum):
    PROVEN = "proven"
    REFUTED = "refuted"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`fact` is what Balie takes for true, `seen` what there was instead or besides: no text."""

    name: str
    fact: str
    verdict: Conclusion
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Something uncertain, by what the checks `by` concluded. `unasked` is why there is none."""

    name: str
    fact: str
    verdict: Conclusion
    by: Sequence[str] = ()
    unasked: str = ""


def together(verdicts: Sequence[Conclusion]) -> Conclusion:
    """One look that shows it otherwise refutes it."""
    for each in (Conclusion.REFUTED, Conclusion.PROVEN):
        if each in verdicts:
            return each
    return Conclusion.NOT_SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class TourReport:
    about: Mapping[str, Any]
    checks: Sequence[Checked]
    marks: Sequence[Marked] = ()

    def as_json(self) -> str:
        facts = {
            "about": dict(self.about),
            "marks": [asdict(each) for each in self.marks],
            "checks": [asdict(each) for each in self.checks],
        }
        return json.dumps(facts, ensure_ascii=False, indent=2)

    def as_markdown(self) -> str:
        about = "\n".join(f"* {name}: {value}" for name, value in self.about.items())
        rows = "\n".join(
            f"| {each.fact} | {each.verdict.value} | {each.seen.replace('|', '/')} |"
            for each in self.checks
        )
        marks = "\n".join(
            f"| {each.name} | {each.fact} | {each.verdict.value} |"
            f" {', '.join(each.by) or each.unasked} |"
            for each in self.marks
        )
        return (
            f"# A tour of one phone\n\n{about}\n\n## What was uncertain\n\n"
            f"| | Held true | | By |\n|---|---|---|---|\n{marks}\n\n## What was looked at\n\n"
            f"| Fact | | Seen |\n|---|---|---|\n{rows}\n"
        )


class Guide(Protocol):
    """The person at the device."""

    def asked(self, step: str) -> bool:
        """They were told what to do and have done it; False: they skip it."""
        ...

    def number(self, question: str) -> str | None:
        """A number that they typed and confirmed; None: they skip it."""
        ...

    def told(self, checked: Checked) -> None: ...


class Tour(Protocol):
    def __call__(self, address: str, guide: Guide) -> TourReport:
        """Takes as long as the person does. Raises DeviceError and SetupError."""
        ...
