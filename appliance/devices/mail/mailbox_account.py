"""A mailbox as a person gives it, and whether both its servers let Balie in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from appliance.devices.kind import GivenAccount
from appliance.devices.mail.mailbox import (
    AccountShut,
    ImapMailbox,
    ServerUnencrypted,
    ServerUntrusted,
)
from appliance.devices.mail.mailbox_sentences import (
    AWAY,
    NO_STARTTLS,
    NOT_LET_IN,
    OUTSIDE,
    UNTRUSTED,
)
from appliance.devices.mail.mailbox_settings import (
    MailboxSettings,
    mail_address,
    outgoing_server,
    place_of,
)
from appliance.errors import (
    DeviceError,
    InvalidInput,
    MailLater,
    MailNotLetIn,
    MailUnencrypted,
    MailUntrusted,
    SetupError,
)
from appliance.mail_settings import MailTls
from appliance.mailing.sending import log_in

_SECRET = "secret"  # noqa: S105 -- the name of a field


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrouble:
    """`field` is what was given wrong. `is_lasting`: no waiting makes it right."""

    field: str
    sentence: str
    is_lasting: bool


def read_account(given: Mapping[str, str], secret: str) -> GivenAccount:
    """Of `imap`, `smtp`, `user` and `address`: of the last two, one is enough. A server without a
    scheme is talked to over TLS; one that does not answer is taken all the same. Raises
    InvalidInput for what no waiting makes right.
    """
    address = mail_address(given.get("address") or given.get("user", ""))
    whole = {**given, "address": address, "user": given.get("user") or address}
    for scheme in ("imap", "smtp"):
        whole[scheme] = _with_scheme(given.get(scheme, ""), scheme)
    settings = MailboxSettings.of(whole)
    notes = []
    for trouble in troubles(settings, secret):
        if trouble.is_lasting:
            raise InvalidInput(trouble.field, trouble.sentence)
        notes.append(trouble.sentence)
    return GivenAccount(
        address=address, name=address, settings=settings.kept(), note=" ".join(notes)
    )


def troubles(settings: MailboxSettings, secret: str) -> Iterator[MailTrouble]:
    """What each server says against it. Each is waited for some seconds."""
    for scheme, ask in (("imap", _read_there), ("smtp", _send_there)):
        if (trouble := _asked(scheme, ask, settings, secret)) is not None:
            yield trouble


def _asked(
    scheme: str,
    ask: Callable[[MailboxSettings, str], None],
    settings: MailboxSettings,
    secret: str,
) -> MailTrouble | None:
    try:
        ask(settings, secret)
    except (AccountShut, MailNotLetIn):
        return MailTrouble(field=_SECRET, sentence=NOT_LET_IN[scheme], is_lasting=True)
    except (ServerUnencrypted, MailUnencrypted):
        sentence = (OUTSIDE if _is_in_clear(settings, scheme) else NO_STARTTLS)[scheme]
        return MailTrouble(field=scheme, sentence=sentence, is_lasting=True)
    except (ServerUntrusted, MailUntrusted):
        return MailTrouble(field=scheme, sentence=UNTRUSTED[scheme], is_lasting=True)
    except (DeviceError, MailLater, SetupError, OSError) as exc:
        if isinstance(exc, SetupError) and _is_in_clear(settings, scheme):
            return MailTrouble(field=scheme, sentence=OUTSIDE[scheme], is_lasting=True)
        return MailTrouble(field=scheme, sentence=AWAY[scheme], is_lasting=False)
    return None


def _is_in_clear(settings: MailboxSettings, scheme: str) -> bool:
    return place_of(getattr(settings, scheme), scheme).tls is MailTls.NONE


def _read_there(settings: MailboxSettings, secret: str) -> None:
    ImapMailbox(settings, secret).close()


def _send_there(settings: MailboxSettings, secret: str) -> None:
    log_in(outgoing_server(settings, secret))


def _with_scheme(given: str, scheme: str) -> str:
    place = given.strip()
    return place if "://" in place or not place else f"{scheme}s://{place}"
