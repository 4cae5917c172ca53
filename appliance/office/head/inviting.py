"""Invitations: what a box needs to find the office, to trust it, and to be let in once."""

from pathlib import Path

from appliance.errors import InvalidInput, SetupError
from appliance.office.head import authority
from appliance.office.invitation import OfficeInvitation, is_office_url, is_on_this_machine
from appliance.office.tables import invitations, office_settings
from appliance.store.store import Store, Tx

_URL = "url"


def note_url(tx: Tx, url: str) -> None:
    """Where boxes find the office, as it was last started."""
    office_settings.write(tx, _URL, url)


def invite(
    store: Store,
    data: Path,
    *,
    branch: str | None = None,
    url: str | None = None,
    box_id: str | None = None,
) -> str:
    """The token. `url`: where the box is to look, when that is elsewhere than where browsers do.
    `box_id`: lets that box in again, on whatever card it is now.

    Raises InvalidInput and SetupError.
    """
    where = (url or store.read(lambda conn: office_settings.read(conn, _URL)) or "").rstrip("/")
    if not where:
        raise SetupError("Start the office first (balie office run), or say --url.")
    if not is_office_url(where):
        raise InvalidInput("url", f"“{where}” is no address of an office: write https://NAME.")
    fingerprint = "" if is_on_this_machine(where) else _fingerprint(data)
    secret = store.write(lambda tx: invitations.make(tx, branch, for_box=box_id))
    made = OfficeInvitation(url=where, fingerprint=fingerprint, secret=secret, box=box_id)
    return made.as_token()


def _fingerprint(data: Path) -> str:
    pem = authority.pem_of(data)
    if pem is None:
        folder = authority.folder_of(data)
        raise SetupError(
            f"Boxes have to trust an authority, and {folder.public / 'ca.crt'} is not there: put"
            " the one there that made the certificate of this office."
        )
    return authority.fingerprint_of(pem)
