"""The thread that keeps the index of the search up to date."""

from appliance.desk.search import following
from appliance.runtime.patient_follower import PatientFollower
from appliance.store.store import Store

GATHER_S = 0.25
"""What comes within this is put in together: a transaction costs the index about as much as a
dozen messages.
"""


class SearchFollower(PatientFollower):
    def __init__(self, store: Store) -> None:
        super().__init__(
            store,
            name="search-index",
            trouble="the search could not be kept up to date",
            gather_s=GATHER_S,
        )

    def catch_up(self) -> bool:
        return following.catch_up(self._store)
