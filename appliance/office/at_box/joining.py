"""Joins this box to a head office by its invitation, and ends that again."""

import asyncio
import base64
import hashlib
import re
import socket
from pathlib import Path

from appliance import __version__
from appliance.errors import InvalidInput, Refused, StoreUnavailable
from appliance.events import EventKind
from appliance.office.at_box import credential, kept_broker
from appliance.office.at_box.https_link import HttpsLink, NotTaken, fetched_authority
from appliance.office.invitation import JoinAsk, JoinedOffice, OfficeInvitation, is_on_this_machine
from appliance.office.reading import Malformed
from appliance.office.troubles import LinkError
from appliance.reasons import Reason
from appliance.store import branches, office_link, restoring
from appliance.store.feed import epoch_of
from appliance.store.office_link import JoinedLink
from appliance.store.store import Store, Tx

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def join(store: Store, data: Path, token: str) -> None:
    """Blocks while it asks the office; not for an event loop. Nothing is kept where it fails, but
    the box's own key: who tries again with the same invitation is known by that. A box that belongs
    to an office already takes an invitation for this very box: it gets a new credential.

    Raises InvalidInput for what is no invitation, Refused, and StoreUnavailable.
    """
    known = store.read(office_link.link)
    invitation = _invitation(token)
    if known is not None and known.struck_off_ms is None and invitation.box != known.box:
        raise Refused(
            Reason.OFFICE_JOINED,
            "This box belongs to a head office already.",
            remedy="End that first: balie office leave.",
        )
    try:
        _join(store, data, invitation)
    except OSError as exc:
        raise StoreUnavailable(f"What head office gave cannot be kept in {data} ({exc}).") from exc


def _invitation(token: str) -> OfficeInvitation:
    try:
        return OfficeInvitation.from_token(token)
    except Malformed as exc:
        raise InvalidInput("invitation", f"It cannot be used: {exc}.") from exc


def _join(store: Store, data: Path, invitation: OfficeInvitation) -> None:
    ask = JoinAsk(
        secret=invitation.secret,
        name=_name(store),
        version=__version__,
        epoch=store.write(epoch_of),
        key=credential.public_half(credential.own_key(data)),
    )
    authority, joined = asyncio.run(_asked(invitation, ask))
    if invitation.box not in (None, joined.box):
        raise Refused(
            Reason.OFFICE_REFUSES,
            "This invitation is for another box.",
            remedy="Ask head office for a new one.",
        )
    kept_broker.keep(data, joined.broker)
    credential.keep(data, joined.credential)
    store.write(lambda tx: _begin(tx, invitation, authority, joined))


def leave(store: Store, data: Path) -> bool:
    """From now on the box is on its own; lines that were stopped stay so until a person starts
    them. False where it belonged to none.
    """
    was = store.write(_end)
    kept_broker.forget(data)
    credential.forget(data)
    return was


def _begin(tx: Tx, invitation: OfficeInvitation, authority: str, joined: JoinedOffice) -> None:
    new = JoinedLink(
        url=invitation.url,
        authority=authority,
        box=joined.box,
        office_key=joined.office_key,
        privacy=joined.privacy,
        renew_by_ms=joined.renew_by_ms,
    )
    known = office_link.link(tx.conn)
    if known is not None and known.box == joined.box:
        office_link.go_on(tx, new)
    else:
        office_link.begin(tx, new)
        before = restoring.restores(tx.conn) if invitation.box else ()
        if before:
            office_link.goes_on_from(tx, before[0][0])
    tx.emit(EventKind.OFFICE_CHANGED, facts={"what": "joined"})


def _end(tx: Tx) -> bool:
    if office_link.link(tx.conn) is None:
        return False
    office_link.end(tx)
    tx.emit(EventKind.OFFICE_CHANGED, facts={"what": "left"})
    return True


async def _asked(invitation: OfficeInvitation, ask: JoinAsk) -> tuple[str, JoinedOffice]:
    link: HttpsLink | None = None
    try:
        authority = "" if is_on_this_machine(invitation.url) else await _authority(invitation)
        link = HttpsLink(invitation.url, authority, lambda: None)
        return authority, await link.join(ask)
    except NotTaken as exc:
        raise Refused(
            Reason.OFFICE_REFUSES,
            "Head office does not take this invitation. It may be used, or older than three days.",
            remedy="Ask head office for a new one.",
        ) from exc
    except LinkError as exc:
        raise Refused(
            Reason.OFFICE_AWAY,
            f"Head office cannot be reached at {invitation.url}, or what answers there is not it.",
            remedy="Check the network of this box, then try again.",
        ) from exc
    finally:
        if link is not None:
            await link.close()


async def _authority(invitation: OfficeInvitation) -> str:
    """What the office shows, where it is what the invitation names: of several the one that is."""
    shown = await fetched_authority(invitation.url)
    for found in _CERTIFICATE.finditer(shown):
        try:
            der = base64.b64decode("".join(found[1].split()), validate=True)
        except ValueError:
            continue
        if hashlib.sha256(der).hexdigest() == invitation.fingerprint:
            return f"{found[0]}\n"
    raise Refused(
        Reason.OFFICE_AWAY,
        f"What answers at {invitation.url} is not the head office of this invitation.",
        remedy="Check the network of this box, then try again.",
    )


def _name(store: Store) -> str:
    """What the office calls it until somebody says otherwise."""
    found = store.read(branches.branches)
    return found[0].name if len(found) == 1 else socket.gethostname()
