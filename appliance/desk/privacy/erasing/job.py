"""An erasure, a piece at a time: each is a short transaction, and what is left stands in the rows.

A process that ends anywhere goes on at its next start, because each piece may be taken again. First
what waits for the person is withdrawn, and what a device has in hand comes to its end. Then, in one
transaction, the person is nobody any more: whoever writes under the number is somebody new. What
they wrote is emptied after that, then files, index, free pages and log are cleaned, and it is only
complete once none of it is found in the bytes of the database.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from appliance.desk.privacy.erasing import leaving, mentions, rows, withdrawing
from appliance.desk.privacy.erasing.mentions import Finder
from appliance.desk.privacy.erasing.person import message_ids, needles, person_of
from appliance.desk.search import forgetting as search_forgetting
from appliance.errors import SetupError
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store import cleaning, erased, erasures, forgetting
from appliance.store.cleaning import Unclean
from appliance.store.erasure_journal import data_dir_of
from appliance.store.erasures import Erasure, ErasureState
from appliance.store.house_key import HouseKey
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

PIECE = 100
"""Messages of one transaction: some milliseconds, so nobody's answer waits for it."""


class ErasureStep(Enum):
    """In this order; tests end the process at one of them, as a power cut may. `…ing` is inside the
    transaction.
    """

    WITHDRAWING = "withdrawing"
    CUTTING = "cutting"
    CUT = "cut"
    EMPTYING = "emptying"
    EMPTIED = "emptied"
    MENTIONING = "mentioning"
    ALL_EMPTY = "all-empty"
    FILES_GONE = "files-gone"
    INDEX_CLEAN = "index-clean"
    PAGES_CLEAN = "pages-clean"
    COMPLETING = "completing"
    COMPLETE = "complete"


ErasureSteps = Callable[[ErasureStep], None]


def no_erasure_steps(step: ErasureStep) -> None:
    del step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sought:
    """What must be nowhere when it is complete, as it is sealed meanwhile."""

    identities: Sequence[Identity]
    full_names: Sequence[str]
    needles: Sequence[str]

    def as_bytes(self) -> bytes:
        told = {
            "identities": [list(each) for each in self.identities],
            "full_names": list(self.full_names),
            "needles": list(self.needles),
        }
        return json.dumps(told).encode()

    @classmethod
    def of(cls, told: bytes) -> "_Sought":
        values = json.loads(told)
        return cls(
            identities=[Identity(*each) for each in values["identities"]],
            full_names=values["full_names"],
            needles=values["needles"],
        )


def go_on(
    store: Store, steps: ErasureSteps = no_erasure_steps, *, with_cleaning: bool = True
) -> bool:
    """Does the next piece of the oldest that can go on; False when none can. Blocks. Cleaning comes
    last: it may fail for long, and nobody else is to stay known meanwhile.

    When all that is left cannot go on, raises Unclean, or SetupError without the key of the house
    that it takes.
    """
    wrong: Unclean | SetupError | None = None
    for each in sorted(store.read(erasures.all_open), key=_is_cleaning):
        if _is_cleaning(each) and not with_cleaning:
            continue
        try:
            if _piece(store, each, steps):
                return True
        except (Unclean, SetupError) as exc:
            wrong = wrong or exc
    if wrong is not None:
        raise wrong
    return False


def _is_cleaning(erasure: Erasure) -> bool:
    return erasure.state is ErasureState.CLEANING


def _piece(store: Store, erasure: Erasure, steps: ErasureSteps) -> bool:
    match erasure.state:
        case ErasureState.WAITING:
            return _begin(store, erasure, steps)
        case ErasureState.ERASING:
            return _empty(store, erasure, steps)
        case _:
            return _clean(store, erasure, steps)


def _begin(store: Store, erasure: Erasure, steps: ErasureSteps) -> bool:
    """False while a device has to come to its end first."""

    def withdraw(tx: Tx) -> bool:
        if not erasures.is_waiting(tx.conn, erasure.id):
            return True  # Another process was first.
        is_free = withdrawing.withdraw(tx, erasure)
        steps(ErasureStep.WITHDRAWING)
        if is_free:
            _cut(tx, erasure)
            steps(ErasureStep.CUTTING)
        return is_free

    if not store.read(lambda conn: withdrawing.is_due(conn, erasure, store.clock.now_ms())):
        return False
    done = store.write(withdraw)
    steps(ErasureStep.CUT)
    return done


def _cut(tx: Tx, erasure: Erasure) -> None:
    """From here on they are nobody here."""
    person = person_of(tx.conn, erasure.contact_id)
    ids = message_ids(tx.conn, person)
    sought = _Sought(
        identities=person.identities, full_names=person.full_names, needles=needles(person)
    )
    key = HouseKey.of(data_dir_of(tx.conn))
    leaving.ask_phones(tx, person)
    leaving.leave_ledger(tx, person)
    rows.forget(tx, person)
    leaving.empty_ledger_words(tx, person)
    leaving.let_go_of_archives(tx, person)
    sealed = key.seal(sought.as_bytes(), about=erasure.id)
    erasures.note_begun(tx, erasure.id, sealed, ids)
    conversations = list(person.conversation_ids)
    erasures.tell(tx, EventKind.CONTACT_ERASED, erasure, conversations=conversations)


