"""An archive that a power cut interrupts is made by the next process, and made once."""

import multiprocessing
import signal
import time

from appliance.api.papers.archive_files import WORK
from appliance.desk.privacy.archive.verifying import verify
from appliance.media.files import FOLDER, MediaFiles
from appliance.runtime.archivist import Archivist
from appliance.store import archives
from tests.api.archiving_child import archive
from tests.api.office import Caller, Desk, Office
from tests.api.test_archive import ended

ANNA = "+31687654321"
MESSAGES = 60
FORKED = multiprocessing.get_context("forkserver")


def test_a_killed_process_leaves_an_archive_that_the_next_one_makes(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """While it is made nothing of it has a name; afterwards it is whole, alone and verified."""
    for number in range(MESSAGES):
        office.writes(ANNA, tilburg, f"Ik kan op dag {number}")
    body = {"contact": ANNA, "format": "zip"}
    headers = planning.headers
    asked = planning.client.post("/api/v1/archive", json=body, headers=headers).json()
    data = office.store.path.parent
    folder = data / archives.FOLDER
    killed = FORKED.Process(target=archive, args=(data, office.store.clock.now_ms()))
    killed.start()
    until = time.monotonic() + 120
    while not list(folder.glob(f"*{WORK}")):
        assert killed.is_alive(), "it ended before it was killed"
        assert time.monotonic() < until
        time.sleep(0.002)
    killed.kill()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert [each.name for each in folder.iterdir() if not each.name.endswith(WORK)] == []
    assert planning.get(f"/archive/{asked['id']}").json()["state"] == "running"

    archivist = Archivist(office.store, data, MediaFiles(data / FOLDER))
    archivist.start()
    job = ended(planning, asked["id"])
    archivist.stop()
    assert job["messages"] >= MESSAGES
    (file,) = folder.iterdir()
    found = verify(file)
    assert (found.problems, found.sha256) == ([], job["sha256"])
