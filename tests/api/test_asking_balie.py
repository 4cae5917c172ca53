"""What the program that looks after the box learns of a running Balie, without a token."""

import socket

from appliance.box.asking_balie import BalieSays, ask
from appliance.desk.team import staff
from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from tests.api.office import Desk, Office


def test_balie_is_asked_as_any_program_may(office: Office, tilburg: Desk) -> None:
    """Whether it is ready, how much is wrong, and whether it was set up; a Balie that does not
    answer says nothing.
    """
    port = int(office.url.rpartition(":")[2])
    office.store.write(
        lambda tx: incidents.open_incident(tx, IncidentKind.HOT, device_id=tilburg.device_id)
    )
    office.missing.append("devices")
    assert ask(port) == BalieSays(is_ready=False, incidents=1, is_set_up=False)
    office.missing.clear()
    office.store.write(lambda tx: staff.add(tx, "Marit", role="admin", branch_id=None))
    said = ask(port)
    assert (said.is_ready, said.is_set_up) == (True, True)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    assert ask(nobody) == BalieSays()
