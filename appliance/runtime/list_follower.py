"""The thread that makes the messages of lists that were accepted for many."""

from collections.abc import Callable

from appliance.desk.lists import making
from appliance.runtime.patient_follower import PatientFollower
from appliance.store.store import Store

GATHER_S = 0.05


class ListFollower(PatientFollower):
    """`planned` is called when messages were kept that may leave."""

    def __init__(self, store: Store, planned: Callable[[], None]) -> None:
        super().__init__(
            store,
            name="lists",
            trouble="the messages of a list could not be made",
            gather_s=GATHER_S,
        )
        self._planned = planned
        self._made = False

    def catch_up(self) -> bool:
        made, self._made = self._made, making.make_some(self._store)
        if made is not self._made:
            self._planned()
        return self._made
