"""What is erased must be gone from the index as well, not only be found no more.

An index of SQLite's takes a word out by writing down that it is out; the word itself goes when the
parts of the index are brought together.
"""

from collections.abc import Collection

from appliance.desk.search import index
from appliance.store.store import Store

CHANGES, PAGES = 200, 500
"""Of one transaction."""


def forget(store: Store, contact_ids: Collection[str] = ()) -> None:
    """To be called after texts were erased, and names and numbers of these people: on return
    neither their words nor the old texts that the index was told are in the database. Takes its
    time, in many short transactions.
    """
    store.write(lambda tx: index.renew_contacts(tx.conn, contact_ids))
    while store.write(lambda tx: index.settle_changes(tx.conn, CHANGES), durable=False):
        pass
    # A power cut may take these back: whoever called does it all again.
    while store.write(lambda tx: index.merge_some(tx.conn, PAGES), durable=False):
        pass
