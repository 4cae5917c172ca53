"""What the web process may do about updates: see where they stand, look for one, and ask root."""

import logging
import threading
from pathlib import Path

from appliance.box.keeper.state import Ending
from appliance.box.updates import checking, fetching, request
from appliance.box.updates import standing as standings
from appliance.box.updates.checking import Offer
from appliance.box.updates.sources import FoundVersion
from appliance.box.updates.standing import NO_WAY, UpdateStanding
from appliance.errors import UpdateRefused
from appliance.update_settings import UpdateSettings

log = logging.getLogger(__name__)

_DATA = Path("/var/lib/balie")


class UpdateDoor:
    """Usable from every thread. `system` is the root of the machine's files. `offer` is what the
    last look found, `trouble` the code of why one failed.
    """

    def __init__(
        self, settings: UpdateSettings | None = None, data: Path = _DATA, *, system: str = "/"
    ) -> None:
        self._settings = settings or UpdateSettings()
        self._data = data
        self._system = system
        self._fetching: threading.Thread | None = None
        self.offer: Offer | None = None
        self.trouble = ""

    def standing(self) -> UpdateStanding:
        """Blocks for a moment: the package system is asked."""
        return standings.standing(self._settings.folder, system=self._system)

    def unseen(self) -> Ending | None:
        """What came back and nobody has said that they know. Two small files are read."""
        return standings.unseen(self._settings.folder, self._data)

    def see(self) -> None:
        """Raises StoreUnavailable."""
        standings.see(self._settings.folder, self._data)

    def look(self) -> None:
        """Blocks for as long as a stick or an address takes."""
        self.offer, self.trouble = None, ""
        try:
            self.offer = checking.look(self._settings, self.standing())
        except UpdateRefused as exc:
            self._failed(exc)

    def take(self, version: str | None = None) -> str:
        """For who asks from afar: looks, and asks root for the version, or for the newest there
        is. Empty where that is under way, else the code of why not. Blocks as `look`.
        """
        if why := self._why_not(version):
            return why
        self.begin()
        return self.trouble

    def _why_not(self, version: str | None) -> str:
        now = self.standing()
        if now.way == NO_WAY:
            return "no-way"
        if version == now.runs:
            return checking.SAME
        self.look()
        return self.trouble if self.offer is None else _no_use(self.offer, version)

    def begin(self) -> str:
        """Asks root for what was found, which is fetched first where it lies elsewhere. The
        version; empty where nothing newer was found.
        """
        offer = self.offer
        if offer is None or offer.verdict != checking.NEWER or offer.found is None:
            return ""
        self.trouble = ""
        if offer.found.path is not None:
            request.ask_for(self._data, offer.found.path)
        elif not self.is_fetching:
            self._fetching = threading.Thread(
                target=self._fetch, args=(offer.found,), name="update-fetch", daemon=True
            )
            self._fetching.start()
        return offer.found.version

    @property
    def is_fetching(self) -> bool:
        return self._fetching is not None and self._fetching.is_alive()

    @property
    def is_asked(self) -> bool:
        """Root has not come to it yet."""
        return request.is_asked(self._data)

    def _fetch(self, found: FoundVersion) -> None:
        try:
            request.ask_for(self._data, fetching.fetch(found, self._data))
        except UpdateRefused as exc:
            self._failed(exc)
        except OSError:
            log.exception("the package could not be asked for")
            self.trouble = "unreadable"

    def _failed(self, exc: UpdateRefused) -> None:
        log.warning("%s", exc)
        self.trouble = exc.code


def _no_use(offer: Offer, version: str | None) -> str:
    """Why this version, or any, is not to be had; empty where it is."""
    if offer.found is None:
        return "nothing-there"
    if version not in (None, offer.found.version):
        return "other-version"
    return "" if offer.verdict == checking.NEWER else offer.verdict
