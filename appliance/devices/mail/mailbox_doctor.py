"""What keeps a mailbox from working, asked of its servers."""

from collections.abc import Iterator, Sequence

from appliance.devices.complaint import Complaint
from appliance.devices.kind import Enrolled
from appliance.devices.mail.mailbox_account import troubles
from appliance.devices.mail.mailbox_settings import MailboxSettings
from appliance.errors import InvalidInput

_AGAIN = "Give it again: balie line mail, or under Settings, Numbers."
_WAIT = "See whether this machine reaches the mail server."


def doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    return [
        Complaint(about=f"Mailbox {each.address}", sentence=sentence, remedy=remedy)
        for each in enrolled
        for sentence, remedy in _complaints(each)
    ]


def _complaints(device: Enrolled) -> Iterator[tuple[str, str]]:
    if device.account is None:
        yield (
            "Its password cannot be opened: the key of the house that sealed it is not here.",
            "Put the key back: balie key add FILE. Or give the password again.",
        )
        return
    try:
        settings = MailboxSettings.of(device.account.settings)
    except (InvalidInput, TypeError):
        yield "What is kept of it cannot be read.", _AGAIN
        return
    for trouble in troubles(settings, device.account.secret):
        yield trouble.sentence, _AGAIN if trouble.is_lasting else _WAIT
