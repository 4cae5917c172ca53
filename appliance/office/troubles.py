"""What the link may say instead of an answer; the class is what a box does then.

LinkError
├── LinkAway      nobody answered as an office does, or it has too much to do: again later
├── LinkBehind    the office has less than the batch begins after (409): push from its cursor
├── LinkHeld      the office does not take what is told (422): say so, and ask again seldom
├── LinkUnknown   the credential opens nothing there (401), and nobody says why: try the one of
│                 before, and again later
└── StruckOff     the office has struck the box off (401): hold the lines and say why
"""

from appliance.errors import BalieError
from appliance.reasons import Reason


class LinkError(BalieError):
    pass


class LinkAway(LinkError):
    """`why` is a code for the page: `connection`, `timeout`, `tls`, `no-office` (an answer that is
    none of an office, as of a captive portal) or `busy`.
    """

    def __init__(self, why: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"the office cannot be reached ({why})")
        self.why = why
        self.retry_after_s = retry_after_s


class LinkBehind(LinkError):
    def __init__(self, cursor: int) -> None:
        super().__init__(f"the office has events up to {cursor} only")
        self.cursor = cursor


class LinkHeld(LinkError):
    """`why` is the sentence of the office."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class LinkUnknown(LinkError):
    """The office was put back to an earlier day perhaps, or is being set right."""

    def __init__(self) -> None:
        super().__init__("the office does not know the credential of this box")


class StruckOff(LinkError):
    def __init__(self) -> None:
        super().__init__("the office has struck this box off")


class CommandRefused(BalieError):
    """What head office asks is not done; `why` is told to it."""

    def __init__(self, why: Reason | str) -> None:
        super().__init__(f"a command of head office is not done: {why}")
        self.why = why
