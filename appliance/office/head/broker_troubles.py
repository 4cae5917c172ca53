"""What is wrong with the broker, for people: an incident of the office."""

import logging

from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

ALARM_AFTER_S = 60.0
"""A cluster chooses another leader within seconds."""
LOST_SHOWN_MS = 24 * 3_600_000
_AWAY, _LOST = "away", "lost"


class BrokerTroubles:
    """For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._trouble = Trouble(log, "the broker cannot be used")
        self._of_box = Trouble(log, "what a box told over the broker cannot be taken in")
        self._is_open: bool | None = None
        """None: what an office of before said of it is not known here."""

    async def met(self, exc: Exception, *, is_ours: bool = False) -> None:
        self._trouble.met(exc, exc=exc if is_ours else None)
        if (self._trouble.lasts_s or 0.0) >= ALARM_AFTER_S and self._is_open is not True:
            await self._store.awrite(lambda tx: _open(tx, _AWAY))
            self._is_open = True

    async def well(self) -> None:
        self._trouble.over()
        if self._is_open is not False:
            await self._store.awrite(_close)
            self._is_open = False

    async def lost(self) -> None:
        """The stream has no more what the office had not read. Boxes tell it again."""
        log.error("the stream of the broker lost what was not read; boxes tell it again")
        await self._store.awrite(lambda tx: _open(tx, _LOST))

    def met_box(self, box_id: str, exc: Exception) -> None:
        self._of_box.met(f"{box_id}: {exc}", exc=exc)


def _open(tx: Tx, what: str) -> None:
    facts = {"what": f"broker-{what}"}
    incidents.open_incident(tx, IncidentKind.BROKER, about=what, facts=facts)


def _close(tx: Tx) -> None:
    incidents.close_incident(tx, IncidentKind.BROKER, about=_AWAY)
    for each in incidents.open_of(tx.conn, IncidentKind.BROKER):
        if tx.now_ms - each.since_ms > LOST_SHOWN_MS:
            incidents.close_incident(tx, IncidentKind.BROKER, about=each.about)
