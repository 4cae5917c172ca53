"""Who may have a person erased, and what is kept of their asking."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.characters import is_blank
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import preview as previews
from appliance.desk.privacy.erasing import withdrawing
from appliance.desk.privacy.erasing.mentions import Finder
from appliance.desk.privacy.erasing.person import ErasablePerson, branches_that_know, person_of
from appliance.desk.privacy.erasing.preview import ErasurePreview
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.reasons import Reason
from appliance.store import erasures, holds
from appliance.store.erasures import Erasure, ErasureState
from appliance.store.store import Tx

WORD = "ERASE"
"""To be typed, in every language."""
MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureWish:
    reason: str
    typed: str


def preview(conn: sqlite3.Connection, sight: Sight, contact: str, data: Path) -> ErasurePreview:
    """`sight` is that of an officer. Raises NotFound, and Refused as `ask` does for branches."""
    return previews.preview(conn, _named(conn, sight, contact), data)


def counted(conn: sqlite3.Connection, sight: Sight, contact: str) -> Mapping[str, int] | None:
    """What there is of them, for `ask`: to look through all notes takes seconds, which no writer
    has. None where one may not ask; `ask` says why.
    """
    try:
        return previews.counted(conn, _named(conn, sight, contact))
    except (NotFound, Refused):
        return None


def ask(
    tx: Tx,
    sight: Sight,
    contact: str,
    wish: ErasureWish,
    by: Author,
    *,
    counts: Mapping[str, int] | None = None,
) -> Erasure:
    """From here on it is done, whatever happens to this process, and nothing that waits leaves any
    more; one that is under way already is given as it is. `counts` as `counted` found them; None:
    they are counted now. Raises NotFound, InvalidInput for a wrong word, and Refused.
    """
    person = _named(tx.conn, sight, contact)
    check_word(wish.typed)
    reason = _reason(wish.reason)
    check_not_held(tx.conn, person.contact_ids[0])
    if (under_way := erasures.open_of(tx.conn, person.contact_ids[0])) is not None:
        return under_way
    withdrawing.withdraw_queued(tx, person.contact_ids[0])
    finder = Finder(person.identities, [*person.names, *person.personnel_numbers])
    return erasures.begin(
        tx,
        person.contact_ids[0],
        reason=finder.without(reason),
        counts=previews.counted(tx.conn, person) if counts is None else counts,
        staff_id=by.staff_id,
        token_id=by.token_id,
    )


def seen(conn: sqlite3.Connection, sight: Sight, erasure_id: str) -> Erasure:
    """Raises NotFound for one of a person whom another branch had."""
    found = erasures.by_id(conn, erasure_id)
    if found is None or not _all_in_sight(conn, sight, found.contact_id):
        raise NotFound("erasure")
    return found


def waits_for_hold(conn: sqlite3.Connection, erasure: Erasure) -> bool:
    """A hold was put on after the asking: they are erased when it ends."""
    is_waiting = erasure.state is ErasureState.WAITING
    return is_waiting and holds.is_held(conn, erasure.contact_id)


def check_word(typed: str) -> None:
    if typed != WORD:
        raise InvalidInput("typed", f"Type {WORD} to erase this person: it cannot be undone.")


def check_not_held(conn: sqlite3.Connection, contact_id: str) -> None:
    """Raises Refused."""
    if (hold := holds.current(conn, contact_id)) is not None:
        raise Refused(
            Reason.HELD,
            f"This person is held for a dispute ({hold.reason}), so nothing of them is erased.",
            remedy="End the hold on the person's page first.",
        )


def _named(conn: sqlite3.Connection, sight: Sight, contact: str) -> ErasablePerson:
    """Half of a person cannot be erased: names, numbers and consent are the company's."""
    person = person_of(conn, sight.contact(conn, contact).id)
    if not _all_in_sight(conn, sight, person.contact_ids[0]):
        raise Refused(
            Reason.OF_OTHER_BRANCHES,
            "Another branch knows this person, too, so this one alone cannot erase them.",
            remedy="Ask an officer of the whole company.",
        )
    return person


def _all_in_sight(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> bool:
    return sight.branches is None or branches_that_know(conn, contact_id) <= sight.branches


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if is_blank(reason):
        raise InvalidInput("reason", "Say why this person is erased, such as that they asked.")
    if len(reason) > MAX_REASON:
        raise InvalidInput("reason", f"A reason has at most {MAX_REASON} characters.")
    return reason
