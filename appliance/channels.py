"""The channels that messages travel over, and what can be asked of each.

Code asks for what a channel can do and never which one it is; only the folder of a device knows
the names of those that it has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from appliance import identities
from appliance.identities import ALPHA, TEL, WHATSAPP_GROUP, WHATSAPP_LID, Identity, Reads, told
from appliance.messages import MAX_TEXT
from appliance.sms_parts import MAX_PARTS, count_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Two channels with the same name are equal; only the name is stored."""

    SMS: ClassVar["Channel"]
    WHATSAPP: ClassVar["Channel"]

    name: str
    #: What people call it, in every language.
    label: str = field(compare=False)
    #: The scheme of the identity that messages are sent to; `tel` is a number in E.164.
    identity: str = field(default=TEL, compare=False)
    #: How people write one of its own scheme. None: `identity` is a scheme that the house knows.
    reads_identity: Reads | None = field(default=None, compare=False)
    #: A pattern of what it surely reads, for the document of the API; it may read more.
    identity_form: str | None = field(default=None, compare=False)
    #: Schemes under which it also shows people.
    also_shows: tuple[str, ...] = field(default=(), compare=False)
    #: Those of them by which people can be written to, too.
    also_writes: tuple[str, ...] = field(default=(), compare=False)
    #: The scheme of its groups; None: it has none.
    groups: str | None = field(default=None, compare=False)
    #: It goes through the mobile network and comes from the number of the SIM.
    uses_sim: bool = field(default=False, compare=False)
    #: A long text travels in parts, which the device's own limit counts.
    counts_parts: bool = field(default=False, compare=False)
    #: Shows by ticks what arrived and what was read.
    has_ticks: bool = field(default=False, compare=False)
    #: Balie writes over it only to people who wrote first.
    needs_own_message: bool = field(default=True, compare=False)
    #: So long after somebody's last message over it anything may be said to them; None: for ever.
    answer_window_ms: int | None = field(default=None, compare=False)
    #: Whether the service approved this text as a template, which may go after the window, too.
    is_template: Callable[[str], bool] | None = field(default=None, compare=False)
    #: Reaches only people with an account there; `contact_identity.on_whatsapp` keeps who has one.
    needs_account: bool = field(default=False, compare=False)
    #: Pictures, sound and files.
    carries_media: bool = field(default=False, compare=False)
    #: Characters below a file; None: as many as in a text.
    longest_caption: int | None = field(default=None, compare=False)
    #: The author of a message may change it or take it back.
    can_be_edited: bool = field(default=False, compare=False)
    #: A driver can take a whole chat off its phone.
    clears_chats: bool = field(default=False, compare=False)
    #: The sender under which the service itself writes; no person answers there.
    own_sender: str | None = field(default=None, compare=False)
    #: In parts where the channel counts parts, else in characters.
    longest: int = field(default=MAX_TEXT, compare=False)
    #: How a link begins that opens it at a `{number}`, or at its `{digits}` alone; the text follows
    #: it, percent-encoded. None: no link does.
    link: str | None = field(default=None, compare=False)

    @classmethod
    def named(cls, name: str) -> "Channel":
        """A channel that is not known any more can do nothing; what it carried is still shown."""
        return _KNOWN.get(name) or cls(name=name, label=name)

    @classmethod
    def known(cls) -> Sequence["Channel"]:
        return list(_KNOWN.values())

    @classmethod
    def learn(cls, channel: "Channel") -> None:
        """A kind of device may bring a new channel; it cannot change a known one."""
        known = _KNOWN.setdefault(channel.name, channel)
        if known.reads_identity is not None:
            identities.learn(known.identity, label=known.label, reads=known.reads_identity)

    @classmethod
    def any_writes_to(cls, identity: Identity) -> bool:
        """Whether one that is known could, if a line had a way over it."""
        return any(each.writes_to(identity) for each in _KNOWN.values())

    @classmethod
    def with_groups(cls, scheme: str) -> "Channel | None":
        """The one whose groups have addresses of this scheme."""
        return next((each for each in _KNOWN.values() if each.groups == scheme), None)

    @property
    def has_templates(self) -> bool:
        return self.is_template is not None

    def may_say(self, text: str, *, heard_ms: int | None, now_ms: int) -> bool:
        """Whether its service takes this text for somebody who last wrote over it then."""
        if self.answer_window_ms is None:
            return True
        if heard_ms is not None and now_ms - heard_ms <= self.answer_window_ms:
            return True
        return self.is_template is not None and self.is_template(text)

    def writes_to(self, identity: Identity) -> bool:
        return identity.scheme in (self.identity, *self.also_writes, self.groups)

    def addressee(self, value: str) -> Identity:
        """Which person a message with this value goes to."""
        return told(value, *self.also_writes, self.identity)

    def told(self, sender: str) -> Identity:
        """Who it is whom a device shows so on this channel."""
        shown = told(sender, *self.also_shows, self.identity)
        reads = self.reads_identity if shown.scheme == self.identity else None
        return shown if reads is None or reads(sender) == sender else shown._replace(scheme=ALPHA)

    def link_to(self, number: str, text: str) -> str | None:
        """Opens this channel on whose phone it is, with the text typed and not sent."""
        begins = self.link_start(number)
        return None if begins is None else begins + quote(text, safe="")

    def link_start(self, number: str) -> str | None:
        """The link without its text."""
        if self.link is None:
            return None
        return self.link.format(number=number, digits=number.removeprefix("+"))

    def parts_of(self, text: str) -> int:
        """The number of pieces in which this text travels."""
        return count_parts(text) if self.counts_parts else 1

    def fits(self, text: str) -> bool:
        return (self.parts_of(text) if self.counts_parts else len(text)) <= self.longest


Channel.WHATSAPP = Channel(
    name="whatsapp",
    label="WhatsApp",
    also_shows=(WHATSAPP_LID,),
    also_writes=(WHATSAPP_LID,),
    groups=WHATSAPP_GROUP,
    has_ticks=True,
    needs_account=True,
    carries_media=True,
    can_be_edited=True,
    clears_chats=True,
    own_sender="+0",
    longest=65_536,  # WhatsApp's own limit, above what the house takes
    link="https://wa.me/{digits}?text=",
)
Channel.SMS = Channel(
    name="sms",
    label="SMS",
    uses_sim=True,
    counts_parts=True,
    needs_own_message=False,
    longest=MAX_PARTS,
    link="sms:{number}?&body=",  # RFC 5724 has `?body=`; iPhones have read `&body=` alone
)

_KNOWN = {each.name: each for each in (Channel.WHATSAPP, Channel.SMS)}
