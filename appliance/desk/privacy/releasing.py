"""Lets a number send again that was stopped, once who was erased or withdrew is known again."""

import sqlite3

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
    _check_office(tx.conn)
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


def _check_office(conn: sqlite3.Connection) -> None:
    found = office_link.link(conn)
    if found is None:
        return
    if found.struck_off_ms is not None:
        raise Refused(
            Reason.STRUCK_OFF,
            "Head office does not know this box any more.",
            remedy="Ask head office, or end the link with it: balie office leave.",
        )
    if found.unsettled:
        raise Refused(
            Reason.OFFICE_SILENT,
            "Head office has not said yet what happened since the copy that was put back.",
            remedy=(
                "Wait until this box reaches head office. If it never will, end the link:"
                " balie office leave. Then nobody knows who stopped since, or what was sent."
            ),
        )
