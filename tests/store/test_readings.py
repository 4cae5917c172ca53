"""The log of reading: off until it is switched on, append-only, and let go of in pieces."""

import sqlite3
from functools import partial

import pytest

from appliance.store import readings
from appliance.store.readings import ReadingEntry, ReadingKind, Thing
from appliance.store.store import Store, Tx

ANNA, BRAM, THREAD = "anna", "bram", "thread"


def switch_on(tx: Tx) -> None:
    readings.set_on(tx.conn, on=True)


def read(tx: Tx, contact: str | None = ANNA, *, at_ms: int | None = None) -> None:
    who = "staff:sanne"
    readings.note(tx, who, ReadingKind.READ, contact_id=contact, thing=Thing.PERSON, at_ms=at_ms)


def executed(statement: str, tx: Tx) -> None:
    tx.conn.execute(statement)


def of(store: Store, contact: str) -> list[ReadingEntry]:
    return store.read(lambda conn: [*readings.of_contact(conn, contact, limit=10)])


def test_nothing_is_noted_until_it_is_switched_on(store: Store) -> None:
    store.write(read)
    store.write(switch_on)
    store.write(read)
    store.write(lambda tx: readings.set_on(tx.conn, on=False))
    store.write(read)
    (entry,) = of(store, ANNA)
    assert (entry.who, entry.kind, entry.thing) == ("staff:sanne", ReadingKind.READ, Thing.PERSON)
    assert of(store, BRAM) == []


def test_who_was_joined_into_somebody_was_read_as_them(store: Store) -> None:
    """And a conversation is read as that of whoever has it now."""

    def fill(tx: Tx) -> None:
        switch_on(tx)
        tx.conn.execute("INSERT INTO contact (id, created_ms) VALUES (?, 0)", (ANNA,))
        joined = "INSERT INTO contact (id, created_ms, joined_into) VALUES (?, 0, ?)"
        tx.conn.execute(joined, (BRAM, ANNA))
        read(tx, BRAM)
        read(tx, ANNA)
        read(tx, "somebody else")

    store.write(fill)
    assert [each.contact_id for each in of(store, ANNA)] == [ANNA, BRAM]


def test_an_entry_is_neither_changed_nor_deleted(store: Store) -> None:
    store.write(switch_on)
    store.write(read)
    for change in ("UPDATE reading SET at_ms = 0", "DELETE FROM reading"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            store.write(partial(executed, change))
    assert len(of(store, ANNA)) == 1


def test_what_is_old_goes_in_pieces(store: Store) -> None:
    store.write(switch_on)
    for at_ms in range(5):
        store.write(partial(read, at_ms=at_ms))
    gone = [store.write(lambda tx: readings.forget_before(tx, 4, most=3)) for _ in range(2)]
    assert gone == [3, 1]
    assert [each.at_ms for each in of(store, ANNA)] == [4]
