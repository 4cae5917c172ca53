"""What a look at this machine found wrong with its devices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """`about` is `adb`, a serial or a port."""

    about: str
    sentence: str
    remedy: str
