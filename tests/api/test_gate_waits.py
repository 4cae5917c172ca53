"""Work that waits for a phone keeps nobody else waiting."""

import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import httpx

from appliance.api.services import GATE_THREADS
from appliance.desk.access.passwords import hash_password
from appliance.desk.team import staff
from appliance.identities import tel
from tests.api.browser import log_in
from tests.api.office import Desk, Office

WORKER = "+31655500701"
PASSWORD = "een fiets met drie wielen"
CROWD = (os.cpu_count() or 1) + 5
"""One more than asyncio's own threads on this machine."""


def at_the_gate() -> int:
    """The number of threads that wait at the gate."""
    waiting = 0
    for frame in sys._current_frames().values():
        calls = {each.f_code.co_qualname for each, _ in traceback.walk_stack(frame)}
        waiting += {"ConsentGate.write", "ConsentGate.holding"} <= calls
    return waiting


def until_they_wait(many: int) -> None:
    pause = threading.Event()
    for _ in range(3000):
        if at_the_gate() >= many:
            return
        pause.wait(0.01)
    raise TimeoutError


def may_come_in(office: Office) -> tuple[int, int]:
    """The status of a log-in, and of `/readyz`."""
    with httpx.Client(base_url=office.url, timeout=30) as client:
        token = client.get("/login").cookies["balie_guest"]
        form = {"csrf": token, "name": "Mieke", "password": PASSWORD}
        return client.post("/login", data=form).status_code, client.get("/readyz").status_code


def test_waiting_for_a_phone_keeps_nobody_out(office: Office, tilburg: Desk) -> None:
    """While a message is being sent to a person and many add numbers to their card, others log in
    and Balie is ready. When the message has left, all the additions are done.
    """
    stored = hash_password(PASSWORD)
    mieke = office.store.write(lambda tx: staff.add(tx, "Mieke", role="staff", branch_id=None))
    office.store.write(lambda tx: staff.set_password(tx, mieke, stored))
    office.writes(WORKER, tilburg)
    conversation = office.store.read(
        lambda conn: conn.execute("SELECT id FROM conversation").fetchone()[0]
    )
    path = f"/c/{conversation}/contact/numbers"
    sanne = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
    with ThreadPoolExecutor(CROWD) as crowd:
        with office.gate.holding(tel(WORKER)):
            added = [
                crowd.submit(sanne.post, path, {"number": f"06555007{n}"})
                for n in range(10, 10 + CROWD)
            ]
            until_they_wait(GATE_THREADS)
            assert may_come_in(office) == (303, 200)
            assert not any(each.done() for each in added)
        assert {each.result().status_code for each in added} == {200}
    sanne.client.close()
