"""A disk on which nothing more fits, as the store meets it: with SQLITE_FULL."""

from appliance.store.store import Store, Tx


def fill_the_disk(store: Store) -> None:
    """A page limit stands for the full disk; only the last pages have room."""

    def limit(tx: Tx) -> None:
        pages = tx.conn.execute("PRAGMA page_count").fetchone()[0]
        tx.conn.execute(f"PRAGMA max_page_count = {pages}")

    store.write(limit)


def make_room(store: Store) -> None:
    store.write(lambda tx: tx.conn.execute("PRAGMA max_page_count = 1000000"))
