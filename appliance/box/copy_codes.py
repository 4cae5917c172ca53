"""Where copies are kept, and why one may not have come there."""

import errno
from enum import StrEnum

from appliance.errors import StoreUnavailable


class CopyPlace(StrEnum):
    """Their values are the database's."""

    #: The backups folder of this machine: it helps against a mistake, not against a dead card.
    BOX = "box"
    #: A USB stick that is called BALIE-BACKUP.
    STICK = "stick"
    #: A server, by SFTP.
    SFTP = "sftp"


class CopyWhy(StrEnum):
    """Other software reads these: a member keeps its spelling for good."""

    #: The stick is not plugged in.
    ABSENT = "absent"
    #: It is plugged in, and nothing has mounted it.
    NOT_MOUNTED = "not-mounted"
    #: It was pulled out, or broke, while a copy was being written; older copies on it are whole.
    PULLED = "pulled"
    FULL = "full"
    NOT_WRITABLE = "not-writable"
    #: The server does not answer.
    UNREACHABLE = "unreachable"
    #: The server shows another key than the settings say.
    OTHER_HOST = "other-host"
    #: The server does not let this machine's key in.
    NOT_LET_IN = "not-let-in"
    #: The server answered, and did not take it.
    NOT_TAKEN = "not-taken"
    #: A program that it takes is not installed, or the recipient is none.
    SETUP = "setup"
    #: The database itself cannot be copied.
    DATABASE = "database"
    #: What was written reads otherwise, or is not there any more.
    DAMAGED = "damaged"


def why_of(exc: OSError | StoreUnavailable, otherwise: CopyWhy) -> CopyWhy:
    """`otherwise` for an error that may mean anything: of a stick that it was pulled out."""
    if isinstance(exc, OSError):
        return _BY_ERROR.get(exc.errno or 0, otherwise)
    if exc.__cause__ is None:  # room was asked for first
        return CopyWhy.FULL
    return why_of(exc.__cause__, otherwise) if isinstance(exc.__cause__, OSError) else otherwise


_BY_ERROR = {
    errno.ENOSPC: CopyWhy.FULL,
    errno.EDQUOT: CopyWhy.FULL,
    errno.EFBIG: CopyWhy.FULL,
    errno.EROFS: CopyWhy.NOT_WRITABLE,
    errno.EACCES: CopyWhy.NOT_WRITABLE,
    errno.EPERM: CopyWhy.NOT_WRITABLE,
}
