"""After a copy was put back: who was erased since is erased again, and who withdrew stays so. So
it is after a reset, which leaves the journal and nothing else.

The journal beside the database knows them (`store/erasure_journal.py`). Each start looks, before
anything is served or sent: nearly always nothing is to be done, and that is known from a few rows.
"""

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.desk.privacy.erasing import job
from appliance.errors import Refused, SetupError, StoreUnavailable
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import consent, contacts, erased, erasure_journal, erasures, lines, sealing
from appliance.store.cleaning import Unclean
from appliance.store.consent import ConsentKind
from appliance.store.contacts import identity_of
from appliance.store.erasure_journal import ErasureEntry, JournalWhat, data_dir_of
from appliance.store.house_key import HouseKey
from appliance.store.restoring import IS_RESTORED
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

_AT_ONCE = 200


@dataclass(slots=True)
class _JournalSays:
    """What the journal says: when each was last erased, and the lines that each has closed."""

    erased: dict[Identity, int] = field(default_factory=dict)
    closed: dict[Identity, dict[str | None, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[ErasureEntry]) -> "_JournalSays":
        known = cls()
        for each in entries:
            taking = Identity(each.stands_for, each.scheme)
            if each.what is JournalWhat.ERASED:
                known.erased[taking] = max(each.at_ms, known.erased.get(taking, 0))
            else:
                is_closed = each.what is JournalWhat.CLOSED
                known.closed.setdefault(taking, {})[each.line_id] = is_closed
        return known


def obey_journal(store: Store) -> int:
    """How many people were erased again. Blocks until they are nobody: nobody may see them
    meanwhile. What cannot be cleaned now is left to the thread of erasures.

    Who was erased under a key that is not here is not known again before it is. So the journal
    is obeyed once more then, and until then `check_obeyed` refuses to start a line.
    """
    known = _JournalSays.of(erasure_journal.read(store.path.parent))
    if not known.erased and not known.closed:
        return 0
    restored = store.read(lambda conn: _is_restored(conn) or _knows_nobody(conn))
    missing = store.read(lambda conn: _missing(conn, known))
    if not missing and not restored:
        return 0
    try:
        key = HouseKey.of(store.path.parent)
    except SetupError as exc:
        log.warning("who was erased since this copy is not known yet: %s", exc)
        return 0
    there = store.read(lambda conn: _there(conn, key, {*missing, *known.closed}))
    _close_again(store, known.closed, there)
    again = sorted({contact for each in missing for contact in there.get(each, {}).values()})
    for contact_id in again:
        store.write(lambda tx, contact_id=contact_id: ask_again(tx, contact_id))  # type: ignore[misc]
    _erase_now(store)
    if again:
        log.warning("%d people who were erased since this copy are erased again", len(again))
    if store.read(lambda conn: sealing.missing_of(conn, key)):
        log.warning("who else was erased since this copy is not known before its key is here")
    else:
        store.write(lambda tx: _settle(tx, known, missing))
    return len(again)


def check_obeyed(conn: sqlite3.Connection) -> None:
    """Raises Refused after a copy was put back whose key is not here: who was erased or withdrew
    since would be written to.
    """
    if not _is_restored(conn) or erasure_journal.is_empty(data := data_dir_of(conn)):
        return
    try:
        lacks = bool(sealing.missing_of(conn, HouseKey.of(data)))
    except SetupError:
        lacks = True
    if lacks:
        raise Refused(
            Reason.RESTORED,
            "A key of this house that was used before is not here.",
            remedy=(
                "Put it back: balie key add FILE. Without it people who were erased and had said"
                " STOP are not known again. If it is lost for good: balie key forget."
            ),
        )


def make_nobody(store: Store) -> None:
    """Whoever is to be erased is nobody here on return, unless a device has something of theirs in
    hand or the key of the house is missing. Blocks.
    """
    try:
        while job.go_on(store, with_cleaning=False):
            pass
    except (SetupError, StoreUnavailable) as exc:
        log.warning("people who are to be erased are so later: %s", exc)


def _erase_now(store: Store) -> None:
    make_nobody(store)
    try:
        while job.go_on(store):
            pass
    except (Unclean, SetupError, StoreUnavailable) as exc:
        log.warning("what is left of people who were erased is cleaned later: %s", exc)


def begin_journal(store: Store) -> None:
    """Once, for a database that is older than its journal: who has withdrawn by now."""
    data = store.path.parent
    if (data / erasure_journal.FILE).exists():
        return
    found = store.read(lambda conn: conn.execute(_WITHDRAWN).fetchall())
    if not found:
        return
    key = HouseKey.of(data)
    erasure_journal.append(
        data,
        [
            ErasureEntry(
                what=JournalWhat(row["what"]),
                scheme=row["scheme"],
                stands_for=(
                    row["value"] if row["is_gone"] else key.stands_for(row["scheme"], row["value"])
                ),
                at_ms=row["at_ms"],
                line_id=row["line_id"],
            )
            for row in found
        ],
    )


def _is_restored(conn: sqlite3.Connection) -> bool:
    return conn.execute("SELECT 1 FROM meta WHERE name = ?", (IS_RESTORED,)).fetchone() is not None


def _knows_nobody(conn: sqlite3.Connection) -> bool:
    """A database that is new beside a journal that is not: the box was reset."""
    return conn.execute("SELECT 1 FROM contact LIMIT 1").fetchone() is None


def _missing(conn: sqlite3.Connection, known: _JournalSays) -> Sequence[Identity]:
    """Erased later than this database knows."""
    here = {
        Identity(row["stands_for"], row["scheme"]): row["at_ms"]
        for row in conn.execute("SELECT stands_for, scheme, at_ms FROM erasure")
    }
    return [each for each, at_ms in known.erased.items() if here.get(each, -1) < at_ms]


def _there(
    conn: sqlite3.Connection, key: HouseKey, sought: set[Identity]
) -> Mapping[Identity, Mapping[Identity, str]]:
    """For what stands for somebody, the identity that is here, and whose it is."""
    found: dict[Identity, dict[Identity, str]] = {}
    for row in conn.execute("SELECT value, scheme, contact_id FROM contact_identity"):
        identity = identity_of(row)
        for value in key.ever_stood_for(identity.scheme, identity.value):
            taking = Identity(value, identity.scheme)
            if taking in sought:
                found.setdefault(taking, {})[identity] = row["contact_id"]
    return found


def _close_again(
    store: Store,
    closed: Mapping[Identity, Mapping[str | None, bool]],
    there: Mapping[Identity, Mapping[Identity, str]],
) -> None:
    every = list(closed.items())
    for start in range(0, len(every), _AT_ONCE):
        some = every[start : start + _AT_ONCE]
        store.write(lambda tx, some=some: _close_some(tx, some, there))  # type: ignore[misc]


def _close_some(
    tx: Tx,
    some: Sequence[tuple[Identity, Mapping[str | None, bool]]],
    there: Mapping[Identity, Mapping[Identity, str]],
) -> None:
    known_lines = {line.id for line in lines.lines(tx.conn)}
    for taking, on in some:
        for line_id in [each for each, is_closed in on.items() if is_closed]:
            if line_id is not None and line_id not in known_lines:
                continue
            here = there.get(taking, {})
            for identity, contact_id in here.items():
                _close(tx, identity, contact_id, line_id)
            if not here:
                _close_absent(tx, taking, line_id)


def _close(tx: Tx, identity: Identity, contact_id: str, line_id: str | None) -> None:
    asked = line_id or next((line.id for line in lines.lines(tx.conn)), "")
    if consent.verdict_of(tx.conn, asked, identity, contact_id).opted_out:
        return
    kind = ConsentKind.OBJECTED if line_id is None else ConsentKind.OPTED_OUT
    consent.record(
        tx,
        identity=identity,
        contact_id=contact_id,
        line_id=line_id,
        kind=kind,
        recorded_by="journal",
    )


def _close_absent(tx: Tx, taking: Identity, line_id: str | None) -> None:
    """Nobody here has it: whoever has it later is bound (`erased.bind`)."""
    same = "value = ? AND scheme = ? AND line_id IS ? AND kind <> 'opted_in_again'"
    if tx.conn.execute(f"SELECT 1 FROM consent WHERE {same}", (*taking, line_id)).fetchone():  # noqa: S608 -- our own words
        return
    erased.keep_erased(tx, taking, 0)
    consent.record(
        tx,
        identity=taking,
        contact_id=_nobody(tx),
        line_id=line_id,
        kind=ConsentKind.ERASED,
        recorded_by="journal",
    )


def _nobody(tx: Tx) -> str:
    """A contact without a name or number, in no list."""
    contact_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO contact (id, created_ms, joined_into) VALUES (?1, ?2, ?1)",
        (contact_id, tx.now_ms),
    )
    return contact_id


def ask_again(tx: Tx, contact_id: str) -> None:
    """They were erased after this copy was made."""
    found = contacts.find(tx.conn, contact_id)
    if found is not None and erasures.open_of(tx.conn, found.id) is None:
        reason = Reason.RESTORED.value
        erasures.begin(tx, found.id, reason=reason, counts={}, staff_id=None, token_id=None)


def _settle(tx: Tx, known: _JournalSays, missing: Sequence[Identity]) -> None:
    for each in missing:
        erased.keep_erased(tx, each, known.erased[each])
    tx.conn.execute("DELETE FROM meta WHERE name = ?", (IS_RESTORED,))


_WITHDRAWN = """
SELECT c.value, c.scheme, c.line_id, c.at_ms,
  iif(c.kind = 'opted_in_again', 'opened', 'closed') AS what,
  EXISTS (SELECT 1 FROM erasure e WHERE e.stands_for = c.value AND e.scheme = c.scheme) AS is_gone
FROM consent c WHERE c.kind IN ('opted_out', 'objected', 'erased', 'opted_in_again') ORDER BY c.seq
"""
