"""A running Balie looks into watched folders by itself."""

import time
from pathlib import Path

from appliance.clock import SystemClock
from appliance.desk.contacts.importing import deciding
from appliance.desk.contacts.importing.folder_files import READY
from appliance.desk.outgoing.sending import Author
from appliance.runtime.balie import Balie
from appliance.runtime.options import Options
from appliance.store import import_folders
from appliance.store.import_folders import ImportRun


def test_a_whole_file_is_found_while_balie_runs(tmp_path: Path) -> None:
    """And when it has found it, somebody is asked."""
    base = tmp_path / "exports"
    (base / "salaris").mkdir(parents=True)
    (base / "salaris" / "nacht.csv").write_text("Naam;Mobiel\nAnna;0687654321\n")
    (base / "salaris" / f"nacht.csv{READY}").touch()
    balie = Balie(tmp_path, SystemClock(), Options(import_folder=base))
    balie.start()
    try:
        balie.store.write(
            lambda tx: deciding.watch(
                tx, base, "salaris", branch_id=None, by=Author(rule="console")
            )
        )
        found: list[ImportRun] = []
        until = time.monotonic() + 60
        while not found and time.monotonic() < until:
            time.sleep(0.05)
            found = list(balie.store.read(import_folders.newest_runs))
        assert [(each.file, each.why) for each in found] == [("nacht.csv", "columns")]
    finally:
        balie.stop()
