"""The thread that makes the messages of lists that were accepted for many."""

from collections.abc import Callable

from appliance.desk.lists.making import Maker
from appliance.runtime.patient_follower import PatientFollower
from appliance.store.store import Store

GATHER_S = 0.05


class ListFollower(PatientFollower):
    """`planned` is called when messages were kept that may leave."""

    rests = 15  # a line sends a message of a list a minute: ten thousand may take long to be made
    most_rest_s = 0.25  # a piece is of a few messages, and a list of 240 is made within seconds

    def __init__(self, store: Store, planned: Callable[[], None]) -> None:
        super().__init__(
            store,
            name="lists",
            trouble="the messages of a list could not be made",
            gather_s=GATHER_S,
        )
        self._maker = Maker(store)
        self._planned = planned
        self._made = False

    def catch_up(self) -> bool:
        made, self._made = self._made, self._maker.make_some()
        if made is not self._made:
            self._planned()
        return self._made
