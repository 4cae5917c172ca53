"""What an administrator says about the link with head office, beside joining and leaving."""

from appliance.desk.access.rights import Permission, Rights
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.slices import Privacy
from appliance.store import office_link
from appliance.store.store import Tx


def must_manage(rights: Rights) -> None:
    """A box is joined as a whole. Raises NotFound."""
    rights.require(Permission.STAFF_MANAGE, None, "page")


def choose_privacy(tx: Tx, rights: Rights, chosen: str, *, by_staff_id: str) -> None:
    """What this box tells at most, whatever the office would take. Raises NotFound, and
    InvalidInput for what is no choice.
    """
    must_manage(rights)
    known = office_link.link(tx.conn)
    if known is None:
        raise NotFound("page")
    try:
        privacy = Privacy(chosen)
    except ValueError as exc:
        raise InvalidInput("office_privacy", "Choose one of the three.") from exc
    if privacy is known.privacy:
        return
    office_link.change(tx, privacy=privacy.value)
    facts = {"what": "privacy", "privacy": privacy.value}
    tx.emit(EventKind.OFFICE_CHANGED, staff_id=by_staff_id, facts=facts)
