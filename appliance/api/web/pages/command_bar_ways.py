"""The pages that the command bar offers: those that this person may use, by the names that stand
on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.api.web.words.i18n import Words
from appliance.desk.access.rights import Permission, Rights

_P = Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBarWay:
    """A page, or what one does on it. `is_place`: it is offered before anything is typed."""

    name: str
    href: str
    picture: str

    @property
    def is_place(self) -> bool:
        return self.href in _PLACES

    @property
    def page(self) -> str:
        """As the page stands in its route."""
        return "/inbox/{view}" if self.href.startswith("/inbox/") else self.href


_PLACES = frozenset(
    ("/", "/new", "/boxes", "/people", "/search", "/lists", "/overview", "/devices")
) | {"/me", "/privacy"}
_Place = tuple[bool, str, str]
"""Whether this person may go there, its name, its address."""


def ways(said: Words, rights: Rights) -> Sequence[CommandBarWay]:
    kinds = [
        ("inbox", _inbox(said, rights)),
        ("person", _people(said, rights)),
        ("lists", _lists(said, rights)),
        ("chart", _overview(said, rights)),
        ("modem", _boxes(said, rights)),
        ("phone", _devices(said, rights)),
        ("settings", _own(said, rights)),
        ("settings", _house(said, rights)),
        ("shield", _privacy(said, rights)),
    ]
    return [
        CommandBarWay(name=name, href=href, picture=picture)
        for picture, places in kinds
        for may, name, href in places
        if may
    ]


def _inbox(said: Words, rights: Rights) -> Iterator[_Place]:
    reads = rights.has(_P.INBOX_READ)
    yield reads, said.text("Inbox"), "/"
    yield rights.has(_P.INBOX_WRITE), said.text("New conversation"), "/new"
    yield rights.has(_P.INBOX_WRITE), said.text("New group"), "/groups/new"
    yield reads, said.text("Search"), "/search"
    yield reads, said.text("Waiting"), "/inbox/waiting"
    yield reads, said.text("Mine"), "/inbox/mine"
    yield reads, said.text("Nobody's"), "/inbox/nobodys"
    yield reads, said.text("Later"), "/inbox/later"
    yield reads, said.text("Not arrived"), "/inbox/not-arrived"


def _people(said: Words, rights: Rights) -> Iterator[_Place]:
    edits = rights.has(_P.CONTACT_EDIT)
    yield rights.has(_P.INBOX_READ), said.text("People"), "/people"
    yield edits, said.text("New person"), "/people/new"
    yield edits, said.text("Who is this?"), "/people/unknown"
    yield edits, said.text("Import people"), "/people/import"


def _lists(said: Words, rights: Rights) -> Iterator[_Place]:
    writes = rights.has(_P.INBOX_WRITE)
    yield writes, said.text("Lists"), "/lists"
    yield writes, said.text("Rounds"), "/rounds"
    yield writes, said.text("Who can work?"), "/rounds/new"


def _overview(said: Words, rights: Rights) -> Iterator[_Place]:
    leads = rights.has(_P.REPORT_READ)
    yield leads, said.text("Overview"), "/overview"
    yield leads, said.text("Over time"), "/overview/over-time"


def _boxes(said: Words, rights: Rights) -> Iterator[_Place]:
    yield rights.may(_P.DEVICE_MANAGE, None), said.text("Boxes"), "/boxes"


def _devices(said: Words, rights: Rights) -> Iterator[_Place]:
    manages = rights.has(_P.DEVICE_MANAGE)
    yield True, said.text("Devices"), "/devices"
    yield manages, said.text("Set up a phone"), "/devices/enrol"
    yield manages, said.text("Screens that nobody knows"), "/devices/screens"


def _own(said: Words, rights: Rights) -> Iterator[_Place]:
    yield True, said.text("Settings"), "/me"
    yield True, said.text("Notifications"), "/me/notifications"
    yield True, said.text("Calendars"), "/settings/calendars"
    yield rights.has(_P.INBOX_WRITE), said.text("Texts"), "/settings/texts"
    yield rights.has(_P.INBOX_WRITE), said.text("Labels"), "/settings/labels"
    yield rights.has(_P.INBOX_READ), said.text("Saved views"), "/settings/views"


def _house(said: Words, rights: Rights) -> Iterator[_Place]:
    leads, everywhere = rights.has(_P.STAFF_MANAGE), rights.may(_P.STAFF_MANAGE, None)
    machine = rights.may(_P.DEVICE_MANAGE, None)
    yield leads, said.text("Colleagues"), "/settings/team"
    yield leads, said.text("Branches"), "/settings/branches"
    yield leads, said.text("Automatic messages"), "/settings/automatic"
    yield leads, said.text("Website and paper"), "/settings/website"
    yield rights.has(_P.DEVICE_MANAGE), said.text("Numbers"), "/settings/numbers"
    yield leads, said.text("Programs"), "/settings/tokens"
    yield leads, said.text("Webhooks"), "/settings/webhooks"
    yield machine, said.text("Updates"), "/settings/updates"
    yield machine, said.text("Copies"), "/settings/backup"
    yield everywhere, said.text("Head office"), "/settings/office"
    yield everywhere, said.text("From home"), "/settings/home"
    reads_all = rights.may(_P.INBOX_READ, None)
    yield leads and not reads_all, said.text("Emergency access"), "/emergency"


def _privacy(said: Words, rights: Rights) -> Iterator[_Place]:
    guards = rights.has(_P.PRIVACY_MANAGE)
    yield guards, said.text("Privacy"), "/privacy"
    yield guards, said.text("Take a request"), "/privacy/requests/new"
    yield guards, said.text("Who may read what"), "/privacy/access"
    yield guards, said.text("Consent"), "/privacy/consent"
    yield guards, said.text("For your website"), "/privacy/public-text"
    yield guards, said.text("Who saw what"), "/privacy/log"
    yield guards, said.text("Archive"), "/privacy/archive"
    yield guards, said.text("What should not be kept"), "/privacy/care"
    yield guards, said.text("Retention"), "/privacy/retention"
