"""The thread that looks into the folders in which other systems leave their people."""

from collections.abc import Sequence
from pathlib import Path

from appliance.api.web.words import import_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.contacts.importing.verdicts import JudgedRow
from appliance.desk.contacts.importing.watching import FolderWatch
from appliance.queue.gate import ConsentGate
from appliance.runtime.patient_follower import PatientFollower
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.import_folders import ImportFolder, RunEnd
from appliance.store.store import Store

GATHER_S = 2.0
"""After somebody decided about a file, and after anything else that was written."""


class ImportWatcher(PatientFollower):
    def __init__(self, store: Store, gate: ConsentGate, base: Path | None) -> None:
        super().__init__(
            store, name="imports", trouble="watched folders cannot be read", gather_s=GATHER_S
        )
        self._watch = FolderWatch(store, gate, base, self._report)

    def catch_up(self) -> bool:
        self._watch.look()
        return False

    def _report(self, folder: ImportFolder, end: RunEnd, rows: Sequence[JudgedRow]) -> str:
        """In the language of the branch."""
        branch_id = folder.branch_id
        settings = BranchSettings()
        if branch_id is not None:
            settings = self._store.read(lambda conn: branches.branch(conn, branch_id)).settings
        return import_sentences.report(Words(settings.language), end, rows)
