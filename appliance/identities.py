"""Who somebody is on a channel: a value, and the scheme that it is one of.

A person has several. The same value in two schemes is two identities: no consent, lock or pace of
the one counts for the other. What a device shows becomes one by `told`, what people write by
`meant`, or by `parse_number` and `tel` where only a number will do.

A value says by itself what it is, because JSON, command line and pages show it alone: a number
begins with `+`, an account that hides its number ends in `@lid`, and what a channel brings begins
with its scheme, as `telegram:123`.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from appliance.phone_numbers import is_e164, parse_number, readable

TEL = "tel"
"""A number in E.164."""
WHATSAPP_LID = "whatsapp-lid"
"""`…@lid`: WhatsApp hides the number of who writes under it. Its digits are no number."""
WHATSAPP_GROUP = "whatsapp-group"
"""A group by its own address (`…@g.us`): the other side of what is posted in it."""
ALPHA = "alpha"
"""A word or short code that a network lets somebody send under; nobody is behind it."""

_LID = re.compile(r"[^\s@]+@lid")
_FORMS: Mapping[str, Callable[[str], bool]] = {
    TEL: is_e164,
    WHATSAPP_LID: lambda text: _LID.fullmatch(text) is not None,
}
"""What a value of these schemes looks like; one that a channel brings may have any form."""

Reads = Callable[[str], str | None]
"""What people write, as the value that they mean; None where they mean none of the scheme."""

_READS: dict[str, Reads] = {}
_LABELS: dict[str, str] = {}


def learn(scheme: str, *, label: str, reads: Reads) -> None:
    """A channel brings a scheme. Its values are written `scheme:…`, and shown with the label."""
    _READS.setdefault(scheme, reads)
    _LABELS.setdefault(scheme, label)


class Identity(NamedTuple):
    """In the order of the values, then of the schemes.

    A tuple and no dataclass, because pacing hashes one for each message that a SIM has sent.
    """

    value: str
    scheme: str

    @property
    def is_tel(self) -> bool:
        return self.scheme == TEL

    @property
    def is_hidden(self) -> bool:
        """A person whose number the service keeps to itself."""
        return self.scheme == WHATSAPP_LID

    @property
    def is_group(self) -> bool:
        """No person: whoever is in the group reads it."""
        return self.scheme == WHATSAPP_GROUP

    @property
    def shown(self) -> str:
        """A number as people write it, what a channel brought under that channel's name, and
        anything else as it is.
        """
        label, (scheme, colon, rest) = _LABELS.get(self.scheme), self.value.partition(":")
        if label and colon and scheme == self.scheme:
            return f"{label} {rest}"
        return readable(self.value) if self.is_tel else self.value


def tel(e164: str) -> Identity:
    """Raises ValueError for what is no E.164."""
    if not is_e164(e164):
        raise ValueError("not a number in E.164")
    return Identity(scheme=TEL, value=e164)


def meant(text: str, *, field: str = "to") -> Identity:
    """Whom people mean by what they write: an account that hides its number, somebody on a channel
    that has its own identities, or a number. Raises InvalidInput.
    """
    said = text.strip()
    account = told(said, WHATSAPP_LID)
    if account.is_hidden:
        return account
    for scheme, reads in _READS.items():
        if (value := reads(said)) is not None:
            return Identity(value, scheme)
    return tel(parse_number(text, field=field))


def kept(value: str) -> Identity:
    """One whose value was shown or kept before; what nobody can write to is a word.

    As `meant`, and raises nothing.
    """
    for scheme, reads in _READS.items():
        if reads(value) == value:
            return Identity(value, scheme)
    return told(value, WHATSAPP_LID, TEL)


def told(text: str, *schemes: str) -> Identity:
    """What a device shows, in the first of these schemes whose form it has; else it is a word."""
    for scheme in schemes:
        has_form = _FORMS.get(scheme)
        if has_form is None or has_form(text):
            return Identity(scheme=scheme, value=text)
    return Identity(scheme=ALPHA, value=text)
