"""What can go wrong, as one tree; the type of an error says what to do about it.

BalieError
├── InvalidInput            the caller wrote something that cannot be (field, sentence)
├── NotFound                what was named does not exist, or not for this caller
├── Refused                 a rule forbids it; `code` names the rule, `remedy` the way out
├── FileRefused             a file that cannot be kept to send it; the sentence says what can
│   ├── FileTooLarge        it has more bytes than WhatsApp carries
│   └── FileNotCarried      WhatsApp does not carry what it is
├── LineFull                too much waits on the line already; nothing was kept, come back later
├── StoreError
│   ├── NewerDatabase       the file was written by a later Balie
│   ├── StoreUnavailable    locked, disk full, read-only: nothing was written; try again
│   └── StoreCorrupt        SQLite says the file is damaged
├── MailError               a mail server's; the class is the policy for the mail in hand
│   ├── MailLater           not sent: again later
│   │   ├── MailboxLater    the same, and only for this address
│   │   ├── MailNotLetIn    the same: it does not take user and password
│   │   ├── MailUntrusted   the same: its certificate is not trusted, or is of another name
│   │   └── MailUnencrypted the same: it does not encrypt as it was to, so nothing was told to it
│   ├── MailRefused         not sent and never will be
│   └── MailUnconfirmed     it may have been taken: never send it again
├── UpdateRefused           a version that is not installed; `code` says why, with what to do
├── CopyFailed              no copy came to its place; `why` is a code, the sentence theirs
├── SetupError              the machine lacks something (adb, a port); the sentence says what
│   └── LettersMissing      no PDF can be made: the front-end files were not prepared
└── DeviceError             a driver's; the class is the policy for the message in hand
    ├── Transient           proven not sent: again later
    │   └── Busy            the service wants a pause: not before it is over, and it is no try
    ├── Permanent           proven not sent and never will be on this route
    │   ├── NotOnChannel    the recipient has no WhatsApp: the next route is taken
    │   └── InviteOnly      nobody can be made a member; WhatsApp would send them an invitation
    ├── Unconfirmed         the outcome is not known: look at the device, never send again
    ├── LineStopped         a warning, ban or log-out: the line stops until a person looks
    │   ├── SimMissing      only this device's routes stop; another device of the line goes on
    │   └── NoCredit        the same
    └── DeviceGone          the device is away or does not answer; nothing was in its hands
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from appliance.reasons import Reason


class BalieError(Exception):
    """The root: everything that Balie raises on purpose."""


class InvalidInput(BalieError):
    def __init__(self, field_name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field_name
        self.sentence = sentence


class NotFound(BalieError):
    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what


class Refused(BalieError):
    """`code` is the problem's name in the API, such as `consent-required`; `facts` are ids for the
    program that asked.
    """

    def __init__(
        self,
        code: Reason,
        sentence: str,
        *,
        remedy: str = "",
        facts: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.facts = facts or {}


class FileRefused(BalieError):
    pass


class FileTooLarge(FileRefused):
    pass


class FileNotCarried(FileRefused):
    pass


class LineFull(BalieError):
    def __init__(self, waiting: int, *, retry_after_s: int) -> None:
        super().__init__(f"{waiting} messages wait on this line already; nothing was kept.")
        self.retry_after_s = retry_after_s


class StoreError(BalieError):
    pass


class NewerDatabase(StoreError):
    pass


class StoreUnavailable(StoreError):
    pass


class StoreCorrupt(StoreError):
    pass


class MailError(BalieError):
    pass


class MailLater(MailError):
    pass


class MailboxLater(MailLater):
    pass


class MailNotLetIn(MailLater):
    pass


class MailUntrusted(MailLater):
    pass


class MailUnencrypted(MailLater):
    pass


class MailRefused(MailError):
    pass


class MailUnconfirmed(MailError):
    pass


class UpdateRefused(BalieError):
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class CopyFailed(BalieError):
    """`why` is a code of its own list (`box/copy_places.py`); the sentence holds what a program
    said.
    """

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class SetupError(BalieError):
    pass


class LettersMissing(SetupError):
    pass


@dataclass(eq=False)
class DeviceError(BalieError):
    """`sentence` says what was seen; `evidence` holds facts and file names, never texts."""

    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence


class Transient(DeviceError):
    pass


@dataclass(eq=False)
class Busy(Transient):
    """`pause_s` is how long the service says."""

    pause_s: float = 0.0


class Permanent(DeviceError):
    pass


class NotOnChannel(Permanent):
    pass


class InviteOnly(Permanent):
    pass


class Unconfirmed(DeviceError):
    pass


class LineStopped(DeviceError):
    """`code` names a reason that the pages have a sentence for; without a code they show the
    driver's.

    A ban stops the whole line, because going on from another number would be a disguise.
    """

    code: ClassVar[Reason | None] = None
    #: Nobody objects to the line; only this device cannot send.
    device_only: ClassVar[bool] = False


class SimMissing(LineStopped):
    code = Reason.SIM_MISSING
    device_only = True


class NoCredit(LineStopped):
    code = Reason.NO_CREDIT
    device_only = True


class DeviceGone(DeviceError):
    pass
