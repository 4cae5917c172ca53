"""Who is at the other end of a conversation or a message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSide:
    """`id` is None for somebody in a group whom Balie does not know."""

    id: str | None
    number: str | None
    name: str | None
