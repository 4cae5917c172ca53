"""Lets a number send again that was stopped, once who was erased or withdrew is known again."""

from appliance.desk.privacy.erasing import again
from appliance.errors import Refused
from appliance.reasons import Reason
from appliance.store import lines, office_link
from appliance.store.lines import Line
from appliance.store.store import Tx


def release(tx: Tx, line: Line, *, staff_id: str | None = None) -> None:
    """A person says so: they have looked. One that is not stopped stays as it is.

    Raises Refused while a key of the house is missing after a copy was put back, while head office
    has not said what happened since then, and where it struck this box off.
    """
    again.check_obeyed(tx.conn)
    office_link.check_release(tx.conn)
    if line.stopped is not None:
        lines.resume_line(tx, line.id, staff_id=staff_id)


def release_restored(tx: Tx, line: Line) -> None:
    """Other software says so, which cannot look at a phone: it ends no other stop.

    Raises Refused for one, and as `release`.
    """
    if line.stopped not in (None, Reason.RESTORED):
        raise Refused(
            Reason.LINE_STOPPED,
            "This number was stopped by what its phone or modem showed.",
            remedy="Look at it; then start the number again on the page of the devices.",
        )
    release(tx, line)
