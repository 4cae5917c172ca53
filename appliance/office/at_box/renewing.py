"""A new credential before the old one is a month old."""

import logging
from pathlib import Path

from appliance.office.at_box import credential, kept_broker
from appliance.office.at_box.credential import CredentialInTurn
from appliance.office.link import RENEW_AFTER_MS, Link
from appliance.office.troubles import LinkError
from appliance.store import office_link
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

EARLY_MS = RENEW_AFTER_MS // 10
"""So long before its day it is tried, because the office may be away then."""
AGAIN_MS = 3_600_000


class Renewer:
    """Used by the thread of the link alone."""

    def __init__(self, store: Store, data: Path, shown: CredentialInTurn, link: Link) -> None:
        self._store = store
        self._data = data
        self._shown = shown
        self._link = link
        self._not_before_ms = 0
        self._trouble = Trouble(log, "head office gives no new credential")

    async def renew_if_due(self, renew_by_ms: int) -> None:
        """Raises nothing: the old one is good until a new one was used."""
        now_ms = self._store.clock.now_ms()
        if now_ms < max(renew_by_ms - EARLY_MS, self._not_before_ms):
            return
        self._not_before_ms = now_ms + AGAIN_MS
        try:
            shown = self._shown.now()
            new = await self._link.renew()
            credential.keep(self._data, new.credential, beside=shown)
            kept_broker.keep(self._data, new.broker)
        except (LinkError, OSError) as exc:
            self._trouble.met(exc)
            return
        self._trouble.over()
        self._store.write(lambda tx: office_link.change(tx, renew_by_ms=new.renew_by_ms))