def _empty(store: Store, erasure: Erasure, steps: ErasureSteps) -> bool:
    some = store.read(lambda conn: erasures.next_left(conn, erasure.id, PIECE))
    if not some:
        _take_out_mentions(store, erasure, steps)
        return True

    def empty(tx: Tx) -> None:
        forgetting.forget_messages(tx, some)
        _replace_identities(tx, some)
        erasures.strike(tx, erasure.id, some)
        steps(ErasureStep.EMPTYING)

    store.write(empty)
    steps(ErasureStep.EMPTIED)
    return True


def _replace_identities(tx: Tx, ids: Sequence[str]) -> None:
    """By what stands for them; those of the line itself, a group's address, stay."""
    key = HouseKey.of(data_dir_of(tx.conn))
    of_these = (json.dumps(list(ids)),)
    for row in tx.conn.execute(_WHOSE, of_these).fetchall():
        digest = row["key_digest"] and erased.digest_standing_for(key, row["key_digest"])
        value = row["value"]
        if not row["is_gone"] and not Identity(value, row["scheme"]).is_group:
            value = key.stands_for(row["scheme"], value)
        tx.conn.execute(
            "UPDATE message SET value = ?, key_digest = ?, client_id = NULL WHERE id = ?",
            (value, digest, row["id"]),
        )
        tx.conn.execute(_OWN_NAME, {"id": row["id"]})


def _take_out_mentions(store: Store, erasure: Erasure, steps: ErasureSteps) -> None:
    """In what colleagues wrote elsewhere, a few at a time; then all rows are empty."""
    sought, threads = _sought_of(store, erasure), store.read(partial(_threads, erasure=erasure))
    if sought is not None:
        finder = Finder(sought.identities, sought.full_names)
        found = store.read(lambda conn: list(finder.mentions(conn, threads)))
        for start in range(0, len(found), PIECE):
            some = found[start : start + PIECE]
            store.write(lambda tx, some=some: mentions.take_out(tx, some, finder))  # type: ignore[misc]
            steps(ErasureStep.MENTIONING)

    def end(tx: Tx) -> None:
        rows.forget_threads(tx, json.dumps(list(threads)))
        erasures.note_emptied(tx, erasure.id)

    store.write(end)
    steps(ErasureStep.ALL_EMPTY)


def _clean(store: Store, erasure: Erasure, steps: ErasureSteps) -> bool:
    """Raises Unclean where it has to be tried again later."""
    forgetting.forget_files(store, store.path.parent)
    steps(ErasureStep.FILES_GONE)
    search_forgetting.forget(store, store.read(partial(_contacts, erasure=erasure)))
    steps(ErasureStep.INDEX_CLEAN)
    sought = _sought_of(store, erasure)
    cleaning.clean(store, sought.needles if sought else ())
    steps(ErasureStep.PAGES_CLEAN)

    def complete(tx: Tx) -> None:
        erasures.note_complete(tx, erasure)
        steps(ErasureStep.COMPLETING)

    store.write(complete)
    steps(ErasureStep.COMPLETE)
    log.info("erasure %s is complete", erasure.id)
    return True


def _sought_of(store: Store, erasure: Erasure) -> _Sought | None:
    sealed = store.read(lambda conn: erasures.sought(conn, erasure.id))
    if sealed is None:
        return None
    return _Sought.of(HouseKey.of(store.path.parent).open(sealed, about=erasure.id))


def _threads(conn: sqlite3.Connection, erasure: Erasure) -> Sequence[str]:
    about: Mapping[str, str] = {"contact": erasure.contact_id}
    rows_ = conn.execute(_CONVERSATIONS, about)
    return [row["id"] for row in rows_]


def _contacts(conn: sqlite3.Connection, erasure: Erasure) -> Sequence[str]:
    """Those that were erased together."""
    found = conn.execute(
        "SELECT contact_id AS id FROM conversation WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(_threads(conn, erasure))),),
    )
    return sorted({erasure.contact_id, *(row["id"] for row in found)})


_CONVERSATIONS = "SELECT id FROM conversation WHERE contact_id = :contact"
_WHOSE = """
SELECT m.id, m.value, m.scheme, m.key_digest, EXISTS (
  SELECT 1 FROM erasure e WHERE e.stands_for = m.value AND e.scheme = m.scheme) AS is_gone
FROM message m WHERE m.id IN (SELECT value FROM json_each(?))
"""
_OWN_NAME = """
UPDATE smsgate_message SET id = :id
WHERE seq = (SELECT seq FROM message WHERE id = :id) AND last_seq = seq
"""
"""A client's name for a message may hold anything."""
