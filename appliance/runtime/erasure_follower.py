"""The thread that erases people: it goes on with what was asked, also after a crash."""

import time
from collections.abc import Callable

from appliance.desk.privacy.erasing import job
from appliance.desk.privacy.erasing.job import ErasureSteps, no_erasure_steps
from appliance.errors import SetupError
from appliance.runtime.patient_follower import PatientFollower
from appliance.store import erasures
from appliance.store.cleaning import Unclean
from appliance.store.store import Store

GATHER_S = 0.05
REST = 0.5
"""How much longer than a piece took."""
AGAIN_S = 300.0
"""After something could not be cleaned: what is in the way, such as a long read, takes its time."""


class ErasureFollower(PatientFollower):
    def __init__(
        self,
        store: Store,
        forget_drawn: Callable[[], None],
        steps: ErasureSteps = no_erasure_steps,
    ) -> None:
        """`forget_drawn` empties what pages keep in memory of what they drew."""
        super().__init__(
            store,
            name="erasing",
            trouble="somebody could not be erased",
            gather_s=GATHER_S,
        )
        self._forget_drawn = forget_drawn
        self._steps = steps
        self._not_before_s = 0.0

    def rest(self) -> bool:
        """Shorter than who keeps an index: somebody waits for it, and each piece is short."""
        self._stopped.wait((time.monotonic() - self._began_s) * REST)
        self._began_s = time.monotonic()
        return self._stopped.is_set()

    def catch_up(self) -> bool:
        if not self._store.read(erasures.all_open):
            return False
        may_clean = time.monotonic() >= self._not_before_s
        try:
            more = job.go_on(self._store, self._steps, with_cleaning=may_clean)
        except (Unclean, SetupError) as exc:
            self._trouble.met(exc)
            self._not_before_s = time.monotonic() + AGAIN_S
            more = False
        self._forget_drawn()
        return more
