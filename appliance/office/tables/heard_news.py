"""That a box has told something: in the office's own log, which wakes everybody who follows it."""

from appliance.events import EventKind
from appliance.store.store import Tx

KEPT_MS = 3_600_000
_AT_ONCE = 20_000


def note(tx: Tx, box_id: str, epoch: str, *, after: int, last: int, whole: bool) -> None:
    """`after` and `last` are the box's own numbers; `whole`: more than these events came."""
    facts = {"box": box_id, "epoch": epoch, "after": after, "last": last, "whole": whole}
    tx.emit(EventKind.OFFICE_HEARD, facts=facts)


def tidy(tx: Tx) -> None:
    """Whoever comes later than that reads the pages anew."""
    tx.conn.execute(
        "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE kind ="
        " (SELECT code FROM event_kind WHERE name = ?) AND at_ms < ?"
        " AND seq < (SELECT max(seq) FROM event) ORDER BY seq LIMIT ?)",
        (EventKind.OFFICE_HEARD.value, tx.now_ms - KEPT_MS, _AT_ONCE),
    )
