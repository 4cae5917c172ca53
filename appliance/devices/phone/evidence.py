"""Files beside an attempt that show what was seen: a picture and the hierarchy of the screen."""

import logging
from pathlib import Path
from typing import Any

from appliance.devices.evidence_facts import naming_files
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.session import ServerSession
from appliance.errors import BalieError

log = logging.getLogger(__name__)


class Evidence:
    """The folder of one attempt. Facts name its files; texts are in the files alone."""

    def __init__(self, folder: Path, session: ServerSession) -> None:
        self._folder = folder
        self._session = session

    def keep(self, screen: Screen | None, **facts: Any) -> dict[str, Any]:
        """Saves the screen as it was read and a picture of it now; never raises."""
        names: list[str] = []
        if screen is not None:
            self._save(names, "hierarchy", "xml", screen.xml.encode())
        try:
            picture = self._session.screenshot()
        except BalieError as exc:
            log.info("no picture of the screen: %s", exc)
        else:
            if picture is not None:
                self._save(names, "screen", "jpg", picture)
        return {**facts, **naming_files(names)}

    def _save(self, names: list[str], stem: str, kind: str, data: bytes) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            count = sum(1 for _ in self._folder.glob(f"{stem}-*.{kind}"))
            name = f"{stem}-{count + 1}.{kind}"
            (self._folder / name).write_bytes(data)
        except OSError as exc:
            log.warning("evidence could not be kept: %s", exc)
        else:
            names.append(name)
