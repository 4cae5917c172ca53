"""Tells this machine who comes from home: a file that a unit with more rights reads.

The file says what the database says, within seconds, also after a crash between the two.
"""

from appliance.box import home_wish
from appliance.box.whole_files import put_whole
from appliance.store import home_keys
from appliance.store.store import Store


class HomeWishes:
    """Used by one thread at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.path.parent / home_wish.FILE

    def tell(self) -> None:
        """Writes only what is news. Raises StoreError and OSError."""
        wish = self._store.read(home_keys.wish)
        if wish.is_on or self._path.exists():  # where it was never on, nobody is told so
            put_whole(self._path, home_wish.written(wish))
